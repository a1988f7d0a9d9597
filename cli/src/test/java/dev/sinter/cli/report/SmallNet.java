package dev.sinter.cli.report;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A model of blocks, as an exporter names them: products of {@code [batch,8]} with weights of which half are 0. */
final class SmallNet {
    static final int WIDTH = 8;

    private SmallNet() {
    }

    /**
     * {@code y = relu(x W + b)} so many times, the last without its activation. The input is
     * transposed there and back, of which nothing is left after the passes.
     */
    static byte[] onnx(int blocks, String output) {
        return model(graph(blocks, output).addOutput(vector(output)));
    }

    /** The same, and then where the result is not 0, which data tells. */
    static byte[] scripted(int blocks) {
        var type = TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.INT64.getNumber()));
        return model(graph(blocks, "h").addNode(node("NonZero", "/where", "y", "h"))
                .addOutput(ValueInfoProto.newBuilder().setName("y").setType(type)));
    }

    private static byte[] model(GraphProto.Builder graph) {
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17)).build().toByteArray();
    }

    private static GraphProto.Builder graph(int blocks, String output) {
        var graph = GraphProto.newBuilder().setName("small <net>").addInput(vector("x"));
        graph.addNode(node("Transpose", "/net/turn/Transpose", "t", "x"));
        graph.addNode(node("Transpose", "/net/back/Transpose", "u", "t"));
        var value = "u";
        for (int i = 0; i < blocks; i++) {
            var scope = "/net/block." + i;
            boolean last = i + 1 == blocks;
            graph.addInitializer(weights("w" + i, WIDTH, WIDTH)).addInitializer(weights("b" + i, WIDTH));
            graph.addNode(node("MatMul", scope + "/fc/MatMul", "m" + i, value, "w" + i));
            graph.addNode(node("Add", scope + "/fc/Add", last ? output : "a" + i, "m" + i, "b" + i));
            if (!last) {
                graph.addNode(node("Relu", scope + "/act/Relu", "r" + i, "a" + i));
            }
            value = "r" + i;
        }
        return graph;
    }

    private static NodeProto node(String op, String name, String output, String... inputs) {
        var node = NodeProto.newBuilder().setName(name).setOpType(op).addOutput(output);
        for (var input : inputs) {
            node.addInput(input);
        }
        return node.build();
    }

    private static TensorProto weights(String name, long... dims) {
        var tensor = TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
        int size = 1;
        for (long dim : dims) {
            tensor.addDims(dim);
            size *= (int) dim;
        }
        var data = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            data.putFloat(i % 2 == 0 ? 0 : 0.25f);
        }
        return tensor.setRawData(ByteString.copyFrom(data.array())).build();
    }

    private static ValueInfoProto vector(String name) {
        var shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(WIDTH));
        var type = TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT.getNumber()).setShape(shape));
        return ValueInfoProto.newBuilder().setName(name).setType(type).build();
    }
}
