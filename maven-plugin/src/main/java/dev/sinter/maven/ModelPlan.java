package dev.sinter.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.maven.plugin.MojoFailureException;

/**
 * One model that the build wants compiled.
 *
 * @param label
 *            what messages call it
 * @param file
 *            the model's file
 * @param settings
 *            what is asked of the compiler, by the keys of its request
 * @param compared
 *            files besides the model that decide whether the limits hold
 */
record ModelPlan(String label, Path file, Map<String, String> settings, List<Path> compared) {
    /** Whether a file is a model by its name. */
    static boolean isModel(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".onnx") || lower.endsWith(".sinter");
    }

    /**
     * Makes a plan of what is configured.
     *
     * @param model
     *            the configuration
     * @param file
     *            the model's file
     * @param packageName
     *            where the model has none of its own
     * @param basedir
     *            the project's folder
     * @param defaults
     *            what holds for all models, by the keys of the request
     */
    static ModelPlan of(ModelConfiguration model, Path file, String packageName, Path basedir,
            Map<String, String> defaults) throws MojoFailureException {
        var settings = new TreeMap<>(defaults);
        settings.put("file", file.toString());
        settings.put("package", model.packageName().orElse(packageName));
        model.className().ifPresent(name -> settings.put("class", name));
        model.dims().forEach((name, size) -> settings.put("dim." + name, String.valueOf(size)));
        put(settings, "tune", model.tune());
        put(settings, "tuneSeconds", model.tuneSeconds());
        put(settings, "fastMath", model.fastMath());
        put(settings, "exactIntegers", model.exactIntegers());
        put(settings, "winograd", model.noWinograd().map(no -> !no));
        put(settings, "maxArtifactBytes", model.maxArtifactBytes());
        put(settings, "maxDifference", model.maxDifference());
        put(settings, "maxLatency", model.maxLatency());
        put(settings, "baselineMicros", model.baselineMicros());
        put(settings, "latencySeconds", model.latencySeconds());
        model.latencyDims().forEach((name, size) -> settings.put("latencyDim." + name, String.valueOf(size)));
        if ("true".equals(settings.get("tune"))) {
            // Beside the model, not below target: with these times another build gives the same classes.
            var cache = model.tuneCache().map(File::toPath)
                    .orElseGet(() -> model.artifact() == null ? file.resolveSibling(file.getFileName() + ".tune")
                            : basedir.resolve("src/main/sinter").resolve(file.getFileName() + ".tune"));
            settings.put("tuneCache", cache.toString());
        }
        var compared = new ArrayList<Path>();
        var baseline = model.baseline();
        if (baseline.isPresent()) {
            var other = basedir.resolve(baseline.get());
            if (!Files.isRegularFile(other)) {
                throw new MojoFailureException(model.label() + ", <baseline>: " + other + " does not exist");
            }
            settings.put("baseline", other.toString());
            compared.add(other);
        }
        addCases(model, settings, compared);
        return new ModelPlan(model.label(), file, settings, compared);
    }

    private static void put(Map<String, String> settings, String key, Optional<?> value) {
        value.ifPresent(v -> settings.put(key, String.valueOf(v)));
    }

    private static void addCases(ModelConfiguration model, Map<String, String> settings, List<Path> compared)
            throws MojoFailureException {
        int count = 0;
        for (var folder : model.cases()) {
            var found = cases(folder.toPath(), model);
            for (var one : found) {
                settings.put("case." + count++, one.toString());
                try (var files = Files.walk(one)) {
                    files.filter(Files::isRegularFile).sorted().forEach(compared::add);
                } catch (IOException e) {
                    throw new MojoFailureException(model.label() + ", <cases>: " + one + " can't be read: " + e, e);
                }
            }
        }
    }

    /** The folder itself if it is a case, else those in it that are. */
    private static List<Path> cases(Path folder, ModelConfiguration model) throws MojoFailureException {
        if (isCase(folder)) {
            return List.of(folder);
        }
        try (var inside = Files.list(folder)) {
            var found = inside.filter(ModelPlan::isCase).sorted().toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IOException e) {
            // said below
        }
        throw new MojoFailureException(model.label() + ", <cases>: " + folder
                + " was expected to hold folders test_data_set_0, ... with input_0.pb, ... and output_0.pb, ...");
    }

    private static boolean isCase(Path folder) {
        return Files.isDirectory(folder.resolve("test_data_set_0"));
    }

    /** What the result depends on besides the model's files. */
    String key(String compiler) throws IOException {
        var text = new StringBuilder(compiler);
        settings.forEach((name, value) -> text.append('\n').append(name).append('=').append(value));
        for (var path : compared) {
            text.append('\n').append(path).append(' ').append(ModelState.hash(path));
        }
        return ModelState.hash(text.toString());
    }

    /** A name for a file about this model: readable, and another one for every model. */
    String id() {
        return file.getFileName().toString().replaceAll("[^A-Za-z0-9.-]", "_") + "-"
                + ModelState.hash(file + " " + settings.get("package") + " " + settings.get("class")).substring(0, 8);
    }

    /** Adds this model to a request. */
    void addTo(Properties request, String prefix) {
        settings.forEach((name, value) -> request.setProperty(prefix + name, value));
    }
}
