package dev.sinter.testkit;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;

/** ONNX models of one node, made by hand. */
final class SmallModels {
    private SmallModels() {
    }

    /** {@code y = op(a, b)} over vectors of floats of one symbolic length {@code n}. */
    static byte[] binary(String op) {
        var node = NodeProto.newBuilder().setName("the_" + op).setOpType(op).addInput("a").addInput("b").addOutput("y");
        var graph = GraphProto.newBuilder().setName("small").addNode(node).addInput(vector("a")).addInput(vector("b"))
                .addOutput(vector("y"));
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17)).build().toByteArray();
    }

    private static ValueInfoProto vector(String name) {
        var shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        var type = TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT.getNumber()).setShape(shape));
        return ValueInfoProto.newBuilder().setName(name).setType(type).build();
    }
}
