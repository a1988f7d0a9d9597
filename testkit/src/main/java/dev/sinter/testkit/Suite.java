package dev.sinter.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Runs many cases side by side, each within a time limit: a case that hangs fails, the others go on.
 */
public final class Suite {
    private static final int SHOWN_FRAMES = 3;

    private final Function<Path, CaseResult> runner;
    private final int threads;
    private final Duration limit;

    /**
     * A way to run cases.
     *
     * @param runner
     *            runs one, from any thread; such as {@link CaseRunner#run}
     * @param threads
     *            how many run at a time
     * @param limit
     *            the longest a case may take
     */
    public Suite(Function<Path, CaseResult> runner, int threads, Duration limit) {
        this.runner = runner;
        this.threads = Math.max(1, threads);
        this.limit = limit;
    }

    /**
     * Runs cases.
     *
     * @param folders
     *            their folders
     * @param each
     *            gets each result, in the order of the folders, as soon as it and those before it are there; called in
     *            the caller's thread
     */
    public void run(List<Path> folders, Consumer<CaseResult> each) {
        var results = new ArrayList<CompletableFuture<CaseResult>>();
        folders.forEach(folder -> results.add(new CompletableFuture<>()));
        var next = new AtomicInteger();
        for (int i = 0; i < Math.min(threads, folders.size()); i++) {
            start("sinter-suite-" + i, () -> {
                for (int at = next.getAndIncrement(); at < folders.size(); at = next.getAndIncrement()) {
                    results.get(at).complete(limited(folders.get(at)));
                }
            });
        }
        results.forEach(result -> each.accept(result.join()));
    }

    /** A thread that does not keep the program alive, for a case that hangs can't be ended. */
    private static Thread start(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon().start(work);
    }

    private CaseResult limited(Path folder) {
        var result = new CompletableFuture<CaseResult>();
        var thread = start("sinter-case", () -> {
            try {
                result.complete(runner.apply(folder));
            } catch (RuntimeException | Error e) {
                result.complete(failed(folder, e.toString()));
            }
        });
        try {
            if (thread.join(limit)) {
                return result.getNow(failed(folder, "its thread ended without a result"));
            }
            var where = Arrays.stream(thread.getStackTrace()).limit(SHOWN_FRAMES).map(StackTraceElement::toString)
                    .collect(Collectors.joining(" < "));
            thread.interrupt();
            return failed(folder, "not done after " + limit.toSeconds() + " s, at " + where);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(folder, "interrupted");
        }
    }

    private CaseResult failed(Path folder, String reason) {
        return new CaseResult(CaseRunner.name(folder), CaseResult.Status.FAIL, reason, limit.toMillis(),
                OptionalDouble.empty(), OptionalDouble.empty());
    }
}
