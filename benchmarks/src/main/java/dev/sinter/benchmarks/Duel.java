package dev.sinter.benchmarks;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * Two sides, measured in turn. A shared host is fast in one second and slow in the next; so both sides get slices of
 * a few hundredths of a second one after the other, who begins changes with every round, and the best call of each side
 * counts: both are then measured in the same quiet moments. A slice has several calls, so that a side meets caches as
 * its own last call left them and not as the other side did.
 */
final class Duel implements AutoCloseable {
    private static final long SLICE_NANOS = 60_000_000L;
    private static final int FEWEST_RUNS = 2;
    /** A thousand times the clock's step. */
    private static final long SHORTEST_NANOS = 40_000L;
    private static final int MOST_RUNS = 10_000;
    private static final long BUSY_MILLIS = 100;
    private static final CompilationMXBean JIT = ManagementFactory.getCompilationMXBean();
    private static final long MILLION = 1_000_000L;
    private static final double NEARLY = 0.99;
    private static final long OURS_LEAST_MILLIS = 4_000;
    private static final long QUIET_MILLIS = 3_000;
    private static final long THEIRS_LEAST_MILLIS = 500;
    private static final long MOST_MILLIS = 60_000;

    private final Side ours;
    private final Side theirs;
    private double oursBest = Double.POSITIVE_INFINITY;
    private double theirsBest = Double.POSITIVE_INFINITY;
    private boolean oursFirst;

    Duel(Side ours, Side theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    /** Forgets the best times. */
    void reset() {
        oursBest = Double.POSITIVE_INFINITY;
        theirsBest = Double.POSITIVE_INFINITY;
    }

    /** One slice for each side. */
    void round() {
        oursFirst = !oursFirst;
        if (oursFirst) {
            oursBest = Math.min(oursBest, slice(ours));
            theirsBest = Math.min(theirsBest, slice(theirs));
        } else {
            theirsBest = Math.min(theirsBest, slice(theirs));
            oursBest = Math.min(oursBest, slice(ours));
        }
    }

    /** The best nanoseconds of a call. */
    private static double slice(Side side) {
        double best = Double.POSITIVE_INFINITY;
        long start = System.nanoTime();
        long before = start;
        int together = 1;
        for (int rounds = 0; rounds < FEWEST_RUNS || before - start < SLICE_NANOS; rounds++) {
            for (int i = 0; i < together; i++) {
                side.run();
            }
            long after = System.nanoTime();
            long took = after - before;
            if (took >= SHORTEST_NANOS || together == MOST_RUNS) {
                best = Math.min(best, (double) took / together / side.calls());
            } else {
                together = Math.min(2 * together, MOST_RUNS);
            }
            before = after;
        }
        return best;
    }

    /**
     * Runs each side until it gets no faster. Our vector code goes from the interpreter to its final machine code over
     * several seconds, kernel by kernel, in steps with plateaus between, so that the compiler must be done too; the
     * peer only has to fill its caches.
     */
    void warmUp() {
        warmUp(ours, OURS_LEAST_MILLIS, QUIET_MILLIS, MOST_MILLIS);
        warmUp(theirs, THEIRS_LEAST_MILLIS, THEIRS_LEAST_MILLIS, MOST_MILLIS);
    }

    /**
     * At least some time, and then until for the quiet time neither the best call has improved by a hundredth nor the
     * compiler has worked.
     */
    private static void warmUp(Side side, long leastMillis, long quietMillis, long mostMillis) {
        long start = System.nanoTime();
        long improved = start;
        long now = start;
        long best = Long.MAX_VALUE;
        long busy = JIT.getTotalCompilationTime();
        while (now - start < mostMillis * MILLION
                && (now - start < leastMillis * MILLION || now - improved < quietMillis * MILLION)) {
            long before = now;
            side.run();
            now = System.nanoTime();
            long compiled = JIT.getTotalCompilationTime();
            if (now - before < best * NEARLY || compiled - busy > BUSY_MILLIS) {
                best = Math.min(best, now - before);
                busy = compiled;
                improved = now;
            }
        }
    }

    /**
     * How far the sides' last outputs are apart.
     *
     * @return see {@link Agreement#distance}
     */
    double distance() {
        return Agreement.distance(ours.outputs(), theirs.outputs());
    }

    /**
     * Whether the sides' last outputs are equal.
     *
     * @return whether every bit is
     */
    boolean equal() {
        return Agreement.equal(ours.outputs(), theirs.outputs());
    }

    /**
     * Our best call since the last reset.
     *
     * @return nanoseconds
     */
    double oursBest() {
        return oursBest;
    }

    /**
     * Their best call since the last reset.
     *
     * @return nanoseconds
     */
    double theirsBest() {
        return theirsBest;
    }

    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
