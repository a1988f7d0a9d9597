package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.EXACT;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.longs;
import static dev.sinter.testkit.Numbers.random;
import static dev.sinter.testkit.Numbers.scalar;
import static dev.sinter.testkit.Numbers.vector;
import static dev.sinter.testkit.PointwiseOperatorsTest.recent;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators that only move elements, or make them of nothing, give exactly what ONNX Runtime gives. */
class ShapeOperatorsTest {
    private static final Tensor WORDS = Tensor.of(new String[]{"a", "b", "c", "d", "e", "f"}, 2, 3);

    private static Tensor none() {
        return Tensor.of(new long[0], 0);
    }

    @ParameterizedTest
    @MethodSource
    void shapes(OneNode node) throws Exception {
        node.assertLikeOrt(EXACT);
    }

    static List<OneNode> shapes() {
        return List.of(
                recent("Shape").input(floats(2, 0, 3)).symbolic(),
                recent("Shape").with("start", -2L).with("end", 3L).input(floats(4, 5, 6)),
                recent("Shape").input(floats()),
                recent("Size").input(floats(2, 0, 3)),
                recent("Size").input(floats(2, 5, 3)).symbolic(),
                recent("Reshape").input(floats(2, 3, 4)).constant(vector(0L, -1L)).symbolic(),
                recent("Reshape").input(floats(2, 3, 4)).input(vector(4L, 3L, 2L)),
                recent("Reshape").with("allowzero", 1L).input(floats(0, 4)).constant(vector(2L, 0L)),
                recent("Reshape").input(scalar(DType.I64, 5)).constant(vector(1L, 1L)),
                recent("Reshape").input(WORDS).constant(vector(3L, 2L)),
                recent("Flatten").with("axis", 2L).input(floats(2, 3, 4)).symbolic(),
                recent("Flatten").with("axis", -1L).input(floats(2, 3, 4)),
                recent("Flatten").with("axis", 0L).input(longs(0, 9, 2, 3)),
                recent("Squeeze").input(floats(1, 3, 1)),
                recent("Squeeze").input(floats(1, 3, 1)).constant(vector(-1L)).symbolic(),
                new OneNode("Squeeze").opset(11).ints("axes", 0).input(floats(1, 3, 1)),
                recent("Unsqueeze").input(floats(3, 4)).constant(vector(0L, -1L)).symbolic(),
                new OneNode("Unsqueeze").opset(11).ints("axes", 1, 3).input(floats(3, 4)),
                recent("Unsqueeze").input(floats()).constant(vector(0L)),
                recent("Transpose").ints("perm", 2, 0, 1).input(floats(2, 3, 4)).symbolic(),
                recent("Transpose").input(random(DType.F64, 2, 3, 4)),
                recent("Transpose").input(WORDS),
                recent("Expand").input(floats(3, 1)).constant(vector(2L, 1L, 4L)),
                recent("Expand").input(floats(3, 4)).constant(vector(2L, 1L, 1L)).symbolic(),
                recent("Expand").input(floats()).input(vector(2L, 3L)),
                recent("Expand").input(floats(1, 3)).constant(vector(0L, 1L)),
                recent("Tile").input(floats(2, 3)).constant(vector(2L, 1L)).symbolic(),
                recent("Tile").input(longs(0, 9, 2, 3)).input(vector(1L, 3L)),
                recent("Tile").input(floats(2, 3)).constant(vector(0L, 2L)));
    }

    @ParameterizedTest
    @MethodSource
    void made(OneNode node) throws Exception {
        node.assertLikeOrt(EXACT);
    }

    static List<OneNode> made() {
        return List.of(
                recent("Constant").tensor("value", floats(2, 3)),
                recent("Constant").with("value_float", 1.5f),
                recent("Constant").ints("value_ints", 4, 5, 6),
                recent("Constant").with("value_string", "text"),
                recent("ConstantOfShape").input(vector(2L, 3L)),
                recent("ConstantOfShape").tensor("value", Tensor.of(new int[]{7}, 1)).constant(vector(0L, 3L)),
                recent("ConstantOfShape").tensor("value", Tensor.of(new boolean[]{true}, 1)).input(none()),
                recent("Range").input(scalar(DType.F32, 1)).input(scalar(DType.F32, 4.1)).input(scalar(DType.F32, 0.5)),
                recent("Range").input(scalar(DType.I64, 10)).constant(scalar(DType.I64, -3))
                        .constant(scalar(DType.I64, -4)),
                recent("Range").constant(scalar(DType.I32, 3)).input(scalar(DType.I32, 3)).input(scalar(DType.I32, 1)));
    }

    @ParameterizedTest
    @MethodSource
    void selections(OneNode node) throws Exception {
        node.assertLikeOrt(EXACT);
    }

    static List<OneNode> selections() {
        var cases = new ArrayList<OneNode>();
        for (long axis = -2; axis < 2; axis++) {
            cases.add(recent("Gather").with("axis", axis).input(floats(4, 5)).input(longs(-4, 4, 2, 3)).symbolic());
            cases.add(recent("Gather").with("axis", axis).input(floats(4, 5)).input(scalar(DType.I32, -1)));
            cases.add(recent("Concat").with("axis", axis).input(longs(0, 9, 3, 3)).constant(longs(0, 5, 3, 3))
                    .input(longs(0, 7, 3, 3)));
        }
        cases.addAll(List.of(
                recent("Gather").input(Tensor.of(new String[]{"a", "b", "c"}, 3)).input(vector(1L, 0L, 1L)),
                recent("Gather").input(floats(4, 5)).input(none()),
                new OneNode("Scatter").opset(9).with("axis", 1L).input(floats(3, 5))
                        .input(Tensor.of(new long[]{1, 4, 0, 3}, 2, 2)).input(floats(2, 2)).symbolic(),
                recent("Concat").with("axis", 0L).input(floats(0, 3)).input(floats(2, 3)),
                recent("Concat").with("axis", 1L).input(WORDS).input(WORDS),
                recent("Slice").input(floats(7, 9)).constant(vector(-2L, 8L)).constant(vector(-100L, 1L))
                        .constant(vector(0L, 1L)).constant(vector(-1L, -3L)).symbolic(),
                recent("Slice").input(floats(7, 9)).input(vector(1L)).input(vector(1000L)).input(vector(-1L))
                        .input(vector(2L)),
                recent("Slice").input(longs(0, 9, 7)).constant(vector(5L)).constant(vector(2L)),
                recent("Slice").input(WORDS).constant(vector(1L)).constant(vector(2L)),
                new OneNode("Slice").opset(9).ints("starts", 1, -3).ints("ends", 5, 100).ints("axes", 0, 1)
                        .input(floats(7, 9)),
                recent("Split").with("num_outputs", 3L).with("axis", -1L).outputs(3).input(floats(2, 8)),
                recent("Split").outputs(2).input(floats(5, 2)).constant(vector(1L, 4L)).symbolic(),
                new OneNode("Split").opset(11).with("axis", 1L).ints("split", 2, 0, 3).outputs(3).input(floats(2, 5)),
                new OneNode("Split").opset(13).outputs(2).input(WORDS)));
        return cases;
    }
}
