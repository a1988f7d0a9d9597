package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.LowBits;
import dev.sinter.codegen.kernel.ScaledKernel;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Weights of which every sixteen neighbouring columns have at most sixteen different values, whatever made them: a
 * codebook, powers of two in a small range, sums of a few of them. Values differ if their bits do, so that nothing is lost.
 *
 * @param form
 *            how the numbers of values are packed
 * @param words
 *            {@code i32[ceil(N/16),words,16]}
 * @param values
 *            {@code f32[ceil(N/16),32]}: those of a panel's columns, in ascending order of their bits, as
 *            {@link ScaledKernel.Weights} wants them
 * @param k
 *            rows of the matrix
 * @param n
 *            its columns
 */
record FewValues(LowBits form, TensorData words, TensorData values, int k, int n) {
    private static final int LANES = VType.LANES;
    private static final int HALF = LANES / 2;

    /** The form of a matrix {@code f32[K,N]}; null where some columns have more values. */
    static @Nullable FewValues of(TensorData matrix) {
        int k = (int) matrix.dims()[0];
        int n = (int) matrix.dims()[1];
        var weights = matrix.floatArray();
        int panels = (n + LANES - 1) / LANES;
        var values = new int[panels][];
        int most = 1;
        for (int panel = 0; panel < panels; panel++) {
            values[panel] = different(weights, n, panel * LANES);
            if (values[panel] == null) {
                return null;
            }
            most = Math.max(most, values[panel].length);
        }
        var form = LowBits.holding(0, most - 1);
        var words = form.pack(k, n, Math.max(1, k), at -> Arrays.binarySearch(values[at % n / LANES],
                Float.floatToRawIntBits(weights[at])));
        var table = new float[panels * ScaledKernel.VALUES];
        for (int i = 0; i < table.length; i++) {
            var own = values[i / ScaledKernel.VALUES];
            int place = i % ScaledKernel.VALUES;
            // eight twice, then the eight behind them twice
            int number = (place / LANES * HALF + place % HALF) & (1 << form.bits()) - 1;
            table[i] = number < own.length ? Float.intBitsToFloat(own[number]) : 0;
        }
        return new FewValues(form, TensorData.of(DType.I32, words, words.length),
                TensorData.floats(table, table.length), k, n);
    }

    /** The bits of a panel's values, ascending; null where there are more than a vector's lanes. */
    private static int @Nullable [] different(float[] weights, int n, int first) {
        var found = new int[LANES];
        int count = 0;
        int end = Math.min(first + LANES, n);
        for (int row = 0; row < weights.length; row += n) {
            for (int column = first; column < end; column++) {
                int bits = Float.floatToRawIntBits(weights[row + column]);
                int at = Arrays.binarySearch(found, 0, count, bits);
                if (at < 0) {
                    if (count == LANES) {
                        return null;
                    }
                    System.arraycopy(found, -at - 1, found, -at, count + at + 1);
                    found[-at - 1] = bits;
                    count++;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }
}
