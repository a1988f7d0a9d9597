package dev.sinter.testkit;

import static dev.sinter.runtime.DType.BOOL;
import static dev.sinter.runtime.DType.F16;
import static dev.sinter.runtime.DType.F32;
import static dev.sinter.runtime.DType.F64;
import static dev.sinter.runtime.DType.I32;
import static dev.sinter.runtime.DType.I64;
import static dev.sinter.runtime.DType.I8;
import static dev.sinter.runtime.DType.U8;
import static dev.sinter.testkit.Numbers.EXACT;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.random;
import static dev.sinter.testkit.Numbers.vector;
import static dev.sinter.testkit.PointwiseOperatorsTest.edges;
import static dev.sinter.testkit.PointwiseOperatorsTest.recent;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of several tensors, with broadcasting, give what ONNX Runtime gives. */
class BinaryOperatorsTest {
    private static final List<DType> NUMBERS = List.of(F32, F64, F16, I32, I64);

    /** Numbers of a type; integers are from 1 to 9, so that everything may be divided by them. */
    private static Tensor numbers(DType type, long... shape) {
        return switch (type) {
            case F32, F64, F16 -> random(type, shape);
            case BOOL -> bits(shape);
            default -> Numbers.integers(type, 1, 10, shape);
        };
    }

    private static Tensor bits(long... shape) {
        var random = new Random(shape.length);
        var values = new boolean[Numbers.count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextBoolean();
        }
        return Tensor.of(values, shape);
    }

    private static Tensor column(Tensor x) {
        return Tensor.ofValues(x.dtype(), x.toDoubles(), x.shape()[0], 1);
    }

    /** Each edge with each, equal shapes, broadcasting to both sides, scalars and nothing at all. */
    private static void each(List<OneNode> cases, List<DType> types, String... operators) {
        for (var operator : operators) {
            for (var type : types) {
                cases.add(recent(operator).input(numbers(type, 2, 3, 5)).constant(numbers(type, 3, 1)).symbolic());
            }
            var type = types.getFirst();
            cases.add(recent(operator).input(column(edges(type))).input(edges(type)));
            cases.add(recent(operator).input(numbers(type)).constant(numbers(type, 19)));
            cases.add(recent(operator).input(numbers(type, 0, 3)).constant(numbers(type, 1, 3)).symbolic());
            cases.add(recent(operator).input(numbers(type, 2, 1, 3)).input(numbers(type, 7, 1)));
        }
    }

    @ParameterizedTest
    @MethodSource
    void arithmetic(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> arithmetic() {
        var cases = new ArrayList<OneNode>();
        each(cases, NUMBERS, "Add", "Sub", "Mul", "Div", "Min", "Max");
        each(cases, List.of(F32, F64, F16), "Pow", "Sum");
        each(cases, List.of(F32, F16), "Mean");
        cases.add(recent("Pow").input(numbers(I32, 3, 4)).input(Tensor.of(new long[]{0, 1, 2, 3}, 4)));
        cases.add(recent("Pow").input(edges(F32)).input(Tensor.of(new int[]{3})).symbolic());
        for (var type : List.of("Sum", "Mean", "Max", "Min")) {
            cases.add(recent(type).input(floats(2, 3, 5)).constant(floats(3, 1)).input(floats()).symbolic());
            cases.add(recent(type).input(edges(F32)));
            cases.add(new OneNode(type).opset(8).input(floats(3, 5)).input(floats(5)));
        }
        for (var type : List.of(U8, I8, I32, I64)) {
            cases.add(recent("Mod").input(column(edges(type))).input(numbers(type, 11)));
            cases.add(recent("Mod").with("fmod", 1L).input(column(edges(type))).input(numbers(type, 11)));
        }
        for (var type : List.of(F32, F64, F16)) {
            cases.add(recent("Mod").with("fmod", 1L).input(numbers(type, 5, 7)).constant(random(type, 7)).symbolic());
        }
        cases.add(recent("Where").input(bits(3, 5)).input(floats(3, 5)).constant(floats(2, 1, 5)).symbolic());
        cases.add(recent("Where").input(bits()).input(numbers(I64, 4)).input(numbers(I64, 1)));
        cases.add(recent("Where").input(bits(2)).input(Tensor.of(new String[]{"a", "b"}, 2))
                .input(Tensor.of(new String[]{"c"}, 1)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void comparisons(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> comparisons() {
        var cases = new ArrayList<OneNode>();
        each(cases, NUMBERS, "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual");
        cases.add(recent("Equal").input(bits(3, 1)).input(bits(2)));
        cases.add(recent("Equal").input(Tensor.of(new String[]{"a", "b"}, 2)).input(Tensor.of(new String[]{"b"}, 1)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void logic(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> logic() {
        var cases = new ArrayList<OneNode>();
        each(cases, List.of(BOOL), "And", "Or", "Xor");
        each(cases, List.of(U8, I8, I32, I64), "BitwiseAnd", "BitwiseOr", "BitwiseXor");
        for (var direction : List.of("LEFT", "RIGHT")) {
            cases.add(recent("BitShift").with("direction", direction).input(column(edges(U8)))
                    .constant(Tensor.ofValues(U8, new double[]{0, 1, 3, 7}, 4)));
        }
        return cases;
    }

    /** Opset 6 broadcasts where an attribute says, from an axis on; ONNX Runtime begins later. */
    @Test
    void oldBroadcasting() {
        var x = Tensor.of(new float[]{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
        new OneNode("Add").opset(6).with("broadcast", 1L).with("axis", 1L).input(x).input(vector(10f, 20f))
                .assertGives(EXACT, Tensor.of(new float[]{11, 12, 23, 24, 15, 16, 27, 28}, 2, 2, 2));
        new OneNode("Mul").opset(6).with("broadcast", 1L).with("axis", 0L).input(x).input(vector(1f, 10f))
                .assertGives(EXACT, Tensor.of(new float[]{1, 2, 3, 4, 50, 60, 70, 80}, 2, 2, 2));
        new OneNode("Less").opset(1).with("broadcast", 1L).input(x).input(vector(3f, 5f))
                .assertGives(EXACT,
                        Tensor.of(new boolean[]{true, true, false, true, false, false, false, false}, 2, 2, 2));
    }
}
