package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.OnnxReader;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.AttributeProto.AttributeType;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.ir.TensorData;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's attributes by name and type. */
final class NodeAttributes {
    private final NodeProto node;
    private final String name;
    private final @Nullable Path folder;

    NodeAttributes(NodeProto node, String name, @Nullable Path folder) {
        this.node = node;
        this.name = name;
        this.folder = folder;
    }

    private @Nullable AttributeProto find(String attribute) {
        for (var candidate : node.getAttributeList()) {
            if (candidate.getName().equals(attribute)) {
                return candidate;
            }
        }
        return null;
    }

    /** The attribute, or null; older writers leave out the type, then the fields alone say it. */
    private @Nullable AttributeProto find(String attribute, AttributeType wanted) {
        var found = find(attribute);
        if (found != null && found.getType() != wanted && found.getType() != AttributeType.UNDEFINED) {
            throw error(
                    "attribute '" + attribute + "' was expected to be of type " + wanted + ", not " + found.getType());
        }
        return found;
    }

    private OnnxImportException error(String problem) {
        return new OnnxImportException("node '" + name + "' (" + node.getOpType() + "): " + problem);
    }

    boolean has(String attribute) {
        return find(attribute) != null;
    }

    long integer(String attribute, long otherwise) {
        var found = find(attribute, AttributeType.INT);
        return found == null ? otherwise : found.getI();
    }

    boolean flag(String attribute, boolean otherwise) {
        return integer(attribute, otherwise ? 1 : 0) != 0;
    }

    float real(String attribute, double otherwise) {
        var found = find(attribute, AttributeType.FLOAT);
        return found == null ? (float) otherwise : found.getF();
    }

    String text(String attribute, String otherwise) {
        var found = find(attribute, AttributeType.STRING);
        return found == null ? otherwise : found.getS().toStringUtf8();
    }

    long @Nullable [] integers(String attribute) {
        var found = find(attribute, AttributeType.INTS);
        return found == null ? null : found.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    float @Nullable [] reals(String attribute) {
        var found = find(attribute, AttributeType.FLOATS);
        if (found == null) {
            return null;
        }
        var reals = new float[found.getFloatsCount()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = found.getFloats(i);
        }
        return reals;
    }

    String @Nullable [] texts(String attribute) {
        var found = find(attribute, AttributeType.STRINGS);
        return found == null ? null : found.getStringsList().stream().map(s -> s.toStringUtf8()).toArray(String[]::new);
    }

    /** A body. */
    GraphProto graph(String attribute) {
        var found = find(attribute, AttributeType.GRAPH);
        if (found == null) {
            throw error("a body '" + attribute + "' was expected, it is missing");
        }
        return found.getG();
    }

    /** A type. */
    @Nullable
    TypeProto type(String attribute) {
        var found = find(attribute, AttributeType.TYPE_PROTO);
        return found == null ? null : found.getTp();
    }

    /** Whether an attribute is a text, as Cast's 'to' once was. */
    boolean isText(String attribute) {
        var found = find(attribute);
        return found != null && (found.getType() == AttributeType.STRING || found.hasS());
    }

    @Nullable
    TensorData tensor(String attribute) {
        var found = find(attribute, AttributeType.TENSOR);
        return found == null ? null : decoded(() -> OnnxReader.tensor(found.getT(), folder), attribute);
    }

    @Nullable
    TensorData sparseTensor(String attribute) {
        var found = find(attribute, AttributeType.SPARSE_TENSOR);
        return found == null ? null
                : decoded(() -> OnnxReader.sparseTensor(found.getSparseTensor(), folder), attribute);
    }

    private TensorData decoded(Supplier<TensorData> decoder, String attribute) {
        try {
            return decoder.get();
        } catch (OnnxImportException e) {
            throw new OnnxImportException(
                    "node '" + name + "' (" + node.getOpType() + "): attribute '" + attribute + "': "
                            + e.getMessage(),
                    e);
        }
    }
}
