package dev.sinter.cli.build;

import dev.sinter.Compilation;
import dev.sinter.Sinter;
import dev.sinter.frontend.ModelFiles;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.testkit.CaseResult;
import dev.sinter.testkit.CaseRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** Compiles one model, holds it against its limits, and writes it if it keeps them. */
final class ModelBuild {
    private static final String CASE = "case.";

    private final BuildRequest.ModelRequest request;
    private final Messages messages;
    private final Map<String, Path> earlier;
    private final List<String> broken = new ArrayList<>();
    private String name = "";

    /**
     * What was written and read.
     *
     * @param name
     *            binary name of the typed class
     * @param outputs
     *            paths in the folder of classes
     * @param sources
     *            paths in the folder of sources
     * @param read
     *            files that decide what is written
     */
    record Done(String name, Set<String> outputs, Set<String> sources, Set<Path> read) {
    }

    /**
     * A build of one model.
     *
     * @param request
     *            what is wanted
     * @param messages
     *            told what happens
     * @param earlier
     *            files of the request's earlier models by their typed classes; this one is added
     */
    ModelBuild(BuildRequest.ModelRequest request, Messages messages, Map<String, Path> earlier) {
        this.request = request;
        this.messages = messages;
        this.earlier = earlier;
    }

    /** Does it; raises {@link ModelException} with every limit that is broken. */
    Done run() throws IOException {
        long start = System.nanoTime();
        var settings = request.settings();
        boolean fastMath = settings.flag("fastMath", false);
        var compiler = Sinter.compiler().typed(true).winograd(settings.flag("winograd", true)).fastMath(fastMath)
                .exactIntegers(settings.flag("exactIntegers", !fastMath)).progress(messages::progress);
        var packageName = settings.text("package");
        if (packageName.isPresent()) {
            compiler = compiler.packageName(packageName.get());
        }
        var className = settings.text("class");
        if (className.isPresent()) {
            compiler = compiler.className(className.get());
        }
        for (var dim : request.dims().entrySet()) {
            compiler = compiler.dim(dim.getKey(), dim.getValue());
        }
        compiler = compiler.tune(settings.flag("tune", false));
        var cache = settings.text("tuneCache");
        if (cache.isPresent()) {
            compiler = compiler.tuneCache(Path.of(cache.get()));
        }
        var seconds = settings.whole("tuneSeconds");
        if (seconds.isPresent()) {
            compiler = compiler.tuneBudget(Duration.ofSeconds(seconds.get()));
        }
        var cases = settings.all(CASE).stream().map(Path::of).toList();
        var latency = LatencyLimit.of(settings);
        var maxBytes = settings.whole("maxArtifactBytes");
        var maxDifference = settings.number("maxDifference");
        settings.requireAllRead();

        var compilation = compiler.compilation(request.file());
        name = compilation.typedClass().orElseThrow();
        var same = earlier.putIfAbsent(name, request.file());
        if (same != null) {
            throw new ModelException(request.file() + ": its class would be " + name + ", as that of " + same
                    + "; give one of them another class or package");
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        long bytes = bytes(compilation);
        maxBytes.ifPresent(limit -> checkSize(bytes, limit));
        if (!cases.isEmpty() || maxDifference.isPresent()) {
            checkCases(compilation, cases, maxDifference.map(OptionalDouble::of).orElse(OptionalDouble.empty()));
        }
        if (latency.isPresent()) {
            latency.get().check(name, compilation, cases, messages).ifPresent(broken::add);
        }
        if (!broken.isEmpty()) {
            throw new ModelException(request.file() + " -> " + name + ":\n  " + String.join("\n  ", broken));
        }
        var outputs = new TreeSet<>(compilation.writeFolder(request.classes()).keySet());
        var sources = compilation.writeTypedSource(request.sources());
        messages.info("%s -> %s, %,d bytes in %.1f s".formatted(request.file().getFileName(), name, bytes,
                millis / 1e3));
        return new Done(name, outputs, sources, ModelFiles.of(request.file()));
    }

    private static long bytes(Compilation compilation) {
        var image = compilation.image();
        return image.weights().byteSize() + image.info().write().getBytes(StandardCharsets.UTF_8).length
                + image.classBytes()
                + image.resources().values().stream().mapToLong(b -> b.length).sum();
    }

    private void checkSize(long bytes, long limit) {
        if (bytes > limit) {
            broken.add("maxArtifactBytes: at most %,d bytes of classes and weights were expected, they have %,d"
                    .formatted(limit, bytes));
        }
    }

    private void checkCases(Compilation compilation, List<Path> cases, OptionalDouble maxDifference) {
        if (cases.isEmpty()) {
            broken.add("maxDifference: there are no reference cases to compare with");
        }
        // An absolute limit alone: what is smaller in itself may differ by as much.
        var runner = new CaseRunner(Sinter.compiler(), RunOptions.defaults(), false,
                maxDifference.isPresent() ? OptionalDouble.of(0) : OptionalDouble.empty(), maxDifference);
        for (var folder : cases) {
            var result = runner.run(folder, compilation);
            if (result.status() == CaseResult.Status.PASS) {
                result.maxAbs().ifPresent(difference -> messages.info(String.format(Locale.ROOT,
                        "%s: case %s differs by at most %.3g", name, result.name(), difference)));
            } else {
                broken.add("case " + result.name() + (maxDifference.isPresent()
                        ? ", maxDifference " + maxDifference.getAsDouble() : "") + ": " + result.reason()
                        + (result.maxAbs().isPresent() ? String.format(Locale.ROOT, "; largest difference %.3g",
                                result.maxAbs().getAsDouble()) : ""));
            }
        }
    }
}
