package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Facts;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ComprehensionsTest {
    private static TensorData count(DType dtype, long... dims) {
        var data = TensorData.zeros(dtype, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, (long) i);
        }
        return data;
    }

    private static List<Value> values(List<TensorData> data) {
        return IntStream.range(0, data.size()).mapToObj(i -> new Value(i, data.get(i).type(), Facts.NONE)).toList();
    }

    /** Checked by the type rule, then evaluated. */
    private static TensorData run(Op op, TensorData... inputs) {
        var operands = List.of(inputs);
        var type = op.infer(values(operands), new Symbols()).getFirst().type();
        var result = op.evaluate(operands).getFirst();
        assertThat(result.type()).isEqualTo(type);
        return result;
    }

    private static TensorData compute(String expr, String shape, TensorData... inputs) {
        return run(new Compute(Notation.shape(shape), Notation.expr(expr)), inputs);
    }

    @Test
    void aProductOfMatricesIsAFold() {
        var f = new Formula();
        var a = f.operand(0, DType.F32);
        var b = f.operand(1, DType.F32);
        var sum = f.sum(Formula.number(4), k -> Formula.mul(a.at(Formula.axis(0), k), b.at(k, Formula.axis(1))));
        var x = count(DType.F32, 3, 4);
        var y = count(DType.F32, 4, 2);
        assertThat(run(new Compute(Shape.of(3, 2), sum), x, y))
                .isEqualTo(MatMul.plain(DType.F32).evaluate(List.of(x, y)).getFirst());
    }

    @Test
    void carriedValuesChangeAtOnce() {
        var f = new Formula();
        var fibonacci = f.loop(Formula.axis(0), List.of(Formula.number(0), Formula.number(1)),
                (k, c) -> List.of(c.get(1), Formula.add(c.get(0), c.get(1))), c -> c.get(0));
        assertThat(run(new Compute(Shape.of(8), fibonacci)))
                .isEqualTo(TensorData.longs(new long[]{0, 1, 1, 2, 3, 5, 8, 13}, 8));
    }

    @Test
    void nestedFoldsStartAnewInEachRound() {
        var f = new Formula();
        var pairs = f.nest(List.of(Formula.axis(0), Formula.number(3)), Formula.number(0),
                (k, acc) -> Formula.add(acc, Formula.mul(Formula.add(k.get(0), Formula.number(1)), k.get(1))));
        assertThat(run(new Compute(Shape.of(4), pairs))).isEqualTo(TensorData.longs(new long[]{0, 3, 9, 18}, 4));
        assertThat(compute("fold(k, sub(i0:i64, 2:i64), carry(c, 7:i64, 0:i64), c:i64)", "[4]"))
                .isEqualTo(TensorData.longs(new long[]{7, 7, 7, 0}, 4));
    }

    @Test
    void whatIsOutsideIsReplacedOrNamed() {
        var x = count(DType.I32, 2, 3);
        assertThat(compute("read<$0:i32>([1:i64, sub(i0:i64, 1:i64)], -9:i32)", "[5]", x))
                .isEqualTo(TensorData.of(DType.I32, new int[]{-9, 3, 4, 5, -9}, 5));
        assertThatThrownBy(() -> compute("read<$0:i32>([1:i64, i0:i64])", "[5]", x)).isInstanceOf(IrException.class)
                .hasMessageContainingAll("operand 0", "below 3", "axis 1", "not 3");
        assertThatThrownBy(() -> compute("read<$0:i32>([-1:i64, i0:i64])", "[1]", x)).hasMessageContaining("not -1");
    }

    @Test
    void onlyTheChosenArmIsEvaluated() {
        var x = count(DType.F32, 2);
        assertThat(compute("select(lt(i0:i64, 2:i64), read<$0:f32>([i0:i64]), -1.0:f32)", "[3]", x))
                .isEqualTo(TensorData.floats(new float[]{0, 1, -1}, 3));
        var empty = TensorData.zeros(DType.F32, 0);
        assertThat(compute("read<$0:f32>([0:i64], let(v, 2.0:f32, mul(v:f32, v:f32)))", "[]", empty))
                .isEqualTo(TensorData.floats(new float[]{4}));
    }

    @Test
    void stringsAreReadAndChosen() {
        var words = TensorData.of(DType.STRING, new String[]{"a", "b", "c"}, 3);
        assertThat(compute("let(w, read<$0:string>([sub(2:i64, i0:i64)]), select(eq(w:string, "
                + "read<$0:string>([1:i64])), read<$0:string>([0:i64]), w:string))", "[3]", words))
                .isEqualTo(TensorData.of(DType.STRING, new String[]{"c", "a", "a"}, 3));
        var one = TensorData.of(DType.U64, new long[]{1});
        assertThat(compute("cast<string>(shl(read<$0:u64>([]), 63:u64))", "[]", one))
                .isEqualTo(TensorData.of(DType.STRING, new String[]{"9223372036854775808"}));
        assertThat(compute("add(cast<i64>(read<$0:string>([])), 1:i64)", "[]",
                TensorData.of(DType.STRING, new String[]{" 41"}))).isEqualTo(TensorData.longs(new long[]{42}));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "F16", "BF16", "F8E4M3FN", "I8", "I4", "U8", "U16", "U32", "U64", "I64"})
    void eachOperationIsRoundedOrWrapped(DType dtype) {
        var x = TensorData.zeros(dtype, 40);
        for (int i = 0; i < x.size(); i++) {
            x.set(i, i * 0.37 - (dtype.kind() == DType.Kind.UNSIGNED ? 0 : 5));
        }
        var read = "read<$0:" + dtype + ">([i0:i64])";
        var expr = "max(sub(mul(" + read + ", " + read + "), add(" + read + ", " + Expr.literal(3, dtype) + ")), neg("
                + read + "))";
        var mapped = Notation.expr(expr.replace(read, "$0:" + dtype));
        assertThat(compute(expr, "[40]", x)).isEqualTo(new Map(mapped).evaluate(List.of(x)).getFirst());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "$0:f32|a map",
            "read<$1:f32>([0:i64])|operand 1",
            "read<$0:f64>([0:i64])|operand 0",
            "read<$0:f32>([0:i64, 0:i64])|operand 0",
            "read<$0:f32>([0:i32])|i64",
            "read<$0:f32>([0:i64], 0:i64)|f32 was expected",
            "i1:i64|no i1",
            "i0:f32|i0 is i64",
            "let(a, 1:i64, let(a, 2:i64, a:i64))|twice",
            "let(i0, 1:i64, i0:i64)|twice",
            "add(let(a, 1:i64, a:i64), a:i64)|no a",
            "fold(k, 1:i32, carry(c, 0:i64, c:i64), c:i64)|i64 was expected",
            "fold(k, 1:i64, carry(c, 0:i64, 1.0:f32), c:i64)|i64 was expected",
            "fold(k, 1:i64, carry(c, k:i64, k:i64), c:i64)|no k",
            "fold(k, 1:i64, carry(c, 0:i64, k:i64), k:i64)|no k",
            "old:f32|no old"})
    void whatIsNotInScopeOrOfAnotherTypeIsAnError(String expr, String word) {
        assertThatThrownBy(() -> compute(expr, "[2]", count(DType.F32, 3))).isInstanceOf(IrException.class)
                .hasMessageContaining(word);
    }

    @Test
    void operandsOfOneTypeAreExpected() {
        var mixed = new Expr.Apply(Fn.ADD, List.of(Expr.integer(1, DType.I64), Expr.literal(1, DType.F32)), DType.F32);
        assertThatThrownBy(() -> run(new Compute(Shape.of(2), mixed))).hasMessageContaining("f32 was expected");
        var wrong = new Expr.Apply(Fn.ADD, List.of(Expr.integer(1, DType.I64), Expr.integer(1, DType.I64)), DType.BOOL);
        assertThatThrownBy(() -> run(new Compute(Shape.of(2), wrong))).hasMessageContaining("bool");
    }

    @Test
    void updatesAreDoneOneAfterTheOther() {
        var x = count(DType.F32, 3);
        var at = TensorData.longs(new long[]{2, 0, 2}, 3);
        var up = TensorData.floats(new float[]{10, 20, 30}, 3);
        var index = List.of(Notation.expr("read<$1:i64>([i0:i64])"));
        assertThat(run(new Scatter(Shape.of(3), index, Notation.expr("read<$2:f32>([i0:i64])")), x, at, up))
                .isEqualTo(TensorData.floats(new float[]{20, 1, 30}, 3));
        var add = new Scatter(Shape.of(3), index, Notation.expr("add(old:f32, read<$2:f32>([i0:i64]))"));
        assertThat(run(add, x, at, up)).isEqualTo(TensorData.floats(new float[]{20, 1, 42}, 3));
        assertThat(x).isEqualTo(count(DType.F32, 3));
        assertThatThrownBy(() -> run(add, x, TensorData.longs(new long[]{0, 3, 0}, 3), up))
                .hasMessageContainingAll("operand 0", "below 3", "not 3");
        assertThatThrownBy(() -> run(new Scatter(Shape.of(1), index, Notation.expr("read<$0:f32>([0:i64])")), x, at))
                .hasMessageContaining("old only");
        var words = TensorData.of(DType.STRING, new String[]{"a", "b", "c"}, 3);
        assertThat(run(new Scatter(Shape.of(1), List.of(Formula.number(1)), Notation.expr("read<$1:string>([2:i64])")),
                words, words)).isEqualTo(TensorData.of(DType.STRING, new String[]{"a", "c", "c"}, 3));
        var bits = TensorData.of(DType.BOOL, new byte[]{1, 1}, 2);
        assertThat(run(new Scatter(Shape.of(2), List.of(Formula.number(0)), Notation.expr("not(old:bool)")), bits))
                .isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({"SUM,false,false,1 3 6", "SUM,true,false,0 1 3", "SUM,false,true,6 5 3", "SUM,true,true,5 3 0",
            "PROD,false,false,1 2 6", "PROD,true,false,1 1 2", "MAX,false,true,3 3 3", "MIN,false,true,1 2 3"})
    void totalsRunAlongAnAxis(Reduce.Monoid monoid, boolean exclusive, boolean reverse, String wanted) {
        var totals = Arrays.stream(wanted.split(" ")).mapToLong(Long::parseLong).toArray();
        for (var dtype : List.of(DType.F32, DType.F64, DType.I32, DType.U64, DType.F16)) {
            var x = TensorData.zeros(dtype, 2, 3, 2);
            var want = TensorData.zeros(dtype, 2, 3, 2);
            for (int i = 0; i < x.size(); i++) {
                x.set(i, (long) (i / 2 % 3 + 1));
                want.set(i, totals[i / 2 % 3]);
            }
            assertThat(run(new Cumulate(monoid, 1, exclusive, reverse), x)).isEqualTo(want);
        }
    }

    @Test
    void totalsAreRoundedAndMeansRefused() {
        var ones = TensorData.zeros(DType.BF16, 600);
        IntStream.range(0, 600).forEach(i -> ones.set(i, 1L));
        assertThat(run(new Cumulate(Reduce.Monoid.SUM, 0, false, false), ones).getDouble(599)).isEqualTo(256);
        assertThatThrownBy(() -> run(new Cumulate(Reduce.Monoid.MEAN, 0, false, false), ones))
                .isInstanceOf(IrException.class).hasMessageContaining("MEAN");
        assertThatThrownBy(() -> run(new Cumulate(Reduce.Monoid.SUM, 1, false, false), ones))
                .hasMessageContaining("axis 1");
    }

    @Test
    void sizesMustBeKnownWhenItRuns() {
        var n = new Compute(Shape.of(Dim.sym("N")), Notation.expr("size<(N + 1)>"));
        assertThatThrownBy(() -> n.evaluate(List.of())).isInstanceOf(IrException.class).hasMessageContaining("[N]");
        var known = Ops.substitute(n, java.util.Map.of("N", Dim.of(2)));
        assertThat(known.evaluate(List.of()).getFirst()).isEqualTo(TensorData.longs(new long[]{3, 3}, 2));
        assertThat(Ops.symbols(n)).containsExactly("N");
    }
}
