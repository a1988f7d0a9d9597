package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.frontend.onnx.proto.AttributeProto.AttributeType;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model's own functions take the place of their calls. */
class FunctionsTest {
    private static final TensorData X = TensorData.floats(new float[]{-1, 2}, 2);

    private static TestModel model(String op, Object... attributes) {
        return new TestModel(17).input("x", DType.F32, 2).node(op, "x", "y", attributes).domain("mine").output("y");
    }

    @Test
    void aCallBecomesTheFunctionsNodesWithNamesOfItsOwn() {
        var twice = new TestModel(17).node("Add", "x x", "y");
        var model = model("Twice").node("Twice", "y", "z").domain("mine").output("z")
                .function("Twice", twice, List.of("x"), List.of("y"));
        var graph = model.graph();
        assertThat(Interpreter.run(graph, List.of(X)).get(1)).isEqualTo(TensorData.floats(new float[]{-4, 8}, 2));
        assertThat(graph.nodes().getFirst().origin()).hasToString("the_Twice_of_y/the_Add_of_y");
    }

    @Test
    void attributesReferToTheCallsAndMayBeMissing() {
        var leaky = new TestModel(17).node("LeakyRelu", "x", "y").refer("alpha", AttributeType.FLOAT, "slope");
        var given = model("Leaky", "slope", 0.5f).function("Leaky", leaky, List.of("x"), List.of("y"), "slope");
        assertThat(given.run(X)).isEqualTo(TensorData.floats(new float[]{-0.5f, 2}, 2));
        var missing = model("Leaky").function("Leaky", leaky, List.of("x"), List.of("y"), "slope");
        assertThat(missing.run(X)).isEqualTo(TensorData.floats(new float[]{-0.01f, 2}, 2));
    }

    @Test
    void aFunctionsOperatorSetIsItsOwn() {
        var old = new TestModel(11).node("Softmax", "x", "y").node("Squeeze", "y", "z", "axes", new long[]{0});
        var model = new TestModel(17).input("x", DType.F32, 1, 2).node("Old", "x", "z").domain("mine").output("z")
                .function("Old", old, List.of("x"), List.of("z"));
        assertThat(model.graph().outputs().getFirst().value().type()).hasToString("f32[2]");
    }

    @Test
    void functionsCallFunctionsButNotThemselves() {
        var outer = new TestModel(17).node("Inner", "x", "y").domain("mine");
        var inner = new TestModel(17).node("Neg", "x", "y");
        var model = model("Outer").function("Outer", outer, List.of("x"), List.of("y"))
                .function("Inner", inner, List.of("x"), List.of("y"));
        assertThat(model.run(X)).isEqualTo(TensorData.floats(new float[]{1, -2}, 2));
        var endless = model("Inner").function("Inner", outer, List.of("x"), List.of("y"));
        assertThatThrownBy(endless::graph).isInstanceOf(OnnxImportException.class)
                .hasMessageContaining("mine.Inner calls itself");
    }

    @Test
    void operandsLeftOutAreLeftOutInTheBody() {
        var clip = new TestModel(17).node("Clip", "x low high", "y");
        var model = new TestModel(17).input("x", DType.F32, 2).floats("limit", 1).node("Squeeze", "limit", "l")
                .node("Limit", "x - l", "y").domain("mine").output("y")
                .function("Limit", clip, List.of("x", "low", "high"), List.of("y"));
        assertThat(model.run(X)).isEqualTo(TensorData.floats(new float[]{-1, 1}, 2));
    }

    @Test
    void unsupportedOperatorsOfFunctionsAndBodiesAreListed() {
        var strange = new TestModel(17).node("Strange", "x", "y");
        var yes = new TestModel(17).node("Stranger", "x", "z").output("z");
        var model = model("F").input("c", DType.BOOL).function("F", strange, List.of("x"), List.of("y"))
                .node("If", "c", "w", "then_branch", yes, "else_branch", yes).output("w");
        assertThatThrownBy(model::graph).hasMessageContaining("ai.onnx.Strange (opset 17)")
                .hasMessageContaining("ai.onnx.Stranger (opset 17), 2 nodes");
    }
}
