package dev.sinter.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A frame's parallel loop, made once and used for each of its parallel steps, so that no call allocates. Each worker has
 * a contiguous part of a step's rounds, takes chunks from its front, and then from the ends of what others have not begun:
 * a helper that comes late or not at all makes a run slower, never wrong. The calling thread is worker 0 and waits only
 * for chunks that another thread has begun. Steps that cost too little to be shared ({@link Sharing}) it runs alone.
 */
final class ParallelJob {
    /** Longs from one worker's part to the next one's, so that no two are in a cache line or a pair of them. */
    private static final int APART = 16;
    private static final int BUSY = 1;
    private static final long NONE = 0;
    /** Steps that run alone are timed once in a while, since their cost may change. */
    private static final int SAMPLING = 0xF << 28;
    private static final long PURE_SPIN_NANOS = 20_000;
    private static final long YIELD_NANOS = 1_000_000;
    private static final long PATIENCE_NANOS = 300_000;

    private final Workers workers;
    private final Sharing sharing;
    private final Frame frame;
    private final Helper[] helpers;
    /** By worker: the rounds that nobody has begun, as from and to in one long, and the nanoseconds it worked. */
    private final AtomicLongArray parts;
    /** Rounds that are not finished. */
    private final AtomicInteger pending = new AtomicInteger();
    /** The owner, while it sleeps. */
    private volatile Thread sleeper;

    // Written by the owner before the parts are set, read by whoever has taken a chunk.
    private Program program;
    private int step;
    private int chunk;
    private int hands = 1;

    // Of the owner alone.
    private long last;
    private long unshared;
    private int random = 1;

    private Throwable failure;
    private int failedRound;

    ParallelJob(Workers workers, Frame frame) {
        this.workers = workers;
        this.sharing = workers.sharing();
        this.frame = frame;
        this.parts = new AtomicLongArray(workers.size() * APART);
        this.helpers = new Helper[workers.size() - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
        }
    }

    /** Runs all rounds of a step and returns, or throws what the first failing round threw. */
    void run(Program program, int step, int count) {
        StepTimes times = frame.times;
        long cost = times.of(step);
        int wanted = sharing.hands(cost, count, workers.size());
        if (wanted < 2 && !sampled()) {
            program.step(step, frame, 0, 0, count);
            return;
        }
        long begin = System.nanoTime();
        if (wanted < 2 || !worthIt(wanted, cost, begin)) {
            program.step(step, frame, 0, 0, count);
            last = System.nanoTime();
            times.add(step, last - begin);
            return;
        }
        share(program, step, count, wanted, sharing.chunk(cost, count));
        last = System.nanoTime();
        times.add(step, work());
    }

    private boolean sampled() {
        random = random * 69_069 + 1;
        return (random & SAMPLING) == 0;
    }

    /** Whether a step should be shared: some helper is awake, or there is enough work to wake one. */
    private boolean worthIt(int wanted, long cost, long now) {
        if (now - last > sharing.linger()) {
            unshared = 0;
        }
        unshared += cost;
        if (cost == 0 || unshared >= sharing.wake()) {
            unshared = 0;
            return true;
        }
        for (int i = 0; i < wanted - 1; i++) {
            if (helpers[i].isAwake()) {
                return true;
            }
        }
        return false;
    }

