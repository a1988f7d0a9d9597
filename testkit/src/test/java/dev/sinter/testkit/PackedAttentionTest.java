package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.floats;

import dev.sinter.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention over packed tokens gives what its definition says; ONNX Runtime has it on GPUs only. Four samples of 2, 3,
 * none and 1 tokens in a batch of [4,3]; 2 heads of 4.
 */
class PackedAttentionTest {
    private static final int TOKENS = 6;
    private static final Tensor NOTHING = Tensor.of(new float[18], 1, 2, 3, 3);
    private static final int[] STARTS = {0, 2, 5, 5, 6};

    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1).with("num_heads", 2L);
    }

    private static Tensor offsets() {
        return Tensor.of(new int[]{0, 1, 3, 4, 5, 9, 2, 6, 7, 8, 10, 11}, 4, 3);
    }

    private static Tensor starts() {
        return Tensor.of(STARTS, 5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void projected(boolean biased) {
        var x = floats(TOKENS, 5);
        var weights = floats(5, 24);
        var bias = floats(24);
        var scores = floats(4, 2, 3, 3);
        var node = microsoft("PackedAttention").input(x).constant(weights).constant(bias).input(offsets())
                .input(starts());
        var all = new float[TOKENS * 24];
        for (int t = 0; t < TOKENS; t++) {
            for (int c = 0; c < 24; c++) {
                double sum = bias.toFloats()[c];
                for (int i = 0; i < 5; i++) {
                    sum += x.toFloats()[t * 5 + i] * weights.toFloats()[i * 24 + c];
                }
                all[t * 24 + c] = (float) sum;
            }
        }
        var want = attention(columns(all, 0), columns(all, 8), columns(all, 16), biased ? scores : NOTHING, 0.5);
        (biased ? node.input(scores) : node.symbolic()).assertGives(CLOSE, want);
    }

    private static float[] columns(float[] all, int begin) {
        var some = new float[TOKENS * 8];
        for (int t = 0; t < TOKENS; t++) {
            System.arraycopy(all, t * 24 + begin, some, t * 8, 8);
        }
        return some;
    }

    @Test
    void separate() {
        var q = floats(TOKENS, 8);
        var k = Tensor.of(columns(floats(TOKENS, 24).toFloats(), 8), TOKENS, 8);
        var v = Tensor.of(columns(floats(TOKENS, 24).toFloats(), 16), TOKENS, 8);
        var scores = floats(1, 2, 3, 3);
        microsoft("PackedMultiHeadAttention").with("scale", 0.3f).input(q).input(k).input(v).absent().input(offsets())
                .input(starts()).input(scores)
                .assertGives(CLOSE, attention(q.toFloats(), k.toFloats(), v.toFloats(), scores, 0.3f));
    }

    @Test
    void together() {
        var all = floats(TOKENS, 2, 3, 4);
        var bias = floats(24);
        var parts = new float[3][TOKENS * 8];
        for (int i = 0; i < TOKENS * 24; i++) {
            int which = i / 4 % 3;
            int column = i / 12 % 2 * 4 + i % 4;
            parts[which][i / 24 * 8 + column] = all.toFloats()[i] + bias.toFloats()[which * 8 + column];
        }
        microsoft("PackedMultiHeadAttention").input(all).absent().absent().constant(bias).input(offsets())
                .input(starts()).assertGives(CLOSE, attention(parts[0], parts[1], parts[2], NOTHING, 0.5));
    }

    private static Tensor attention(float[] q, float[] k, float[] v, Tensor bias,
            double scale) {
        var result = new float[TOKENS * 8];
        for (int sample = 0; sample < 4; sample++) {
            int begin = STARTS[sample];
            int count = STARTS[sample + 1] - begin;
            for (int head = 0; head < 2; head++) {
                for (int s = 0; s < count; s++) {
                    var weights = new double[count];
                    double all = 0;
                    for (int t = 0; t < count; t++) {
                        double score = 0;
                        for (int d = 0; d < 4; d++) {
                            score += q[(begin + s) * 8 + head * 4 + d] * k[(begin + t) * 8 + head * 4 + d];
                        }
                        int row = bias.dim(0) == 1 ? head : sample * 2 + head;
                        score = score * scale + bias.toFloats()[(row * 3 + s) * 3 + t];
                        weights[t] = Math.exp(score);
                        all += weights[t];
                    }
                    for (int i = 0; i < 4 * count; i++) {
                        result[(begin + s) * 8 + head * 4 + i % 4] +=
                                (float) (weights[i / 4] / all * v[(begin + i / 4) * 8 + head * 4 + i % 4]);
                    }
                }
            }
        }
        return Tensor.of(result, TOKENS, 8);
    }
}
