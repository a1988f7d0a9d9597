package dev.sinter.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Counts the running calls, so that closing can wait for them. Entering and leaving neither lock nor allocate. */
final class CallGate {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** The running calls; from closing on, that number above {@link #CLOSED}. */
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Thread closer;

    /** Begins a call; false if the gate is closed. */
    boolean enter() {
        int now;
        do {
            now = calls.get();
            if (now < 0) {
                return false;
            }
        } while (!calls.compareAndSet(now, now + 1));
        return true;
    }

    /** Ends a call. */
    void exit() {
        if (calls.decrementAndGet() == CLOSED) {
            LockSupport.unpark(closer);
        }
    }

    /** Lets no call in from now on and waits for those inside; true for the one caller that closed the gate. */
    synchronized boolean close() {
        boolean first = calls.get() >= 0;
        if (first) {
            closer = Thread.currentThread();
            calls.getAndAdd(CLOSED);
            boolean interrupted = false;
            while (calls.get() != CLOSED) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            closer = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return first;
    }

    boolean closed() {
        return calls.get() < 0;
    }
}
