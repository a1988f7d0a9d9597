package dev.sinter.cli;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.StateInfo;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.testkit.SteadySpeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter bench}: time to the first result and to nine tenths of the steady speed, then of runs at that. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        description = {"Times a model on made-up inputs: integers are 1, real numbers are normally distributed.",
                "Symbolic dimensions that --dim and --input leave open get sizes that fit together, and the output says"
                        + " which: 1 for the first of an input, else 128, unless the model wants others."})
final class BenchCommand extends Console implements Callable<Integer> {
    private static final int MOST_SAMPLES = 1_000_000;
    /** A thousand times the clock's step: shorter runs are timed several at once. */
    private static final long SHORTEST_NANOS = 40_000;

    @Parameters(paramLabel = "MODEL|JAR", description = "An ONNX file, a model text (.sinter), or a compiled jar.")
    private Path model = Path.of("");
    @Option(names = "--threads", paramLabel = "N", description = "Threads that work on one run (default: 1).")
    private @Nullable Integer threads;
    @Option(names = "--seconds", paramLabel = "S", defaultValue = "10",
            description = "How long to run, the first half to warm up (default: ${DEFAULT-VALUE}).")
    private double seconds = 10;
    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;
    @Mixin
    private InputFiles files = new InputFiles();
    @Mixin
    private CompileOptions options = new CompileOptions();

    /** Made by the command line parser. */
    BenchCommand() {
    }

    @Override
    public Integer call() throws IOException {
        if (!(seconds > 0)) {
            throw wrong("--seconds: a positive number was expected, got " + seconds);
        }
        files.require(this);
        var run = threads == null ? RunOptions.defaults() : RunOptions.defaults().withThreads(threads);
        long start = System.nanoTime();
        var source = Source.open(model, options, this);
        try (var loaded = source.load(run)) {
            long load = System.nanoTime() - start;
            var session = loaded.newSession();
            var made = firstRun(source, loaded.info(), session);
            long first = System.nanoTime();
            // making inputs up is no part of loading and running
            report(loaded, made.inputs().sizes(), steady(session, first - load - made.nanos(), first));
        }
        return 0;
    }

    /** Runs on inputs that fit together, but for those given. */
    private MadeUpRun firstRun(Source source, ModelInfo info, Session session) throws IOException {
        var given = files.values(info);
        var wanted = new LinkedHashMap<>(options.dims());
        wanted.putAll(InputFiles.sizes(info, given));
        given.forEach(session::set);
        requireKnown(info);
        try {
            return MadeUpRun.of(session, info, source.graph(), wanted, given.keySet());
        } catch (ModelException e) {
            throw new ModelException(e.getMessage() + " (" + (info.symbols().isEmpty() ? ""
                    : "--dim NAME=N gives sizes, ") + "--input NAME=FILE values)", e);
        }
    }

    /** A model that is compiled here checks its dimensions' names itself, and has fixed them by now. */
    private void requireKnown(ModelInfo info) throws IOException {
        var known = info.symbols().stream().map(SymbolInfo::name).filter(s -> !s.equals(StateInfo.CAPACITY)).toList();
        for (var name : options.dims().keySet()) {
            if (!known.contains(name) && Source.isZip(model)) {
                throw new ModelException("no dimension '" + name + "' to choose; there are " + known);
            }
        }
    }

    /**
     * What was measured.
     *
     * @param first milliseconds from the command's start to the first result
     * @param steady milliseconds from the command's start to nine tenths of the steady speed
     * @param times nanoseconds of a run in the second half of the time, sorted; each is the mean of as many runs
     *     as are timed at once
     * @param together how many those are
     */
    private record Figures(double first, double steady, double[] times, int together) {
    }

    private Figures steady(Session session, long start, long first) {
        var speed = new SteadySpeed(first);
        long half = (long) (seconds * 0.5e9);
        int together = 1;
        for (long now = first; now - first < half;) {
            long before = now;
            for (int i = 0; i < together; i++) {
                session.run();
            }
            now = System.nanoTime();
            speed.calls(together, now);
            together = now - before < SHORTEST_NANOS ? 2 * together : together;
        }
        var times = new double[1024];
        int count = 0;
        long begin = System.nanoTime();
        for (long now = begin; count == 0 || now - begin < half && count < MOST_SAMPLES;) {
            times = count == times.length ? Arrays.copyOf(times, 2 * count) : times;
            long before = now;
            for (int i = 0; i < together; i++) {
                session.run();
            }
            now = System.nanoTime();
            times[count++] = (double) (now - before) / together;
            speed.calls(together, now);
        }
        var sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        double firstMillis = (first - start) / 1e6;
        return new Figures(firstMillis, firstMillis + speed.reached() / 1e6, sorted, together);
    }

    private void report(Model loaded, Map<String, Long> sizes, Figures figures) {
        var form = loaded.form().name().toLowerCase(Locale.ROOT);
        double[] times = figures.times;
        double best = times[0] / 1e3;
        double median = times[times.length / 2] / 1e3;
        long runs = (long) times.length * figures.together;
        if (json) {
            out().println(new JsonObject().put("model", loaded.name()).put("form", form)
                    .put("threads", loaded.threads()).put("dims", sizes).put("firstMillis", figures.first)
                    .put("steadyMillis", figures.steady).put("bestMicros", best).put("medianMicros", median)
                    .put("runs", runs));
            return;
        }
        out().println("model    " + loaded.name() + ", " + form + ", " + loaded.threads()
                + (loaded.threads() == 1 ? " thread" : " threads"));
        if (!sizes.isEmpty()) {
            out().println("sizes    " + FittingSizes.text(sizes)
                    + (options.dims().keySet().containsAll(sizes.keySet()) ? "" : " (--dim NAME=N gives others)"));
        }
        line("first    %.1f ms to the first result, compiling or loading included", figures.first);
        line("steady   %.1f ms to 90 %% of the steady speed", figures.steady);
        line("best     %.3f us a run", best);
        line("median   %.3f us over %d runs", median, runs);
    }

    private void line(String format, Object... values) {
        out().println(String.format(Locale.ROOT, format, values));
    }
}
