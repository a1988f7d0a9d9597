package dev.sinter.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * A model's way from its scalar form, which is quick to start, to a vector form, which HotSpot takes seconds to compile.
 * After the first result a daemon thread rehearses the vector form ({@link Rehearsal}); each step changes over when it
 * is ready, and at last the model does. What the thread writes callers read without synchronization: whichever program
 * they see gives the same bits.
 */
final class Changeover implements Steps {
    /** The caller has its result out of the way first. */
    private static final long HEAD_START = 20_000_000;
    /** Then whatever is not compiled will be while it runs. */
    private static final long PATIENCE = 30_000_000_000L;
    private static final int MEASURED = 2;

    private final RunningForm form;

    private Program[] programs = {}; // by step; null: the scalar one
    private Thread thread;
    private boolean begun;
    private volatile boolean stopped;
    private volatile boolean complete; // every step was seen to be compiled

    /** A way that has not begun. */
    Changeover(RunningForm form) {
        this.form = form;
    }

    @Override
    public void run(Frame frame, Program scalar, int step, int count) {
        Program[] now = programs;
        Program ready = step < now.length ? now[step] : null;
        frame.perform(ready == null ? scalar : ready, step, count);
    }

    /** From now on, this program runs the step. */
    void ready(int step, Program program) {
        Program[] now = programs.length > step ? programs : Arrays.copyOf(programs, 2 * step + 1);
        now[step] = program;
        programs = now;
    }

    /** Whether a call may start it. */
    boolean wanted() {
        return !begun;
    }

    /** Starts the thread, once. */
    synchronized void begin(Program scalar, Rehearsal.Call call) {
        if (begun || stopped) {
            return;
        }
        begun = true;
        thread = new Thread(null, new Runnable() { // no lambda: the first of a process costs milliseconds
            @Override
            public void run() {
                go(scalar, call);
            }
        }, "sinter-" + form.model() + "-rehearsal", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    private void go(Program scalar, Rehearsal.Call call) {
        RunningForm.Active goal = null;
        try {
            pause(HEAD_START);
            goal = form.goal();
            complete = rehearse(new Rehearsal(scalar, goal.program(), this, System::nanoTime, this::pause), call);
        } catch (Ended e) {
            return;
        } catch (RuntimeException | OutOfMemoryError e) {
            System.getLogger("dev.sinter").log(System.Logger.Level.WARNING, "model '" + form.model() + "' "
                    + (goal == null ? "stays in its scalar form" : "changes its form without a rehearsal"), e);
        }
        form.changed(goal);
    }

    /** Whether all steps are ready: not if patience ran out. */
    private static boolean rehearse(Rehearsal rehearsal, Rehearsal.Call call) {
        long end = System.nanoTime() + PATIENCE;
        for (int i = 0; i < MEASURED; i++) {
            rehearsal.measure(call);
        }
        while (!rehearsal.pass(call)) {
            if (System.nanoTime() >= end) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private void pause(long nanos) {
        LockSupport.parkNanos(this, nanos);
        goOn();
    }

    /** Ends the thread's work if the model is closed. */
    void goOn() {
        if (stopped) {
            throw new Ended();
        }
    }

    /** The model is closed: nobody waits for the rehearsal. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Ended() {
            super(null, null, false, false);
        }
    }

    /** Waits until the model has changed over. */
    void await() throws InterruptedException {
        await(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Waits until the model has changed over.
     *
     * @return whether it has, with every step compiled; false if it was not begun, or time or patience ran out
     */
    boolean await(Duration most) throws InterruptedException {
        Thread running;
        synchronized (this) {
            running = thread;
        }
        return running != null && running.join(most) && complete;
    }

    /** Ends the thread and waits for its end, which is at most some slow step away. */
    void close() {
        Thread running;
        synchronized (this) {
            stopped = true;
            running = thread;
        }
        if (running == null) {
            return;
        }
        LockSupport.unpark(running);
        boolean interrupted = false;
        while (running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
