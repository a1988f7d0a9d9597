package dev.sinter.runtime;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Makes HotSpot compile a program, on scratch memory, and finds out when it has. A step counts as compiled when it takes
 * no longer than the other form's takes: before, it runs in the interpreter or as the first compiler left it, many times
 * slower. So may the other form, which is being compiled, too: a step has to be quick in two passes, and the other form
 * is timed anew between them and must not have become much quicker. A slow step gets a slice of its iterations only, with pauses in which the compiler has the processor, and
 * leaves the rest to the other form, whose results are the same; so each pass is short, and garbage stays little.
 */
final class Rehearsal implements Steps {
    /** One run of the model on scratch memory. */
    interface Call {
        /**
         * Runs the model.
         *
         * @param program whose way through the steps
         * @param steps what runs each step
         */
        void run(Program program, Steps steps);
    }

    /** What is known of a step. */
    private enum Proof {
        /** Nothing, or that it is slow. */
        NONE,
        /** It was as quick as the other form. */
        QUICK,
        /** And the other form was no quicker afterwards. */
        CHECKED,
        /** And it was as quick again. */
        READY
    }

    private static final long UNKNOWN = Long.MAX_VALUE;
    /** What the clock and a call cost beside the work. */
    private static final long TOLERANCE = 2_000;
    /** HotSpot compiles for the first time after 200 calls, and for the second after at least 600. */
    private static final int IDLE_CALLS = 250;
    /** With so many calls in a pass, four passes show loops to the first compiler before the second takes over. */
    private static final int SAMPLE_CALLS = 600;
    /** Once in so many passes steps are tried whatever their samples say. */
    private static final int UNPROMISED = 10;
    /** Calls end after so long. */
    private static final long CALLING = 5_000_000;
    /** Iterations taken at once grow until they last so long. */
    private static final long PART = 1_000_000;
    /** A slow step is left to the other form after so long. */
    private static final long SHARE = 20_000_000;
    /** Pauses are this many times as long as slow work. */
    private static final int REST = 3;
    private static final long SHORTEST_PAUSE = 2_000_000;
    private static final long LONGEST_PAUSE = 20_000_000;

    private final Program scalar;
    private final Program vector;
    private final Changeover changeover;
    private final LongSupplier clock;
    private final LongConsumer pause;

    private long[] usual = {}; // by step: the scalar form's best time
    private Proof[] proofs = {};
    private int[] rehearsed = {}; // by kernel: the pass in which one of its steps was slow
    private int passes;
    private int seen;
    private int open; // steps that ran in this pass and are not ready
    private boolean measuring;
    private long tired;
    private long usualRun = UNKNOWN;

    /**
     * A rehearsal.
     *
     * @param scalar the program that runs
     * @param vector the program that is to run
     * @param changeover is told which steps are ready
     * @param clock nanoseconds
     * @param pause waits for nanoseconds
     */
    Rehearsal(Program scalar, Program vector, Changeover changeover, LongSupplier clock, LongConsumer pause) {
        this.scalar = scalar;
        this.vector = vector;
        this.changeover = changeover;
        this.clock = clock;
        this.pause = pause;
    }

    /** Runs the scalar form, to know how long its steps take. */
    void measure(Call call) {
        measuring = true;
        usualRun = Math.min(usualRun, timed(scalar, call));
        measuring = false;
    }

    /** Runs the vector form as far as it is not too slow; true if every step that ran is ready. */
    boolean pass(Call call) {
        open = 0;
        passes++;
        for (int i = 0; i < IDLE_CALLS; i++) {
            vector.idle();
        }
        long run = timed(vector, call);
        if (seen > 0) {
            return open == 0;
        }
        if (run <= limit(usualRun)) { // a model that is one method
            return true;
        }
        rest(run);
        return false;
    }

    private long timed(Program program, Call call) {
        long begin = clock.getAsLong();
        call.run(program, this);
        return clock.getAsLong() - begin;
    }

