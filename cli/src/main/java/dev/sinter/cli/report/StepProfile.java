package dev.sinter.cli.report;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.StepListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What a model's steps take when it is warm.
 *
 * @param form
 *            that ran
 * @param threads
 *            that worked
 * @param runs
 *            whole runs that were timed
 * @param run
 *            nanoseconds of the best run
 * @param steps
 *            nanoseconds of each step in a run, the best; all rounds of a loop together
 * @param routines
 *            nanoseconds of each library routine's calls in a run, the best
 * @param doubt
 *            why these may not be the times of a warm model; empty if they are
 */
record StepProfile(String form, int threads, int runs, double run, double[] steps, double[] routines, String doubt) {
    private static final int FEWEST = 5;
    private static final int MOST = 2000;
    private static final int CLOCK_SAMPLES = 1001;
    /** How long HotSpot may take to compile all kernels; once for the change-over, once for what is seen after it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double WARM_UP = 0.6;
    private static final double MEASURED = 0.2;
    /** Runs that become quicker by this part are not those of a warm model. */
    private static final double QUICKER = 0.1;

    /** A run's times by step. */
    private static final class Times implements StepListener {
        private long[] steps = {};
        private long[] calls = {};
        private long[] routines = {};

        @Override
        public void step(int step, long nanos) {
            if (step >= steps.length) {
                steps = Arrays.copyOf(steps, 2 * step + 1);
                calls = Arrays.copyOf(calls, 2 * step + 1);
            }
            steps[step] += nanos;
            calls[step]++;
        }

        @Override
        public void library(int call, long nanos) {
            routines = call < routines.length ? routines : Arrays.copyOf(routines, 2 * call + 1);
            routines[call] += nanos;
        }
    }

    /** Runs that were timed as a whole, each followed by one whose steps were timed. */
    private record Samples(List<Double> runs, List<Times> times) {
        static Samples take(Session session, double seconds) {
            var samples = new Samples(new ArrayList<>(), new ArrayList<>());
            long begin = System.nanoTime();
            while (samples.runs.size() < FEWEST
                    || samples.runs.size() < MOST && System.nanoTime() - begin < seconds * 1e9) {
                long before = System.nanoTime();
                session.run();
                samples.runs.add((double) (System.nanoTime() - before));
                var taken = new Times();
                session.profile(taken);
                samples.times.add(taken);
            }
            return samples;
        }

        void add(Samples more) {
            runs.addAll(more.runs);
            times.addAll(more.times);
        }

        double best() {
            return Collections.min(runs);
        }

        double[] bestSteps(double clock) {
            var best = new double[times.stream().mapToInt(t -> t.steps.length).max().orElse(0)];
            Arrays.setAll(best, i -> times.stream()
                    .mapToDouble(t -> i < t.steps.length ? Math.max(0, t.steps[i] - clock * t.calls[i]) : 0)
                    .min().orElse(0));
            return best;
        }

        double[] bestRoutines() {
            var best = new double[times.stream().mapToInt(t -> t.routines.length).max().orElse(0)];
            Arrays.setAll(best, i -> times.stream()
                    .mapToDouble(t -> i < t.routines.length ? t.routines[i] : 0).min().orElse(0));
            return best;
        }
    }

    /**
     * Runs a model and takes times: it waits until the model has changed over to its last form, and warms up; then it
     * measures, until runs do not become quicker any more.
     *
     * @param model
     *            the model
     * @param session
     *            of it, which has run
     * @param seconds
     *            how long, without the change-over
     * @return the times
     */
    static StepProfile take(Model model, Session session, double seconds) {
        boolean compiled = changedOver(model);
        warmUp(session, seconds * WARM_UP);
        var all = Samples.take(session, seconds * MEASURED);
        double last = all.best();
        boolean steady = false;
        for (long end = System.nanoTime() + PATIENCE.toNanos(); !steady && System.nanoTime() < end;) {
            boolean waiting = CompileQueue.names(model.info().className());
            var next = Samples.take(session, seconds * MEASURED);
            steady = next.best() > (1 - QUICKER) * last && !waiting
                    && !CompileQueue.names(model.info().className());
            last = next.best();
            all.add(next);
        }
        return new StepProfile(model.form().name(), model.threads(), all.runs.size(), all.best(),
                all.bestSteps(clock()), all.bestRoutines(), doubt(compiled, steady));
    }

    private static String doubt(boolean compiled, boolean steady) {
        if (!steady) {
            return "HotSpot was still compiling kernels when the measurement ended: the times are not those of a warm"
                    + " model.";
        }
        return compiled ? "" : "HotSpot was not seen to have compiled all kernels in time: some may have been measured"
                + " before they were.";
    }

    private static boolean changedOver(Model model) {
        try {
            return model.awaitChangeover(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException("interrupted while the model was compiled", e);
        }
    }

    /** Both ways of running, since HotSpot compiles each by itself. */
    private static void warmUp(Session session, double seconds) {
        long begin = System.nanoTime();
        for (int i = 0; i < FEWEST || System.nanoTime() - begin < seconds * 1e9; i++) {
            session.run();
            session.profile(new Times());
        }
    }

    /** What asking for the time takes, usually: it is part of each step's time. */
    private static double clock() {
        var samples = new ArrayList<Double>();
        for (int i = 0; i < CLOCK_SAMPLES; i++) {
            long before = System.nanoTime();
            samples.add((double) (System.nanoTime() - before));
        }
        Collections.sort(samples);
        return samples.get(CLOCK_SAMPLES / 2);
    }

    /** {@return what a step takes, nanoseconds in a run} */
    double step(int number) {
        return number < steps.length ? steps[number] : 0;
    }

    /** {@return what a library routine's call takes, nanoseconds in a run} */
    double routine(int number) {
        return number < routines.length ? routines[number] : 0;
    }

    /** {@return nanoseconds of all steps and routines in a run} */
    double sum() {
        return Arrays.stream(steps).sum() + Arrays.stream(routines).sum();
    }
}
