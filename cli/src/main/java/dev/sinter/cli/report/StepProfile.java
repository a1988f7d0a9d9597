package dev.sinter.cli.report;

import dev.sinter.cli.MadeUpInputs;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.StepListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;

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
 */
record StepProfile(String form, int threads, int runs, double run, double[] steps, double[] routines) {
    private static final int FEWEST = 5;
    private static final int MOST = 2000;
    private static final int CLOCK_SAMPLES = 1001;

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

    /**
     * Runs a model and takes times: most of the time it warms up, then each run that is timed as a whole is followed by
     * one whose steps are timed.
     *
     * @param model
     *            the model
     * @param inputs
     *            what it runs on
     * @param seconds
     *            how long
     * @return the times
     */
    static StepProfile take(Model model, MadeUpInputs inputs, double seconds) {
        var session = model.newSession();
        inputs.set(session);
        long begin = System.nanoTime();
        warmUp(session, begin, seconds * 0.6);
        var runs = new ArrayList<Double>();
        var times = new ArrayList<Times>();
        while (runs.size() < FEWEST || runs.size() < MOST && System.nanoTime() - begin < seconds * 1e9) {
            long before = System.nanoTime();
            session.run();
            runs.add((double) (System.nanoTime() - before));
            var taken = new Times();
            session.profile(taken);
            times.add(taken);
        }
        double clock = clock();
        int steps = times.stream().mapToInt(t -> t.steps.length).max().orElse(0);
        int routines = times.stream().mapToInt(t -> t.routines.length).max().orElse(0);
        var byStep = new double[steps];
        Arrays.setAll(byStep, i -> times.stream()
                .mapToDouble(t -> i < t.steps.length ? Math.max(0, t.steps[i] - clock * t.calls[i]) : 0)
                .min().orElse(0));
        var byRoutine = new double[routines];
        Arrays.setAll(byRoutine, i -> times.stream().mapToDouble(t -> i < t.routines.length ? t.routines[i] : 0)
                .min().orElse(0));
        return new StepProfile(model.form().name(), model.threads(), runs.size(), Collections.min(runs), byStep,
                byRoutine);
    }

    /** Both ways of running, since HotSpot compiles each by itself. */
    private static void warmUp(Session session, long begin, double seconds) {
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
