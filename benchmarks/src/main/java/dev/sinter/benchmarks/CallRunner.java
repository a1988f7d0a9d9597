package dev.sinter.benchmarks;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures warm calls: runs {@link EncoderBenchmark} under JMH in a fresh JVM for each row. */
final class CallRunner {
    private static final String PROPERTIES = "sinter.";
    private static final String FORM = "sinter.form";

    private CallRunner() {
    }

    /**
     * Measures a row.
     *
     * @param job the row
     * @param onnx the model's file
     * @return the row, best of all rounds
     * @throws RunnerException if a side fails or the two do not agree
     */
    static Row run(Job.Call job, Path onnx) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("^" + EncoderBenchmark.class.getName().replace(".", "\\.") + "\\.")
                .param("model", job.encoder().name())
                .param("shape", job.shape().toString())
                .param("peer", job.peer())
                .param("threads", Integer.toString(job.threads()))
                .param("polluted", Boolean.toString(job.polluted()))
                .param("file", onnx.toString())
                .jvmArgs(jvmArgs().toArray(String[]::new))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        var silent = OutputFormatFactory.createFormatInstance(
                new java.io.PrintStream(OutputStream.nullOutputStream()), VerboseMode.SILENT);
        Collection<RunResult> results = new Runner(options, silent).run();
        double ours = best(results, "ours", Math::min);
        double theirs = best(results, "theirs", Math::min);
        double peak = best(results, "peak", Math::max);
        double gflops = job.encoder().operations(job.shape()) / ours / 1e3;
        String peer = job.peer().equals(EncoderBenchmark.ORT) ? OrtSide.peer() : job.peer();
        return new Row(job.encoder().name(), job.shape().toString(), peer, Row.MICROS, ours, theirs,
                Optional.of(new Row.Rate(gflops, gflops / peak)));
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
