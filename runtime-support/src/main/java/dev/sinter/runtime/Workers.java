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
    private static final Workers SINGLE = new Workers(1, null, null);

    private final int size;
    private final Executor executor;
    private final ThreadPoolExecutor own;

    private Workers(int size, Executor executor, ThreadPoolExecutor own) {
        this.size = size;
        this.executor = executor;
        this.own = own;
    }

    /** The calling thread alone. */
    static Workers single() {
        return SINGLE;
    }

    /** The calling thread and {@code size - 1} helpers. */
    static Workers of(int size, Optional<Executor> executor, String name) {
        if (size == 1) {
            return SINGLE;
        }
        if (executor.isPresent()) {
            return new Workers(size, executor.get(), null);
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
        return new Workers(size, pool, pool);
    }

    /** Number of slices that may run at once, the caller's included. */
    int size() {
        return size;
    }

    /** Whether helpers may spin for the next step: only on threads of our own. */
    boolean lingers() {
        return own != null;
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
