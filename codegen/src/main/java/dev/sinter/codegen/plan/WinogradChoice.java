package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Winograd;
import org.jspecify.annotations.Nullable;

/**
 * Whether Winograd's algorithm pays for a convolution, by what products, transforms and weights are about to cost. Its
 * weights are larger, and large weights come from memory.
 */
final class WinogradChoice {
    /** Products of a nanosecond in the direct kernel, and in small blocks. */
    private static final double PRODUCTS = 70;
    /** Nanoseconds for a vector of channels of a point, there and back. */
    private static final double TRANSFORM = 2;
    private static final double RETURN = 3;
    /** Bytes of a nanosecond from memory, and what stays in the second-level cache. */
    private static final double MEMORY = 20;
    private static final double CACHED = 1 << 20;
    /** What a change of algorithm must gain. */
    private static final double WORTH = 0.8;
    /** Below so many channels, transforms cost more than they save. */
    private static final long FEWEST = 32;

    private WinogradChoice() {
    }

    /**
     * The best algorithm for a 3x3 convolution with strides and dilations of one.
     *
     * @param height
     *            rows of results
     * @param width
     *            columns of results
     * @param channels
     *            of the input
     * @param results
     *            channels of the result
     * @return how, or null for the direct kernel
     */
    static @Nullable Winograd best(long height, long width, long channels, long results) {
        if (channels < FEWEST || results < FEWEST || channels % 16 != 0) {
            return null;
        }
        double pairs = (double) channels * results;
        double least = WORTH * (9 * height * width * pairs / PRODUCTS + memory(9 * pairs));
        Winograd best = null;
        for (var algorithm : Winograd.values()) {
            double m = algorithm.results();
            double tiles = Math.ceil(height / m) * Math.ceil(width / m);
            double points = (double) algorithm.points() * algorithm.points();
            double cost = points * tiles * pairs / PRODUCTS + memory(points * pairs)
                    + points * tiles * (channels * TRANSFORM + results * RETURN) / 16;
            if (cost < least) {
                least = cost;
                best = algorithm;
            }
        }
        return best;
    }

    private static double memory(double weights) {
        double bytes = 4 * weights;
        return bytes < CACHED ? 0 : bytes / MEMORY;
    }
}
