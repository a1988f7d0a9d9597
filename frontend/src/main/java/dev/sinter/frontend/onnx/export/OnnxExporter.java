package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.ir.Graph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes a graph of core ops as an ONNX model of standard operators. Any graph will do: as imported, as built, or with
 * passes run over it; the one before any pass is the plainest. The same graph and options give the same bytes.
 *
 * <p>
 * Names of inputs and outputs, of their symbolic sizes and of constants are kept, and nodes are called after the
 * model's nodes. A state is an input and an output like any other.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">The ONNX intermediate representation</a>
 */
public final class OnnxExporter {
    private static final String PRODUCER = "Sinter";

    private OnnxExporter() {
    }

    /**
     * Makes a model with all its weights.
     *
     * @param graph
     *            what to write
     * @param options
     *            opset
     * @return the model; one of more than 2 GB can't be serialized, {@link #write} can
     * @throws OnnxExportException
     *             if nodes have no counterpart in ONNX; names them all
     */
    public static ModelProto export(Graph graph, ExportOptions options) {
        var draft = new Draft(options.opset());
        var root = draw(graph, draft);
        return model(draft, new FileWriter(draft).graph(graph.name(), root, TensorEncoder::encode));
    }

    /**
     * Writes a model file, and one beside it of that name with {@code .data} behind it if the weights are larger than
     * the options allow within. A file that is there is replaced once all is written.
     *
     * @param graph
     *            what to write
     * @param file
     *            where to
     * @param options
     *            opset, and how many bytes of weights stay in the model file
     * @return what was written
     * @throws OnnxExportException
     *             if nodes have no counterpart in ONNX; names them all
     * @throws IOException
     *             if a file can't be written
     */
    public static ExportedFile write(Graph graph, Path file, ExportOptions options) throws IOException {
        var draft = new Draft(options.opset());
        var root = draw(graph, draft);
        try (var output = new ExportFiles(file, draft.constants().keySet(), options)) {
            var made = model(draft, new FileWriter(draft).graph(graph.name(), root, output::constant));
            return output.finish(made, draft.opset());
        }
    }

    private static Body draw(Graph graph, Draft draft) {
        var problems = new ArrayList<String>();
        var site = Site.of(draft, graph);
        var export = new GraphExport(site, problems);
        export.inputs();
        export.nodes();
        if (!problems.isEmpty()) {
            throw new OnnxExportException(problems);
        }
        graph.outputs().forEach(p -> site.body().output(p.name(), site.value(p.value()), p.value().type()));
        var used = new HashSet<@Nullable Ref>();
        site.body().prune(used);
        draft.keepOnly(used);
        return site.body();
    }

    private static ModelProto model(Draft draft, GraphProto graph) {
        var model = ModelProto.newBuilder().setIrVersion(irVersion(draft.opset())).setProducerName(PRODUCER)
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(draft.opset()));
        draft.domains().forEach((domain, version) -> model
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        return model.build();
    }

    /**
     * The version of the file format that came with an opset.
     *
     * @see <a href="https://github.com/onnx/onnx/blob/main/docs/Versioning.md">Released versions</a>
     */
    private static int irVersion(int opset) {
        return opset < 21 ? 9 : opset < 23 ? 10 : opset < 24 ? 11 : opset < 25 ? 12 : 13;
    }
}
