package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.scalar;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Forms of operators from opset 1 on, which ONNX Runtime does not run before opset 7, give what it gives for the same
 * thing said in today's form.
 */
class OldFormsTest {
    /**
     * Two nodes that mean the same.
     *
     * @param old
     *            what Sinter runs
     * @param today
     *            what ONNX Runtime runs
     */
    record Forms(OneNode old, OneNode today) {
    }

    @ParameterizedTest
    @MethodSource
    void forms(Forms forms) throws Exception {
        try (var reference = new OrtReference(forms.today().model(), false)) {
            var want = reference.all(forms.today().inputs()).values().toArray(Tensor[]::new);
            forms.old().assertGives(Numbers.CLOSE, want);
        }
    }

    private static OneNode old(String type) {
        return new OneNode(type).opset(1);
    }

    private static OneNode six(String type) {
        return new OneNode(type).opset(6);
    }

    private static OneNode today(String type) {
        return new OneNode(type).opset(18);
    }

    static List<Forms> forms() {
        var cases = new ArrayList<Forms>();
        shapes(cases);
        broadcasts(cases);
        functions(cases);
        channels(cases);
        return cases;
    }

    private static void shapes(List<Forms> cases) {
        var x = floats(2, 3, 4);
        cases.addAll(List.of(
                new Forms(old("Reshape").ints("shape", 0, -1).ints("consumed_inputs", 0).input(x),
                        today("Reshape").input(x).constant(vector(0L, -1L))),
                new Forms(old("Concat").input(x).input(x), today("Concat").with("axis", 1L).input(x).input(x)),
                new Forms(old("Slice").ints("starts", 1, 0).ints("ends", 2, -1).ints("axes", 1, 2).input(x),
                        today("Slice").input(x).constant(vector(1L, 0L)).constant(vector(2L, -1L))
                                .constant(vector(1L, 2L))),
                new Forms(old("Split").with("axis", 2L).ints("split", 1, 3).outputs(2).input(x),
                        today("Split").with("axis", 2L).outputs(2).input(x).constant(vector(1L, 3L))),
                new Forms(new OneNode("Split").opset(2).with("axis", 2L).outputs(2).input(x),
                        today("Split").with("num_outputs", 2L).with("axis", 2L).outputs(2).input(x)),
                new Forms(old("Squeeze").ints("axes", 0).input(floats(1, 3)),
                        today("Squeeze").input(floats(1, 3)).constant(vector(0L))),
                new Forms(old("Unsqueeze").ints("axes", 0, 2).input(x),
                        today("Unsqueeze").input(x).constant(vector(0L, 2L))),
                new Forms(old("Tile").input(x).constant(scalar(DType.F32, 3)).constant(scalar(DType.F32, 1)),
                        today("Tile").input(x).constant(vector(1L, 3L, 1L))),
                new Forms(new OneNode("Pad").opset(2).ints("pads", 0, 1, 0, 0, 0, 2).with("value", 3f).input(x),
                        today("Pad").input(x).constant(vector(0L, 1L, 0L, 0L, 0L, 2L)).constant(scalar(DType.F32, 3))),
                new Forms(old("TopK").with("k", 2L).with("axis", 2L).outputs(2).input(x),
                        today("TopK").with("axis", 2L).outputs(2).input(x).constant(vector(2L))),
                new Forms(old("Cast").with("to", "INT32").input(x), today("Cast").with("to", 6L).input(x)),
                new Forms(six("Cast").with("to", 7L).input(x), today("Cast").with("to", 7L).input(x)),
                new Forms(old("Flatten").with("axis", 2L).input(x), today("Flatten").with("axis", 2L).input(x)),
                new Forms(old("Gather").with("axis", 1L).input(x).input(vector(2L, 0L)),
                        today("Gather").with("axis", 1L).input(x).input(vector(2L, 0L)))));
    }

    private static void broadcasts(List<Forms> cases) {
        var x = floats(2, 3, 4);
        var middle = floats(3);
        var column = Tensor.of(middle.toFloats(), 3, 1);
        for (var type : List.of("Add", "Sub", "Mul", "Div")) {
            cases.add(new Forms(six(type).with("broadcast", 1L).with("axis", 1L).input(x).input(middle),
                    today(type).input(x).input(column)));
            cases.add(new Forms(old(type).with("broadcast", 1L).input(x).input(floats(3, 4)),
                    today(type).input(x).input(floats(3, 4))));
        }
        for (var type : List.of("Greater", "Less")) {
            cases.add(new Forms(old(type).with("broadcast", 1L).with("axis", -2L).input(x).input(middle),
                    today(type).input(x).input(column)));
        }
        var flags = Tensor.of(new boolean[]{true, false, false, true}, 2, 2);
        var two = Tensor.of(new boolean[]{true, false}, 2);
        for (var type : List.of("And", "Or", "Xor")) {
            cases.add(new Forms(old(type).with("broadcast", 1L).with("axis", 0L).input(flags).input(two),
                    today(type).input(flags).input(Tensor.of(new boolean[]{true, false}, 2, 1))));
        }
        var whole = Tensor.of(new long[]{1, 2, 3, 4}, 2, 2);
        cases.add(new Forms(old("Equal").with("broadcast", 1L).with("axis", 0L).input(whole).input(vector(1L, 4L)),
                today("Equal").input(whole).input(Tensor.of(new long[]{1, 4}, 2, 1))));
        var positive = Tensor.of(new float[]{1, 2, 3, 4}, 2, 2);
        cases.add(new Forms(old("Pow").with("broadcast", 1L).with("axis", 0L).input(positive).input(vector(2f, 0.5f)),
                today("Pow").input(positive).input(Tensor.of(new float[]{2, 0.5f}, 2, 1))));
        cases.add(new Forms(
                old("Gemm").with("broadcast", 1L).with("alpha", 0.5f).input(floats(2, 3)).input(floats(3, 4))
                        .input(floats(4)),
                today("Gemm").with("alpha", 0.5f).input(floats(2, 3)).input(floats(3, 4))
                        .input(floats(4))));
        cases.add(new Forms(six("PRelu").input(x).input(middle), today("PRelu").input(x).input(column)));
    }

