package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators that carry a state from call to call give what their definitions' loops give. */
class StatefulOperatorsTest {
    private static final int BATCH = 2;

    @ParameterizedTest
    @MethodSource
    void caches(Worked each) {
        each.check();
    }

    static List<Worked> caches() {
        return List.of(cache(-2, "linear", 3, 2), cache(1, "circular", 5, 4), cache(2, "circular"),
                cache(-1, "linear"));
    }

    /** TensorScatter (24): a [2,6,5,6] cache of which three places are written, from where each sample says. */
    private static Worked cache(int axis, String mode, long... starts) {
        long[] shape = {BATCH, 6, 5, 6};
        var at = starts.length == BATCH ? starts : new long[BATCH];
        int place = axis < 0 ? axis + 4 : axis;
        var updates = shape.clone();
        updates[place] = place == 2 ? 2 : 3;
        var past = floats(shape);
        var update = floats(updates);
        var want = past.toFloats();
        var fresh = update.toFloats();
        for (int i = 0; i < fresh.length; i++) {
            var index = index(i, updates);
            index[place] = (index[place] + at[(int) index[0]]) % shape[place];
            want[flat(index, shape)] = fresh[i];
        }
        var node = new OneNode("TensorScatter").opset(24).with("axis", (long) axis).with("mode", mode).input(past)
                .input(update);
        return new Worked(starts.length == BATCH ? node.input(vector(at)) : node, Tensor.of(want, shape));
    }

    private static long[] index(int flat, long... shape) {
        var index = new long[shape.length];
        for (int axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
            index[axis] = rest % shape[axis];
            rest /= (int) shape[axis];
        }
        return index;
    }

    private static int flat(long[] index, long... shape) {
        long flat = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            flat = flat * shape[axis] + index[axis];
        }
        return (int) flat;
    }

    @ParameterizedTest
    @MethodSource
    void convolutions(Worked each) {
        each.check();
    }

    static List<Worked> convolutions() {
        var cases = new ArrayList<Worked>();
        for (int length : new int[]{1, 2, 7}) {
            for (int options = 0; options < 8; options++) {
                cases.add(convolution(length, (options & 1) != 0, (options & 2) != 0, (options & 4) != 0));
            }
        }
        return cases;
    }

    /** CausalConvWithState (27) of 3 channels and windows of 4. */
    private static Worked convolution(int length, boolean biased, boolean begun, boolean activated) {
        int channels = 3;
        int width = 4;
        var x = floats(BATCH, channels, length);
        var weights = floats(channels, 1, width);
        var past = floats(BATCH, channels, width - 1);
        var bias = vector(0.5f, -1f, 0.25f);
        var out = new float[BATCH * channels * length];
        var state = new float[BATCH * channels * (width - 1)];
        for (int row = 0; row < BATCH * channels; row++) {
            var whole = new float[width - 1 + length];
            if (begun) {
                System.arraycopy(past.toFloats(), row * (width - 1), whole, 0, width - 1);
            }
            System.arraycopy(x.toFloats(), row * length, whole, width - 1, length);
            for (int t = 0; t < length; t++) {
                double sum = biased ? bias.toFloats()[row % channels] : 0;
                for (int k = 0; k < width; k++) {
                    sum += (double) whole[t + k] * weights.toFloats()[row % channels * width + k];
                }
                out[row * length + t] = (float) (activated ? sum / (1 + Math.exp(-sum)) : sum);
            }
            System.arraycopy(whole, length, state, row * (width - 1), width - 1);
        }
        var node = new OneNode("CausalConvWithState").opset(27).with("activation", activated ? "silu" : "none").input(x)
                .constant(weights);
        if (biased) {
            node.constant(bias);
        } else {
            node.absent();
        }
        if (begun) {
            node.input(past);
        }
        return new Worked(node, Tensor.of(out, BATCH, channels, length), Tensor.of(state, BATCH, channels, width - 1));
    }

    @ParameterizedTest
    @MethodSource
    void linearAttentions(Worked each) {
        each.check();
    }

    static List<Worked> linearAttentions() {
        var cases = new ArrayList<Worked>();
        for (var rule : List.of("linear", "gated", "delta", "gated_delta")) {
            cases.add(new LinearAttention(rule, 5, 4, 2, true, false).worked());
            cases.add(new LinearAttention(rule, 1, 2, 2, false, true).worked());
        }
        return cases;
    }

    /**
     * LinearAttention (27), token by token.
     *
     * @param each
     *            whether each dimension of a key has a decay, and each head a rate
     * @param begun
     *            whether a state comes in
     */
    private record LinearAttention(String rule, int tokens, int queries, int heads, boolean each, boolean begun) {
        private static final int K = 3;
        private static final int V = 2;

        Worked worked() {
            var query = floats(BATCH, tokens, queries * K);
            var key = floats(BATCH, tokens, heads * K);
            var value = floats(BATCH, tokens, heads * V);
            var decay = floats(BATCH, tokens, each ? heads * K : heads);
            var rate = floats(BATCH, tokens, each ? heads : 1);
            var past = floats(BATCH, heads, K, V);
            var out = new double[BATCH * tokens * queries * V];
            var states = new double[BATCH * heads * K * V];
            for (int b = 0; b < BATCH; b++) {
                for (int q = 0; q < queries; q++) {
                    int h = q * heads / queries;
                    var state = new double[K][V];
                    for (int i = 0; begun && i < K * V; i++) {
                        state[i / V][i % V] = past.toFloats()[(b * heads + h) * K * V + i];
                    }
                    for (int t = 0; t < tokens; t++) {
                        int row = b * tokens + t;
                        double scale = rule.endsWith("delta") ? rate.toFloats()[each ? row * heads + h : row] : 1;
                        step(state, key.toFloats(), value.toFloats(), decay.toFloats(), row * heads + h, scale);
                        for (int i = 0; i < K * V; i++) {
                            out[(row * queries + q) * V + i % V] += state[i / V][i % V]
                                    * query.toFloats()[(row * queries + q) * K + i / V] / Math.sqrt(K);
                        }
                    }
                    for (int i = 0; i < K * V; i++) {
                        states[(b * heads + h) * K * V + i] = state[i / V][i % V];
                    }
                }
            }
            var node = new OneNode("LinearAttention").opset(27).with("update_rule", rule).with("q_num_heads", queries)
                    .with("kv_num_heads", heads).input(query).input(key).input(value);
            operand(node, begun, past);
            operand(node, rule.startsWith("gated"), decay);
            operand(node, rule.endsWith("delta"), rate);
            return new Worked(node, Tensor.ofValues(DType.F32, out, BATCH, tokens, queries * V),
                    Tensor.ofValues(DType.F32, states, BATCH, heads, K, V));
        }

        private static void operand(OneNode node, boolean given, Tensor tensor) {
            if (given) {
                node.input(tensor);
            } else {
                node.absent();
            }
        }

        private void step(double[][] state, float[] keys, float[] values, float[] decays, int at, double scale) {
            var found = new double[V];
            for (int k = 0; k < K; k++) {
                double kept = rule.startsWith("gated") ? Math.exp(decays[each ? at * K + k : at]) : 1;
                for (int v = 0; v < V; v++) {
                    state[k][v] *= kept;
                    found[v] += rule.endsWith("delta") ? state[k][v] * keys[at * K + k] : 0;
                }
            }
            for (int k = 0; k < K; k++) {
                for (int v = 0; v < V; v++) {
                    state[k][v] += scale * keys[at * K + k] * (values[at * V + v] - found[v]);
                }
            }
        }
    }
}
