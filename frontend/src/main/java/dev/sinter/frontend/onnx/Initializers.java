package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.SparseTensorProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.TensorData;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A graph's constants, each decoded once, when first used. */
final class Initializers {
    private final Map<String, TensorProto> dense = new HashMap<>();
    private final Map<String, SparseTensorProto> sparse = new HashMap<>();
    private final Map<String, TensorData> decoded = new HashMap<>();
    private final @Nullable Path folder;

    Initializers(GraphProto graph, @Nullable Path folder) {
        this.folder = folder;
        graph.getInitializerList().forEach(t -> dense.put(t.getName(), t));
        graph.getSparseInitializerList().forEach(t -> sparse.put(t.getValues().getName(), t));
    }

    boolean has(String name) {
        return dense.containsKey(name) || sparse.containsKey(name);
    }

    /** The constant of that name, or null. */
    @Nullable
    TensorData get(String name) {
        return has(name) ? decoded.computeIfAbsent(name, this::decode) : null;
    }

    private TensorData decode(String name) {
        var tensor = dense.get(name);
        return tensor != null
                ? OnnxReader.tensor(tensor, folder)
                : OnnxReader.sparseTensor(sparse.getOrDefault(name, SparseTensorProto.getDefaultInstance()), folder);
    }
}
