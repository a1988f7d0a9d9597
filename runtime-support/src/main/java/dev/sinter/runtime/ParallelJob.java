package dev.sinter.runtime;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A frame's parallel loop, made once and used for each of its parallel steps, so that no call allocates. The calling
 * thread takes slices too and waits only for those that another thread has begun: a full or stopped executor makes a
 * run slower, never wrong.
 */
final class ParallelJob implements Runnable {
    private static final long SPIN_NANOS = 30_000;

    private final Workers workers;
    private final Frame frame;
    /** Slices that nobody has taken. Counts down, so that 0 is final until the next step opens new ones. */
    private final AtomicInteger open = new AtomicInteger();
    /** Slices that are not finished. */
    private final AtomicInteger pending = new AtomicInteger();
    /** Helpers that are queued, at work or lingering. */
    private final AtomicInteger helpers = new AtomicInteger();

    // Written by the owner before open is set, read by whoever has taken a slice.
    private Program program;
    private int step;
    private int count;
    private int slices;
    private Thread owner;

    private Throwable failure;
    private int failedSlice;

    ParallelJob(Workers workers, Frame frame) {
        this.workers = workers;
        this.frame = frame;
    }

    /** Runs all slices of a step and returns, or throws what the first failing slice threw. */
    void run(Program program, int step, int count) {
        this.program = program;
        this.step = step;
        this.count = count;
        this.slices = Math.min(workers.size(), count);
        this.owner = Thread.currentThread();
        pending.set(slices);
        open.set(slices);
        callHelpers();
        drain();
        await();
        Throwable thrown = failure;
        this.failure = null;
        this.owner = null;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        if (thrown != null) {
            throw new ModelException("a worker failed", thrown);
        }
    }

    private void callHelpers() {
        for (int h = helpers.get(); h < slices - 1; h++) {
            helpers.incrementAndGet();
            try {
                workers.execute(this);
            } catch (RejectedExecutionException busy) {
                helpers.decrementAndGet();
                return;
            }
        }
    }

    /** A helper's life: take slices, linger a little for the next step's, leave. */
    @Override
    public void run() {
        do {
            do {
                drain();
            } while (workers.lingers() && spinFor(open, true));
            helpers.decrementAndGet();
            // The owner may have counted on this helper just before it signed off.
        } while (open.get() > 0 && helpers.incrementAndGet() > 0);
    }

    private void drain() {
        int left;
        while ((left = open.get()) > 0) {
            if (open.compareAndSet(left, left - 1)) {
                runSlice(slices - left);
            }
        }
    }

    private void runSlice(int slice) {
        try {
            int from = (int) ((long) count * slice / slices);
            int to = (int) ((long) count * (slice + 1) / slices);
            program.step(step, frame, slice, from, to);
        } catch (Throwable t) { // whatever it is, it belongs to the owner, who waits for this slice
            fail(slice, t);
        } finally {
            Thread waiting = owner;
            if (pending.decrementAndGet() == 0 && waiting != Thread.currentThread()) {
                LockSupport.unpark(waiting);
            }
        }
    }

    private synchronized void fail(int slice, Throwable thrown) {
        if (failure == null || slice < failedSlice) {
            failure = thrown;
            failedSlice = slice;
        }
    }

    private void await() {
        boolean interrupted = false;
        while (pending.get() > 0 && !spinFor(pending, false)) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // else park would return at once for ever
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits a few microseconds for a counter to be positive, or to be zero; says whether it came so. */
    private static boolean spinFor(AtomicInteger counter, boolean positive) {
        long begin = System.nanoTime();
        do {
            if (counter.get() > 0 == positive) {
                return true;
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - begin < SPIN_NANOS);
        return false;
    }
}
