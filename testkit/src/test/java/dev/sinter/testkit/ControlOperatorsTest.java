package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.EXACT;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.scalar;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Branches and loops give what ONNX Runtime gives. */
class ControlOperatorsTest {
    private static final TensorProto.DataType FLOAT = TensorProto.DataType.FLOAT;

    private static GraphProto.Builder graph() {
        return GraphProto.newBuilder().setName("body");
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder().setOpType(type).setName(output).addOutput(output).addAllInput(List.of(inputs))
                .build();
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type) {
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber()))).build();
    }

    private static ValueInfoProto one(String name, TensorProto.DataType type) {
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(TypeProto.Tensor
                .newBuilder().setElemType(type.getNumber()).setShape(TensorShapeProto.newBuilder()))).build();
    }

    @ParameterizedTest
    @MethodSource
    void control(OneNode node) throws Exception {
        Map<String, Value> want = OrtValues.run(node.model(), node.inputs());
        var got = node.run();
        var comparison = new Comparison(EXACT);
        want.forEach((name, value) -> comparison.add(name, got.get(name), value));
        if (!comparison.differences().isEmpty() || got.size() != want.size()) {
            throw new AssertionError(node + ": " + comparison.differences());
        }
    }

    static List<OneNode> control() {
        var cases = new ArrayList<OneNode>();
        for (boolean flag : new boolean[]{true, false}) {
            var choice = branch(Tensor.of(new boolean[]{flag}));
            cases.add(choice);
        }
        for (long rounds : new long[]{0, 1, 5}) {
            for (float limit : new float[]{100, 2}) {
                cases.add(loop(rounds, limit));
            }
        }
        for (long way = 0; way < 4; way++) {
            cases.add(scan().ints("scan_input_directions", way & 1).ints("scan_output_directions", way >> 1));
        }
        cases.add(scan().ints("scan_input_axes", 1).ints("scan_output_axes", -1));
        var each = graph().addInput(value("e", FLOAT)).addNode(node("Neg", "ne", "e")).addOutput(value("ne", FLOAT));
        cases.add(new OneNode("SequenceMap").with("body", each)
                .made(new OneNode("SequenceConstruct").input(floats(2, 3)).input(floats(4, 3))));
        return cases;
    }

    /** The tail of a constant that is made by a node, or its negative; what is chosen depends on an input. */
    private static OneNode branch(Tensor flag) {
        var shape = AttributeProto.newBuilder().setName("value_floats").setType(AttributeProto.AttributeType.FLOATS)
                .addFloats(1.5f).addFloats(-2);
        var constant = node("Constant", "c").toBuilder().addAttribute(shape).build();
        return new OneNode("If").input(flag)
                .with("then_branch", graph().addNode(constant).addOutput(value("c", FLOAT)))
                .with("else_branch",
                        graph().addNode(constant).addNode(node("Neg", "n", "c")).addOutput(value("n", FLOAT)));
    }

    /** Adds the round's number to the sum while that is below a limit; the sums before are collected. */
    private static OneNode loop(long rounds, float limit) {
        var to = AttributeProto.newBuilder().setName("to").setType(AttributeProto.AttributeType.INT).setI(1);
        var most = AttributeProto.newBuilder().setName("value_float").setType(AttributeProto.AttributeType.FLOAT)
                .setF(limit);
        var body = graph().addInput(one("round", TensorProto.DataType.INT64))
                .addInput(one("before", TensorProto.DataType.BOOL)).addInput(one("sum", FLOAT))
                .addNode(node("Cast", "real", "round").toBuilder().addAttribute(to))
                .addNode(node("Constant", "limit").toBuilder().addAttribute(most))
                .addNode(node("Add", "next", "sum", "real")).addNode(node("Less", "go", "next", "limit"))
                .addNode(node("Identity", "each", "sum"))
                .addOutput(one("go", TensorProto.DataType.BOOL)).addOutput(one("next", FLOAT))
                .addOutput(one("each", FLOAT));
        return new OneNode("Loop").outputs(2).with("body", body).input(scalar(DType.I64, rounds))
                .input(Tensor.of(new boolean[]{true})).input(scalar(DType.F32, 0.5));
    }

    /** Running sums of the rows of a square. */
    private static OneNode scan() {
        var body = graph().addInput(value("sum", FLOAT)).addInput(value("row", FLOAT))
                .addNode(node("Add", "next", "sum", "row")).addNode(node("Identity", "each", "next"))
                .addOutput(value("next", FLOAT)).addOutput(value("each", FLOAT));
        return new OneNode("Scan").outputs(2).with("num_scan_inputs", 1L).with("body", body).input(floats(4))
                .input(floats(4, 4));
    }
}
