package dev.sinter.testkit;

import com.google.protobuf.ByteString;
import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.Outputs;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An ONNX model of one node with its inputs, made by hand: {@code new OneNode("Conv").with("strides", 2, 2).input(x)
 * .constant(w)}. Inputs are named i0, i1, …, outputs o0, o1, ….
 */
final class OneNode {
    private final NodeProto.Builder node;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("one");
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, Long> domains = new LinkedHashMap<>(Map.of("", 17L));
    private final List<String> settings = new ArrayList<>();
    private final Map<String, MapValue> maps = new LinkedHashMap<>();
    private final List<String> made = new ArrayList<>();
    private int outputs = 1;
    private boolean symbolic;

    /** A node of the standard domain in opset 17 with one output. */
    OneNode(String type) {
        node = NodeProto.newBuilder().setName("the_" + type).setOpType(type);
    }

    /** The standard domain's opset. */
    OneNode opset(long version) {
        domains.put("", version);
        return this;
    }

    /** The operator's domain. */
    OneNode domain(String name, long version) {
        node.setDomain(name);
        domains.put(name, version);
        return this;
    }

    /** How many outputs are named. */
    OneNode outputs(int count) {
        outputs = count;
        return this;
    }

    /** All sizes of the inputs that are no constants are unknown when compiling. */
    OneNode symbolic() {
        symbolic = true;
        return this;
    }

    private OneNode attribute(String name, AttributeProto.Builder attribute, Object value) {
        node.addAttribute(attribute.setName(name));
        settings.add(name + "=" + value);
        return this;
    }

