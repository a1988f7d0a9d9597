package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.integers;
import static dev.sinter.testkit.Numbers.random;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mixtures of experts give what ONNX Runtime gives, or what the definition says where it lacks them. */
class ExpertOperatorsTest {
    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1);
    }

    @ParameterizedTest
    @MethodSource
    void plain(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    private static OneNode plain(String activation, long k, long normalized, long fused) {
        return microsoft("MoE").with("activation_type", activation).with("k", k)
                .with("normalize_routing_weights", normalized).input(floats(6, 8)).input(floats(6, 4))
                .constant(floats(4, fused * 12, 8)).constant(floats(4, fused * 12)).constant(floats(4, 8, 12))
                .constant(floats(4, 8));
    }

    static List<OneNode> plain() {
        var cases = new ArrayList<OneNode>();
        for (var activation : List.of("relu", "gelu", "silu", "identity")) {
            cases.add(plain(activation, 2, 1, 1));
            cases.add(plain(activation, 2, 0, 1));
        }
        cases.add(plain("swiglu", 3, 1, 2).with("swiglu_fusion", 1L).with("activation_alpha", 1.702f)
                .with("activation_beta", 1f).with("swiglu_limit", 1.5f));
        cases.add(plain("swiglu", 1, 0, 2).with("swiglu_fusion", 1L));
        cases.add(microsoft("MoE").with("k", 2L).input(floats(2, 3, 8)).input(floats(6, 5))
                .constant(floats(5, 12, 8)).absent().constant(floats(5, 8, 12)).symbolic());
        // equal scores
        cases.add(microsoft("MoE").with("k", 2L).with("normalize_routing_weights", 1L).input(floats(6, 8))
                .input(Tensor.of(new float[30], 6, 5)).constant(floats(5, 12, 8)).absent()
                .constant(floats(5, 8, 12)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void quantized(OneNode node) throws Exception {
        node.assertLikeOrt(new Tolerance(1e-4, 1e-4, OptionalDouble.empty(), false));
    }

    private static Tensor bytes(long... shape) {
        return integers(DType.U8, 0, 256, shape);
    }

    private static Tensor scales(long... shape) {
        var values = floats(shape).toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.01f + Math.abs(values[i]) / 100;
        }
        return Tensor.of(values, shape);
    }

    private static OneNode quantized(long bits, long k, long normalized, String activation) {
        long fused = activation.equals("swiglu") ? 2 : 1;
        long pack = 8 / bits;
        var node = microsoft("QMoE").with("expert_weight_bits", bits).with("k", k).with("activation_type", activation)
                .with("normalize_routing_weights", normalized).input(floats(6, 32)).input(floats(6, 4))
                .constant(bytes(4, fused * 64, 32 / pack)).constant(scales(4, fused * 64))
                .constant(floats(4, fused * 64))
                .constant(bytes(4, 32, 64 / pack)).constant(scales(4, 32)).constant(floats(4, 32));
        return fused == 1 ? node : node.with("swiglu_fusion", 1L);
    }

    /** Blocks of 16 columns; with zero points or the middle of the range. */
    private static OneNode blocks(long bits, boolean zeros) {
        long pack = 8 / bits;
        var node = microsoft("QMoE").with("expert_weight_bits", bits).with("k", 2L).with("block_size", 16L)
                .with("normalize_routing_weights", 1L).input(floats(6, 64)).input(floats(6, 4))
                .constant(bytes(4, 64, 64 / pack)).constant(scales(4, 64, 4)).absent()
                .constant(bytes(4, 64, 64 / pack)).constant(scales(4, 64, 4)).absent();
        return zeros ? node.absent().absent().absent().constant(bytes(4, 64, 4 / pack))
                .constant(bytes(4, 64, 4 / pack)) : node;
    }

    /** Columns of one scale each, whose zero points are packed along the rows. */
    private static OneNode zeros(long bits) {
        long pack = 8 / bits;
        return quantized(bits, 2, 1, "identity").absent().absent().absent().constant(bytes(4, 64 / pack))
                .constant(bytes(4, 32 / pack));
    }

    /** Scores that choose and others that weigh. */
    private static OneNode mixed(long normalized) {
        return quantized(4, 2, normalized, "relu").absent().absent().absent().absent().absent().absent()
                .input(scales(6, 4));
    }

    static List<OneNode> quantized() {
        var cases = new ArrayList<OneNode>();
        for (long bits : new long[]{2, 4, 8}) {
            cases.add(quantized(bits, 2, 1, "relu"));
            cases.add(quantized(bits, 2, 0, "silu"));
            cases.add(quantized(bits, 1, 1, "swiglu"));
            cases.add(blocks(bits, false));
            cases.add(blocks(bits, true));
            cases.add(zeros(bits));
        }
        cases.add(mixed(0));
        cases.add(mixed(1));
        cases.add(blocks(4, true).symbolic());
        // equal scores
        cases.add(microsoft("QMoE").with("k", 2L).with("normalize_routing_weights", 1L).input(floats(2, 3, 32))
                .input(Tensor.of(new float[24], 6, 4)).constant(bytes(4, 64, 16)).constant(scales(4, 64)).absent()
                .constant(bytes(4, 32, 32)).constant(scales(4, 32)));
        return cases;
    }

    @Test
    void halves() throws Exception {
        microsoft("QMoE").with("k", 2L).with("normalize_routing_weights", 1L).input(random(DType.F16, 6, 32))
                .input(random(DType.F16, 6, 4)).constant(bytes(4, 64, 16)).constant(random(DType.F16, 4, 64))
                .constant(random(DType.F16, 4, 64)).constant(bytes(4, 32, 32)).constant(random(DType.F16, 4, 32))
                .assertLikeOrt(new Tolerance(4e-3, 0.5, OptionalDouble.empty(), false));
    }

    /** The gate as a third matrix, or in the second half of the rows of the first; ONNX Runtime has neither. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gatesApart(boolean halves) {
        var x = floats(6, 8);
        var scores = floats(6, 4);
        var gate = floats(4, 12, 8);
        var linear = integers(DType.F32, -3, 3, 4, 12, 8);
        var back = floats(4, 8, 12);
        var node = microsoft("MoE").with("k", 2L).with("activation_type", "swiglu").with("swiglu_limit", 2f)
                .with("activation_alpha", 1.5f).with("activation_beta", 0.5f).input(x).input(scores);
        if (halves) {
            node.with("swiglu_fusion", 2L).constant(joined(gate, linear)).absent().constant(back);
        } else {
            node.constant(gate).absent().constant(back).absent().constant(linear);
        }
        node.assertGives(CLOSE, mixture(x, scores, gate, linear, back, g -> {
            double low = Math.min(g[0], 2);
            return low / (1 + Math.exp(-1.5 * low)) * (Math.clamp(g[1], -2.0, 2.0) + 0.5);
        }));
    }

    /** A third matrix whose product is a factor of any activation's result. */
    @Test
    void factor() {
        var x = floats(6, 8);
        var scores = floats(6, 4);
        var first = floats(4, 12, 8);
        var third = integers(DType.F32, -3, 3, 4, 12, 8);
        var back = floats(4, 8, 12);
        microsoft("MoE").with("k", 2L).with("activation_type", "relu").input(x).input(scores).constant(first).absent()
                .constant(back).absent().constant(third)
                .assertGives(CLOSE, mixture(x, scores, first, third, back, g -> Math.max(0, g[0]) * g[1]));
    }

    /** Two experts, each weighed among the scores near its own. */
    @Test
    void sparse() {
        var x = floats(2, 8);
        var first = floats(4, 12, 8);
        var back = floats(4, 8, 12);
        // in the first row the second is near the best and the third near the second; in the other none is near another
        var scores = Tensor.of(new float[]{2, 2.03f, 1.995f, 1, -1, 1, 3, 2}, 2, 4);
        int[][] chosen = {{1, 0}, {2, 3}};
        double[][] weights = {{1 / (1 + Math.exp(-0.03) + Math.exp(-0.035)), 1 / (1 + Math.exp(-0.005))}, {1, 1}};
        var want = new float[16];
        for (int token = 0; token < 2; token++) {
            for (int j = 0; j < 2; j++) {
                for (int i = 0; i < 12; i++) {
                    int row = chosen[token][j] * 12 + i;
                    double hidden = weights[token][j] * dot(x, token * 8, first, row * 8, 8);
                    for (int h = 0; h < 8; h++) {
                        want[token * 8 + h] += (float) (hidden
                                * back.toFloats()[(chosen[token][j] * 8 + h) * 12 + i]);
                    }
                }
            }
        }
        microsoft("MoE").with("k", 2L).with("use_sparse_mixer", 1L).with("activation_type", "identity").input(x)
                .input(scores).constant(first).absent().constant(back).assertGives(CLOSE, Tensor.of(want, 2, 8));
    }

    /** Rows of one matrix behind those of another, for each of four experts. */
    private static Tensor joined(Tensor a, Tensor b) {
        var values = new float[2 * 4 * 12 * 8];
        for (int expert = 0; expert < 4; expert++) {
            System.arraycopy(a.toFloats(), expert * 96, values, expert * 192, 96);
            System.arraycopy(b.toFloats(), expert * 96, values, expert * 192 + 96, 96);
        }
        return Tensor.of(values, 4, 24, 8);
    }

    /** The definition: two of four experts, weighed by the softmax of all scores. */
    private static Tensor mixture(Tensor x, Tensor scores, Tensor first, Tensor third, Tensor back,
            ToDoubleFunction<double[]> activation) {
        var result = new float[6 * 8];
        for (int token = 0; token < 6; token++) {
            int at = token * 4;
            var score = scores.toFloats();
            double all = IntStream.range(0, 4).mapToDouble(e -> Math.exp(score[at + e])).sum();
            var best = IntStream.range(0, 4).boxed().sorted(Comparator.comparing((Integer e) -> -score[at + e]))
                    .limit(2).toList();
            for (int expert : best) {
                for (int h = 0; h < 8; h++) {
                    double sum = 0;
                    for (int i = 0; i < 12; i++) {
                        int row = (expert * 12 + i) * 8;
                        var parts = new double[]{dot(x, token * 8, first, row, 8), dot(x, token * 8, third, row, 8)};
                        sum += activation.applyAsDouble(parts) * back.toFloats()[(expert * 8 + h) * 12 + i];
                    }
                    result[token * 8 + h] += (float) (sum * Math.exp(score[at + expert]) / all);
                }
            }
        }
        return Tensor.of(result, 6, 8);
    }

    private static double dot(Tensor a, int i, Tensor b, int j, int count) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += a.toFloats()[i + k] * b.toFloats()[j + k];
        }
        return sum;
    }
}
