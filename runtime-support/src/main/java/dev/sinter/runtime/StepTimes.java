package dev.sinter.runtime;

import java.util.Arrays;

/**
 * What the steps of a program cost for one set of sizes, by the clock: HotSpot's state, the form and data that let work
 * be skipped are all in it. Calls read and write it without synchronization. An update may be lost; the next one comes.
 */
final class StepTimes {
    /** A longer time counts for an eighth, and for no more than twice the known one: the thread may have been away. */
    private static final int SLOWNESS = 8;

    private long[] nanos = {};

    /**
     * What a step costs.
     *
     * @param step its number
     * @return nanoseconds of work of all its rounds together; 0: nobody knows yet
     */
    long of(int step) {
        long[] now = nanos;
        return step < now.length ? now[step] : 0;
    }

    /**
     * A step has run.
     *
     * @param step its number
     * @param took nanoseconds of work of all its rounds together
     */
    void add(int step, long took) {
        long[] now = nanos;
        if (step >= now.length) {
            now = Arrays.copyOf(now, Math.max(step + 1, 2 * now.length));
            nanos = now;
        }
        long known = now[step];
        now[step] = known == 0 || took < known ? Math.max(1, took)
                : known + (Math.min(took - known, known) + SLOWNESS - 1) / SLOWNESS;
    }
}
