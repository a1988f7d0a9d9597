package dev.sinter.frontend.onnx;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.AttributeProto.AttributeType;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import java.util.List;

/** Puts small ONNX models together. */
final class TestModel {
    private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);

    TestModel(long opset) {
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
        model.getGraphBuilder().setName("test");
    }

    /** An input; dims are numbers, names, or "" for one without a name. */
    TestModel input(String name, DType dtype, Object... dims) {
        model.getGraphBuilder().addInput(info(name, dtype, dims));
        return this;
    }

    private static ValueInfoProto info(String name, DType dtype, Object... dims) {
        var shape = TensorShapeProto.newBuilder();
        for (var dim : dims) {
            var proto = shape.addDimBuilder();
            if (dim instanceof Integer size) {
                proto.setDimValue(size);
            } else if (!"".equals(dim)) {
                proto.setDimParam(dim.toString());
            }
        }
        var tensor = TypeProto.Tensor.newBuilder().setElemType(OnnxTypes.code(dtype)).setShape(shape);
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(tensor)).build();
    }

    TestModel longs(String name, long... values) {
        return initializer(tensor(TensorData.longs(values, values.length)).toBuilder().setName(name).build());
    }

    TestModel floats(String name, float... values) {
        return initializer(tensor(TensorData.floats(values, values.length)).toBuilder().setName(name).build());
    }

    TestModel initializer(TensorProto tensor) {
        model.getGraphBuilder().addInitializer(tensor);
        return this;
    }

    static TensorProto tensor(TensorData data) {
        var tensor = TensorProto.newBuilder().setDataType(OnnxTypes.code(data.dtype()));
        for (var dim : data.dims()) {
            tensor.addDims(dim);
        }
        for (int i = 0; i < data.size(); i++) {
            if (data.dtype() == DType.F32) {
                tensor.addFloatData((float) data.getDouble(i));
            } else {
                tensor.addInt64Data(data.getLong(i));
            }
        }
        return tensor.build();
    }

    /** A node with one output or several, written "a b"; attributes are names and values in turn. */
    TestModel node(String op, String inputs, String outputs, Object... attributes) {
        var node = NodeProto.newBuilder().setOpType(op).setName("the_" + op + "_of_" + outputs.replace(' ', '_'));
        for (var input : inputs.isEmpty() ? new String[0] : inputs.split(" ")) {
            node.addInput(input.equals("-") ? "" : input);
        }
        node.addAllOutput(List.of(outputs.split(" ")));
        for (int i = 0; i < attributes.length; i += 2) {
            node.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
        }
        model.getGraphBuilder().addNode(node);
        return this;
    }

    private static AttributeProto attribute(String name, Object value) {
        var attribute = AttributeProto.newBuilder().setName(name);
        return switch (value) {
            case Integer i -> attribute.setType(AttributeType.INT).setI(i).build();
            case Float f -> attribute.setType(AttributeType.FLOAT).setF(f).build();
            case String s -> attribute.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(s)).build();
            case TestModel body -> attribute.setType(AttributeType.GRAPH).setG(body.model.getGraph()).build();
            case TensorData t -> attribute.setType(AttributeType.TENSOR).setT(tensor(t)).build();
            case long[] ints -> {
                for (var v : ints) {
                    attribute.addInts(v);
                }
                yield attribute.setType(AttributeType.INTS).build();
            }
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    /** Changes the last node. */
    TestModel domain(String domain) {
        var graph = model.getGraphBuilder();
        graph.getNodeBuilder(graph.getNodeCount() - 1).setDomain(domain);
        return this;
    }

    TestModel output(String name) {
        model.getGraphBuilder().addOutput(ValueInfoProto.newBuilder().setName(name));
        return this;
    }

    /** A function of the model, its nodes those of another one. */
    TestModel function(String name, TestModel body, List<String> inputs, List<String> outputs,
            String... attributes) {
        var function = model.addFunctionsBuilder().setDomain("mine").setName(name).addAllInput(inputs)
                .addAllOutput(outputs).addAllAttribute(List.of(attributes))
                .addAllNode(body.model.getGraph().getNodeList());
        function.addOpsetImport(body.model.getOpsetImport(0));
        function.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("mine").setVersion(1));
        if (model.getOpsetImportList().stream().noneMatch(o -> o.getDomain().equals("mine"))) {
            model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("mine").setVersion(1));
        }
        return this;
    }

    /** The last node's attribute is the function's of that name. */
    TestModel refer(String attribute, AttributeType type, String to) {
        var graph = model.getGraphBuilder();
        graph.getNodeBuilder(graph.getNodeCount() - 1).addAttributeBuilder().setName(attribute).setType(type)
                .setRefAttrName(to);
        return this;
    }

    ModelProto proto() {
        return model.build();
    }

    Graph graph() {
        return OnnxImporter.importModel(proto(), null, ImportOptions.NONE);
    }

    /** The first output for those inputs. */
    TensorData run(TensorData... inputs) {
        return Interpreter.run(graph(), List.of(inputs)).getFirst();
    }
}
