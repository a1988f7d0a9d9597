package dev.sinter.benchmarks;

/**
 * Two sides, measured in turn. A shared host is fast in one second and slow in the next; so both sides get slices of
 * a few hundredths of a second one after the other, who begins changes with every round, and the best call of each side
 * counts: both are then measured in the same quiet moments. A slice has several calls, so that a side meets caches as
 * its own last call left them and not as the other side did.
 */
final class Duel implements AutoCloseable {
    private static final long SLICE_NANOS = 60_000_000L;
    private static final int FEWEST_CALLS = 2;
    private static final long MILLION = 1_000_000L;
    private static final double NEARLY = 0.99;
    private static final long OURS_LEAST_MILLIS = 4_000;
    private static final long QUIET_MILLIS = 3_000;
    private static final long THEIRS_LEAST_MILLIS = 500;
    private static final long MOST_MILLIS = 60_000;

    private final Side ours;
    private final Side theirs;
    private long oursBest = Long.MAX_VALUE;
    private long theirsBest = Long.MAX_VALUE;
    private boolean oursFirst;

    Duel(Side ours, Side theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    /** Forgets the best times. */
    void reset() {
        oursBest = Long.MAX_VALUE;
        theirsBest = Long.MAX_VALUE;
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

    private static long slice(Side side) {
        long best = Long.MAX_VALUE;
        long start = System.nanoTime();
        long before = start;
        for (int calls = 0; calls < FEWEST_CALLS || before - start < SLICE_NANOS; calls++) {
            side.run();
            long after = System.nanoTime();
            best = Math.min(best, after - before);
            before = after;
        }
        return best;
    }

    /**
     * Runs each side until it gets no faster. Our vector code goes from the interpreter to its final machine code over
     * several seconds, kernel by kernel, in steps with plateaus between; the peer only has to fill its caches.
     */
    void warmUp() {
        warmUp(ours, OURS_LEAST_MILLIS, QUIET_MILLIS, MOST_MILLIS);
        warmUp(theirs, THEIRS_LEAST_MILLIS, THEIRS_LEAST_MILLIS, MOST_MILLIS);
    }

    /** At least some time, and then until the best call has not improved by a hundredth for the quiet time. */
    private static void warmUp(Side side, long leastMillis, long quietMillis, long mostMillis) {
        long start = System.nanoTime();
        long improved = start;
        long now = start;
        long best = Long.MAX_VALUE;
        while (now - start < mostMillis * MILLION
                && (now - start < leastMillis * MILLION || now - improved < quietMillis * MILLION)) {
            long before = now;
            side.run();
            now = System.nanoTime();
            if (now - before < best * NEARLY) {
                best = now - before;
                improved = now;
            }
        }
    }

    /**
     * Cosine between the sides' last outputs, over all elements: a fast wrong answer is no result.
     *
     * @return 1 if they point the same way
     */
    double agreement() {
        float[] a = ours.output();
        float[] b = theirs.output();
        if (a.length != b.length) {
            throw new IllegalStateException("outputs differ in size: ours " + a.length + ", theirs " + b.length);
        }
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    /**
     * Our best call since the last reset.
     *
     * @return nanoseconds
     */
    long oursBest() {
        return oursBest;
    }

    /**
     * Their best call since the last reset.
     *
     * @return nanoseconds
     */
    long theirsBest() {
        return theirsBest;
    }

    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
