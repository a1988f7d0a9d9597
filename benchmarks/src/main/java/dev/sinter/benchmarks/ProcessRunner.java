package dev.sinter.benchmarks;

import ai.onnxruntime.OrtEnvironment;
import dev.sinter.Sinter;
import dev.sinter.runtime.Model;
import dev.sinter.testkit.SteadySpeed;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Measures fresh processes, the two sides in turn. Of Sinter, our process has {@code runtime-support} and the compiled
 * jar, as in production; the peer's has its jar and loads the ONNX file, its native library unpacked beforehand.
 */
final class ProcessRunner {
    private static final int COLD_ROUNDS = 5;
    private static final int STEADY_ROUNDS = 3;
    private static final Watch STEADY = new Watch(12_000, 4_000);
    private static final int MEMORY_ROUNDS = 3;
    private static final Watch MEMORY = new Watch(6_000, 6_000);
    /**
     * Both sides' heap in suite memory: several times what lives in it. Collectors fill with garbage what they are given
     * before they collect it, and all of that counts as resident.
     */
    private static final String HEAP = "-Xmx64m";
    private static final long MINUTES = 2;

    private final ModelFiles files;

    ProcessRunner(ModelFiles files) {
        this.files = files;
    }

    /** Milliseconds that a process of each side goes on after its first result. */
    private record Watch(long ours, long theirs) {
        static final Watch NONE = new Watch(0, 0);
    }

    /** What one process gave. */
    private record Sample(double first, double steady, double bytes) {
    }

    /** The two sides' commands. */
    private record Commands(List<String> ours, List<String> theirs) {
    }

    /** Both sides' samples. */
    private record Samples(List<Sample> ours, List<Sample> theirs) {
        Row row(Job job, Measure measure, int cpus, ToDoubleFunction<Sample> figure) {
            return new Row(job.subject().name(), job.shape().toString(), OrtFile.peer(), measure, cpus,
                    median(ours, figure), median(theirs, figure), Optional.empty(), OptionalDouble.empty());
        }

        private static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
            double[] sorted = samples.stream().mapToDouble(figure).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    /**
     * Time from starting a process to its first result, and to nine tenths of its steady speed.
     *
     * @param job what to measure
     * @return two rows, each the median of all processes
     * @throws IOException if a process can't be started or fails
     * @throws InterruptedException if interrupted while one runs
     */
    List<Row> cold(Job.Cold job) throws IOException, InterruptedException {
        String cpus = Pinning.cpus(job.cpus()).orElseThrow(() -> new IOException(
                "there are no " + job.cpus() + " processors to pin a process to"));
        List<String> prefix = List.of("taskset", "-c", cpus);
        Samples first = duel(commands(job, prefix, List.of(), Watch.NONE), COLD_ROUNDS);
        Samples steady = duel(commands(job, prefix, List.of(), STEADY), STEADY_ROUNDS);
        return List.of(first.row(job, Measure.FIRST, job.cpus(), Sample::first),
                steady.row(job, Measure.STEADY, job.cpus(), Sample::steady));
    }

    /**
     * Largest resident size of a process.
     *
     * @param job what to measure
     * @return the row, the median of all processes
     * @throws IOException if a process can't be started or fails
     * @throws InterruptedException if interrupted while one runs
     */
    List<Row> memory(Job.Memory job) throws IOException, InterruptedException {
        Samples samples = duel(commands(job, List.of(), List.of(HEAP), MEMORY), MEMORY_ROUNDS);
        return List.of(samples.row(job, Measure.RESIDENT, Runtime.getRuntime().availableProcessors(),
                Sample::bytes));
    }

    private Samples duel(Commands commands, int rounds) throws IOException, InterruptedException {
        var samples = new Samples(new ArrayList<>(), new ArrayList<>());
        for (int round = 0; round < rounds; round++) {
            samples.ours.add(sample(commands.ours));
            samples.theirs.add(sample(commands.theirs));
        }
        return samples;
    }

    private Commands commands(Job job, List<String> prefix, List<String> flags, Watch watch) throws IOException {
        if (job.subject().decodes(job.shape())) {
            throw new UsageException("a decode loop has no first result; ask for prefill128");
        }
        Path onnx = job.subject().onnx(files, job.shape());
        String name = job.subject().name() + "-" + job.shape();
        Path jar = files.place(name + ".jar");
        Path feeds = files.place(name + ".feeds");
        if (!Files.exists(jar)) {
            Sinter.compiler().threads(1).compileToJar(onnx, jar);
            Feed.write(feeds, job.subject().inputs(job.shape()));
        }
        var ours = new ArrayList<>(prefix);
        ours.addAll(java(Model.class, "--add-modules=jdk.incubator.vector", flags));
        ours.addAll(List.of(FirstResult.SINTER, jar.toString(), feeds.toString(), Long.toString(watch.ours)));
        var theirs = new ArrayList<>(prefix);
        theirs.addAll(java(OrtEnvironment.class, "-Donnxruntime.native.path=" + files.ortNative(), flags));
        theirs.addAll(List.of(FirstResult.ORT, onnx.toString(), feeds.toString(), Long.toString(watch.theirs)));
        return new Commands(ours, theirs);
    }

    private static List<String> java(Class<?> library, String flag, List<String> flags) {
        String classPath = origin(FirstResult.class) + File.pathSeparator + origin(SteadySpeed.class)
                + File.pathSeparator + origin(library);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        var words = new ArrayList<>(List.of(java.toString(), flag, "--enable-native-access=ALL-UNNAMED"));
        words.addAll(flags);
        words.addAll(List.of("-cp", classPath, FirstResult.class.getName()));
        return words;
    }

    /** The jar or folder a class came from. */
    private static Path origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Sample sample(List<String> command) throws IOException, InterruptedException {
        Path errors = files.place("errors.txt");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        var lines = new ArrayList<String>();
        double first = Double.POSITIVE_INFINITY;
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals(FirstResult.FIRST)) {
                    first = (System.nanoTime() - start) / 1e3;
                }
                lines.add(line);
            }
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0 || lines.size() != 3) {
                throw new IOException("process failed: " + String.join(" ", command) + "\n" + String.join("\n", lines)
                        + Files.readString(errors));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Sample(first, first + 1e3 * figure(lines.get(1), FirstResult.STEADY),
                figure(lines.get(2), FirstResult.RESIDENT));
    }

    private static double figure(String line, String start) throws IOException {
        if (!line.startsWith(start)) {
            throw new IOException("expected '" + start + "', got '" + line + "'");
        }
        return Double.parseDouble(line.substring(start.length()));
    }
}
