package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.LookupKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import org.jspecify.annotations.Nullable;

/**
 * Integers of few values, bit by bit: {@code least + step * code}. Columns are in panels of 64, k in units of 32; a unit of
 * a plane is four bytes for each column, whose lower six bits are those of six k's each; the upper ones of the first three
 * are those of six more, of the fourth one of the last two.
 *
 * @param least
 *            the least value
 * @param step
 *            distance of neighbouring values
 * @param planes
 *            bits of a code
 * @param bits
 *            {@code i8[ceil(N/64),planes,ceil(K/32),4,64]}
 */
record LookupWeights(int least, int step, int planes, TensorData bits) {
    private static final int COLUMNS = 64;
    private static final int UNIT = 32;
    private static final int BYTES = 4;

    /** Which integers a matrix has: the least, their distance, and bits of a code; null if codes are too long. */
    private record Range(int least, int step, int planes) {
        static @Nullable Range of(TensorData q) {
            long least = Long.MAX_VALUE;
            long most = Long.MIN_VALUE;
            for (int i = 0; i < q.size(); i++) {
                least = Math.min(least, q.getLong(i));
                most = Math.max(most, q.getLong(i));
            }
            long step = 0;
            for (int i = 0; i < q.size() && step != 1; i++) {
                step = gcd(step, q.getLong(i) - least);
            }
            if (q.size() == 0) {
                return null;
            }
            long codes = step == 0 ? 1 : (most - least) / step;
            int planes = Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(codes));
            return planes > LookupKernel.MOST_PLANES ? null : new Range((int) least, Math.max(1, (int) step), planes);
        }

        private static long gcd(long a, long b) {
            return b == 0 ? a : gcd(b, a % b);
        }
    }

    /** Bits of the codes of a matrix {@code [K,N]}; 0 if they are too many. */
    static int planes(TensorData q) {
        var range = Range.of(q);
        return range == null ? 0 : range.planes;
    }

    /** The planes of a matrix {@code [K,N]} of few values. */
    static LookupWeights of(TensorData q) {
        var range = Range.of(q);
        int k = (int) q.dims()[0];
        int n = (int) q.dims()[1];
        int panels = (n + COLUMNS - 1) / COLUMNS;
        int units = (k + UNIT - 1) / UNIT;
        var bits = new byte[panels * range.planes * units * BYTES * COLUMNS];
        for (int row = 0; row < k; row++) {
            int group = Math.min(row % UNIT / 6, 4);
            int within = row % UNIT - 6 * group;
            // of the last eight, two each lie above the six of a byte
            int part = group < 4 ? group : within / 2;
            int shift = group < 4 ? within : 6 + within % 2;
            for (int column = 0; column < n; column++) {
                int code = (int) ((q.getLong(row * n + column) - range.least) / range.step);
                // a lane's bytes are columns sixteen apart
                int lane = column % 16 * 4 + column % COLUMNS / 16;
                for (int plane = 0; plane < range.planes; plane++) {
                    long unit = ((long) column / COLUMNS * range.planes + plane) * units + row / UNIT;
                    bits[Math.toIntExact((unit * BYTES + part) * COLUMNS + lane)] |=
                            (byte) ((code >> plane & 1) << shift);
                }
            }
        }
        return new LookupWeights(range.least, range.step, range.planes,
                TensorData.of(DType.I8, bits, panels, range.planes, units, BYTES, COLUMNS));
    }
}
