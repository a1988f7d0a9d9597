package dev.sinter.runtime;

import java.util.ArrayDeque;

/** Idle frames, at most as many as there are processors: more calls at once than that gain nothing by keeping more. */
final class FramePool {
    private final int capacity = Runtime.getRuntime().availableProcessors();
    private final ArrayDeque<Frame> idle = new ArrayDeque<>(capacity);
    private final Workers workers;

    FramePool(Workers workers) {
        this.workers = workers;
    }

    Frame take() {
        synchronized (idle) {
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        return new Frame(workers);
    }

    void give(Frame frame) {
        frame.forgetIo();
        synchronized (idle) {
            if (idle.size() < capacity) {
                idle.push(frame); // the last used is the next used: its memory is in the cache
            }
        }
    }

    void clear() {
        synchronized (idle) {
            idle.clear();
        }
    }

    int idleCount() {
        synchronized (idle) {
            return idle.size();
        }
    }
}
