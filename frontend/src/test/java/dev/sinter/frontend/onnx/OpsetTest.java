package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operators whose form or meaning differs between operator sets. */
class OpsetTest {
    private static final TensorData X = TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 1, 2, 3);

    private static TestModel x(long opset) {
        return new TestModel(opset).input("x", DType.F32, 1, 2, 3).output("y");
    }

    @Test
    void squeezeTakesAxesAsAttributeThenAsInput() {
        var old = x(11).node("Squeeze", "x", "y", "axes", new long[]{-3}).run(X);
        var now = x(13).longs("axes", 0).node("Squeeze", "x axes", "y").run(X);
        assertThat(old.type()).hasToString("f32[2,3]");
        assertThat(now).isEqualTo(old);
    }

    @Test
    void unsqueezeTakesAxesAsAttributeThenAsInput() {
        var old = x(7).node("Unsqueeze", "x", "y", "axes", new long[]{0, 4}).run(X);
        var now = x(13).longs("axes", -1, 0).node("Unsqueeze", "x axes", "y").run(X);
        assertThat(old.type()).hasToString("f32[1,1,2,3,1]");
        assertThat(now).isEqualTo(old);
    }

    @Test
    void reductionsTakeAxesAsInputSince13And18() {
        var expected = TensorData.floats(new float[]{6, 15}, 1, 2);
        assertThat(x(11).node("ReduceSum", "x", "y", "axes", new long[]{2}, "keepdims", 0).run(X)).isEqualTo(expected);
        assertThat(x(13).longs("axes", -1).node("ReduceSum", "x axes", "y", "keepdims", 0).run(X)).isEqualTo(expected);
        var means = TensorData.floats(new float[]{2, 5}, 1, 2);
        assertThat(x(17).node("ReduceMean", "x", "y", "axes", new long[]{2}, "keepdims", 0).run(X)).isEqualTo(means);
        assertThat(x(18).longs("axes", 2).node("ReduceMean", "x axes", "y", "keepdims", 0).run(X)).isEqualTo(means);
    }

    @Test
    void withoutAxesEverythingIsFoldedUnlessToldNotTo() {
        assertThat(x(13).node("ReduceSum", "x", "y").run(X)).isEqualTo(TensorData.floats(new float[]{21}, 1, 1, 1));
        assertThat(x(13).node("ReduceSum", "x", "y", "noop_with_empty_axes", 1).run(X)).isEqualTo(X);
    }

    @Test
    void sliceTakesAttributesThenInputs() {
        var old = x(9).node("Slice", "x", "y", "starts", new long[]{1}, "ends", new long[]{1000}, "axes", new long[]{2})
                .run(X);
        var now = x(10).longs("from", 1).longs("to", Long.MAX_VALUE).longs("axis", -1)
                .node("Slice", "x from to axis", "y").run(X);
        assertThat(old).isEqualTo(TensorData.floats(new float[]{2, 3, 5, 6}, 1, 2, 2)).isEqualTo(now);
        var back = x(13).longs("from", -1).longs("to", Long.MIN_VALUE).longs("axis", 2).longs("step", -2)
                .node("Slice", "x from to axis step", "y").run(X);
        assertThat(back).isEqualTo(TensorData.floats(new float[]{3, 1, 6, 4}, 1, 2, 2));
    }

    @Test
    void softmaxJoinedAllAxesFromOneOnBeforeOpset13() {
        var old = x(11).node("Softmax", "x", "y").run(X);
        double sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += old.getDouble(i);
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        var now = x(13).node("Softmax", "x", "y").run(X);
        assertThat(now.getDouble(0) + now.getDouble(1) + now.getDouble(2)).isCloseTo(1, within(1e-6));
    }

    @Test
    void clipTakesAttributesThenInputs() {
        var expected = TensorData.floats(new float[]{2, 2, 3, 4, 5, 5}, 1, 2, 3);
        assertThat(x(7).node("Clip", "x", "y", "min", 2f, "max", 5f).run(X)).isEqualTo(expected);
        var bounds = x(11);
        for (var bound : List.of("lo", "hi")) {
            bounds.initializer(TestModel.tensor(TensorData.floats(new float[]{bound.equals("lo") ? 2 : 5})).toBuilder()
                    .setName(bound).build());
        }
        assertThat(bounds.node("Clip", "x lo hi", "y").run(X)).isEqualTo(expected);
        assertThat(x(11).node("Clip", "x", "y").run(X)).isEqualTo(X);
    }

    @Test
    void splitSizesComeAsAttributeAsInputOrAsACount() {
        var expected = TensorData.floats(new float[]{3, 6}, 1, 2, 1);
        assertThat(x(11).node("Split", "x", "a y", "axis", 2, "split", new long[]{2, 1}).run(X)).isEqualTo(expected);
        assertThat(x(13).longs("sizes", 2, 1).node("Split", "x sizes", "a y", "axis", 2).run(X)).isEqualTo(expected);
        assertThat(x(18).node("Split", "x", "a y", "axis", 2, "num_outputs", 2).run(X)).isEqualTo(expected);
        var uneven = x(13).node("Split", "x", "a y", "axis", 2);
        assertThatThrownBy(uneven::graph).isInstanceOf(OnnxImportException.class).hasMessageContaining("2 equal parts");
    }

    @Test
    void gemmMayHaveNoC() {
        var a = TensorData.floats(new float[]{1, 2}, 1, 2);
        var b = TensorData.floats(new float[]{3, 4}, 1, 2);
        var got = new TestModel(11).input("a", DType.F32, 1, 2).input("b", DType.F32, 1, 2).output("y")
                .node("Gemm", "a b", "y", "transB", 1, "alpha", 2f).run(a, b);
        assertThat(got).isEqualTo(TensorData.floats(new float[]{22}, 1, 1));
    }

    @Test
    void integerDivisionIsCutAndModHasTheDivisorsSign() {
        var a = TensorData.longs(new long[]{-7, 7}, 2);
        var b = TensorData.longs(new long[]{2, -2}, 2);
        var model = new TestModel(13).input("a", DType.I64, 2).input("b", DType.I64, 2).output("y");
        assertThat(model.node("Div", "a b", "y").run(a, b)).isEqualTo(TensorData.longs(new long[]{-3, -3}, 2));
        var mod = new TestModel(13).input("a", DType.I64, 2).input("b", DType.I64, 2).output("y");
        assertThat(mod.node("Mod", "a b", "y").run(a, b)).isEqualTo(TensorData.longs(new long[]{1, -1}, 2));
    }

    @Test
    void layerNormalizationOverTwoAxesIsOneOverThemJoined() {
        var gamma = TestModel.tensor(TensorData.floats(new float[]{1, 1, 1, 1, 1, 2}, 2, 3)).toBuilder().setName("g")
                .build();
        var graph = x(17).initializer(gamma).node("LayerNormalization", "x g", "y", "axis", 1).graph();
        assertThat(graph.nodes().stream().map(n -> n.op().mnemonic()).toList()).contains("normalize");
        var got = Interpreter.run(graph, List.of(X)).getFirst();
        assertThat(got.getDouble(0)).isCloseTo(-1.46385, within(1e-4));
        assertThat(got.getDouble(5)).isCloseTo(2 * 1.46385, within(1e-4));
        var all =
                x(17).initializer(gamma).node("LayerNormalization", "x g", "y mean", "axis", 1).output("mean").graph();
        var both = Interpreter.run(all, List.of(X));
        assertThat(Interpreter.difference(both.getFirst(), got, 1e-5, 1e-6)).isEmpty();
        assertThat(both.get(1)).isEqualTo(TensorData.floats(new float[]{3.5f}, 1, 1, 1));
    }
}
