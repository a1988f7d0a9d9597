package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WorkersTest {
    /** Notes which worker did which iteration of which step. */
    private static final class Recorder extends Program {
        private final int[] worker;
        private final int[] times;

        Recorder(int count) {
            worker = new int[count];
            times = new int[count];
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
            if (step == 13) {
                throw new IndexOutOfBoundsException("slot " + slot);
            }
            for (int i = from; i < to; i++) {
                worker[i] = slot;
                times[i]++;
            }
        }
    }

    @Property(tries = 100)
    void everyIterationRunsOnceInContiguousSlices(@ForAll @IntRange(min = 1, max = 6) int size,
            @ForAll @IntRange(min = 0, max = 40) int count) {
        try (Workers workers = Workers.of(size, Optional.empty(), "test")) {
            var frame = new Frame(workers);
            var recorder = new Recorder(count);
            frame.parallel(recorder, 0, count);
            assertThat(recorder.times).containsOnly(IntStream.range(0, count).map(i -> 1).toArray());
            assertThat(recorder.worker).isSorted();
            assertThat(recorder.worker).isEqualTo(expected(Math.min(size, count), count));
        }
    }

    private static int[] expected(int slices, int count) {
        var workers = new int[count];
        for (int s = 0; s < slices; s++) {
            Arrays.fill(workers, (int) ((long) count * s / slices), (int) ((long) count * (s + 1) / slices), s);
        }
        return workers;
    }

    @Example
    void manyStepsFollowOneAnother() {
        try (Workers workers = Workers.of(4, Optional.empty(), "test")) {
            var frame = new Frame(workers);
            var recorder = new Recorder(64);
            for (int i = 0; i < 20_000; i++) {
                frame.parallel(recorder, 0, 64);
            }
            assertThat(recorder.times).containsOnly(20_000);
        }
    }

    @Example
    void framesShareThePool() throws InterruptedException {
        try (Workers workers = Workers.of(3, Optional.empty(), "test")) {
            List<Recorder> recorders = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 5; t++) {
                var recorder = new Recorder(16);
                recorders.add(recorder);
                threads.add(Thread.ofVirtual().start(() -> {
                    var frame = new Frame(workers);
                    for (int i = 0; i < 500; i++) {
                        frame.parallel(recorder, 0, 16);
                    }
                }));
            }
            for (Thread t : threads) {
                t.join();
            }
            assertThat(recorders).allSatisfy(r -> assertThat(r.times).containsOnly(500));
        }
    }

    @Example
    void theFirstSlicesExceptionArrivesAndTheFrameStaysGood() {
        try (Workers workers = Workers.of(4, Optional.empty(), "test")) {
            var frame = new Frame(workers);
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> frame.parallel(new Recorder(8), 13, 8))
                        .isInstanceOf(IndexOutOfBoundsException.class).hasMessage("slot 0");
            }
            var recorder = new Recorder(8);
            frame.parallel(recorder, 0, 8);
            assertThat(recorder.times).containsOnly(1);
        }
    }

    @Example
    void anyExecutorWillDo() {
        Executor rejecting = task -> {
            throw new RejectedExecutionException("full");
        };
        Executor forgetful = task -> {
        };
        for (Executor executor : List.of(Runnable::run, rejecting, forgetful)) {
            try (Workers workers = Workers.of(3, Optional.of(executor), "test")) {
                var recorder = new Recorder(10);
                new Frame(workers).parallel(recorder, 0, 10);
                assertThat(recorder.times).containsOnly(1);
                assertThat(recorder.worker).isEqualTo(expected(3, 10));
            }
        }
        try (var pool = Executors.newFixedThreadPool(1)) {
            try (Workers workers = Workers.of(3, Optional.of(pool), "test")) {
                var recorder = new Recorder(10);
                new Frame(workers).parallel(recorder, 0, 10);
                assertThat(recorder.times).containsOnly(1);
            }
            assertThat(pool.isShutdown()).as("the caller's executor is the caller's").isFalse();
        }
    }

    @Example
    void anInterruptedCallerFinishesAndStaysInterrupted() {
        try (Workers workers = Workers.of(3, Optional.empty(), "test")) {
            var recorder = new Recorder(1000);
            Thread.currentThread().interrupt();
            new Frame(workers).parallel(recorder, 0, 1000);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(recorder.times).containsOnly(1);
        }
    }
}