    private static void functions(List<Forms> cases) {
        var x = floats(3, 7);
        for (var type : List.of("Abs", "Neg", "Exp", "Sqrt", "Reciprocal", "Log", "Tanh", "Sigmoid", "Relu", "Floor",
                "Ceil", "Softplus", "Softsign", "LeakyRelu", "Elu", "HardSigmoid", "Identity")) {
            cases.add(same(type, 1, node -> node.input(x)));
        }
        cases.add(same("Elu", 1, node -> node.with("alpha", 2f).input(x)));
        cases.add(
                new Forms(old("Selu").input(x), today("Selu").with("alpha", 1.6732f).with("gamma", 1.0507f).input(x)));
        cases.add(new Forms(old("Clip").with("min", -0.5f).with("max", 1f).input(x),
                today("Clip").input(x).input(scalar(DType.F32, -0.5)).input(scalar(DType.F32, 1))));
        for (var type : List.of("Sum", "Mean", "Max", "Min")) {
            cases.add(same(type, 1, node -> node.input(x).input(floats(3, 7)).input(x)));
        }
        for (var type : List.of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2",
                "ReduceSumSquare", "ReduceLogSumExp")) {
            cases.add(new Forms(old(type).ints("axes", 1).with("keepdims", 0L).input(x),
                    today(type).with("keepdims", 0L).input(x).constant(vector(1L))));
        }
        for (var type : List.of("ArgMax", "ArgMin")) {
            cases.add(same(type, 1, node -> node.with("axis", 1L).with("keepdims", 0L).input(x)));
        }
        for (var type : List.of("Softmax", "LogSoftmax", "Hardmax")) {
            cases.add(new Forms(old(type).input(floats(2, 3, 4)),
                    new OneNode(type).opset(11).with("axis", 1L).input(floats(2, 3, 4))));
        }
        cases.add(new Forms(old("Dropout").with("is_test", 1L).input(x), today("Identity").input(x)));
        cases.add(
                new Forms(six("Dropout").with("is_test", 1L).with("ratio", 0.9f).input(x), today("Identity").input(x)));
    }

    /** A form that has not changed. */
    private static Forms same(String type, long version, UnaryOperator<OneNode> operands) {
        return new Forms(operands.apply(new OneNode(type).opset(version)), operands.apply(today(type)));
    }

    private static void channels(List<Forms> cases) {
        var x = floats(2, 3, 5, 4);
        var variance = Tensor.of(new float[]{0.5f, 1, 2}, 3);
        UnaryOperator<OneNode> norm =
                node -> node.input(x).input(floats(3)).input(vector(1f, 2f, 3f)).input(vector(0f, 1f, -1f))
                        .input(variance);
        var consumed = new long[]{0, 0, 0, 1, 1};
        cases.add(new Forms(norm.apply(old("BatchNormalization").with("is_test", 1L).ints("consumed_inputs", consumed)),
                norm.apply(today("BatchNormalization"))));
        cases.add(new Forms(norm.apply(six("BatchNormalization").with("is_test", 1L)),
                norm.apply(today("BatchNormalization"))));
        cases.add(same("InstanceNormalization", 1, node -> node.input(x).input(floats(3)).input(vector(1f, 2f, 3f))));
        cases.add(same("MaxPool", 1, node -> node.ints("kernel_shape", 3, 2).ints("strides", 2, 1).input(x)));
        cases.add(same("AveragePool", 1, node -> node.ints("kernel_shape", 3, 2).ints("pads", 1, 0, 1, 0).input(x)));
        cases.add(same("GlobalAveragePool", 1, node -> node.input(x)));
        cases.add(same("Conv", 1, node -> node.ints("pads", 1, 1, 1, 1).input(x).input(floats(2, 3, 3, 3))));
        cases.add(new Forms(
                new OneNode("Upsample").opset(7).floats("scales", 1, 1, 2, 3).with("mode", "nearest").input(x),
                new OneNode("Upsample").opset(9).with("mode", "nearest").input(x).constant(vector(1f, 1f, 2f, 3f))));
    }
}
