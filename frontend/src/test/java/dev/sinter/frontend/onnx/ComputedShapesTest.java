package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Sizes, bounds and axes that only data tells. */
class ComputedShapesTest {
    private static final TensorData X = TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 2, 3);

    private static TestModel x() {
        return new TestModel(18).input("x", DType.F32, "N", 3).output("y");
    }

    private static TensorData longs(long... values) {
        return TensorData.longs(values, values.length);
    }

    @Test
    void reshapeResolvesZerosAndTheOpenSize() {
        var model = x().input("to", DType.I64, 3).node("Reshape", "x to", "y");
        assertThat(model.run(X, longs(0, -1, 1)).type()).hasToString("f32[2,3,1]");
        assertThat(model.run(X, longs(3, 1, -1)).type()).hasToString("f32[3,1,2]");
        assertThat(model.run(X, longs(1, 6, 1)).type()).hasToString("f32[1,6,1]");
    }

    @Test
    void sizesKnownBeforehandStayKnown() {
        var model = x().input("n", DType.I64, 1).longs("two", 2).longs("left", -1)
                .node("Concat", "two n left", "to", "axis", 0).node("Reshape", "x to", "y");
        assertThat(model.graph().outputs().getFirst().value().type().toString()).startsWith("f32[2,reshape_");
        assertThat(model.run(X, longs(3)).type()).hasToString("f32[2,3,1]");
    }

    @Test
    void expandKeepsSizesWhereTheTargetIsOne() {
        var model = x().input("to", DType.I64, 3).node("Expand", "x to", "y");
        assertThat(model.run(X, longs(4, 1, 1)).type()).hasToString("f32[4,2,3]");
        assertThat(model.run(X, longs(1, 2, 3))).isEqualTo(TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 1, 2, 3));
        var row = TensorData.floats(new float[]{7, 8, 9}, 1, 3);
        assertThat(model.run(row, longs(1, 2, 1)))
                .isEqualTo(TensorData.floats(new float[]{7, 8, 9, 7, 8, 9}, 1, 2, 3));
    }

    @Property(tries = 200)
    void slicesClampTheirBounds(@ForAll @IntRange(min = -7, max = 7) int from,
            @ForAll @IntRange(min = -7, max = 7) int to, @ForAll @IntRange(min = -3, max = 3) int step) {
        int stride = step == 0 ? 1 : step;
        var row = longs(0, 1, 2, 3, 4);
        var known = new TestModel(13).input("x", DType.I64, 5).longs("from", from).longs("to", to).longs("axis", 0)
                .longs("step", stride).node("Slice", "x from to axis step", "y").output("y").run(row);
        var bounds = new TestModel(13).input("x", DType.I64, 5).input("from", DType.I64, 1).input("to", DType.I64, 1)
                .longs("axis", 0).longs("step", stride).node("Slice", "x from to axis step", "y").output("y");
        assertThat(bounds.run(row, longs(from), longs(to))).isEqualTo(known);
        var all = new TestModel(13).input("x", DType.I64, 5).input("from", DType.I64, 1).input("to", DType.I64, 1)
                .input("axis", DType.I64, 1).input("step", DType.I64, 1)
                .node("Slice", "x from to axis step", "y").output("y");
        assertThat(all.run(row, longs(from), longs(to), longs(-1), longs(stride))).isEqualTo(known);
    }

    @Test
    void axesMayBeComputed() {
        var sum = x().input("axes", DType.I64, 1).node("ReduceSum", "x axes", "y", "keepdims", 0);
        assertThat(sum.run(X, longs(0))).isEqualTo(TensorData.floats(new float[]{5, 7, 9}, 3));
        assertThat(sum.run(X, longs(-1))).isEqualTo(TensorData.floats(new float[]{6, 15}, 2));
        var wider = x().input("axes", DType.I64, 2).node("Unsqueeze", "x axes", "y");
        assertThat(wider.run(X, longs(0, -1)).type()).hasToString("f32[1,2,3,1]");
        var narrower = new TestModel(18).input("x", DType.F32, 1, "N", 1).input("axes", DType.I64, 1)
                .node("Squeeze", "x axes", "y").output("y");
        assertThat(narrower.run(TensorData.floats(new float[]{1, 2}, 1, 2, 1), longs(-1)).type())
                .hasToString("f32[1,2]");
    }

    @Test
    void rangesAndFillingsAreAsLongAsDataSays() {
        var range = new TestModel(18).input("a", DType.I64).input("b", DType.I64).input("d", DType.I64)
                .node("Range", "a b d", "y").output("y");
        assertThat(range.run(TensorData.scalar(DType.I64, 10), TensorData.scalar(DType.I64, 3),
                TensorData.scalar(DType.I64, -3))).isEqualTo(longs(10, 7, 4));
        assertThat(range.run(TensorData.scalar(DType.I64, 1), TensorData.scalar(DType.I64, 1),
                TensorData.scalar(DType.I64, 2)).size()).isZero();
        var zeros = new TestModel(18).input("s", DType.I64, 2).node("ConstantOfShape", "s", "y").output("y");
        assertThat(zeros.run(longs(2, 1))).isEqualTo(TensorData.zeros(DType.F32, 2, 1));
    }

    @Test
    void whatDataTellsOnceIsOneSymbol() {
        var model = x().input("n", DType.I64, 1).node("Tile", "r n", "a").input("r", DType.F32, 1)
                .node("ConstantOfShape", "n", "b").node("Add", "a b", "y");
        var graph = model.graph();
        assertThat(graph.nodes().stream().filter(n -> n.op().mnemonic().equals("define"))).hasSize(1);
        assertThat(graph.symbols().equalities()).isEmpty();
    }
}