    private void share(Program program, int step, int count, int hands, int chunk) {
        this.program = program;
        this.step = step;
        this.chunk = chunk;
        this.hands = hands;
        pending.set(count);
        for (int w = hands - 1; w >= 0; w--) {
            parts.setPlain(w * APART + BUSY, 0);
            parts.set(w * APART, range((int) ((long) count * w / hands), (int) ((long) count * (w + 1) / hands)));
        }
        for (int i = 0; i < hands - 1; i++) {
            helpers[i].call();
        }
        if (sharing.patient() && workers.lingers()) {
            awaitHelpers();
        }
        drain(0);
        await();
        Throwable thrown = failure;
        this.failure = null;
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

    /** What the workers' times for a step add up to. */
    private long work() {
        long sum = 0;
        for (int w = 0; w < hands; w++) {
            sum += parts.getPlain(w * APART + BUSY);
        }
        return sum;
    }

    // ---- rounds

    private static long range(int from, int to) {
        return (long) from << Integer.SIZE | to;
    }

    /** Runs chunks as long as there are any, its own first; false if there was none. */
    private boolean drain(int worker) {
        boolean any = false;
        int parties = hands;
        for (int i = 0; i < parties; i++) {
            int victim = worker + i < parties ? worker + i : worker + i - parties;
            long taken;
            while ((taken = take(victim, i == 0)) != NONE) {
                perform(worker, (int) (taken >>> Integer.SIZE), (int) taken);
                any = true;
            }
        }
        return any;
    }

    /** Half of what is left of a worker's part: its owner takes from the front, others from the end. */
    private long take(int victim, boolean own) {
        while (true) {
            long range = parts.get(victim * APART);
            int from = (int) (range >>> Integer.SIZE);
            int to = (int) range;
            if (from >= to) {
                return NONE;
            }
            int taken = Math.max(chunk, (to - from + 1) / 2);
            if (to - from - taken < chunk) {
                taken = to - from;
            }
            long rest = own ? range(from + taken, to) : range(from, to - taken);
            if (parts.compareAndSet(victim * APART, range, rest)) {
                return own ? range(from, from + taken) : range(to - taken, to);
            }
        }
    }

    private void perform(int worker, int from, int to) {
        long begin = System.nanoTime();
        try {
            program.step(step, frame, worker, from, to);
        } catch (Throwable t) { // whatever it is, it belongs to the owner, who waits for these rounds
            fail(from, t);
        } finally {
            int busy = worker * APART + BUSY;
            parts.setPlain(busy, parts.getPlain(busy) + System.nanoTime() - begin);
            if (pending.addAndGet(from - to) == 0) {
                LockSupport.unpark(sleeper);
            }
        }
    }

    private synchronized void fail(int round, Throwable thrown) {
        if (failure == null || round < failedRound) {
            failure = thrown;
            failedRound = round;
        }
    }

    // ---- waiting

    private void await() {
        long begin = System.nanoTime();
        long waited = 0;
        while (pending.get() > 0 && waited < YIELD_NANOS) {
            pause(waited);
            waited = System.nanoTime() - begin;
        }
        if (pending.get() == 0) {
            return;
        }
        boolean interrupted = false;
        sleeper = Thread.currentThread();
        while (pending.get() > 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // else park would return at once for ever
        }
        sleeper = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitHelpers() {
        long begin = System.nanoTime();
        long waited = 0;
        for (int i = 0; i < hands - 1; i++) {
            while (!helpers[i].isHere() && waited < PATIENCE_NANOS) {
                pause(waited);
                waited = System.nanoTime() - begin;
            }
        }
    }

    /** A moment's wait; one that has lasted gives the processor to whoever may need it to end the wait. */
    private static void pause(long waited) {
        if (waited < PURE_SPIN_NANOS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** Another thread's part in the job. */
    private final class Helper implements Runnable {
        private static final int AWAY = 0;
        private static final int CALLED = 1;
        private static final int HERE = 2;

        private final int worker;
        private final AtomicInteger state = new AtomicInteger(AWAY);

        Helper(int worker) {
            this.worker = worker;
        }

        boolean isAwake() {
            return state.get() != AWAY;
        }

        boolean isHere() {
            return state.get() == HERE;
        }

        void call() {
            if (state.get() == AWAY && state.compareAndSet(AWAY, CALLED)) {
                try {
                    workers.execute(this);
                } catch (RuntimeException | OutOfMemoryError busy) { // full, stopped, or no thread to be had
                    state.compareAndSet(CALLED, AWAY);
                }
            }
        }

        /** A helper's life: take chunks, linger a little for the next step's, leave. */
        @Override
        public void run() {
            if (!state.compareAndSet(CALLED, HERE)) {
                return;
            }
            do {
                help();
                state.set(AWAY);
                // The owner may have counted on this helper just before it signed off.
            } while (isLeft() && state.compareAndSet(AWAY, HERE));
        }

        private void help() {
            long since = System.nanoTime();
            while (true) {
                boolean worked = drain(worker);
                if (!workers.lingers()) {
                    return;
                }
                long now = System.nanoTime();
                if (worked) {
                    since = now;
                } else if (workers.isWanted() || now - since > sharing.linger() && pending.get() == 0) {
                    return;
                }
                pause(now - since);
            }
        }

        private boolean isLeft() {
            for (int w = 0; w < hands; w++) {
                long range = parts.get(w * APART);
                if ((int) (range >>> Integer.SIZE) < (int) range) {
                    return true;
                }
            }
            return false;
        }
    }
}
