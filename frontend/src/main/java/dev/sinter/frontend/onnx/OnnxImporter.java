package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a graph of core ops from an ONNX model: operator sets 7 to 28. Unsupported operators are collected and
 * reported at
 * once, before anything else is looked at.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">The ONNX intermediate representation</a>
 */
public final class OnnxImporter {
    private OnnxImporter() {
    }

    /**
     * Imports a model file.
     *
     * @param file
     *            an ONNX file; external data is looked for in its folder
     * @param options
     *            sizes to fix
     * @return the graph; inputs and outputs keep the model's names and order
     * @throws OnnxImportException
     *             if the file is damaged or not supported
     */
    public static Graph importModel(Path file, ImportOptions options) {
        var folder = file.toAbsolutePath().getParent();
        return importModel(OnnxReader.readModel(file), folder, options);
    }

    /**
     * Imports a model from memory.
     *
     * @param bytes
     *            an ONNX file's content
     * @param folder
     *            where external data lies, or null if there is none
     * @param options
     *            sizes to fix
     * @return the graph
     * @throws OnnxImportException
     *             if the model is damaged or not supported
     */
    public static Graph importModel(byte[] bytes, @Nullable Path folder, ImportOptions options) {
        return importModel(OnnxReader.readModel(bytes), folder, options);
    }

    /**
     * Imports a model that was read.
     *
     * @param model
     *            an ONNX model
     * @param folder
     *            where external data lies, or null if there is none
     * @param options
     *            sizes to fix
     * @return the graph
     * @throws OnnxImportException
     *             if the model is damaged or not supported
     */
    public static Graph importModel(ModelProto model, @Nullable Path folder, ImportOptions options) {
        var functions = new Functions(model);
        var opsets = Support.check(model, functions);
        var graph = model.getGraph();
        try {
            var learned = GraphLowering.lower(graph, functions, opsets, folder, options, new Symbols());
            // What type rules learned of the inputs' symbols (a sequence is at most 512 long) simplifies dimensions
            // computed before they learned it, so the graph is made once more with that knowledge.
            var symbols = new Symbols();
            var bounds = learned.symbols().bounds();
            for (var name : inputSymbols(learned)) {
                symbols.declare(name, bounds.getOrDefault(name, Symbols.Bounds.ANY));
            }
            boolean narrowed = symbols.bounds().values().stream().anyMatch(b -> !b.equals(Symbols.Bounds.ANY));
            return narrowed ? GraphLowering.lower(graph, functions, opsets, folder, options, symbols) : learned;
        } catch (IrException e) {
            throw new OnnxImportException("graph '" + model.getGraph().getName() + "': " + e.getMessage(), e);
        }
    }

    private static Set<String> inputSymbols(Graph graph) {
        var names = new LinkedHashSet<String>();
        for (var port : graph.inputs()) {
            if (port.value().type() instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
                shape.dims().forEach(d -> names.addAll(d.symbols()));
            }
        }
        return names;
    }
}
