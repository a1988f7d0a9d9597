package dev.sinter.benchmarks;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's limit for fp32: a loop of fused multiply-additions on registers, at the preferred vector width. Sixteen
 * independent sums hide the latency of four cycles on up to four units. Products of matrices can come near it; nothing
 * can go over it without fewer operations or narrower types.
 */
final class Peak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 16;
    private static final int STEPS = 20_000;
    private static final long MILLION = 1_000_000L;

    private Peak() {
    }

    /**
     * Measures for a while.
     *
     * @param threads how many run the loop at the same time, each with its own numbers
     * @param millis how long; the first half second of a process only warms up
     * @return the sum of the threads' best rates, GFLOP/s
     */
    static double gflops(int threads, long millis) {
        if (threads == 1) {
            return gflops(millis);
        }
        var rates = new double[threads];
        var all = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            int index = t;
            all[t] = Thread.ofPlatform().start(() -> rates[index] = gflops(millis));
        }
        try {
            for (Thread thread : all) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return Arrays.stream(rates).sum();
    }

    private static double gflops(long millis) {
        long end = System.nanoTime() + millis * MILLION;
        long best = Long.MAX_VALUE;
        float sum = 0;
        long now = System.nanoTime();
        while (now < end) {
            long before = now;
            sum += chains(STEPS, sum * Float.MIN_NORMAL);
            now = System.nanoTime();
            best = Math.min(best, now - before);
        }
        if (Float.isNaN(sum)) {
            throw new IllegalStateException("the loop's sum is not a number");
        }
        return 2.0 * CHAINS * SPECIES.length() * STEPS / best;
    }

    private static float chains(int steps, float seed) {
        var factor = FloatVector.broadcast(SPECIES, 0.5f + seed);
        var addend = FloatVector.broadcast(SPECIES, 0.25f);
        var a0 = factor.mul(1f);
        var a1 = factor.mul(2f);
        var a2 = factor.mul(3f);
        var a3 = factor.mul(4f);
        var a4 = factor.mul(5f);
        var a5 = factor.mul(6f);
        var a6 = factor.mul(7f);
        var a7 = factor.mul(8f);
        var b0 = addend.mul(1f);
        var b1 = addend.mul(2f);
        var b2 = addend.mul(3f);
        var b3 = addend.mul(4f);
        var b4 = addend.mul(5f);
        var b5 = addend.mul(6f);
        var b6 = addend.mul(7f);
        var b7 = addend.mul(8f);
        for (int i = 0; i < steps; i++) {
            a0 = a0.fma(factor, addend);
            a1 = a1.fma(factor, addend);
            a2 = a2.fma(factor, addend);
            a3 = a3.fma(factor, addend);
            a4 = a4.fma(factor, addend);
            a5 = a5.fma(factor, addend);
            a6 = a6.fma(factor, addend);
            a7 = a7.fma(factor, addend);
            b0 = b0.fma(factor, addend);
            b1 = b1.fma(factor, addend);
            b2 = b2.fma(factor, addend);
            b3 = b3.fma(factor, addend);
            b4 = b4.fma(factor, addend);
            b5 = b5.fma(factor, addend);
            b6 = b6.fma(factor, addend);
            b7 = b7.fma(factor, addend);
        }
        // Lane by lane: a vector handed on, or a helper, could keep the sums in memory.
        return a0.lane(0) + a1.lane(0) + a2.lane(0) + a3.lane(0) + a4.lane(0) + a5.lane(0) + a6.lane(0) + a7.lane(0)
                + b0.lane(0) + b1.lane(0) + b2.lane(0) + b3.lane(0) + b4.lane(0) + b5.lane(0) + b6.lane(0)
                + b7.lane(0);
    }
}
