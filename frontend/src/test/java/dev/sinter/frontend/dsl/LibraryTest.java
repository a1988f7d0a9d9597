package dev.sinter.frontend.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Verifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The standard library is a text as others are: checked, laid out, and of operators there are. */
class LibraryTest {
    static List<Ast.Primitive> primitives() {
        return new Library().standard().getFirst().unit().primitives();
    }

    /** Calls of every primitive; x is [2,4], i [2,3] of integers, m [1,3,8,8]. */
    private static final String CALLS = """
            relu(x) | sigmoid(x) | tanh(x) | gelu(x) | silu(x) | mish(x) | softplus(x) | softsign(x) | elu(x) |
            leaky_relu(x, 0.1) | hard_sigmoid(x) | hard_swish(x) | exp(x) | log(abs(x)) | sqrt(abs(x)) | abs(x) |
            sign(x) | erf(x) | reciprocal(x) | floor(x) | ceil(x) | round(x) | sin(x) | cos(x) | is_nan(x) |
            pow(x, 2) | min(x, 0.5) | max(0.5, x) | clip(x, -1, 1) | clip(x, max = 1.0) | where(x > 0, x, 0) |
            cast(x, i64) | reshape(x, [4, -1]) | flatten(x) | transpose(x) | transpose(m, [0, 2, 3, 1]) |
            expand(x, [3, 2, 4]) | squeeze(m, [0]) | unsqueeze(x, 1) | concat([x, x], axis = 1) |
            tile(x, [2, 1]) | pad(x, [0, 1, 0, 1]) | pad(x, [1, 1], 2.5, axes = [1]) | gather(x, i, axis = 0) |
            gather_elements(x, i, axis = 1) | one_hot(i, 5, tensor([0.0, 1.0])) | triangle(x) |
            triangle(x, 1, upper = false) | depth_to_space(tile(m, [1, 4, 1, 1]), 2) | space_to_depth(m, 2) |
            resize(m, sizes = [1, 3, 16, 16]) | resize(m, scales = tensor([1.0, 1.0, 2.0, 2.0])) |
            matmul(x, transpose(x)) | einsum([x, x], "ij,kj->ik") | conv(m, w) |
            conv(m, w, strides = [2, 2], pads = [1, 1, 1, 1]) | conv_transpose(m, transpose(w, [1, 0, 2, 3])) |
            max_pool(m, [2, 2]) | average_pool(m, [2, 2], strides = [2, 2]) | global_average_pool(m) |
            global_max_pool(m) | sum(x, 1) | sum(x) | mean(x, [0, 1], keepdims = true) | prod(x, 0) |
            reduce_max(x, 1) | reduce_min(x, 1) | norm(x, 1) | argmax(x, 1) | argmin(x) | top_k(x, 2)[0] |
            top_k(x, 2)[1] | cumulative_sum(x, 1) | softmax(x) | softmax(x, 0) | log_softmax(x) |
            normalize_layer(x, v, v) | normalize_rms(x, v) | normalize_batch(m, s, s, s, s) |
            normalize_instance(m, s, s) | normalize_group(m, s, s, 3) | quantize(x, 0.1) |
            dequantize(quantize(x, 0.1), tensor(0.1)) |
            recur_lstm(new_x, ones_(1, 8, 4), ones_(1, 8, 2), hidden_size = 2)[0] |
            recur_gru(new_x, ones_(1, 6, 4), ones_(1, 6, 2), hidden_size = 2)[1] |
            rotary(full([1, 2, 3, 4], 0.5), full([1, 3, 2], 1.0), full([1, 3, 2], 0.0)) |
            tensor([[1, 2], [3, 4]], i64) | full([2], x.shape[0]) | full([2, 2], 1.5) | arange(0, 3) |
            split(x, 2)[0] | split(x, [1, 3])[1] | x * len([1, 2]) | x * int(2.7)
            """;

    /** Declared as parameters, not called. */
    private static final Set<String> INITIALIZERS = Set.of("normal", "uniform", "constant", "eye", "load", "append");

    @Test
    void everyPrimitiveCanBeCalled() {
        var calls = CALLS.split("\\|");
        var called = new HashSet<String>();
        for (var call : calls) {
            var names = Pattern.compile("[a-z_]+(?=\\()").matcher(call);
            names.results().forEach(n -> called.add(n.group()));
            var text = """
                    fn ones_(a: int, b: int, c: int) { return full([a, b, c], 0.25) }
                    model m {
                        input x: f32[2, 4]
                        input m: f32[1, 3, 8, 8]
                        let i = tensor([[1, 0, 1], [0, 0, 1]], i64)
                        let w = full([2, 3, 3, 3], 0.1)
                        let v = full([4], 1.0)
                        let s = full([3], 1.0)
                        let new_x = x[new]
                        output y = %s
                    }
                    """.formatted(call);
            if (call.contains("top_k")) {
                // a routine of the runtime, which reference evaluation does not have
                Verifier.verify(Texts.graph(text));
                continue;
            }
            var out = Texts.run(text, Map.of("x", TensorData.floats(new float[]{1, -2, 3, -4, 5, -6, 7, -8}, 2, 4),
                    "m", TensorData.zeros(DType.F32, 1, 3, 8, 8)));
            assertThat(out.get("y")).as(call).isNotNull();
        }
        var missing = new HashSet<>(primitives().stream().map(p -> p.name().text()).toList());
        missing.removeAll(called);
        missing.removeAll(INITIALIZERS);
        assertThat(missing).as("primitives that are not called here").isEmpty();
    }

    @Test
    void isChecked() {
        new Library().standard().forEach(Checker::check);
    }

    @ParameterizedTest
    @ValueSource(strings = {"primitives.sinter", "layers.sinter"})
    void isLaidOut(String name) throws IOException {
        try (var in = Library.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(Formatter.format(text, name)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("primitives")
    void primitivesNameOperatorsThereAre(Ast.Primitive primitive) {
        var operator = primitive.operator().replaceFirst("/[0-9]+$", "");
        if (Character.isUpperCase(operator.charAt(0))) {
            assertThat(OnnxOps.find(OnnxOps.ONNX, operator, Primitives.OPSET)).isNotNull();
        }
        var kinds = new HashSet<>(primitive.formals().stream().map(Calls::kind).toList());
        kinds.removeAll(Calls.KINDS);
        assertThat(kinds).isEmpty();
    }
}
