package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImporter;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.OnnxExporter;
import dev.sinter.ir.DType;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Core ops in the forms that passes and builders make, which no imported model has: written as ONNX, ONNX Runtime gives
 * what the reference evaluation gives, for sizes of 0 and 1 as well; and so does what is read again.
 */
class ExportOpsTest {
    private static final List<Long> SIZES = List.of(3L, 1L, 0L);

    /** A graph and whether its symbol may be 0. */
    record Form(String name, int smallest, String text) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Form> forms() {
        return Stream.of(
                new Form("matmul with an epilogue", 0, """
                        input "a" %0: f32[n,4]
                        input "b" %1: f32[4,5]
                        input "bias" %2: f32[5]
                        input "rest" %3: f32[n,5]
                        %4: f32[n,5] = matmul %0, %1, %2, %3 {epilogue=add(gelu(add($0:f32, $1:f32)), $2:f32)}
                        output "y" %4
                        """),
                new Form("matmul of bytes with zero points of rows and columns", 0, """
                        input "a" %0: u8[n,4]
                        input "b" %1: i8[4,5]
                        input "za" %2: u8[n]
                        input "zb" %3: i8[5]
                        input "scale" %4: f32[5]
                        %5: f32[n,5] = matmul_integer %0, %1, %2, %3, %4 {zero_a=true, zero_b=true, EPILOGUE}
                        output "y" %5
                        """.replace("EPILOGUE", "epilogue=mul(cast<f32>($0:i32), $1:f32)")),
                new Form("matmul of centered numbers", 0, """
                        input "x" %0: f32[n,4]
                        input "b" %1: i8[4,5]
                        %2: f32[n,4], %3: f32[] = quantize_dynamic %0 {centered=true}
                        %4: i32[n,5] = matmul_integer %2, %1 {zero_a=false, zero_b=false}
                        output "y" %4
                        output "scale" %3
                        """),
                new Form("convolution with channels last and an epilogue", 1, """
                        input "x" %0: f32[n,5,6,3]
                        input "w" %1: f32[4,3,3,2]
                        input "b" %2: f32[4]
                        input "rest" %3: f32[n,3,5,4]
                        %4: f32[n,3,5,4] = conv %0, %1, %2, %3 {groups=1, strides=[2, 1], dilations=[1, 1], REST}
                        output "y" %4
                        """.replace("REST", "begin=[1, 0], end=[1, 0], bias=true, layout=channels_last,"
                        + " epilogue=max(add($0:f32, $1:f32), 0.0:f32)")),
                new Form("attention of heads side by side", 1, attention("f32[n,6,8]", "f32[n,7,8]", true)),
                new Form("attention of heads apart", 1, attention("f32[n,2,6,4]", "f32[n,2,7,4]", false)),
                new Form("layer normalization without bias", 0, """
                        input "x" %0: f32[n,2,6]
                        input "gamma" %1: f32[6]
                        %2: f32[n,2,6] = normalize %0, %1 {epsilon=1.0E-5, bias=false}
                        output "y" %2
                        """),
                new Form("running products, exclusive and from the end", 0, """
                        input "x" %0: f32[n,4,2]
                        %1: f32[n,4,2] = cumulate %0 {monoid=prod, axis=1, exclusive=true, reverse=true}
                        %2: f32[n,4,2] = cumulate %0 {monoid=max, axis=0, exclusive=false, reverse=false}
                        output "y" %1
                        output "z" %2
                        """),
                new Form("an operand that only gives the shape", 0, """
                        input "x" %0: f32[n,2]
                        input "one" %1: f32[2]
                        %2: f32[n,2] = map %0, %1 {expr=mul($1:f32, 2.0:f32)}
                        output "y" %2
                        """),
                new Form("a choice that must not divide by 0", 0, """
                        input "a" %0: i32[n]
                        input "b" %1: i32[n]
                        %2: i32[n] = map %0, %1 {expr=select(eq($1:i32, 0:i32), -1:i32, div($0:i32, $1:i32))}
                        output "y" %2
                        """),
                new Form("bytes that wrap and shift", 0, """
                        input "a" %0: i8[n]
                        input "b" %1: i8[n]
                        %2: i8[n] = map %0, %1 {expr=shr(shl(mul($0:i8, $1:i8), 1:i8), 2:i8)}
                        %3: i8[n] = map %0, %1 {expr=mod($0:i8, max($1:i8, 1:i8))}
                        output "y" %2
                        output "z" %3
                        """),
                new Form("a recurrence whose projection is no product", 1, """
                        input "gates" %0: f32[4,n,12]
                        input "r" %1: f32[3,12]
                        input "b" %2: f32[12]
                        input "h" %3: f32[n,3]
                        input "c" %4: f32[n,3]
                        %5: f32[4,n,3], %6: f32[n,3], %7: f32[n,3] = recurrence %0, %1, %2, %3, %4 {kind=lstm, REST}
                        output "y" %5
                        output "last" %7
                        """.replace("REST", "reverse=true, activations=[sigmoid($0:f32), tanh($0:f32), "
                        + "tanh($0:f32)], linear=false, coupled=true, peephole=false, lengths=false")),
                new Form("elements with a window, and where it ends", 0, """
                        input "x" %0: f32[n,6]
                        %1: f32[n,6] = compute %0 {shape=[n,6], expr=EXPR}
                        output "y" %1
                        """.replace("EXPR", "fold(k, 3:i64, carry(c, 0.0:f32, add(c:f32, "
                        + "read<$0:f32>([i0:i64, sub(add(i1:i64, k:i64), 1:i64)], 0.5:f32))), c:f32)")),
                new Form("elements by a loop that is no reduction", 0, """
                        input "x" %0: f32[n,6]
                        %1: f32[n] = compute %0 {shape=[n], expr=EXPR}
                        output "y" %1
                        """.replace("EXPR", "fold(k, add(i0:i64, 2:i64), carry(c, 1.0:f32, add(mul(c:f32, 0.5:f32), "
                        + "read<$0:f32>([i0:i64, k:i64]))), c:f32)")),
                new Form("elements replaced by what stands there", 0, """
                        input "x" %0: f32[6]
                        input "u" %1: f32[n]
                        %2: f32[6] = scatter %0, %1 {domain=[n], index=[1:i64], value=EXPR}
                        %3: f32[6] = scatter %0, %1 {domain=[n], index=[add(i0:i64, 2:i64)], value=SUM}
                        output "y" %2
                        output "z" %3
                        """.replace("EXPR", "add(mul(old:f32, 0.5:f32), read<$1:f32>([i0:i64]))")
                        .replace("SUM", "add(old:f32, read<$1:f32>([i0:i64]))")));
    }

