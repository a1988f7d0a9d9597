package dev.sinter.runtime;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The versions of a model for sizes that came often ({@link Specialization}). One thread at a time makes one; which
 * calls it runs is seen in an array that is replaced, never changed.
 */
final class Versions {
    /** Sizes that are counted; with more, counting begins anew. */
    private static final int COUNTED = 1024;
    /** A count that never reaches what is wanted: the version is there, or could not be made. */
    private static final int DONE = Integer.MIN_VALUE;

    /** Sizes as a key. */
    private record Sizes(List<Long> values) {
        static Sizes of(long[] symbols) {
            return new Sizes(Arrays.stream(symbols).boxed().toList());
        }
    }

    /** A version with the sizes it is for. */
    private static final class Version {
        final long[] symbols;
        final Model model;
        volatile long lastCall;

        Version(long[] symbols, Model model) {
            this.symbols = symbols;
            this.model = model;
            this.lastCall = System.nanoTime();
        }
    }

    private final Specialization wanted;
    private final List<SymbolInfo> names;
    private final String name;
    private final RunOptions options;
    private final Map<Sizes, Integer> counts = new ConcurrentHashMap<>();
    private volatile Version[] ready = {};
    private Thread thread; // null: none works
    private boolean closed;

    /** Versions of a model, none yet. */
    Versions(ModelInfo info, RunOptions options, Specialization wanted) {
        this.wanted = wanted;
        this.names = info.symbols();
        this.name = info.name();
        this.options = options;
    }

    /**
     * Runs a call in the version for its sizes.
     *
     * @return the outputs; null if there is no such version (yet): then the call is counted
     */
    Outputs run(long[] symbols, Map<String, ? extends Value> inputs) {
        for (Version version : ready) {
            if (Arrays.equals(version.symbols, symbols)) {
                version.lastCall = System.nanoTime();
                Outputs outputs = version.model.runIfOpen(inputs);
                if (outputs != null) {
                    return outputs;
                }
            }
        }
        if (counts.size() > COUNTED) {
            counts.values().removeIf(count -> count >= 0);
        }
        Sizes sizes = Sizes.of(symbols);
        if (counts.merge(sizes, 1, (count, one) -> count < 0 ? count : count + one) >= wanted.calls()) {
            begin(sizes, symbols.clone(), inputs);
        }
        return null;
    }

    /** Starts a thread, unless one is at work: then the next call tries again. */
    private synchronized void begin(Sizes sizes, long[] symbols, Map<String, ? extends Value> inputs) {
        if (closed || thread != null || counts.getOrDefault(sizes, 0) < 0) {
            return;
        }
        counts.put(sizes, DONE);
        Map<String, Value> copies = new LinkedHashMap<>();
        inputs.forEach((input, value) -> copies.put(input, copy(value)));
        thread = new Thread(null, () -> make(symbols, copies), "sinter-" + name + "-specialize", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    /** The caller may change what it gave. */
    private static Value copy(Value value) {
        if (!(value instanceof Tensor tensor)) {
            return value;
        }
        Object array = tensor.array();
        if (!tensor.foreign()) { // else it is a copy already
            int length = tensor.dtype().storage().length(array);
            Object own = tensor.dtype().storage().allocate(length);
            System.arraycopy(array, 0, own, 0, length);
            array = own;
        }
        return Tensor.of(tensor.dtype(), array, tensor.shape());
    }

    private void make(long[] symbols, Map<String, Value> inputs) {
        try {
            ModelImage image = wanted.maker().make(sizes(symbols));
            if (isClosed()) {
                return;
            }
            Model made = Model.define(image, options);
            try {
                rehearse(made, inputs);
            } catch (RuntimeException | Error e) {
                made.close();
                throw e;
            }
            publish(new Version(symbols, made));
        } catch (RuntimeException | OutOfMemoryError e) {
            System.getLogger("dev.sinter").log(System.Logger.Level.WARNING,
                    "model '" + name + "' gets no version for " + sizes(symbols), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                thread = null;
            }
        }
    }

    /** A version takes over in the form it is going to have, or calls would become slower for a while. */
    private static void rehearse(Model made, Map<String, Value> inputs) throws InterruptedException {
        made.run(inputs);
        Changeover change = made.changeover();
        if (change != null) {
            change.await();
        }
    }

    private Map<String, Long> sizes(long[] symbols) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (int i = 0; i < symbols.length; i++) {
            if (!names.get(i).isCapacity()) {
                sizes.put(names.get(i).name(), symbols[i]);
            }
        }
        return sizes;
    }

    private void publish(Version made) {
        Version leaving = null;
        synchronized (this) {
            if (closed) {
                leaving = made;
            } else {
                Version[] now = ready;
                if (now.length == wanted.versions()) {
                    leaving = now[0];
                    for (Version version : now) {
                        leaving = version.lastCall - leaving.lastCall < 0 ? version : leaving;
                    }
                    counts.remove(Sizes.of(leaving.symbols));
                }
                Version[] next = new Version[Math.min(now.length + 1, wanted.versions())];
                int at = 0;
                for (Version version : now) {
                    if (version != leaving) {
                        next[at++] = version;
                    }
                }
                next[at] = made;
                ready = next;
            }
        }
        if (leaving != null) {
            leaving.model.close();
        }
    }

    /** How many versions there are; for tests. */
    int count() {
        return ready.length;
    }

    /** Waits until no version is being made; for tests. */
    void await() throws InterruptedException {
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running != null) {
            running.join();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Closes all versions; one that is being made is dropped when it is ready, which nobody waits for. */
    void close() {
        Version[] last;
        synchronized (this) {
            closed = true;
            last = ready;
            ready = new Version[0];
        }
        for (Version version : last) {
            version.model.close();
        }
    }
}