    @Override
    public void run(Frame frame, Program program, int step, int count) {
        changeover.goOn();
        if (step >= usual.length) {
            int old = usual.length;
            usual = Arrays.copyOf(usual, Math.max(step + 1, 2 * old));
            Arrays.fill(usual, old, usual.length, UNKNOWN);
            proofs = Arrays.copyOf(proofs, usual.length);
            Arrays.fill(proofs, old, usual.length, Proof.NONE);
            rehearsed = Arrays.copyOf(rehearsed, usual.length);
        }
        seen = Math.max(seen, step + 1);
        if (measuring || usual[step] == UNKNOWN) {
            measure(frame, step, 0, count);
            open++;
        } else if (proofs[step] == Proof.READY) {
            vector.step(step, frame, 0, 0, count);
        } else if (rehearsed[vector.kernel(step)] == passes) {
            scalar.step(step, frame, 0, 0, count); // this kernel's turn is over
            open++;
        } else if (proofs[step] == Proof.QUICK) {
            long before = usual[step];
            measure(frame, step, 0, count);
            proofs[step] = limit(usual[step]) < before ? Proof.NONE : Proof.CHECKED;
            open++;
        } else {
            rehearse(frame, step, count);
        }
    }

    private void measure(Frame frame, int step, int from, int count) {
        long begin = clock.getAsLong();
        scalar.step(step, frame, 0, from, count);
        long nanos = clock.getAsLong() - begin;
        if (count - from > count / 2) {
            usual[step] = Math.min(usual[step], (long) ((double) nanos * count / (count - from)));
        }
    }

    private void rehearse(Frame frame, int step, int count) {
        if (!promising(frame, step, count)) {
            open++;
            rehearsed[vector.kernel(step)] = passes;
            scalar.step(step, frame, 0, 0, count);
            return;
        }
        int from = 0;
        int part = 1;
        long spent = 0;
        while (from < count && (spent < SHARE || spent <= limit(usual[step] / count * from))) {
            int to = (int) Math.min(count, (long) from + part);
            long begin = clock.getAsLong();
            vector.step(step, frame, 0, from, to);
            long nanos = clock.getAsLong() - begin;
            spent += nanos;
            if (nanos > limit(usual[step] / count * (to - from))) {
                changeover.goOn();
                rest(nanos);
            }
            if (nanos < PART) {
                part *= 2;
            }
            from = to;
        }
        if (from == count && spent <= limit(usual[step])) {
            if (proofs[step] == Proof.CHECKED) {
                proofs[step] = Proof.READY;
                changeover.ready(step, vector);
            } else {
                proofs[step] = Proof.QUICK;
                open++;
            }
            return;
        }
        open++;
        rehearsed[vector.kernel(step)] = passes;
        if (from < count) {
            measure(frame, step, from, count);
        }
    }

    /**
     * Whether a step may be quick by now: a sample of its last and first iteration takes no longer than these do in the
     * other form. If it does, its kernels are called more often, for HotSpot to count. It has seen which ways they go
     * before it compiles them for good, since a sample has run in each turn but the first, in which nothing is compiled.
     */
    private boolean promising(Frame frame, int step, int count) {
        if (!vector.sample(step, frame, count - 1, 0)) {
            return true;
        }
        long nanos = rehearsed[vector.kernel(step)] == 0 ? UNKNOWN : sample(frame, step, count, 1);
        if (nanos <= limit(usual[step] / count * Math.min(count, 2)) || passes % UNPROMISED == 0) {
            return true;
        }
        long called = clock.getAsLong();
        for (int i = 0; i < SAMPLE_CALLS && clock.getAsLong() - called < CALLING; i++) {
            sample(frame, step, count, 0);
        }
        rest(nanos == UNKNOWN ? CALLING : nanos);
        return false;
    }

    private long sample(Frame frame, int step, int count, int rounds) {
        long begin = clock.getAsLong();
        vector.sample(step, frame, count - 1, rounds);
        if (count > 1) {
            vector.sample(step, frame, 0, rounds);
        }
        return clock.getAsLong() - begin;
    }

    private static long limit(long usual) {
        return usual + usual / 4 + TOLERANCE;
    }

    /** After slow work: gives the processor to whoever needs it, the compiler above all. */
    private void rest(long worked) {
        tired += REST * worked;
        if (tired >= SHORTEST_PAUSE) {
            pause.accept(Math.min(tired, LONGEST_PAUSE));
            tired = 0;
        }
    }
}