    private static String attention(String query, String keys, boolean mask) {
        return """
                input "q" %0: QUERY
                input "k" %1: KEYS
                input "v" %2: KEYS
                input "m" %3: f32[n,1,1,7]
                %4: f32[n,6,8] = attention OPERANDS {heads=2, scale=2.5, divide=true, mask=MASK}
                output "y" %4
                """.replace("QUERY", query).replace("KEYS", keys).replace("MASK", String.valueOf(mask))
                .replace("OPERANDS", mask ? "%0, %1, %2, %3" : "%0, %1, %2");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void onnxRuntimeComputesWhatTheDefinitionSays(Form form) throws OrtException {
        var graph = GraphParser.parse("graph \"form\" {\n" + form.text() + "}\n");
        for (int opset : List.of(21, 26)) {
            var exported = OnnxExporter.export(graph, ExportOptions.DEFAULTS.withOpset(opset));
            var read = OnnxImporter.importModel(exported, null, ImportOptions.NONE);
            for (long n : SIZES) {
                if (n < form.smallest()) {
                    continue;
                }
                var inputs = inputs(graph, n);
                var want = values(Evaluator.evaluate(graph, inputs));
                var bound = new BoundModel(exported, values(inputs));
                compare(form + ", n = " + n + ", ONNX Runtime",
                        BoundModel.named(OrtValues.run(bound.bytes(), bound.inputs()), want), want);
                compare(form + ", n = " + n + ", read again", values(Evaluator.evaluate(read, inputs)), want);
            }
        }
    }

    private static void compare(String what, Map<String, Value> got, Map<String, Value> want) {
        var comparison = new Comparison(new Tolerance(1e-4, 1e-5, OptionalDouble.empty(), false));
        want.forEach((name, value) -> comparison.add(name, Objects.requireNonNull(got.get(name)), value));
        assertThat(comparison.differences()).as(what).isEmpty();
    }

    private static Map<String, Value> values(Map<String, TensorData> data) {
        var values = new LinkedHashMap<String, Value>();
        data.forEach((name, tensor) -> values.put(name, ProtoValues.tensor(tensor)));
        return values;
    }

    private static Map<String, TensorData> inputs(Graph graph, long n) {
        var random = new Random(n + 1);
        var inputs = new LinkedHashMap<String, TensorData>();
        for (var port : graph.inputs()) {
            var dims = new ArrayList<Long>();
            port.value().shape().dims().forEach(d -> dims.add(d.evaluate(Map.of("n", n))));
            var data = TensorData.zeros(port.value().dtype(), dims.stream().mapToLong(Long::longValue).toArray());
            for (int i = 0; i < data.size(); i++) {
                if (data.dtype() == DType.F32) {
                    data.set(i, random.nextGaussian());
                } else {
                    data.set(i, (long) random.nextInt(-9, 10));
                }
            }
            inputs.put(port.name(), data);
        }
        return inputs;
    }
}
