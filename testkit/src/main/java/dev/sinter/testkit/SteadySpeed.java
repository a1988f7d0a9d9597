package dev.sinter.testkit;

import java.util.Arrays;

/**
 * Finds out when calls that follow each other reached nine tenths of their steady speed. Calls are put together to
 * windows of some milliseconds; the steady speed is the median of the last quarter of the time, and it is nearly
 * reached at the end of the first window from which on the median of five windows is that fast.
 */
public final class SteadySpeed {
    private static final long WINDOW_NANOS = 4_000_000L;
    private static final double NEARLY = 0.9;
    private static final int TOGETHER = 5;

    private final long start;
    private long[] ends = new long[256];
    private double[] costs = new double[256];
    private int windows;
    private long begun;
    private long calls;

    /**
     * Begins to watch.
     *
     * @param start now, by {@link System#nanoTime}
     */
    public SteadySpeed(long start) {
        this.start = start;
        this.begun = start;
    }

    /**
     * A call has ended, and the next begins.
     *
     * @param now the time
     */
    public void call(long now) {
        calls(1, now);
    }

    /**
     * Some calls have ended, and the next begins.
     *
     * @param count how many
     * @param now the time
     */
    public void calls(int count, long now) {
        calls += count;
        if (now - begun < WINDOW_NANOS) {
            return;
        }
        if (windows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * windows);
            costs = Arrays.copyOf(costs, 2 * windows);
        }
        ends[windows] = now - start;
        costs[windows++] = (double) (now - begun) / calls;
        begun = now;
        calls = 0;
    }

    /**
     * When the steady speed was nearly reached.
     *
     * @return nanoseconds after the start; 0 if there were too few calls to tell
     */
    public long reached() {
        if (windows < 2 * TOGETHER) {
            return 0;
        }
        int late = windows - 1;
        while (late > windows - TOGETHER || late > 0 && ends[late - 1] > ends[windows - 1] * 3 / 4) {
            late--;
        }
        double enough = median(late, windows) / NEARLY;
        for (int w = 0; w + TOGETHER <= windows; w++) {
            if (costs[w] <= enough && median(w, w + TOGETHER) <= enough) {
                return ends[w];
            }
        }
        return ends[windows - 1];
    }

    private double median(int from, int to) {
        var sorted = Arrays.copyOfRange(costs, from, to);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
