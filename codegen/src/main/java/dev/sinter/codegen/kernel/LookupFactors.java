package dev.sinter.codegen.kernel;

import dev.sinter.codegen.plan.Operand;
import org.jspecify.annotations.Nullable;

/**
 * Weights of few bits: {@code step * code - offset}, less the zero points, times the scale.
 *
 * @param planes
 *            bits of a code
 * @param step
 *            distance of neighbouring weights
 * @param offset
 *            what is added to a code's value
 * @param bits
 *            {@code i8[ceil(N/64),planes,ceil(K/32),4,64]}
 * @param scales
 *            {@code f32[ceil(K/block),ceil(N/64)*64]}
 * @param zeros
 *            zero points, as the scales; null if {@code offset} has them
 * @param block
 *            weights of a column with one scale, a multiple of 32 or no less than K
 * @param k
 *            rows of the matrix
 * @param n
 *            its columns
 */
public record LookupFactors(int planes, int step, int offset, Operand bits, Operand scales, @Nullable Operand zeros,
        int block, int k, int n) {
    /** Streams of bits that are read at once: with fewer a row waits for memory, with more for the first-level cache. */
    private static final int STREAMS = 8;
    /** Units whose tables stay in the first-level cache. */
    private static final int NEAR = 24;

    int units() {
        return (int) LookupRows.units(k);
    }

    int blockUnits() {
        return block >= k ? units() : block / LookupRows.UNIT;
    }

    /** Units that are looked up one after the other: whole blocks. */
    int together() {
        return Math.min(units(), Math.max(1, NEAR / blockUnits()) * blockUnits());
    }

    /** Units whose sums are added up: a block is a multiple. */
    int run() {
        int units = blockUnits();
        if (units >= units()) {
            return Math.min(units, LookupTile.RUN);
        }
        int run = Math.min(units, LookupTile.RUN);
        while (units % run != 0) {
            run--;
        }
        return run;
    }

    /** Runs that are looked up one after the other. */
    int runs() {
        return (together() + run() - 1) / run();
    }

    /** Panels whose bits are read at once. */
    int abreast() {
        return Math.max(1, STREAMS / planes);
    }

    int panels() {
        return (n + LookupTile.COLUMNS - 1) / LookupTile.COLUMNS;
    }
}
