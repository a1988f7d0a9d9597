package dev.sinter.runtime;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that help a model's calls: none, a caller's executor, or an own pool of daemon threads. Own threads end
 * with {@link #close()}, and by themselves after some idle seconds, so that a forgotten model holds none.
 */
final class Workers implements AutoCloseable {
    private static final int QUEUE = 1024;
    private static final int IDLE_SECONDS = 5;
    private static final Workers SINGLE = new Workers(1, null, null, Sharing.BY_COST);

    private final int size;
    private final Sharing sharing;
    private final Executor executor;
    private final ThreadPoolExecutor own;

    private Workers(int size, Executor executor, ThreadPoolExecutor own, Sharing sharing) {
        this.size = size;
        this.sharing = sharing;
        this.executor = executor;
        this.own = own;
    }

    /** The calling thread alone. */
    static Workers single() {
        return SINGLE;
    }

    /** The calling thread and {@code size - 1} helpers. */
    static Workers of(int size, Optional<Executor> executor, String name, Sharing sharing) {
        if (size == 1) {
            return SINGLE;
        }
        if (executor.isPresent()) {
            return new Workers(size, executor.get(), null, sharing);
        }
        var number = new AtomicInteger();
        var pool = new ThreadPoolExecutor(size - 1, size - 1, IDLE_SECONDS, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE), task -> {
                    var thread = new Thread(null, task, "sinter-" + name + "-" + number.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    thread.setContextClassLoader(null);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return new Workers(size, pool, pool, sharing);
    }

    /** Threads that may work on a call, the caller's included. */
    int size() {
        return size;
    }

    /** When they do. */
    Sharing sharing() {
        return sharing;
    }

    /** Whether helpers may wait in a loop for the next step: only on threads of our own. */
    boolean lingers() {
        return own != null;
    }

    /** Whether other calls wait for a helper. */
    boolean isWanted() {
        return !own.getQueue().isEmpty();
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    /** Ends own threads and waits for their end. */
    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }
}
