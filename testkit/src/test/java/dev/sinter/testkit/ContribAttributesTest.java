package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.HALF;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.integers;
import static dev.sinter.testkit.Numbers.random;
import static dev.sinter.testkit.Numbers.vector;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Attributes and inputs of ONNX Runtime's own operators that few models use. */
class ContribAttributesTest {
    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1);
    }

    @ParameterizedTest
    @MethodSource
    void weightsOfFewBits(OneNode node) throws Exception {
        node.assertLikeOrt(HALF);
    }

    private static OneNode few(long bits, long k, long n) {
        return microsoft("MatMulNBits").with("K", k).with("N", n).with("bits", bits).with("block_size", 16L)
                .input(floats(3, k)).constant(integers(DType.U8, 0, 256, n, (k + 15) / 16, 2 * bits))
                .constant(floats(n, (k + 15) / 16));
    }

    static List<OneNode> weightsOfFewBits() {
        var order = integers(DType.I32, 0, 3, 48);
        return List.of(
                few(4, 48, 6).absent().constant(order),
                few(4, 48, 6).constant(floats(6, 3)).constant(order).symbolic(),
                few(4, 48, 6).constant(integers(DType.U8, 0, 256, 6, 2)),
                few(4, 48, 6).absent().absent().constant(floats(6)),
                few(8, 48, 5), few(8, 40, 5).constant(integers(DType.U8, 0, 256, 5, 3)),
                few(2, 48, 5), few(4, 64, 17).with("accuracy_level", 4L).symbolic(),
                few(4, 32, 20).with("accuracy_level", 1L).symbolic());
    }

    /** Packed zero points are those of a column's group, which ONNX Runtime's CPU build takes no notice of. */
    @Test
    void zerosOfGroups() {
        var one = new float[32 * 32];
        var want = new float[32 * 2];
        var groups = new int[32];
        for (int i = 0; i < 32; i++) {
            one[33 * i] = 1;
            groups[i] = i % 2;
            // weights are 0: what is left is minus a zero point by a scale
            want[2 * i] = i % 2 == 0 ? -2 : -50;
            want[2 * i + 1] = i % 2 == 0 ? -700 : -3000;
        }
        microsoft("MatMulNBits").with("K", 32L).with("N", 2L).with("bits", 4L).with("block_size", 16L)
                .input(Tensor.of(one, 32, 32)).constant(Tensor.of(DType.U8, new byte[32], 2, 2, 8))
                .constant(Tensor.of(new float[]{1, 10, 100, 1000}, 2, 2))
                .constant(Tensor.of(DType.U8, new byte[]{0x52, 0x37}, 2, 1)).constant(Tensor.of(groups, 32))
                .assertGives(CLOSE, Tensor.of(want, 32, 2));
    }

    @ParameterizedTest
    @MethodSource
    void sinks(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    private static OneNode group(long past, int total) {
        long tokens = past == 0 ? total : 1;
        return microsoft("GroupQueryAttention").outputs(3).with("num_heads", 4L).with("kv_num_heads", 2L)
                .input(floats(2, tokens, 64)).input(floats(2, tokens, 32)).input(floats(2, tokens, 32))
                .input(floats(2, 2, past, 16)).input(floats(2, 2, past, 16))
                .input(Tensor.of(new int[]{total - 1, total - 1}, 2)).input(Tensor.of(new int[]{total}));
    }

    static List<OneNode> sinks() {
        // samples of 4 and 7 tokens in caches for 8
        var uneven = microsoft("GroupQueryAttention").outputs(3).with("num_heads", 4L).with("kv_num_heads", 2L)
                .with("smooth_softmax", 1L).input(floats(2, 1, 64)).input(floats(2, 1, 32)).input(floats(2, 1, 32))
                .input(floats(2, 2, 8, 16)).input(floats(2, 2, 8, 16)).input(Tensor.of(new int[]{3, 6}, 2))
                .input(Tensor.of(new int[]{7}));
        return List.of(uneven, group(0, 5).with("smooth_softmax", 1L), group(6, 7).with("smooth_softmax", 1L),
                group(0, 5).absent().absent().absent().absent().constant(floats(4)),
                group(6, 7).with("local_window_size", 3L).absent().absent().absent().absent().constant(floats(4)));
    }

    /** Each head's first elements are turned, which ONNX Runtime does on GPUs only. */
    @ParameterizedTest
    @CsvSource({"0,0", "0,4", "3,0", "3,4"})
    void rotary(int past, int width) {
        var x = floats(2, 5, 8);
        var weights = floats(8, 48);
        var bias = floats(48);
        var state = random(DType.F32, 2, 2, 2, past, 8);
        var node = microsoft("Attention").with("num_heads", 2L).with("unidirectional", 1L).with("do_rotary", 1L)
                .input(x).constant(weights).constant(bias).absent();
        if (width > 0) {
            node.with("rotary_embedding_dim", (long) width);
        }
        if (past > 0) {
            node.input(state);
        }
        node.assertGives(CLOSE, turned(x, weights, bias, state, past, width == 0 ? 8 : width));
    }

    /** The definition, element by element: 2 samples of 5 tokens, 2 heads of 8. */
    private static Tensor turned(Tensor x, Tensor weights, Tensor bias, Tensor state, int past, int width) {
        var result = new float[2 * 5 * 16];
        for (int sample = 0; sample < 2; sample++) {
            for (int head = 0; head < 2; head++) {
                var keys = new double[past + 5][];
                var values = new double[past + 5][];
                for (int t = 0; t < past + 5; t++) {
                    int at = t - past;
                    keys[t] = at < 0 ? old(state, 0, sample, head, past, t)
                            : rotated(part(x, weights, bias, sample * 5 + at, 16 + head * 8), t, width);
                    values[t] = at < 0 ? old(state, 1, sample, head, past, t)
                            : part(x, weights, bias, sample * 5 + at, 32 + head * 8);
                }
                for (int s = 0; s < 5; s++) {
                    var query = rotated(part(x, weights, bias, sample * 5 + s, head * 8), past + s, width);
                    var shares = new double[past + s + 1];
                    for (int t = 0; t < shares.length; t++) {
                        for (int d = 0; d < 8; d++) {
                            shares[t] += query[d] * keys[t][d] / Math.sqrt(8);
                        }
                        shares[t] = Math.exp(shares[t]);
                    }
                    double all = Arrays.stream(shares).sum();
                    for (int d = 0; d < 8; d++) {
                        double sum = 0;
                        for (int t = 0; t < shares.length; t++) {
                            sum += shares[t] / all * values[t][d];
                        }
                        result[((sample * 5 + s) * 2 + head) * 8 + d] = (float) sum;
                    }
                }
            }
        }
        return Tensor.of(result, 2, 5, 16);
    }

    private static double[] old(Tensor state, int which, int sample, int head, int past, int t) {
        int begin = (((which * 2 + sample) * 2 + head) * past + t) * 8;
        return IntStream.range(begin, begin + 8).mapToDouble(i -> state.toFloats()[i]).toArray();
    }

    /** Eight columns of a token's product with the weights. */
    private static double[] part(Tensor x, Tensor weights, Tensor bias, int token, int column) {
        return IntStream.range(column, column + 8).mapToDouble(c -> bias.toFloats()[c] + IntStream.range(0, 8)
                .mapToDouble(i -> x.toFloats()[token * 8 + i] * weights.toFloats()[i * 48 + c]).sum()).toArray();
    }

    /** Pairs of elements half a width apart turned by their position. */
    private static double[] rotated(double[] x, int position, int width) {
        var y = x.clone();
        for (int i = 0; i < width / 2; i++) {
            double angle = position * Math.pow(10000, -2.0 * i / width);
            double other = x[i + width / 2];
            y[i] = x[i] * Math.cos(angle) - other * Math.sin(angle);
            y[i + width / 2] = other * Math.cos(angle) + x[i] * Math.sin(angle);
        }
        return y;
    }

    @Test
    void listedCategories() throws Exception {
        var known = new OneNode("OneHotEncoder").domain("ai.onnx.ml", 3).with("zeros", 0L).ints("cats_int64s", 3, 1, 2);
        known.input(Tensor.of(new long[]{1, 3, 2, 2}, 2, 2)).symbolic().assertLikeOrt(CLOSE);
        new OneNode("OneHotEncoder").domain("ai.onnx.ml", 3).with("zeros", 0L).strings("cats_strings", "x", "y")
                .input(Tensor.of(new String[]{"y", "x", "x"}, 3)).assertLikeOrt(CLOSE);
    }

    @Test
    void unlistedCategory() {
        var unknown = new OneNode("OneHotEncoder").domain("ai.onnx.ml", 3).with("zeros", 0L)
                .ints("cats_int64s", 3, 1, 2).input(vector(1L, 4L));
        assertThatThrownBy(unknown::run).hasMessageContaining("the_OneHotEncoder");
    }
}
