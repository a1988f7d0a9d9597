package dev.sinter.testkit;

import static dev.sinter.runtime.DType.BF16;
import static dev.sinter.runtime.DType.BOOL;
import static dev.sinter.runtime.DType.F16;
import static dev.sinter.runtime.DType.F32;
import static dev.sinter.runtime.DType.F64;
import static dev.sinter.runtime.DType.I32;
import static dev.sinter.runtime.DType.I64;
import static dev.sinter.runtime.DType.I8;
import static dev.sinter.runtime.DType.U8;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.near;
import static dev.sinter.testkit.Numbers.random;
import static dev.sinter.testkit.Numbers.scalar;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of one tensor, element by element, give what ONNX Runtime gives, at the edges of their types too. */
class PointwiseOperatorsTest {
    private static final List<DType> FLOATS = List.of(F32, F64, F16);
    private static final List<DType> HALVES = List.of(F32, F16);
    private static final List<DType> NUMBERS = List.of(F32, F64, F16, I8, I32, I64);
    private static final double[] EDGES = {0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.25, -0.999, 3.1, -7.25,
            1e-6, -1e-6, 12.5, -12.5, 60, -60, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    private static final double[] INTEGERS =
            {0, 1, -1, 2, -3, 7, 100, -100, 127, -127, 5, -6, 31, -31, 63, -64, 8, -8, 9};

    /** The numbers at which functions turn, as many as do not fill the last vector. */
    static Tensor edges(DType dtype) {
        return switch (dtype) {
            case F32, F64, F16 -> Tensor.ofValues(dtype, EDGES, EDGES.length);
            case BOOL -> Tensor.of(new boolean[]{true, false, true}, 3);
            case U8 -> Tensor.ofValues(dtype, Arrays.stream(INTEGERS).map(Math::abs).toArray(), INTEGERS.length);
            default -> Tensor.ofValues(dtype, INTEGERS, INTEGERS.length);
        };
    }

    /** A node of the newest opset that ONNX Runtime knows for most operators. */
    static OneNode recent(String type) {
        return new OneNode(type).opset(22);
    }

    private static void each(List<OneNode> cases, List<DType> types, String... operators) {
        for (var operator : operators) {
            for (var type : types) {
                cases.add(recent(operator).input(edges(type)).symbolic());
            }
            var none = new double[0];
            cases.add(recent(operator).input(Tensor.ofValues(types.getFirst(), none, 0, 3)));
            cases.add(recent(operator).input(scalar(types.getFirst(), 1)));
        }
    }

    @ParameterizedTest
    @MethodSource
    void functions(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> functions() {
        var cases = new ArrayList<OneNode>();
        each(cases, NUMBERS, "Abs", "Neg");
        each(cases, List.of(F32, F64, I8, I32, I64), "Sign");
        each(cases, FLOATS, "Exp", "Log", "Sqrt", "Reciprocal", "Tanh", "Sigmoid", "Floor", "Ceil", "Round", "Sin",
                "Cos",
                "IsNaN", "IsInf", "Relu", "Identity");
        each(cases, HALVES, "Mish", "HardSwish", "Softplus", "Softsign", "Erf", "Tan", "Asin", "Acos", "Atan", "Sinh",
                "Cosh", "Asinh", "Acosh",
                "Atanh", "Elu", "Selu", "LeakyRelu", "ThresholdedRelu", "HardSigmoid", "Shrink", "Gelu");
        each(cases, List.of(F32), "Celu");
        each(cases, List.of(BOOL), "Not");
        each(cases, List.of(U8, I8, I32, I64), "BitwiseNot");
        each(cases, List.of(I8, I32), "Relu");
        return cases;
    }

    /** In f64, where ONNX Runtime has no kernel. */
    @ParameterizedTest
    @MethodSource("doubleFunctions")
    void ofDoubles(String type, DoubleUnaryOperator function) {
        var x = edges(F64);
        recent(type).input(x).symbolic().assertGives(near(F64),
                Tensor.of(Arrays.stream(x.toDoubles()).map(function).toArray(), x.shape()));
    }

    static Stream<Arguments> doubleFunctions() {
        var functions = new LinkedHashMap<String, DoubleUnaryOperator>();
        functions.put("Softplus", v -> Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
        functions.put("Softsign", v -> Double.isInfinite(v) ? Double.NaN : v / (1 + Math.abs(v)));
        functions.put("HardSwish", v -> v * Math.max(0, Math.min(1, v / 6 + 0.5)));
        functions.put("Tan", Math::tan);
        functions.put("Asin", Math::asin);
        functions.put("Acos", Math::acos);
        functions.put("Atan", Math::atan);
        functions.put("Sinh", Math::sinh);
        functions.put("Cosh", Math::cosh);
        functions.put("Asinh", v -> Double.isInfinite(v) ? v
                : Math.signum(v) * Math.log1p(Math.abs(v) + v * v / (1 + Math.sqrt(v * v + 1))));
        functions.put("Acosh", v -> Math.log(v + Math.sqrt(v * v - 1)));
        functions.put("Atanh", v -> 0.5 * (Math.log1p(v) - Math.log1p(-v)));
        functions.put("Elu", v -> v < 0 ? Math.expm1(v) : v);
        functions.put("ThresholdedRelu", v -> v > 1 ? v : 0);
        return functions.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    /** In bf16, which ONNX Runtime's processor kernels lack: as exact as the type is, since f32 is computed. */
    @ParameterizedTest
    @MethodSource("shortFunctions")
    void ofShortFloats(String type, DoubleUnaryOperator function) {
        var x = Tensor.ofValues(BF16, EDGES, EDGES.length);
        recent(type).input(x).symbolic().assertGives(near(BF16), Tensor.ofValues(BF16,
                Arrays.stream(x.toDoubles()).map(function).toArray(), x.shape()));
    }

    static Stream<Arguments> shortFunctions() {
        var functions = new LinkedHashMap<String, DoubleUnaryOperator>();
        functions.put("Abs", Math::abs);
        functions.put("Neg", v -> -v);
        functions.put("Exp", Math::exp);
        functions.put("Log", Math::log);
        functions.put("Sqrt", Math::sqrt);
        functions.put("Tanh", Math::tanh);
        functions.put("Sigmoid", v -> 1 / (1 + Math.exp(-v)));
        functions.put("Floor", Math::floor);
        functions.put("Round", Math::rint);
        functions.put("Sin", Math::sin);
        functions.put("Relu", v -> v < 0 ? 0 : v);
        functions.put("Reciprocal", v -> 1 / v);
        return functions.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    @ParameterizedTest
    @MethodSource
    void attributes(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> attributes() {
        var cases = new ArrayList<OneNode>();
        for (var type : HALVES) {
            var x = edges(type);
            cases.addAll(List.of(
                    recent("Elu").with("alpha", 0.3f).input(x),
                    recent("Selu").with("alpha", 2f).with("gamma", 3f).input(x),
                    recent("LeakyRelu").with("alpha", 0.3f).input(x),
                    recent("ThresholdedRelu").with("alpha", 1.5f).input(x),
                    recent("HardSigmoid").with("alpha", 0.5f).with("beta", 0.6f).input(x),
                    recent("Shrink").with("lambd", 1.5f).with("bias", 0.75f).input(x),
                    recent("Gelu").with("approximate", "tanh").input(x),
                    recent("IsInf").with("detect_negative", 0L).input(x),
                    recent("IsInf").with("detect_positive", 0L).input(x),
                    recent("Clip").input(x).input(scalar(type, -1)).constant(scalar(type, 2)).symbolic(),
                    recent("Clip").input(random(type, 17)).absent().input(scalar(type, 0.5)),
                    recent("Clip").input(x).input(scalar(type, 1)).input(scalar(type, -1)),
                    recent("PRelu").input(random(type, 2, 3, 5)).constant(random(type, 3, 1)).symbolic(),
                    recent("PRelu").input(x).input(scalar(type, -0.5))));
        }
        cases.add(recent("Celu").with("alpha", 2f).input(edges(F32)));
        cases.add(new OneNode("Clip").opset(6).with("min", -1f).with("max", 1.5f).input(edges(F32)));
        cases.add(recent("Clip").input(edges(I32)).input(scalar(I32, -5)).input(scalar(I32, 50)));
        cases.add(new OneNode("Swish").opset(24).with("alpha", 1.5f).input(floats(3, 7)).symbolic());
        return cases;
    }

    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1);
    }

    @ParameterizedTest
    @MethodSource
    void ofOnnxRuntime(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> ofOnnxRuntime() {
        return List.of(
                microsoft("Gelu").input(edges(F32)).symbolic(),
                microsoft("FastGelu").input(edges(F32)).symbolic(),
                microsoft("FastGelu").input(floats(2, 3, 9)).constant(floats(9)),
                microsoft("BiasGelu").input(floats(2, 3, 9)).constant(floats(9)).symbolic());
    }

    @ParameterizedTest
    @MethodSource
    void casts(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> casts() {
        var cases = new ArrayList<OneNode>();
        var codes = new long[]{1, 11, 10, 3, 2, 5, 6, 7, 9, 16};
        for (var from : List.of(F32, F64, F16, U8, I8, I32, I64, BOOL)) {
            // what a number outside of an integer type becomes is left open
            var given = FLOATS.contains(from)
                    ? Tensor.ofValues(from, new double[]{0, -0.0, 1, 2.5, 3.5, 100.75, 0.3}, 7) : edges(from);
            for (long code : codes) {
                cases.add(recent("Cast").with("to", code).input(given).symbolic());
            }
            cases.add(recent("CastLike").input(given).input(random(F64, 2)));
        }
        return cases;
    }
}
