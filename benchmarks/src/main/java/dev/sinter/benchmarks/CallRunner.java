package dev.sinter.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures warm calls: runs {@link ModelBenchmark} under JMH in a fresh JVM for each row. */
final class CallRunner {
    private static final String PROPERTIES = "sinter.";
    private static final String FORM = "sinter.form";

    private CallRunner() {
    }

    /**
     * Measures a row.
     *
     * @param job what to measure
     * @param files where models come from
     * @return the row, best of all rounds
     * @throws RunnerException if a side fails or the two do not agree
     * @throws IOException if the inputs can't be written
     */
    static Row run(Job.Call job, ModelFiles files) throws RunnerException, IOException {
        Subject subject = job.subject();
        Shape shape = job.shape();
        Path feeds = files.place(subject.name() + "-" + shape + ".call");
        Feed.write(feeds, subject.inputs(shape));
        Options options = new OptionsBuilder()
                .include("^" + ModelBenchmark.class.getName().replace(".", "\\.") + "\\.")
                .param("model", subject.onnx(files, shape).toString())
                .param("other", subject.onnx(files, shape, job.peer()).toString())
                .param("feeds", feeds.toString())
                .param("decode", Boolean.toString(subject.decodes(shape)))
                .param("tolerance", Double.toString(job.peer().tolerance(subject.tolerance())))
                .param("peer", job.peer().name())
                .param("threads", Integer.toString(job.threads()))
                .param("polluted", Boolean.toString(job.polluted()))
                .jvmArgs(jvmArgs().toArray(String[]::new))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        var silent = OutputFormatFactory.createFormatInstance(
                new PrintStream(OutputStream.nullOutputStream()), VerboseMode.SILENT);
        return row(job, new Runner(options, silent).run());
    }

    private static Row row(Job.Call job, Collection<RunResult> results) {
        double ours = best(results, "ours", Math::min);
        double theirs = best(results, "theirs", Math::min);
        double peak = best(results, "peak", Math::max);
        double single = best(results, "single", Math::max);
        OptionalDouble operations = job.subject().operations(job.shape());
        Optional<Row.Rate> rate = operations.isEmpty() ? Optional.empty()
                : Optional.of(rate(operations.getAsDouble() / ours / 1e3, peak));
        return new Row(job.subject().name(), job.shape().toString(),
                job.peer().label(), job.polluted() ? Measure.POLLUTED : Measure.CALL, job.threads(), ours, theirs, rate,
                job.threads() == 1 ? OptionalDouble.empty() : OptionalDouble.of(peak / single));
    }

    private static Row.Rate rate(double gflops, double peak) {
        return new Row.Rate(gflops, gflops / peak);
    }

    /**
     * The forked JVM's flags: the vector module, and this process's own {@code sinter.} properties. The vector form
     * is forced unless a property says otherwise: left to itself a model first runs its scalar form, on a plateau that
     * looks steady, until the vector form is compiled.
     */
    private static List<String> jvmArgs() {
        var args = new ArrayList<>(List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        if (System.getProperty(FORM) == null) {
            args.add("-D" + FORM + "=vector");
        }
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith(PROPERTIES)) {
                args.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        return args;
    }

    private static double best(Collection<RunResult> results, String counter, DoubleBinaryOperator better) {
        return results.stream()
                .flatMap(r -> r.getBenchmarkResults().stream())
                .flatMap(b -> b.getIterationResults().stream())
                .mapToDouble(i -> score(i, counter))
                .reduce(better)
                .orElseThrow(() -> new IllegalStateException("JMH measured nothing"));
    }

    private static double score(IterationResult iteration, String counter) {
        return iteration.getSecondaryResults().get(counter).getScore();
    }
}
