package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Facts;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeRulesTest {
    private static final Dim S = Dim.sym("S");

    private static List<Value> values(String types) {
        var values = new ArrayList<Value>();
        for (var type : types.strip().split(" ")) {
            if (!type.isEmpty()) {
                values.add(new Value(values.size(), Notation.type(type), Facts.NONE));
            }
        }
        return values;
    }

    private static Op op(String text, List<Value> inputs) {
        int at = text.indexOf('{');
        var attributes = new LinkedHashMap<String, String>();
        for (var item : text.substring(at + 1, text.length() - 1).split("; ")) {
            if (!item.isEmpty()) {
                attributes.put(item.substring(0, item.indexOf('=')), item.substring(item.indexOf('=') + 1));
            }
        }
        return Ops.of(text.substring(0, at), new Attributes(attributes), inputs, null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "map{expr=add($0:f32, $1:f32)}|f32[B,1,4] f32[S,1]|f32[B,S,4]",
            "map{expr=eq($0:f32, $1:f32)}|f32[0] f32[1]|bool[0]",
            "reduce{monoid=sum; axes=[1]; keep=true}|f32[B,S]|f32[B,1]",
            "reduce{monoid=max; axes=[0, 1]; keep=false}|i64[B,S]|i64[]",
            "reshape{shape=[(B * S),4]}|f32[B,S,4]|f32[(B * S),4]",
            "permute{perm=[2, 0, 1]}|string[B,S,4]|string[4,B,S]",
            "slice{begins=[0, 3]; steps=[1, -1]; sizes=[B, 2]}|f32[B,4]|f32[B,2]",
            "expand{shape=[B,S,4]}|f32[S,1]|f32[B,S,4]",
            "concat{axis=1}|f32[B,S] f32[B,0] f32[B,3]|f32[B,(S + 3)]",
            "gather{axis=1}|f32[B,9,4] i64[S,0]|f32[B,S,0,4]",
            "matmul{}|f32[B,1,S,4] f32[2,4,7]|f32[B,2,S,7]",
            "matmul{}|f64[4] f64[4]|f64[]",
            "matmul{epilogue=cast<f16>(add($0:f32, $1:f32))}|f32[B,4] f32[4,3] f32[3]|f16[B,3]",
            "matmul_integer{zero_a=true; zero_b=false}|u8[B,4] i8[4,3] u8[]|i32[B,3]",
            "matmul_integer{zero_a=false; zero_b=true; epilogue=mul(cast<f32>($0:i32), $1:f32)}|f32[B,4] u8[4,3] u8[3] f32[]|f32[B,3]",
            "quantize_dynamic{centered=false}|f32[B,S]|u8[B,S] f32[] u8[]",
            "quantize_dynamic{centered=true}|f32[B,S]|f32[B,S] f32[]",
            "normalize{epsilon=1.0E-5; bias=true}|f32[B,4] f32[4] f32[4]|f32[B,4]",
            "softmax{axis=0}|f16[S]|f16[S]",
            "attention{heads=2; scale=8.0; divide=true; mask=true}|f32[B,S,8] f32[B,T,8] f32[B,T,6] f32[B,1,1,T]|f32[B,S,6]",
            "dims{elements=[B, S]; type=i64[2]}||i64[2]"})
    void resultsAreTyped(String text, String inputs, String results) {
        var values = values(inputs == null ? "" : inputs);
        var op = op(text, values);
        var got = op.infer(values, new Symbols()).stream().map(r -> r.type().toString().replace(", ", ","))
                .collect(Collectors.joining(" "));
        assertThat(got).isEqualTo(results);
        assertThat(values.size()).isBetween(Ops.arity(op).min(), Ops.arity(op).max());
        assertThat(Ops.of(op.mnemonic(), op.attributes(), values, null)).isEqualTo(op);
        assertThat(Ops.substitute(op, java.util.Map.of())).isEqualTo(op);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "map{expr=add($0:f32, $1:f32)}|f32[2] f32[3]|2 and 3",
            "map{expr=neg($0:f32)}|f64[2]|f64[2]",
            "map{expr=neg($1:f32)}|f32[2]|missing",
            "reduce{monoid=sum; axes=[2]; keep=true}|f32[2,2]|axis 2",
            "reshape{shape=[5]}|f32[2,2]|reshape",
            "permute{perm=[0, 0]}|f32[2,2]|no permutation",
            "slice{begins=[0]; steps=[1]; sizes=[1]}|f32[2,2]|slice",
            "slice{begins=[0]; steps=[0]; sizes=[1]}|f32[2]|not 0",
            "expand{shape=[3]}|f32[2]|expand",
            "concat{axis=0}|f32[2,3] f32[2,4]|concat",
            "gather{axis=0}|f32[2] f32[2]|gather",
            "matmul{}|f32[2,3] f32[4,2]|matmul",
            "matmul{}|f32[2,3] f64[3,2]|one type",
            "matmul{}|f32[] f32[3,2]|one axis",
            "matmul{epilogue=add($0:f32, $1:f32)}|f32[2,3] f32[3,2] f32[9,2]|epilogue",
            "matmul_integer{zero_a=false; zero_b=false}|i32[2,3] i8[3,2]|8-bit",
            "scaled_matmul{block=2; zero=false; rounds_a=false}|f32[2,3] f32[3,2] f32[2,2]|at most 8 bits",
            "scaled_matmul{block=2; zero=false; rounds_a=false}|f64[2,3] i4[3,2] f32[2,2]|f32 and",
            "scaled_matmul{block=2; zero=false; rounds_a=false}|f32[2,3] i4[3,2] f32[1,2]|scales f32[2,2]",
            "scaled_matmul{block=2; zero=true; rounds_a=false}|f32[2,3] i4[3,2] f32[2,2] u4[2,2]|zero points i4[2,2]",
            "scaled_matmul{block=2; zero=true; rounds_a=true}|f32[2,3] u8[3,2] f32[2,2] f32[2,2]|zero points u8[2,2]",
            "scaled_matmul{block=0; zero=false; rounds_a=false}|f32[2,3] i4[3,2] f32[2,2]|block of 1",
            "scaled_matmul{block=70000; zero=false; rounds_a=true}|f32[2,3] i4[3,2] f32[1,2]|block of 1 to 65536",
            "quantize_dynamic{centered=true}|f64[2]|f32 was expected",
            "normalize{epsilon=1.0; bias=false}|f32[2,3] f32[2]|3",
            "softmax{axis=1}|f32[2]|axis 1",
            "attention{heads=3; scale=1.0; divide=false; mask=false}|f32[1,1,8] f32[1,1,8] f32[1,1,8]|3 heads"})
    void whatDoesNotFitIsAnError(String text, String inputs, String word) {
        var values = values(inputs);
        assertThatThrownBy(() -> op(text, values).infer(values, new Symbols())).isInstanceOf(IrException.class)
                .hasMessageContaining(word);
    }

    @Test
    void everyOpIsReadFromItsText() {
        var ops = Stream.of(new Constant(TensorData.longs(new long[]{1}), "a \"b\""),
                new Dims(List.of(S), Notation.tensorType("i64[1]")),
                new Map(Expr.literal(1, DType.F32)), new Reduce(Reduce.Monoid.MEAN, List.of(), true),
                new View(new IndexMap.Permute(List.of())), new Concat(0), new Gather(0), MatMul.plain(DType.F16),
                new MatMulInteger(true, true, Expr.arg(0, DType.I32)), new QuantizeDynamic(true),
                new ScaledMatMul(32, true, false, Notation.expr("add($0:f32, $1:f32)")),
                new Normalize(1e-12f, true),
                new Softmax(3), new Attention(12, 8, true, true),
                new Compute(Notation.shape("[S,2]"), Notation.expr("cast<f32>(add(i0:i64, size<S>))")),
                new Conv(2, List.of(1), List.of(2), List.of(0), List.of(3), true),
                new Conv(2, List.of(1), List.of(2), List.of(0), List.of(3), true, Conv.Layout.CHANNELS_LAST,
                        Notation.expr("max($0:f32, $2:f32)")),
                new Scatter(Notation.shape("[2]"), Notation.exprs("[i0:i64, 3:i64]"), Notation.expr("old:f16")),
                new Cumulate(Reduce.Monoid.PROD, 1, true, false), new Trees(Reduce.Monoid.MAX, 3),
                new Library("sort.topk", Attributes.of("axis", 1, "text", "a, {b} \"c\"\n"),
                        List.of(Notation.type("f32[S]"), Notation.type("seq(i64[..])"))),
                new Recurrence(Recurrence.Kind.LSTM, true, Notation.exprs("[tanh($0:f32), $0:f32, neg($0:f32)]"), false,
                        true, false, true),
                new Define(List.of("n", "a b")), new If(List.of(Notation.type("optional(map(string, f32[]))"))),
                new Loop(0, List.of())).toList();
        var classes = ops.stream().<Class<?>>map(Object::getClass).collect(Collectors.toSet());
        assertThat(classes).isEqualTo(Set.copyOf(Arrays.asList(Op.class.getPermittedSubclasses())));
        for (var op : ops) {
            var data = op instanceof Constant c ? c.data() : null;
            assertThat(Ops.of(op.mnemonic(), op.attributes(), values("f16[1]"), data)).isEqualTo(op);
        }
    }

    @Test
    void symbolsInAttributesAreReplaced() {
        var bindings = java.util.Map.of("S", Dim.of(7));
        assertThat(Ops.substitute(new View(new IndexMap.Slice(List.of(S), List.of(1L), List.of(S.plus(Dim.ONE)))),
                bindings))
                .isEqualTo(new View(new IndexMap.Slice(List.of(Dim.of(7)), List.of(1L), List.of(Dim.of(8)))));
        assertThat(Ops.substitute(new Dims(List.of(S), Notation.tensorType("i64[1]")), bindings).evaluate(List.of())
                .getFirst())
                .isEqualTo(TensorData.longs(new long[]{7}, 1));
    }

    @Test
    void contentOfDimensionsIsKeptByReshape() {
        var dims = new Value(0, Notation.type("i64[1]"), Facts.ofContent(List.of(S)));
        var result = op("reshape{shape=[]}", List.of(dims)).infer(List.of(dims), new Symbols()).getFirst();
        assertThat(result.facts().content()).containsExactly(S);
        var constant = new Constant(TensorData.longs(new long[]{3, -1}, 2), "").infer(List.of(), new Symbols())
                .getFirst();
        assertThat(constant.facts().content()).containsExactly(Dim.of(3), Dim.of(-1));
    }

    @Test
    void equalitiesAreLearnt() {
        var symbols = new Symbols();
        var values = values("f32[B,S] f32[T,4]");
        MatMul.plain(DType.F32).infer(values, symbols);
        assertThat(symbols.equalities()).singleElement().satisfies(e -> {
            assertThat(e.left()).isEqualTo(S);
            assertThat(e.right()).isEqualTo(Dim.sym("T"));
            assertThat(e.reason()).contains("matmul");
        });
    }
}
