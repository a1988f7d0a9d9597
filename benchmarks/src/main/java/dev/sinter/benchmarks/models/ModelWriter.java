package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One ONNX graph in the making, as PyTorch's exporter writes it: nodes are named after modules, constants are nodes,
 * weights are initializers. Weights are normally distributed and depend on the model's name and their order only.
 */
final class ModelWriter {
    private static final long IR_VERSION = 8;
    private static final float SMALLEST = 1e-12f;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final SplittableRandom random;
    private final int opset;

    /**
     * An empty graph.
     *
     * @param name the model's name
     * @param opset version of the standard operators
     */
    ModelWriter(String name, int opset) {
        this.opset = opset;
        this.random = new SplittableRandom(name.hashCode());
        graph.setName(name);
    }

    /** The source of the weights. */
    SplittableRandom random() {
        return random;
    }

    /**
     * Adds an input.
     *
     * @param name its name
     * @param type its element type
     * @param dims its dimensions: a number, or a name for a size that a call chooses
     * @return its name
     */
    String input(String name, TensorProto.DataType type, Object... dims) {
        graph.addInput(info(name, type, dims));
        return name;
    }

    /**
     * Says which value is an output.
     *
     * @param value the value; it gets the output's name
     * @param name the output's name
     * @param type its element type
     * @param dims as an input's
     */
    void output(String value, String name, TensorProto.DataType type, Object... dims) {
        rename(value, name);
        graph.addOutput(info(name, type, dims));
    }

    private void rename(String from, String to) {
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(from)) {
                    node.setInput(i, to);
                }
            }
            for (int i = 0; i < node.getOutputCount(); i++) {
                if (node.getOutput(i).equals(from)) {
                    node.setOutput(i, to);
                }
            }
        }
    }

    private static ValueInfoProto info(String name, TensorProto.DataType type, Object... dims) {
        var shape = TensorShapeProto.newBuilder();
        for (Object dim : dims) {
            var d = shape.addDimBuilder();
            if (dim instanceof Number n) {
                d.setDimValue(n.longValue());
            } else {
                d.setDimParam(dim.toString());
            }
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape))).build();
    }

    /**
     * Adds normally distributed weights; none is so near to zero that it is a denormal number.
     *
     * @param name their name
     * @param mean the distribution's mean
     * @param deviation the distribution's standard deviation
     * @param shape their shape
     * @return their name
     */
    String weights(String name, double mean, double deviation, long... shape) {
        byte[] bytes = new byte[Math.toIntExact(Float.BYTES * size(shape))];
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        while (buffer.hasRemaining()) {
            float value = (float) (mean + deviation * random.nextGaussian());
            buffer.put(Math.abs(value) < SMALLEST ? SMALLEST : value);
        }
        return initializer(name, TensorProto.DataType.FLOAT, UnsafeByteOperations.unsafeWrap(bytes), shape);
    }

    /**
     * Adds an initializer.
     *
     * @param name its name
     * @param type its element type
     * @param content its elements, little-endian
     * @param shape its shape
     * @return its name
     */
    String initializer(String name, TensorProto.DataType type, ByteString content, long... shape) {
        graph.addInitializer(tensor(type, content, shape).toBuilder().setName(name));
        return name;
    }

    /**
     * Adds the transposed copy of a matrix of weights: what is left of a transposition that the exporter folded.
     *
     * @param name the copy's name
     * @param of the matrix
     * @return the copy's name
     */
    String transposed(String name, String of) {
        TensorProto matrix = graph.getInitializerList().stream().filter(t -> t.getName().equals(of)).findFirst()
                .orElseThrow();
        int rows = Math.toIntExact(matrix.getDims(0));
        int columns = Math.toIntExact(matrix.getDims(1));
        var from = matrix.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        byte[] bytes = new byte[Float.BYTES * rows * columns];
        var to = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < rows; r++) {
                to.put(from.get(r * columns + c));
            }
        }
        return initializer(name, TensorProto.DataType.FLOAT, UnsafeByteOperations.unsafeWrap(bytes), columns, rows);
    }

    /**
     * Adds a constant node with one real number, of rank 0.
     *
     * @param path the node's name
     * @param value the number
     * @return the constant's name
     */
    String scalar(String path, float value) {
        var bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).flip();
        return constant(path, tensor(TensorProto.DataType.FLOAT, ByteString.copyFrom(bytes)));
    }

    /**
     * Adds a constant node with one integer, of rank 0.
     *
     * @param path the node's name
     * @param value the integer
     * @return the constant's name
     */
    String index(String path, long value) {
        return constant(path, tensor(TensorProto.DataType.INT64, longBytes(value)));
    }

    /**
     * Adds a constant node with a list of integers.
     *
     * @param path the node's name
     * @param values the integers
     * @return the constant's name
     */
    String list(String path, long... values) {
        return constant(path, tensor(TensorProto.DataType.INT64, longBytes(values), values.length));
    }

    private String constant(String path, TensorProto value) {
        return node(path, "Constant", List.of(), Attribute.of("value", value));
    }

    private static ByteString longBytes(long... values) {
        var bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return ByteString.copyFrom(bytes);
    }

    private static TensorProto tensor(TensorProto.DataType type, ByteString content, long... shape) {
        return TensorProto.newBuilder().setDataType(type.getNumber())
                .addAllDims(Arrays.stream(shape).boxed().toList()).setRawData(content).build();
    }

    private static long size(long... shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /**
     * Adds a node with one output.
     *
     * @param path the node's name
     * @param op its operator
     * @param inputs its inputs
     * @param attributes its attributes
     * @return its output
     */
    String node(String path, String op, List<String> inputs, AttributeProto... attributes) {
        return nodes(path, op, "", inputs, 1, attributes).getFirst();
    }

    /**
     * Adds a node.
     *
     * @param path the node's name
     * @param op its operator
     * @param domain the operator's domain
     * @param inputs its inputs
     * @param outputs how many outputs it has
     * @param attributes its attributes
     * @return its outputs
     */
    List<String> nodes(String path, String op, String domain, List<String> inputs, int outputs,
            AttributeProto... attributes) {
        var node = graph.addNodeBuilder().setName(path).setOpType(op).setDomain(domain).addAllInput(inputs)
                .addAllAttribute(Arrays.asList(attributes));
        for (int i = 0; i < outputs; i++) {
            node.addOutput(path + "_output_" + i);
        }
        return List.copyOf(node.getOutputList());
    }

    /**
     * Writes the model.
     *
     * @param file the file, which is replaced
     * @throws IOException if it can't be written
     */
    void write(Path file) throws IOException {
        var model = ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("pytorch").setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
        if (graph.getNodeList().stream().anyMatch(n -> n.getDomain().equals("ai.onnx.ml"))) {
            model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3));
        }
        try (var out = Files.newOutputStream(file)) {
            model.build().writeTo(out);
        }
    }
}