    OneNode with(String name, long value) {
        return attribute(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.INT).setI(value),
                value);
    }

    OneNode with(String name, float value) {
        return attribute(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.FLOAT).setF(value),
                value);
    }

    OneNode with(String name, String value) {
        return attribute(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value)), value);
    }

    /** An attribute of integers; one of a single integer is a list, too. */
    OneNode ints(String name, long... values) {
        var attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute(name, attribute, Arrays.toString(values));
    }

    OneNode floats(String name, float... values) {
        var attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.FLOATS);
        for (var value : values) {
            attribute.addFloats(value);
        }
        return attribute(name, attribute, Arrays.toString(values));
    }

    OneNode strings(String name, String... values) {
        var attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.STRINGS);
        for (var value : values) {
            attribute.addStrings(ByteString.copyFromUtf8(value));
        }
        return attribute(name, attribute, Arrays.toString(values));
    }

    /** An attribute that is a tensor. */
    OneNode tensor(String name, Tensor value) {
        return attribute(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.TENSOR)
                .setT(proto(value)), Comparison.type(value));
    }

    /** An operand given when the model runs. */
    OneNode input(Tensor tensor) {
        var name = "i" + node.getInputCount();
        node.addInput(name);
        inputs.put(name, tensor);
        settings.add(Comparison.type(tensor));
        return this;
    }

    /** An operand that is a constant of the model. */
    OneNode constant(Tensor tensor) {
        var name = "i" + node.getInputCount();
        node.addInput(name);
        graph.addInitializer(proto(tensor).setName(name));
        settings.add("constant " + Comparison.type(tensor));
        return this;
    }

    /** An operand that is left out. */
    OneNode absent() {
        node.addInput("");
        return this;
    }

    /** An attribute that is a graph; the names in it that it does not define are those of this model. */
    OneNode with(String name, GraphProto.Builder value) {
        return attribute(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.GRAPH).setG(value),
                "graph");
    }

    /** An operand that is a map of integers or texts to values of a type, given when the model runs. */
    OneNode input(MapValue map, DType keys, DType values) {
        var name = "i" + node.getInputCount();
        node.addInput(name);
        var type = TypeProto.Tensor.newBuilder().setElemType(code(values)).setShape(TensorShapeProto.newBuilder());
        graph.addInput(ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setMapType(
                TypeProto.Map.newBuilder().setKeyType(code(keys)).setValueType(TypeProto.newBuilder()
                        .setTensorType(type)))));
        maps.put(name, map);
        settings.add("map(" + keys + "," + values + ")");
        return this;
    }

    /** An operand that is the first result of another node, whose inputs become inputs of this model. */
    OneNode made(OneNode by) {
        var name = "i" + node.getInputCount();
        node.addInput(name);
        var maker = by.node.clone().setName(name).clearInput().addOutput(name);
        for (var operand : by.node.getInputList()) {
            maker.addInput(operand.isEmpty() ? "" : name + operand);
        }
        by.graph.getInitializerList()
                .forEach(each -> graph.addInitializer(each.toBuilder().setName(name + each.getName())));
        for (var each : by.graph.getNodeList()) {
            var renamed = each.toBuilder().setName(name + each.getName()).clearInput().clearOutput();
            each.getInputList().forEach(operand -> renamed.addInput(operand.isEmpty() ? "" : name + operand));
            each.getOutputList().forEach(operand -> renamed.addOutput(name + operand));
            graph.addNode(renamed);
        }
        graph.addNode(maker);
        by.inputs.forEach((key, tensor) -> inputs.put(name + key, tensor));
        by.domains.forEach(domains::putIfAbsent);
        settings.add("made by " + by);
        made.addAll(by.made);
        made.add(by.operator());
        return this;
    }

    /** {@return the operators of the model, domain and name, as {@code ai.onnx:Conv}} */
    List<String> operators() {
        return Stream.concat(made.stream(), Stream.of(operator())).toList();
    }

    private String operator() {
        return (node.getDomain().isEmpty() ? "ai.onnx" : node.getDomain()) + ":" + node.getOpType();
    }

    /** {@return the inputs by name} */
    Map<String, Tensor> inputs() {
        return inputs;
    }

    /** {@return the model file} */
    byte[] model() {
        var whole = graph.clone();
        var last = node.clone();
        for (int i = 0; i < outputs; i++) {
            last.addOutput("o" + i);
            whole.addOutput(ValueInfoProto.newBuilder().setName("o" + i));
        }
        inputs.forEach((name, tensor) -> whole.addInput(ValueInfoProto.newBuilder().setName(name).setType(
                TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder().setElemType(code(tensor.dtype()))
                        .setShape(shape(name, tensor))))));
        var model = ModelProto.newBuilder().setIrVersion(10).setGraph(whole.addNode(last));
        domains.forEach((domain, version) -> model
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        return model.build().toByteArray();
    }

    private TensorShapeProto shape(String name, Tensor tensor) {
        var shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < tensor.rank(); i++) {
            shape.addDim(symbolic ? TensorShapeProto.Dimension.newBuilder().setDimParam(name + "d" + i)
                    : TensorShapeProto.Dimension.newBuilder().setDimValue(tensor.dim(i)));
        }
        return shape.build();
    }

    private static TensorProto.Builder proto(Tensor tensor) {
        var proto = TensorProto.newBuilder().setDataType(code(tensor.dtype()));
        Arrays.stream(tensor.shape()).forEach(proto::addDims);
        if (tensor.dtype() == DType.STRING) {
            Arrays.stream(tensor.toStrings()).forEach(s -> proto.addStringData(ByteString.copyFromUtf8(s)));
            return proto;
        }
        return proto.setRawData(ByteString.copyFrom(LittleEndian.bytes(tensor)));
    }

    private static int code(DType dtype) {
        var type = switch (dtype) {
            case F32 -> TensorProto.DataType.FLOAT;
            case F64 -> TensorProto.DataType.DOUBLE;
            case F16 -> TensorProto.DataType.FLOAT16;
            case BF16 -> TensorProto.DataType.BFLOAT16;
            case I8 -> TensorProto.DataType.INT8;
            case I16 -> TensorProto.DataType.INT16;
            case I32 -> TensorProto.DataType.INT32;
            case I64 -> TensorProto.DataType.INT64;
            case U8 -> TensorProto.DataType.UINT8;
            case U16 -> TensorProto.DataType.UINT16;
            case U32 -> TensorProto.DataType.UINT32;
            case U64 -> TensorProto.DataType.UINT64;
            case BOOL -> TensorProto.DataType.BOOL;
            case STRING -> TensorProto.DataType.STRING;
            case I4 -> TensorProto.DataType.INT4;
            case U4 -> TensorProto.DataType.UINT4;
            case C64 -> TensorProto.DataType.COMPLEX64;
            case C128 -> TensorProto.DataType.COMPLEX128;
            default -> throw new IllegalArgumentException("no test uses " + dtype);
        };
        return type.getNumber();
    }

    /** {@return what the compiled model gives} */
    Outputs run() {
        try (var model = Sinter.compiler().compilation(model(), "one").define(RunOptions.defaults())) {
            var all = new LinkedHashMap<String, Value>(inputs);
            all.putAll(maps);
            return model.run(all);
        }
    }

    /** Fails where the compiled model gives something else than what was computed by hand. */
    void assertGives(Tolerance tolerance, Value... want) {
        var got = run();
        var comparison = new Comparison(tolerance);
        for (int i = 0; i < want.length; i++) {
            comparison.add("o" + i, got.get("o" + i), want[i]);
        }
        if (!comparison.differences().isEmpty() || got.size() != want.length) {
            throw new AssertionError(this + ": " + comparison.differences());
        }
    }

    /** Fails where the compiled model is farther from ONNX Runtime than rounding in the first input's type explains. */
    void assertLikeOrt() throws Exception {
        assertLikeOrt(Numbers.near(inputs.isEmpty() ? DType.F32 : inputs.values().iterator().next().dtype()));
    }

    /** Fails where the compiled model gives something else than ONNX Runtime. */
    void assertLikeOrt(Tolerance tolerance) throws Exception {
        Map<String, Tensor> want;
        try (var reference = new OrtReference(model(), false)) {
            want = reference.all(inputs);
        }
        var got = run();
        var comparison = new Comparison(tolerance);
        want.forEach((name, tensor) -> comparison.add(name, got.get(name), tensor));
        if (!comparison.differences().isEmpty() || got.size() != want.size()) {
            throw new AssertionError(this + ": " + comparison.differences());
        }
    }

    @Override
    public String toString() {
        return node.getOpType() + " " + domains + (symbolic ? " symbolic " : " ") + String.join(" ", settings);
    }
}
