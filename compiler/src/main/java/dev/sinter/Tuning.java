package dev.sinter;

import dev.sinter.codegen.CodegenOptions;
import dev.sinter.ir.cost.Costs;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether to measure, and how.
 *
 * @param on
 *            whether to measure instead of estimating
 * @param cache
 *            where measured times are kept; null for beside the jar, or nowhere if there is none
 * @param budget
 *            no measurement begins later
 * @param stopwatch
 *            takes times; null for a real one
 */
record Tuning(boolean on, @Nullable Path cache, Duration budget, @Nullable Stopwatch stopwatch) {
    static final Tuning OFF = new Tuning(false, null, Duration.ofMinutes(5), null);
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    Tuning withOn(boolean wanted) {
        return new Tuning(wanted, cache, budget, stopwatch);
    }

    Tuning withCache(Path file) {
        return new Tuning(on, file, budget, stopwatch);
    }

    Tuning withBudget(Duration most) {
        return new Tuning(on, cache, most, stopwatch);
    }

    Tuning with(Stopwatch other) {
        return new Tuning(on, cache, budget, other);
    }

    /** Where the times of a jar are kept, if nothing else is said. */
    static Path beside(Path jar) {
        return jar.resolveSibling(jar.getFileName() + ".tune");
    }

    /**
     * Compiles with measured costs, or estimated ones.
     *
     * @param jar
     *            that will be written, or null
     * @param options
     *            what is emitted
     * @param running
     *            how samples run
     * @param progress
     *            told what is measured
     * @param compile
     *            given the costs
     */
    Compilation compile(@Nullable Path jar, CodegenOptions options, RunOptions running, Consumer<String> progress,
            Function<Costs, Compilation> compile) {
        if (!on) {
            return compile.apply(Costs.ESTIMATED);
        }
        var file = cache != null ? cache : jar == null ? null : beside(jar);
        var times = file == null ? TuneCache.empty(machine()) : TuneCache.read(file, machine(), progress);
        var form = running.preferredForm();
        var watch = stopwatch != null ? stopwatch
                : new SampleStopwatch(options.withForms(Set.of(form)),
                        running.withForm(form).withThreads(1).withChecked(false));
        var tuner = new Tuner(times, watch, form.suffix() + (options.winograd() ? "" : "-no-winograd"), budget,
                progress);
        var compilation = compile.apply(tuner);
        tuner.finish();
        if (file != null) {
            try {
                times.write(file);
            } catch (IOException e) {
                throw new ModelException(file + ": measured times can't be written: " + e, e);
            }
        }
        return compilation;
    }

    /** What times depend on: processor, JVM, compiler. */
    private static String machine() {
        return System.getProperty("os.arch") + ", " + processor() + ", JVM " + Runtime.version() + ", Sinter "
                + Sinter.VERSION;
    }

    private static String processor() {
        try (var lines = Files.lines(PROCESSORS)) {
            return lines.filter(l -> l.startsWith("model name")).map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst().orElse("");
        } catch (IOException e) {
            var windows = System.getenv("PROCESSOR_IDENTIFIER");
            return windows == null ? "" : windows;
        }
    }
}
