package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.integers;
import static dev.sinter.testkit.Numbers.longs;
import static dev.sinter.testkit.Numbers.scalar;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of attention gives what ONNX Runtime gives. */
class AttentionOperatorsTest {
    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1);
    }

    private static Tensor ints(int... values) {
        return Tensor.of(values, values.length);
    }

    @ParameterizedTest
    @MethodSource
    void standard(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> standard() {
        var cases = new ArrayList<OneNode>();
        for (long causal = 0; causal < 2; causal++) {
            cases.add(new OneNode("Attention").opset(23).with("is_causal", causal).input(floats(2, 4, 5, 8))
                    .input(floats(2, 2, 7, 8)).input(floats(2, 2, 7, 6)));
            cases.add(new OneNode("Attention").opset(23).with("is_causal", causal).with("q_num_heads", 3L)
                    .with("kv_num_heads", 3L).with("softcap", 2f).with("scale", 0.3f).input(floats(2, 5, 24))
                    .input(floats(2, 5, 24)).input(floats(2, 5, 24)).symbolic());
        }
        cases.add(new OneNode("Attention").opset(23).input(floats(2, 3, 4, 8)).input(floats(2, 3, 6, 8))
                .input(floats(2, 3, 6, 8)).input(floats(4, 6)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void microsoft(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> microsoft() {
        var cases = new ArrayList<OneNode>();
        for (long causal = 0; causal < 2; causal++) {
            cases.add(microsoft("Attention").with("num_heads", 2L).with("unidirectional", causal)
                    .input(floats(2, 5, 8)).constant(floats(8, 24)).constant(floats(24))
                    .input(integers(DType.I32, 0, 2, 2, 5)));
            cases.add(microsoft("Attention").with("num_heads", 2L).with("unidirectional", causal)
                    .input(floats(2, 5, 8)).constant(floats(8, 24)).constant(floats(24)).symbolic());
        }
        cases.add(microsoft("Attention").with("num_heads", 2L).input(floats(2, 5, 8)).constant(floats(8, 24))
                .constant(floats(24)).input(ints(3, 5)));
        cases.add(microsoft("Attention").with("num_heads", 2L).with("unidirectional", 1L).outputs(2)
                .input(floats(2, 3, 8)).constant(floats(8, 24)).constant(floats(24)).absent()
                .input(floats(2, 2, 2, 4, 4)));
        cases.add(microsoft("Attention").with("num_heads", 2L).with("scale", 0.4f).ints("qkv_hidden_sizes", 8, 8, 12)
                .input(floats(2, 5, 8)).constant(floats(8, 28)).constant(floats(28)).absent().absent()
                .input(floats(1, 2, 5, 5)));
        cases.add(microsoft("MultiHeadAttention").with("num_heads", 2L).input(floats(2, 3, 8)).input(floats(2, 5, 8))
                .input(floats(2, 5, 8)).symbolic());
        cases.add(microsoft("MultiHeadAttention").with("num_heads", 2L).input(floats(2, 3, 8)).input(floats(2, 5, 8))
                .input(floats(2, 5, 12)).constant(floats(28)).input(integers(DType.I32, 0, 2, 2, 5)));
        cases.add(microsoft("MultiHeadAttention").with("num_heads", 2L).outputs(3).with("unidirectional", 1L)
                .input(floats(2, 3, 8)).input(floats(2, 3, 8)).input(floats(2, 3, 8)).absent().absent().absent()
                .input(floats(2, 2, 4, 4)).input(floats(2, 2, 4, 4)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void grouped(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    private static OneNode group(long past, int total, boolean window) {
        var node = microsoft("GroupQueryAttention").outputs(3).with("num_heads", 4L).with("kv_num_heads", 2L);
        if (window) {
            node.with("local_window_size", 3L);
        }
        long tokens = past == 0 ? total : 1;
        return node.input(floats(1, tokens, 64)).input(floats(1, tokens, 32)).input(floats(1, tokens, 32))
                .input(floats(1, 2, past, 16)).input(floats(1, 2, past, 16)).input(ints(total - 1))
                .input(Tensor.of(new int[]{total}));
    }

    static List<OneNode> grouped() {
        return List.of(group(0, 5, false), group(0, 6, true), group(6, 7, false),
                group(0, 5, false).with("do_rotary", 1L).constant(floats(16, 8)).constant(floats(16, 8)),
                group(6, 7, true).with("do_rotary", 1L).with("rotary_interleaved", 1L).constant(floats(16, 8))
                        .constant(floats(16, 8)));
    }

    @ParameterizedTest
    @MethodSource
    void rotary(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> rotary() {
        var cases = new ArrayList<OneNode>();
        for (long interleaved = 0; interleaved < 2; interleaved++) {
            cases.add(microsoft("RotaryEmbedding").with("interleaved", interleaved).input(floats(2, 3, 16))
                    .input(longs(0, 9, 2, 3)).constant(floats(10, 4)).constant(floats(10, 4)));
            cases.add(microsoft("RotaryEmbedding").with("interleaved", interleaved).input(floats(2, 4, 3, 8))
                    .input(vector(5L)).constant(floats(10, 4)).constant(floats(10, 4)).symbolic());
            cases.add(new OneNode("RotaryEmbedding").opset(23).with("interleaved", interleaved).with("num_heads", 2L)
                    .with("rotary_embedding_dim", 4L).input(floats(2, 3, 16)).constant(floats(10, 2))
                    .constant(floats(10, 2)).input(longs(0, 9, 2, 3)));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void others(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> others() {
        return List.of(
                microsoft("QAttention").with("num_heads", 2L).input(integers(DType.U8, 0, 256, 2, 5, 8))
                        .constant(integers(DType.I8, -128, 128, 8, 24)).constant(floats(24))
                        .constant(scalar(DType.F32, 0.01)).constant(scalar(DType.F32, 0.01))
                        .input(integers(DType.I32, 0, 2, 2, 5)).constant(scalar(DType.U8, 128))
                        .constant(scalar(DType.I8, 0)),
                microsoft("QuickGelu").with("alpha", 1.5f).input(floats(3, 7)).symbolic());
    }
}
