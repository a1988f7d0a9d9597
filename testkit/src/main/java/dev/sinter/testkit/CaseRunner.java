package dev.sinter.testkit;

import dev.sinter.Compilation;
import dev.sinter.Compiler;
import dev.sinter.UnsupportedModelException;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Type;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Runs ONNX test cases, from any number of threads: a folder with {@code model.onnx} and
 * {@code test_data_set_K/{input,output}_N.pb}, as the
 * <a href="https://github.com/onnx/onnx/blob/main/docs/OnnxBackendTest.md">backend test</a> lays them out.
 */
public final class CaseRunner {
    private static final Pattern NUMBERED = Pattern.compile("(input|output)_(\\d+)\\.pb");

    private final Compiler compiler;
    private final RunOptions options;
    private final boolean throughJar;
    private final OptionalDouble rtol;
    private final OptionalDouble atol;
    private final Manifest manifest = new Manifest();

    /**
     * A runner.
     *
     * @param compiler
     *            how models are compiled
     * @param options
     *            how they run
     * @param throughJar
     *            whether each model is written to a jar and loaded from it
     * @param rtol
     *            relative tolerance for all cases, whatever their manifest says
     * @param atol
     *            absolute tolerance for all cases, whatever their manifest says
     */
    public CaseRunner(Compiler compiler, RunOptions options, boolean throughJar, OptionalDouble rtol,
            OptionalDouble atol) {
        this.compiler = compiler;
        this.options = options;
        this.throughJar = throughJar;
        this.rtol = rtol;
        this.atol = atol;
    }

    /**
     * Runs a case. Whatever goes wrong in it is in the result.
     *
     * @param folder
     *            the case's folder
     * @return how it went
     */
    public CaseResult run(Path folder) {
        return run(folder, () -> compiler.compilation(folder.resolve("model.onnx")));
    }

    private CaseResult run(Path folder, Supplier<Compilation> model) {
        long start = System.nanoTime();
        var comparison = new Comparison(Tolerance.ONNX);
        var status = CaseResult.Status.FAIL;
        String reason;
        try {
            comparison = new Comparison(manifest.of(folder).override(rtol, atol));
            runAll(folder, model.get(), comparison);
            reason = String.join("; ", comparison.differences());
            status = reason.isEmpty() ? CaseResult.Status.PASS : CaseResult.Status.FAIL;
        } catch (UnsupportedModelException e) {
            status = CaseResult.Status.UNSUPPORTED;
            reason = String.join("; ", e.problems());
        } catch (ModelException e) {
            reason = String.valueOf(e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            reason = e.toString(); // errors too, memory and stack included: the next case must go on
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        return new CaseResult(name(folder), status, reason, millis, comparison.maxAbs(), comparison.minCosine());
    }

    /**
     * Runs a case's data sets on a model that is compiled already; the case's folder needs no {@code model.onnx}.
     *
     * @param folder
     *            the case's folder
     * @param compilation
     *            the model
     * @return how it went
     */
    public CaseResult run(Path folder, Compilation compilation) {
        return run(folder, () -> compilation);
    }

    static String name(Path folder) {
        var path = folder.toAbsolutePath().normalize();
        int count = path.getNameCount();
        return path.subpath(Math.max(0, count - 2), count).toString().replace('\\', '/');
    }

    private void runAll(Path folder, Compilation compilation, Comparison comparison) throws IOException {
        var dataSets = dataSets(folder);
        if (dataSets.isEmpty()) {
            throw new ModelException(folder + ": no test_data_set_* folder");
        }
        if (!throughJar) {
            try (var model = compilation.define(options)) {
                runAll(dataSets, compilation.imported(), model, comparison);
            }
            return;
        }
        var jar = Files.createTempFile("sinter-case-", ".jar");
        try {
            compilation.writeJar(jar);
            try (var model = Model.load(jar, options)) {
                runAll(dataSets, compilation.imported(), model, comparison);
            }
        } finally {
            Files.deleteIfExists(jar);
        }
    }

    private static void runAll(List<Path> dataSets, Graph graph, Model model, Comparison comparison)
            throws IOException {
        for (var dataSet : dataSets) {
            var inputs = values(dataSet, "input", graph.inputs());
            var wanted = values(dataSet, "output", graph.outputs());
            if (wanted.size() != graph.outputs().size()) {
                throw new ModelException(dataSet.getFileName() + ": " + wanted.size() + " outputs, the model has "
                        + graph.outputs().size());
            }
            var outputs = model.run(inputs);
            wanted.forEach((name, want) -> {
                var got = outputs.get(name);
                if (got == null) {
                    throw new ModelException("output " + name + " did not come");
                }
                comparison.add(name, got, want);
            });
        }
    }

    /**
     * The inputs of a case's first data set.
     *
     * @param folder
     *            the case's folder
     * @param graph
     *            the model, as imported
     * @return values by name
     * @throws IOException
     *             if they can't be read
     * @throws ModelException
     *             if there is no data set, or it is not for this model
     */
    public static Map<String, Value> firstInputs(Path folder, Graph graph) throws IOException {
        var dataSets = dataSets(folder);
        if (dataSets.isEmpty()) {
            throw new ModelException(folder + ": no test_data_set_* folder");
        }
        return values(dataSets.getFirst(), "input", graph.inputs());
    }

    static List<Path> dataSets(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("test_data_set_"))
                    .filter(Files::isDirectory)
                    .sorted(Comparator.comparing((Path f) -> f.getFileName().toString().length())
                            .thenComparing(f -> f.getFileName().toString()))
                    .toList();
        }
    }

    /** The values of a data set by the names of the graph's ports; the files count the ports. */
    static Map<String, Value> values(Path dataSet, String kind, List<Graph.Port> ports) throws IOException {
        var byNumber = new TreeMap<Integer, Path>();
        try (var files = Files.list(dataSet)) {
            files.forEach(file -> {
                var matcher = NUMBERED.matcher(file.getFileName().toString());
                if (matcher.matches() && matcher.group(1).equals(kind)) {
                    byNumber.put(Integer.valueOf(matcher.group(2)), file);
                }
            });
        }
        var values = new LinkedHashMap<String, Value>();
        for (var entry : byNumber.entrySet()) {
            if (entry.getKey() >= ports.size()) {
                throw new ModelException(dataSet.getFileName() + "/" + entry.getValue().getFileName()
                        + ": the model has only " + ports.size() + " " + kind + "s");
            }
            var port = ports.get(entry.getKey());
            values.put(port.name(), ProtoValues.read(entry.getValue(), kind(port.value().type())));
        }
        return values;
    }

    private static ValueKind kind(Type type) {
        return switch (type) {
            case Type.Sequence s -> ValueKind.SEQUENCE;
            case Type.Optional o -> ValueKind.OPTIONAL;
            case Type.MapOf m -> ValueKind.MAP;
            default -> ValueKind.TENSOR;
        };
    }
}
