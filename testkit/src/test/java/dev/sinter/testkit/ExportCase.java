package dev.sinter.testkit;

import ai.onnxruntime.OrtException;
import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImporter;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.OnnxExportException;
import dev.sinter.frontend.onnx.export.OnnxExporter;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A conformance case through the exporter: its model is read and written again; ONNX Runtime runs what was written, and
 * where it is asked for so do we after reading it again, and both give the case's outputs.
 */
final class ExportCase {
    private final ExportOptions options;
    private final boolean again;
    private final Manifest manifest = new Manifest();

    /** Runs in ONNX Runtime, and after reading it again here, too. */
    ExportCase(ExportOptions options, boolean again) {
        this.options = options;
        this.again = again;
    }

    CaseResult run(Path folder) {
        long start = System.nanoTime();
        var status = CaseResult.Status.FAIL;
        String reason;
        try {
            var problems = problems(folder);
            status = problems.isEmpty() ? CaseResult.Status.PASS : CaseResult.Status.FAIL;
            reason = String.join("; ", problems);
        } catch (OnnxExportException e) {
            status = CaseResult.Status.UNSUPPORTED;
            reason = "not written: " + String.join("; ", e.problems());
        } catch (OrtException e) {
            reason = "ONNX Runtime: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        } catch (IOException | RuntimeException | Error e) {
            reason = e.toString();
        }
        return new CaseResult(CaseRunner.name(folder), status, reason, (System.nanoTime() - start) / 1_000_000,
                OptionalDouble.empty(), OptionalDouble.empty());
    }

    private List<String> problems(Path folder) throws IOException, OrtException {
        var graph = OnnxImporter.importModel(folder.resolve("model.onnx"), ImportOptions.NONE);
        var exported = OnnxExporter.export(graph, options);
        var problems = new ArrayList<String>();
        for (var dataSet : CaseRunner.dataSets(folder)) {
            var inputs = CaseRunner.values(dataSet, "input", graph.inputs());
            var wanted = CaseRunner.values(dataSet, "output", graph.outputs());
            if (again) {
                problems.addAll(compared(folder, "read again", again(exported, inputs), wanted));
            }
            problems.addAll(compared(folder, "ONNX Runtime", runtime(exported, inputs, wanted), wanted));
        }
        return problems;
    }

    private static Map<String, Value> runtime(ModelProto model, Map<String, Value> inputs, Map<String, Value> wanted)
            throws OrtException {
        var bound = new BoundModel(model, inputs);
        return BoundModel.named(OrtValues.run(bound.bytes(), bound.inputs()), wanted);
    }

    private static Map<String, Value> again(ModelProto model, Map<String, Value> inputs) {
        try (var compiled = Sinter.compiler().running(RunOptions.defaults().withForm(Form.SCALAR))
                .compile(model.toByteArray())) {
            return new LinkedHashMap<>(compiled.run(inputs));
        }
    }

    private List<String> compared(Path folder, String way, Map<String, Value> got, Map<String, Value> wanted)
            throws IOException {
        var comparison = new Comparison(manifest.of(folder));
        wanted.forEach((name, want) -> {
            var value = got.get(name);
            if (value == null) {
                throw new IllegalStateException(way + ": output " + name + " did not come, but " + got.keySet());
            }
            comparison.add(name, value, want);
        });
        return comparison.differences().stream().map(d -> way + ": " + d).toList();
    }
}
