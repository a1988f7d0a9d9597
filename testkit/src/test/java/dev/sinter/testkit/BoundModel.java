package dev.sinter.testkit;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model with inputs and outputs of kinds that ONNX Runtime's Java binding can carry: other element types are cast
 * within the model, sequences and optionals are put together within it.
 */
final class BoundModel {
    private static final Set<Integer> CARRIED = Set.of(DataType.FLOAT_VALUE, DataType.DOUBLE_VALUE,
            DataType.FLOAT16_VALUE, DataType.INT8_VALUE, DataType.INT16_VALUE, DataType.INT32_VALUE,
            DataType.INT64_VALUE, DataType.UINT8_VALUE, DataType.BOOL_VALUE, DataType.STRING_VALUE);

    private final ModelProto.Builder model;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();

    /** The model for these inputs. */
    BoundModel(ModelProto given, Map<String, Value> values) {
        model = given.toBuilder();
        var graph = model.getGraphBuilder();
        var own = graph.getNodeList();
        var ports = graph.getInputList();
        graph.clearNode().clearInput();
        for (var port : ports) {
            var value = values.get(port.getName());
            if (value instanceof Tensor t && CARRIED.contains(t.dtype().onnx())) {
                inputs.put(port.getName(), t);
                graph.addInput(port);
            } else if (value != null) {
                add(port.getName(), value);
            }
        }
        graph.addAllNode(own);
        for (int i = 0; i < graph.getOutputCount(); i++) {
            outward(i);
        }
    }

    byte[] bytes() {
        return model.build().toByteArray();
    }

    Map<String, Tensor> inputs() {
        return inputs;
    }

    private void add(String name, Value value) {
        switch (value) {
            case Tensor t -> add(name, t);
            case SequenceValue(var elements) when elements.isEmpty() -> node("SequenceEmpty", List.of(), name);
            case SequenceValue(var elements) -> {
                var node = NodeProto.newBuilder().setOpType("SequenceConstruct").addOutput(name);
                for (int i = 0; i < elements.size(); i++) {
                    add(name + "#" + i, elements.get(i));
                    node.addInput(name + "#" + i);
                }
                model.getGraphBuilder().addNode(node);
            }
            case OptionalValue(var element) when element.isPresent() -> {
                add(name + "#", element.get());
                node("Optional", List.of(name + "#"), name);
            }
            default -> throw new UnsupportedOperationException("the binding carries no " + value.getClass());
        }
    }

    private void add(String name, Tensor tensor) {
        int type = tensor.dtype().onnx();
        if (CARRIED.contains(type)) {
            declare(name, tensor);
            return;
        }
        var wide = wide(tensor);
        declare(name + "#wide", wide);
        model.getGraphBuilder().addNode(NodeProto.newBuilder().setOpType("Cast").addInput(name + "#wide")
                .addOutput(name).addAttribute(to(type)));
    }

    private static Tensor wide(Tensor tensor) {
        boolean real = switch (tensor.dtype()) {
            case F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> true;
            default -> false;
        };
        return real ? Tensor.of(tensor.toFloats(), tensor.shape()) : Tensor.of(tensor.toLongs(), tensor.shape());
    }

    private static AttributeProto to(int type) {
        return AttributeProto.newBuilder().setName("to").setType(AttributeProto.AttributeType.INT).setI(type).build();
    }

    private void declare(String name, Tensor tensor) {
        inputs.put(name, tensor);
        var shape = TensorShapeProto.newBuilder();
        for (long size : tensor.shape()) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        model.getGraphBuilder().addInput(ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(tensor.dtype().onnx()).setShape(shape))));
    }

    private void node(String operator, List<String> operands, String result) {
        model.getGraphBuilder().addNode(NodeProto.newBuilder().setOpType(operator).addAllInput(operands)
                .addOutput(result));
    }

    /** An output of a rare type becomes one of a wide type. */
    private void outward(int i) {
        var port = model.getGraph().getOutput(i);
        if (port.getType().hasOptionalType()) {
            node("OptionalGetElement", List.of(port.getName()), port.getName() + "#");
            model.getGraphBuilder().setOutput(i, ValueInfoProto.newBuilder().setName(port.getName() + "#"));
            return;
        }
        int type = port.getType().getTensorType().getElemType();
        if (!port.getType().hasTensorType() || CARRIED.contains(type)) {
            return;
        }
        boolean real = switch (DataType.forNumber(type)) {
            case UINT16, UINT32, UINT64, UINT4, INT4, UINT2, INT2 -> false;
            default -> true;
        };
        int wide = real ? DataType.FLOAT_VALUE : DataType.INT64_VALUE;
        model.getGraphBuilder().addNode(NodeProto.newBuilder().setOpType("Cast").addInput(port.getName())
                .addOutput(port.getName() + "#").addAttribute(to(wide)));
        model.getGraphBuilder().setOutput(i, ValueInfoProto.newBuilder().setName(port.getName() + "#").setType(
                TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder().setElemType(wide))));
    }

    /** What came under the names and types of the model. */
    static Map<String, Value> named(Map<String, Value> came, Map<String, Value> wanted) {
        var named = new LinkedHashMap<String, Value>();
        came.forEach((name, value) -> {
            var port = name.endsWith("#") ? name.substring(0, name.length() - 1) : name;
            var want = wanted.get(port);
            named.put(port, want instanceof OptionalValue ? new OptionalValue(java.util.Optional.of(value))
                    : name.equals(port) || !(want instanceof Tensor w) || !(value instanceof Tensor v) ? value
                            : narrow(v, w.dtype()));
        });
        return named;
    }

    private static Tensor narrow(Tensor value, DType to) {
        return value.dtype() == DType.F32 ? Tensor.ofValues(to, value.toDoubles(), value.shape())
                : Tensor.ofValues(to, value.toLongs(), value.shape());
    }
}
