package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WorkersTest {
    /** A program of one kind of step, which notes how often each round ran, and that no slot is used twice at a time. */
    private static final class Recorder extends Program {
        private final AtomicIntegerArray times;
        private final AtomicIntegerArray slots = new AtomicIntegerArray(16);
        private final IntConsumer round;
        private final List<String> slices = new ArrayList<>();

        Recorder(int count, IntConsumer round) {
            this.times = new AtomicIntegerArray(count);
            this.round = round;
        }

        Recorder(int count) {
            this(count, i -> {
            });
        }

        @Override
        public void bind(long[] symbols, long[] values) {
            throw new IllegalStateException();
        }

        @Override
        public void run(Frame frame) {
            throw new IllegalStateException();
        }

        @Override
        public void step(int step, Frame frame, int slot, int from, int to) {
            if (slot >= frame.workers() || slots.getAndIncrement(slot) != 0) {
                throw new IllegalStateException("slot " + slot + " is not free");
            }
            try {
                for (int i = from; i < to; i++) {
                    times.incrementAndGet(i);
                    round.accept(i);
                }
                synchronized (slices) {
                    slices.add(Thread.currentThread().threadId() + ": " + from + " to " + to);
                }
            } finally {
                slots.decrementAndGet(slot);
            }
        }

        /** Each round ran so often. */
        void ran(int wanted) {
            for (int i = 0; i < times.length(); i++) {
                assertThat(times.get(i)).as("round " + i).isEqualTo(wanted);
            }
        }

        /** The caller ran everything, at once. */
        void ranAlone() {
            assertThat(slices).containsOnly(Thread.currentThread().threadId() + ": 0 to " + times.length());
        }
    }

    /** A caller that does not go on until a helper has come. */
    private static final class Meeting {
        private final Thread caller = Thread.currentThread();
        private final CountDownLatch begun = new CountDownLatch(1);
        private volatile Thread helper;

        /** Whether a helper attends. */
        boolean attend() {
            if (Thread.currentThread() != caller) {
                helper = Thread.currentThread();
                begun.countDown();
                return true;
            }
            try {
                assertThat(begun.await(1, TimeUnit.MINUTES)).as("a helper has come").isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return false;
        }
    }

    private static Workers workers(int size) {
        return Workers.of(size, Optional.empty(), "test", Sharing.EVERYTHING);
    }

    private static Workers workers(int size, Executor executor) {
        return Workers.of(size, Optional.of(executor), "test", Sharing.EVERYTHING);
    }

    @Property(tries = 100)
    void everyRoundRunsOnce(@ForAll @IntRange(min = 1, max = 6) int size,
            @ForAll @IntRange(min = 0, max = 40) int count,
            @ForAll boolean byCost) {
        try (Workers workers = Workers.of(size, Optional.empty(), "test",
                byCost ? Sharing.BY_COST : Sharing.EVERYTHING)) {
            var frame = new Frame(workers);
            var recorder = new Recorder(count);
            for (int i = 0; i < 3; i++) {
                frame.parallel(recorder, 0, count);
            }
            recorder.ran(3);
        }
    }

    @Example
    void helpersTakePart() {
        try (Workers workers = workers(2)) {
            var frame = new Frame(workers);
            var meeting = new Meeting();
            var recorder = new Recorder(64, i -> meeting.attend());
            frame.parallel(recorder, 0, 64);
            recorder.ran(1);
            assertThat(meeting.helper).isNotNull();
        }
    }

    @Example
    void manyStepsFollowOneAnother() {
        try (Workers workers = workers(4)) {
            var frame = new Frame(workers);
            var recorder = new Recorder(64);
            for (int i = 0; i < 5_000; i++) {
                frame.parallel(recorder, i % 3, 1 + i % 64);
            }
            assertThat(recorder.times.get(0)).isEqualTo(5_000);
            assertThat(recorder.times.get(63)).isEqualTo(5_000 / 64);
        }
    }

    @Example
    void framesShareThePool() throws InterruptedException {
        for (Sharing sharing : List.of(Sharing.BY_COST, Sharing.EVERYTHING)) {
            try (Workers workers = Workers.of(3, Optional.empty(), "test", sharing)) {
                List<Recorder> recorders = new ArrayList<>();
                List<Thread> threads = new ArrayList<>();
                for (int t = 0; t < 5; t++) {
                    var recorder = new Recorder(16);
                    recorders.add(recorder);
                    threads.add(Thread.ofVirtual().start(() -> {
                        var frame = new Frame(workers);
                        for (int i = 0; i < 200; i++) {
                            frame.parallel(recorder, i, 16);
                        }
                    }));
                }
                for (Thread t : threads) {
                    t.join();
                }
                recorders.forEach(r -> r.ran(200));
            }
        }
    }

    @Example
    void theFirstFailingRoundsExceptionArrivesAndTheFrameStaysGood() {
        try (Workers workers = workers(4)) {
            var frame = new Frame(workers);
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> frame.parallel(new Recorder(32, r -> {
                    if (r % 8 == 5) {
                        throw new IndexOutOfBoundsException("round " + r);
                    }
                }), 0, 32)).isInstanceOf(IndexOutOfBoundsException.class).hasMessage("round 5");
            }
            var recorder = new Recorder(8);
            frame.parallel(recorder, 0, 8);
            recorder.ran(1);
        }
    }

    @Example
    void anErrorInAHelperArrives() {
        try (Workers workers = workers(2)) {
            var frame = new Frame(workers);
            var meeting = new Meeting();
            assertThatThrownBy(() -> frame.parallel(new Recorder(64, r -> {
                if (meeting.attend()) {
                    throw new StackOverflowError("deep");
                }
            }), 0, 64)).isInstanceOf(StackOverflowError.class).hasMessage("deep");
            var recorder = new Recorder(8);
            frame.parallel(recorder, 0, 8);
            recorder.ran(1);
        }
    }

    @Example
    void anyExecutorWillDo() {
        Executor rejecting = task -> {
            throw new RejectedExecutionException("full");
        };
        Executor exhausted = task -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        Executor forgetful = task -> {
        };
        Executor eager = task -> {
            task.run();
            task.run();
        };
        for (Executor executor : List.of(Runnable::run, rejecting, exhausted, forgetful, eager)) {
            try (Workers workers = workers(3, executor)) {
                var recorder = new Recorder(10);
                var frame = new Frame(workers);
                frame.parallel(recorder, 0, 10);
                frame.parallel(recorder, 0, 10);
                recorder.ran(2);
            }
        }
        try (var pool = Executors.newFixedThreadPool(1)) {
            try (Workers workers = workers(3, pool)) {
                var recorder = new Recorder(10);
                new Frame(workers).parallel(recorder, 0, 10);
                recorder.ran(1);
            }
            assertThat(pool.isShutdown()).as("the caller's executor is the caller's").isFalse();
        }
    }

    @Example
    void aHelperThatComesWhenAllIsDoneChangesNothing() {
        List<Runnable> late = new ArrayList<>();
        try (Workers workers = workers(3, late::add)) {
            var recorder = new Recorder(10);
            var frame = new Frame(workers);
            frame.parallel(recorder, 0, 10);
            assertThat(late).hasSize(2);
            late.forEach(Runnable::run);
            recorder.ran(1);
            frame.parallel(recorder, 0, 10);
            assertThat(late).as("they are called again").hasSize(4);
            recorder.ran(2);
        }
    }

    @Example
    void anInterruptedCallerFinishesAndStaysInterrupted() {
        try (Workers workers = workers(3)) {
            var recorder = new Recorder(200, i -> LockSupport.parkNanos(10_000));
            Thread.currentThread().interrupt();
            new Frame(workers).parallel(recorder, 0, 200);
            assertThat(Thread.interrupted()).isTrue();
            recorder.ran(1);
        }
    }

    @Example
    void aCallerSleepsUntilTheLastHelperIsDone() {
        try (Workers workers = workers(2)) {
            Thread caller = Thread.currentThread();
            var recorder = new Recorder(2, i -> {
                if (Thread.currentThread() != caller) {
                    while (caller.getState() == Thread.State.RUNNABLE) {
                        Thread.onSpinWait();
                    }
                }
            });
            new Frame(workers).parallel(recorder, 0, 2);
            recorder.ran(1);
        }
    }

    @Example
    void withoutItsPoolAFrameWorksAlone() {
        Workers workers = workers(3);
        var frame = new Frame(workers);
        var recorder = new Recorder(10);
        frame.parallel(recorder, 0, 10);
        workers.close();
        frame.parallel(recorder, 0, 10);
        recorder.ran(2);
    }

    @Example
    void idleHelpersSleep() throws InterruptedException {
        try (Workers workers = workers(2)) {
            var meeting = new Meeting();
            new Frame(workers).parallel(new Recorder(64, i -> meeting.attend()), 0, 64);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (meeting.helper.getState() == Thread.State.RUNNABLE && System.nanoTime() < end) {
                Thread.sleep(1);
            }
            assertThat(meeting.helper.getState()).isNotEqualTo(Thread.State.RUNNABLE);
        }
    }

    // ---- cost

    @Example
    void whatCostsLittleTheCallerRunsAlone() {
        try (Workers workers = Workers.of(4, Optional.empty(), "test", Sharing.BY_COST)) {
            var frame = new Frame(workers);
            frame.times.add(7, 300);
            var recorder = new Recorder(100);
            for (int i = 0; i < 5; i++) {
                frame.parallel(recorder, 7, 100);
            }
            recorder.ran(5);
            recorder.ranAlone();
        }
    }

    @Example
    void helpersAreWokenOnceThereIsEnoughToDo() {
        List<Runnable> called = new ArrayList<>();
        var sharing = new Sharing(5_000, 100_000, TimeUnit.MINUTES.toNanos(1), false);
        try (Workers workers = Workers.of(2, Optional.of(called::add), "test", sharing)) {
            var frame = new Frame(workers);
            for (int step = 0; step < 5; step++) {
                frame.times.add(step, 20_000);
                assertThat(called).isEmpty();
                frame.parallel(new Recorder(10), step, 10);
            }
            assertThat(called).hasSize(1);
        }
        called.clear();
        try (Workers workers = Workers.of(2, Optional.of(called::add), "test", sharing)) {
            new Frame(workers).parallel(new Recorder(10), 0, 10);
            assertThat(called).as("nobody knows the cost").hasSize(1);
        }
    }

    @Example
    void handsAndChunksFollowTheCost() {
        var sharing = Sharing.BY_COST;
        assertThat(sharing.hands(2_999, 100, 8)).isEqualTo(1);
        assertThat(sharing.hands(3_000, 100, 8)).isEqualTo(2);
        assertThat(sharing.hands(7_000, 100, 8)).isEqualTo(4);
        assertThat(sharing.hands(1_000_000, 100, 8)).isEqualTo(8);
        assertThat(sharing.hands(1_000_000, 3, 8)).isEqualTo(3);
        assertThat(sharing.hands(0, 100, 8)).as("unknown").isEqualTo(8);
        assertThat(sharing.chunk(20_000, 100)).isEqualTo(10);
        assertThat(sharing.chunk(2_000_000, 100)).isEqualTo(1);
        assertThat(sharing.chunk(0, 100)).as("unknown").isEqualTo(1);
        assertThat(sharing.chunk(1_000, 100)).isEqualTo(100);
    }

    @Example
    void timesFallAtOnceAndRiseSlowly() {
        var times = new StepTimes();
        assertThat(times.of(3)).as("unknown").isZero();
        times.add(3, 8_000);
        times.add(3, 4_000);
        assertThat(times.of(3)).isEqualTo(4_000);
        times.add(3, 50_000_000);
        assertThat(times.of(3)).as("one that was interrupted").isEqualTo(4_500);
        for (int i = 0; i < 200; i++) {
            times.add(3, 9_000);
        }
        assertThat(times.of(3)).as("more work").isEqualTo(9_000);
        times.add(3, 0);
        assertThat(times.of(3)).as("known").isEqualTo(1);
        assertThat(times.of(4)).isZero();
    }
}
