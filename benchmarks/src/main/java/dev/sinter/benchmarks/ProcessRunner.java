package dev.sinter.benchmarks;

import ai.onnxruntime.OrtEnvironment;
import dev.sinter.Sinter;
import dev.sinter.runtime.Model;
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
import java.util.concurrent.TimeUnit;

/**
 * Measures fresh processes, the two sides in turn. Our process has {@code runtime-support} and the compiled jar, as in
 * production; the peer's has its jar and loads the ONNX file, its native library unpacked beforehand. Neither is pinned
 * further than the caller is: what a JVM does beside the caller's thread at the start belongs to both.
 */
final class ProcessRunner {
    private static final int COLD_ROUNDS = 7;
    private static final int MEMORY_ROUNDS = 3;
    private static final long MEMORY_MILLIS = 4_000;
    private static final long MINUTES = 2;

    private final ModelFiles files;

    ProcessRunner(ModelFiles files) {
        this.files = files;
    }

    /** What one process gave. */
    private record Sample(double micros, double bytes) {
        static final Sample NONE = new Sample(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

        Sample best(Sample other) {
            return new Sample(Math.min(micros, other.micros), Math.min(bytes, other.bytes));
        }
    }

    /**
     * Time from starting a process to its first result.
     *
     * @param job the row
     * @return the row, best of all processes
     * @throws IOException if a process can't be started or fails
     * @throws InterruptedException if interrupted while one runs
     */
    Row cold(Job.Cold job) throws IOException, InterruptedException {
        Sample[] best = duel(job.encoder(), job.shape(), COLD_ROUNDS, 0);
        return row(job, Row.MICROS, best[0].micros, best[1].micros);
    }

    /**
     * Largest resident size of a process.
     *
     * @param job the row
     * @return the row, best of all processes
     * @throws IOException if a process can't be started or fails
     * @throws InterruptedException if interrupted while one runs
     */
    Row memory(Job.Memory job) throws IOException, InterruptedException {
        Sample[] best = duel(job.encoder(), job.shape(), MEMORY_ROUNDS, MEMORY_MILLIS);
        return row(job, Row.BYTES, best[0].bytes, best[1].bytes);
    }

    private static Row row(Job job, String unit, double ours, double theirs) {
        return new Row(job.encoder().name(), job.shape().toString(), OrtSide.peer(), unit, ours, theirs,
                Optional.empty());
    }

    private Sample[] duel(Encoder encoder, Shape shape, int rounds, long millis)
            throws IOException, InterruptedException {
        Path onnx = files.onnx(encoder);
        Path jar = files.place(encoder.name() + ".jar");
        if (!Files.exists(jar)) {
            Sinter.compiler().threads(1).compileToJar(onnx, jar);
        }
        List<String> ours = command(Model.class, "--add-modules=jdk.incubator.vector",
                FirstResult.SINTER, jar, encoder, shape, millis);
        List<String> theirs = command(OrtEnvironment.class, "-Donnxruntime.native.path=" + files.ortNative(),
                FirstResult.ORT, onnx, encoder, shape, millis);
        Sample[] best = {Sample.NONE, Sample.NONE};
        for (int round = 0; round < rounds; round++) {
            best[0] = best[0].best(sample(ours));
            best[1] = best[1].best(sample(theirs));
        }
        return best;
    }

    private static List<String> command(Class<?> library, String flag, String side, Path file, Encoder encoder,
            Shape shape, long millis) {
        String classPath = origin(FirstResult.class) + File.pathSeparator + origin(library);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return List.of(java.toString(), flag, "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
                FirstResult.class.getName(), side, file.toString(), encoder.name(), shape.toString(),
                Long.toString(millis));
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
        double micros = Double.POSITIVE_INFINITY;
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals(FirstResult.FIRST)) {
                    micros = (System.nanoTime() - start) / 1e3;
                }
                lines.add(line);
            }
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0 || lines.size() != 2
                    || !lines.getLast().startsWith(FirstResult.RESIDENT)) {
                throw new IOException("process failed: " + String.join(" ", command) + "\n" + String.join("\n", lines)
                        + Files.readString(errors));
            }
        } finally {
            process.destroyForcibly();
        }
        double bytes = Double.parseDouble(lines.getLast().substring(FirstResult.RESIDENT.length()));
        return new Sample(micros, bytes);
    }
}
