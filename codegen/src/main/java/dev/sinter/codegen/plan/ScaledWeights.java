package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.LowBits;
import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.LongSummaryStatistics;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Weights of a {@link ScaledMatMul} in as few bits as their values allow. Zero points that are integers are taken off
 * where that does not take more bits.
 *
 * @param form
 *            how they are packed
 * @param words
 *            {@code i32[ceil(N/16),words,16]}
 * @param scales
 *            {@code f32[ceil(K/block),N]}
 * @param zeros
 *            zero points, {@code f32[ceil(K/block),N]}; null where there are none left
 * @param block
 *            rows with one scale
 * @param k
 *            rows of the matrix
 * @param n
 *            its columns
 */
record ScaledWeights(LowBits form, TensorData words, TensorData scales, @Nullable TensorData zeros, int block, int k,
        int n) {
    /** The greatest distance of two values of a field. */
    private static final long MOST = 255;

    /** A product's weights; null where they are not constant, or there are none. */
    static @Nullable ScaledWeights of(ScaledMatMul op, Node node) {
        var q = node.input(1).constant();
        var scales = node.input(2).constant();
        var zeros = op.zero() ? node.input(3).constant() : null;
        if (q == null || q.size() == 0 || scales == null || op.zero() && zeros == null) {
            return null;
        }
        int k = (int) q.dims()[0];
        int n = (int) q.dims()[1];
        int block = Math.min(k, op.block());
        IntUnaryOperator element = i -> (int) q.getLong(i);
        var range = range(q.size(), element);
        if (zeros != null && zeros.dtype() != DType.F32) {
            var points = zeros;
            IntUnaryOperator centered = i -> (int) (q.getLong(i) - points.getLong(i / n / block * n + i % n));
            var without = range(q.size(), centered);
            if (without.getMax() - without.getMin() <= MOST && form(without).bits() <= form(range).bits()) {
                range = without;
                element = centered;
                zeros = null;
            }
        }
        var form = form(range);
        var words = form.pack(k, n, block, element);
        return new ScaledWeights(form, TensorData.of(DType.I32, words, words.length), scales, real(zeros), block, k, n);
    }

    /** {@return number of scales of a column} */
    int blocks() {
        return (k + block - 1) / block;
    }

    /** {@return the greatest magnitude that a weight may have without its zero point} */
    long largest() {
        long most = form.least() + (1L << form.bits()) - 1;
        long zero = 0;
        for (int i = 0; zeros != null && i < zeros.size(); i++) {
            zero = Math.max(zero, (long) Math.ceil(Math.abs(zeros.floatArray()[i])));
        }
        return Math.max(Math.abs(form.least()), Math.abs(most)) + zero;
    }

    private static LongSummaryStatistics range(int size, IntUnaryOperator element) {
        return IntStream.range(0, size).mapToLong(element::applyAsInt).summaryStatistics();
    }

    private static LowBits form(LongSummaryStatistics range) {
        return LowBits.holding(range.getMin(), range.getMax());
    }

    private static @Nullable TensorData real(@Nullable TensorData zeros) {
        if (zeros == null || zeros.dtype() == DType.F32) {
            return zeros;
        }
        var out = TensorData.zeros(DType.F32, zeros.dims());
        for (int i = 0; i < out.size(); i++) {
            out.set(i, zeros.getDouble(i));
        }
        return out;
    }
}
