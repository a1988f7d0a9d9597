package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private static final int COUNT = 40;
    private static final long MICRO = 1_000;

    private long now;
    private final List<Long> pauses = new ArrayList<>();

    /** Two steps of {@link #COUNT} iterations that take as long as they are told. */
    private class Timed extends Program {
        private final int kernels;
        protected long nanos;
        private int idle;
        private final int[][] times = new int[2][COUNT];

        Timed(int kernels, long nanos) {
            this.kernels = kernels;
            this.nanos = nanos;
        }

        @Override
        public void bind(long[] symbols, long[] values) {
            throw new IllegalStateException();
        }

        @Override
        public void run(Frame frame) {
            frame.parallel(this, 0, COUNT);
            frame.parallel(this, 1, COUNT);
        }

        @Override
        public void step(int step, Frame frame, int worker, int from, int to) {
            for (int i = from; i < to; i++) {
                times[step][i]++;
                now += nanos;
            }
        }

        @Override
        public int kernel(int step) {
            return Math.min(step, kernels - 1);
        }

        @Override
        public void idle() {
            idle++;
        }

        int calls(int step) {
            int sum = 0;
            for (int n : times[step]) {
                sum += n;
            }
            return sum;
        }
    }

    /** A program whose steps have samples. */
    private final class Sampled extends Timed {
        private final List<Integer> rounds = new ArrayList<>();

        Sampled(long nanos) {
            super(2, nanos);
        }

        @Override
        public boolean sample(int step, Frame frame, int iteration, int some) {
            rounds.add(some);
            now += some * super.nanos;
            return true;
        }
    }

    private final Changeover changeover = new Changeover(null);

    private Rehearsal rehearsal(Program scalar, Program vector) {
        return new Rehearsal(scalar, vector, changeover, () -> now, pauses::add);
    }

    private static void run(Program program, Steps steps) {
        var frame = new Frame();
        frame.steps = steps;
        program.run(frame);
    }

    @Test
    void aStepChangesOverWhenItIsAsQuickAsTheOtherForm() {
        var scalar = new Timed(2, MICRO);
        var vector = new Timed(2, 1000 * MICRO);
        var rehearsal = rehearsal(scalar, vector);
        rehearsal.measure(RehearsalTest::run);
        assertThat(rehearsal.pass(RehearsalTest::run)).isFalse();
        assertThat(rehearsal.pass(RehearsalTest::run)).isFalse();
        run(scalar, changeover);
        assertThat(vector.calls(0)).as("vector calls of the rehearsal only").isLessThanOrEqualTo(2 * COUNT);
        vector.nanos = MICRO / 10;
        assertThat(passes(rehearsal)).as("quick, the other form checked, quick again").isEqualTo(3);
        int before = vector.calls(0) + vector.calls(1);
        run(scalar, changeover);
        assertThat(vector.calls(0) + vector.calls(1)).isEqualTo(before + 2 * COUNT);
        assertThat(vector.idle).isPositive();
    }

    @Test
    void asQuickAsAFormThatIsNotCompiledEitherIsNotReady() {
        var scalar = new Timed(2, 1000 * MICRO);
        var vector = new Timed(2, 1000 * MICRO);
        var rehearsal = rehearsal(scalar, vector);
        rehearsal.measure(RehearsalTest::run);
        assertThat(rehearsal.pass(RehearsalTest::run)).isFalse();
        scalar.nanos = MICRO; // HotSpot is done with it
        for (int i = 0; i < 5; i++) {
            assertThat(rehearsal.pass(RehearsalTest::run)).isFalse();
        }
        int before = vector.calls(0) + vector.calls(1);
        run(scalar, changeover);
        assertThat(vector.calls(0) + vector.calls(1)).as("nothing has changed over").isEqualTo(before);
        vector.nanos = MICRO / 10;
        assertThat(passes(rehearsal)).isEqualTo(3);
    }

    /** How many passes it takes until all is ready. */
    private static int passes(Rehearsal rehearsal) {
        for (int pass = 1; pass < 20; pass++) {
            if (rehearsal.pass(RehearsalTest::run)) {
                return pass;
            }
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void eachPassDoesEveryIterationOnceInOneFormOrTheOther() {
        var scalar = new Timed(2, MICRO);
        var vector = new Timed(2, 4_000 * MICRO);
        var rehearsal = rehearsal(scalar, vector);
        rehearsal.measure(RehearsalTest::run);
        for (int pass = 1; pass <= 5; pass++) {
            rehearsal.pass(RehearsalTest::run);
            for (int step = 0; step < 2; step++) {
                for (int i = 0; i < COUNT; i++) {
                    assertThat(scalar.times[step][i] + vector.times[step][i]).isEqualTo(pass + 1);
                }
            }
        }
        assertThat(vector.calls(0)).as("slow work is cut short").isLessThan(5 * COUNT / 2).isPositive();
        assertThat(pauses).as("and there are pauses").isNotEmpty();
    }

    @Test
    void stepsOfOneKernelTakeTurns() {
        var scalar = new Timed(1, MICRO);
        var vector = new Timed(1, 1000 * MICRO);
        var rehearsal = rehearsal(scalar, vector);
        rehearsal.measure(RehearsalTest::run);
        rehearsal.pass(RehearsalTest::run);
        assertThat(vector.calls(0)).isPositive();
        assertThat(vector.calls(1)).as("its kernel was slow in this pass").isZero();
        vector.nanos = 1;
        assertThat(passes(rehearsal)).isEqualTo(3);
        assertThat(vector.calls(1)).isEqualTo(2 * COUNT);
    }

    @Test
    void aModelThatIsOneMethodIsTimedAsAWhole() {
        var scalar = new Timed(1, MICRO);
        var vector = new Timed(1, 1000 * MICRO);
        Rehearsal.Call whole = (program, steps) -> program.step(0, null, 0, 0, COUNT);
        var rehearsal = rehearsal(scalar, vector);
        rehearsal.measure(whole);
        assertThat(rehearsal.pass(whole)).isFalse();
        assertThat(pauses).isNotEmpty();
        vector.nanos = MICRO;
        assertThat(rehearsal.pass(whole)).isTrue();
    }

    @Test
    void aStepIsTriedWhenItsSampleIsQuick() {
        var scalar = new Timed(2, MICRO);
        var vector = new Sampled(1000 * MICRO);
        var rehearsal = rehearsal(scalar, vector);
        rehearsal.measure(RehearsalTest::run);
        rehearsal.pass(RehearsalTest::run);
        assertThat(vector.rounds).as("calls come before anything is run").isNotEmpty().containsOnly(0);
        rehearsal.pass(RehearsalTest::run);
        assertThat(vector.rounds).contains(1);
        assertThat(vector.calls(0) + vector.calls(1)).as("slow samples are enough to know").isZero();
        vector.nanos = MICRO / 10;
        assertThat(passes(rehearsal)).isEqualTo(3);
        assertThat(vector.calls(0)).isEqualTo(2 * COUNT);
    }
}
