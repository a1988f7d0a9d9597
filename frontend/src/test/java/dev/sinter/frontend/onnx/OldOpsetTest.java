package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import org.junit.jupiter.api.Test;

/** Forms that operators had before opset 7. */
class OldOpsetTest {
    private static final TensorData X = TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 1, 2, 3);

    private static TestModel x(long opset) {
        return new TestModel(opset).input("x", DType.F32, 1, 2, 3).output("y");
    }

    @Test
    void operandsBroadcastFromAnAxisOn() {
        var model = x(6).floats("b", 10, 20).node("Add", "x b", "y", "broadcast", 1, "axis", 1);
        assertThat(model.run(X)).isEqualTo(TensorData.floats(new float[]{11, 12, 13, 24, 25, 26}, 1, 2, 3));
        var last = x(6).floats("b", 10, 20, 30).node("Sub", "x b", "y", "broadcast", 1);
        assertThat(last.run(X)).isEqualTo(TensorData.floats(new float[]{-9, -18, -27, -6, -15, -24}, 1, 2, 3));
        var less = x(1).floats("b", 2, 5).node("Greater", "x b", "y", "broadcast", 1, "axis", -2);
        assertThat(less.run(X).getLong(2)).isEqualTo(1);
        var far = x(6).floats("b", 1, 2).node("Mul", "x b", "y", "broadcast", 1, "axis", 3);
        assertThatThrownBy(far::graph).hasMessageContaining("the_Mul_of_y");
    }

    @Test
    void shapesAndTypesWereAttributes() {
        assertThat(x(4).node("Reshape", "x", "y", "shape", new long[]{0, -1}).run(X).type()).hasToString("f32[1,6]");
        assertThat(x(5).node("Cast", "x", "y", "to", "INT32").run(X).type()).hasToString("i32[1,2,3]");
        assertThatThrownBy(x(5).node("Cast", "x", "y", "to", "WORD")::graph).hasMessageContaining("'WORD'");
        assertThat(x(3).node("Concat", "x x", "y").run(X).type()).hasToString("f32[1,4,3]");
    }

    @Test
    void tilesWereCountedAlongOneAxis() {
        var model = x(1).longs("tiles", 2).longs("axis", 2).node("Tile", "x tiles axis", "y");
        assertThat(model.run(X)).isEqualTo(
                TensorData.floats(new float[]{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}, 1, 2, 6));
    }

    @Test
    void slopesWereOneForAChannel() {
        var model = x(6).floats("slope", 2, 3).node("Neg", "x", "n").node("PRelu", "n slope", "y");
        assertThat(model.run(X)).isEqualTo(
                TensorData.floats(new float[]{-2, -4, -6, -12, -15, -18}, 1, 2, 3));
    }

    @Test
    void dropoutLeavesItsOperandAlone() {
        var graph = x(6).node("Dropout", "x", "y mask", "ratio", 0.5f, "is_test", 0).graph();
        assertThat(graph.nodes()).isEmpty();
    }
}
