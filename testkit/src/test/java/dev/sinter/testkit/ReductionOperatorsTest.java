package dev.sinter.testkit;

import static dev.sinter.runtime.DType.F16;
import static dev.sinter.runtime.DType.F32;
import static dev.sinter.runtime.DType.F64;
import static dev.sinter.runtime.DType.I32;
import static dev.sinter.runtime.DType.I64;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.scalar;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folds over axes give what ONNX Runtime gives, with the axes as an attribute (13) and as an input (18). */
class ReductionOperatorsTest {
    private static final List<String> ALL = List.of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd",
            "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp");

    /** From 0.5 to 2.5, so that every logarithm is one. */
    private static Tensor positive(DType type, long... shape) {
        var values = Numbers.random(type, shape).toDoubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5 + Math.abs(values[i]);
        }
        return Tensor.ofValues(type, values, shape);
    }

    @ParameterizedTest
    @MethodSource
    void folds(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> folds() {
        var cases = new ArrayList<OneNode>();
        for (var type : ALL) {
            for (long keep = 0; keep < 2; keep++) {
                cases.add(new OneNode(type).opset(18).with("keepdims", keep).input(positive(F32, 3, 4, 19))
                        .constant(vector(-1L)).symbolic());
                cases.add(new OneNode(type).opset(18).with("keepdims", keep).input(positive(F32, 3, 4, 5))
                        .constant(vector(0L, 2L)));
                cases.add(new OneNode(type).opset(18).with("keepdims", keep).input(positive(F32, 3, 17)));
                cases.add(new OneNode(type).opset(18).with("keepdims", keep).with("noop_with_empty_axes", 1L)
                        .input(positive(F32, 3, 4)).constant(Tensor.of(new long[0], 0)));
                cases.add(old(type, new long[]{1}).with("keepdims", keep).input(positive(F32, 3, 4, 5)).symbolic());
            }
            cases.add(new OneNode(type).opset(18).input(positive(F64, 3, 4)).input(vector(0L)));
            cases.add(old(type, new long[]{-2}).input(positive(F64, 3, 4)));
            cases.add(new OneNode(type).opset(18).input(positive(F16, 3, 14)).constant(vector(1L)));
            cases.add(new OneNode(type).opset(18).input(positive(F32, 1, 5, 1)).constant(vector(0L)));
            if (!type.startsWith("ReduceLog")) {
                cases.add(new OneNode(type).opset(18).input(Numbers.integers(I32, -3, 4, 3, 4)).constant(vector(1L)));
            }
        }
        for (var type : List.of("ReduceSum", "ReduceMax", "ReduceMin")) {
            cases.add(new OneNode(type).opset(18).input(Numbers.integers(I64, -99, 99, 3, 4)).constant(vector(0L))
                    .symbolic());
        }
        for (var type : List.of("ReduceMax", "ReduceMin")) {
            cases.add(new OneNode(type).opset(20).input(Tensor.of(new boolean[]{true, false, true, true}, 2, 2))
                    .constant(vector(1L)));
        }
        return cases;
    }

    /** The form with an attribute, whose last version is 13 for all but the sum. */
    private static OneNode old(String type, long[] axes) {
        return new OneNode(type).opset(type.equals("ReduceSum") ? 11 : 13).ints("axes", axes);
    }

    /** Sums of nothing are the neutral number. */
    @ParameterizedTest
    @MethodSource
    void emptyFolds(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> emptyFolds() {
        var cases = new ArrayList<OneNode>();
        for (var type : List.of("ReduceSum", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum",
                "ReduceLogSumExp")) {
            cases.add(new OneNode(type).opset(18).input(floats(2, 0, 3)).constant(vector(1L)).symbolic());
        }
        cases.add(new OneNode("ReduceMax").opset(20).input(floats(2, 0, 3)).constant(vector(1L)));
        cases.add(new OneNode("ReduceMin").opset(20).input(floats(2, 0, 3)).constant(vector(1L)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void softmaxes(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> softmaxes() {
        var cases = new ArrayList<OneNode>();
        for (var type : List.of("Softmax", "LogSoftmax")) {
            for (long axis = -1; axis < 3; axis++) {
                cases.add(new OneNode(type).with("axis", axis).input(floats(2, 7, 19)).symbolic());
            }
            cases.add(new OneNode(type).opset(11).with("axis", 1L).input(floats(2, 3, 5)));
            cases.add(new OneNode(type).input(Numbers.random(F64, 4, 6)));
            cases.add(new OneNode(type).input(vector(1000f, 999f, -1000f, 0f)));
            cases.add(new OneNode(type).input(floats(0, 4)));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void products(Worked each) {
        each.check();
    }

    /** CumProd (26) is newer than ONNX Runtime. */
    static List<Worked> products() {
        var cases = new ArrayList<Worked>();
        var x = Tensor.of(new float[]{1, 2, 3, 4, 5, 6}, 2, 3);
        float[][] want = {{1, 2, 6, 4, 20, 120}, {1, 1, 2, 1, 4, 20}, {6, 6, 3, 120, 30, 6}, {6, 3, 1, 30, 6, 1}};
        for (int i = 0; i < want.length; i++) {
            cases.add(new Worked(
                    new OneNode("CumProd").opset(26).with("exclusive", i & 1).with("reverse", i >> 1).input(x)
                            .input(scalar(I32, -1)).symbolic(),
                    Tensor.of(want[i], 2, 3)));
        }
        cases.add(new Worked(new OneNode("CumProd").opset(26).input(Tensor.of(new long[]{2, -3, 5, 7}, 2, 2))
                .constant(scalar(I64, 0)), Tensor.of(new long[]{2, -3, 10, -21}, 2, 2)));
        return cases;
    }
}
