package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MapKernelTest {
    private static final List<DType> TYPES =
            List.of(DType.F32, DType.F64, DType.I64, DType.I32, DType.I16, DType.I8, DType.U8, DType.U16, DType.BOOL);
    private static final Set<Fn> REAL =
            EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.DIV, Fn.FMA, Fn.MIN, Fn.MAX, Fn.NEG, Fn.ABS, Fn.SIGN, Fn.RECIPROCAL,
                    Fn.SQRT, Fn.FLOOR, Fn.CEIL, Fn.ROUND, Fn.EQ, Fn.LT, Fn.LE, Fn.IS_NAN, Fn.FMOD, Fn.MOD);
    private static final Set<Fn> INTEGER =
            EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.NEG, Fn.ABS, Fn.SIGN, Fn.AND, Fn.OR, Fn.XOR, Fn.NOT,
                    Fn.EQ, Fn.LT, Fn.LE);
    private static final Set<Fn> LOGICAL = EnumSet.of(Fn.AND, Fn.OR, Fn.XOR, Fn.NOT, Fn.EQ);

    static Stream<Arguments> exactFunctions() {
        return TYPES.stream().flatMap(
                t -> (t.isFloat() ? REAL : t == DType.BOOL ? LOGICAL : INTEGER).stream().map(f -> Arguments.of(f, t)));
    }

    private static Expr of(Fn fn, DType type) {
        var args = new Expr[fn.arity()];
        for (int i = 0; i < args.length; i++) {
            args[i] = Expr.arg(i, fn == Fn.SELECT && i == 0 ? DType.BOOL : type);
        }
        return Expr.apply(fn, args);
    }

    @ParameterizedTest
    @MethodSource("exactFunctions")
    void whatRoundsOnceIsExact(Fn fn, DType type) {
        var s = new Samples(fn.ordinal() * 31L + type.ordinal(), false);
        var operands = Stream.generate(() -> s.input(s.wild(type, 997))).limit(fn.arity()).toArray(Value[]::new);
        s.check(EXACT, s.add(new Map(of(fn, type)), operands));
    }

    /** In maps and behind products, which are as they are where one is multiplied with one. */
    @ParameterizedTest
    @ValueSource(floats = {0f, -0f, 6f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void limitsByConstantsAreExact(float limit) {
        var s = new Samples(2, false);
        var x = s.input(s.wild(DType.F32, 331, 1));
        var ones = TensorData.zeros(DType.F32, 1, 48);
        for (int i = 0; i < ones.size(); i++) {
            ones.set(i, 1);
        }
        var w = s.constant(ones);
        var arg = Expr.arg(0, DType.F32);
        var constant = Expr.literal(limit, DType.F32);
        var least = Expr.apply(Fn.MAX, arg, constant);
        var most = Expr.apply(Fn.MIN, constant, arg);
        var both = Expr.apply(Fn.MIN, least, Expr.literal(7, DType.F32));
        var results = Stream.of(least, most, both)
                .flatMap(e -> Stream.of(s.add(new Map(e), x), s.add(new MatMul(e), x, w)));
        s.check(EXACT, results.toArray(Value[]::new));
    }

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8", "U8", "U16"})
    void integersDivide(DType type) {
        var s = new Samples(type.ordinal(), true);
        var a = s.input(s.wild(type, 300));
        var divisors = s.wild(type, 300);
        for (int i = 0; i < divisors.size(); i++) {
            divisors.set(i, divisors.getLong(i) == 0 ? 3 : divisors.getLong(i));
        }
        var b = s.input(divisors);
        s.check(EXACT, s.add(new Map(of(Fn.DIV, type)), a, b), s.add(new Map(of(Fn.MOD, type)), a, b),
                s.add(new Map(of(Fn.FMOD, type)), a, b));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "I64", "I32", "I16", "I8", "U8", "U16", "BOOL"})
    void selects(DType type) {
        var s = new Samples(1, true);
        s.check(EXACT,
                s.add(new Map(of(Fn.SELECT, type)), s.input(DType.BOOL, 77), s.input(type, 77), s.input(type, 77)));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "I64", "I32", "I16", "I8", "U8", "U16", "BOOL"})
    void castsFromEveryTypeToEveryOther(DType from) {
        var s = new Samples(3, false);
        var data = s.wild(from, 500);
        if (from.isFloat()) {
            // beyond the target's range ONNX leaves the result open
            for (int i = 0; i < data.size(); i++) {
                data.set(i, Math.clamp(Double.isNaN(data.getDouble(i)) ? 0 : data.getDouble(i), -2e9, 2e9));
            }
        }
        var x = s.input(data);
        s.check(EXACT,
                TYPES.stream().map(to -> s.add(new Map(Expr.cast(Expr.arg(0, from), to)), x)).toArray(Value[]::new));
    }

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8", "U8", "U16"})
    void castsBeyondTheRangeAreEqualInAllForms(DType to) {
        var s = new Samples(5, false);
        var x = s.input(s.wild(DType.F32, 700));
        try (var compiled =
                dev.sinter.codegen.Compiled.of(s.graph(s.add(new Map(Expr.cast(Expr.arg(0, DType.F32), to)), x)))) {
            compiled.run(s.inputs());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LOG", "SIN", "COS", "POW", "EXP", "TANH"})
    void functionsOfF64(Fn fn) {
        var s = new Samples(9, false);
        var operands = Stream.generate(() -> s.input(s.wild(DType.F64, 300))).limit(fn.arity()).toArray(Value[]::new);
        s.check(new Tolerance(0, 1e-15), s.add(new Map(of(fn, DType.F64)), operands));
    }

    @ParameterizedTest
    @EnumSource(names = {"LOG", "SIN", "COS", "POW"})
    void scalarFunctionsOfF32(Fn fn) {
        var s = new Samples(9, false);
        var operands = Stream.generate(() -> s.input(s.wild(DType.F32, 300))).limit(fn.arity()).toArray(Value[]::new);
        s.check(EXACT, s.add(new Map(of(fn, DType.F32)), operands));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 2, 3, -1, 2.5})
    void powersWithConstantExponents(double exponent) {
        var s = new Samples(9, false);
        var x = s.input(s.wild(DType.F32, 300));
        var power = Expr.apply(Fn.POW, Expr.arg(0, DType.F32), Expr.literal(exponent, DType.F32));
        s.check(new Tolerance(1e-44, 2.4e-7), s.add(new Map(power), x));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 15, 16, 17, 31, 33, 144, 4095, 4096, 4097, 8192, 12345})
    void lengths(int n) {
        for (boolean symbolic : new boolean[]{false, true}) {
            var s = new Samples(n, symbolic);
            var x = s.input(DType.F32, n);
            var i = s.input(DType.I32, n);
            var b = s.input(DType.U8, n);
            var sum = Expr.apply(Fn.ADD,
                    Expr.apply(Fn.MUL, Expr.arg(0, DType.F32), Expr.cast(Expr.arg(1, DType.I32), DType.F32)),
                    Expr.cast(Expr.arg(2, DType.U8), DType.F32));
            s.check(EXACT, s.add(new Map(sum), x, i, b), s.add(new Map(of(Fn.ADD, DType.I32)), i, i),
                    s.add(new Map(of(Fn.LT, DType.F32)), x, x));
        }
    }

    @Property(tries = 60)
    void broadcastsAndViews(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var dims = random.ints(random.nextInt(5), 0, 7)
                .mapToLong(i -> Samples.sizes().get(i == 0 ? 1 + random.nextInt(3) : random.nextInt(i < 3 ? 11 : 4)))
                .toArray();
        var type = TYPES.get(random.nextInt(8));
        var operands = new ArrayList<Value>();
        for (int i = 0; i < 3; i++) {
            operands.add(operand(s, random, type, dims));
        }
        // one operand has every size, or the output would have others
        operands.add(s.input(type, dims));
        var a = Expr.arg(0, type);
        var expr = Expr.apply(Fn.ADD, Expr.apply(Fn.MAX, a, Expr.arg(1, type)),
                Expr.apply(Fn.SUB, Expr.arg(2, type), Expr.arg(3, type)));
        var y = s.add(new Map(expr), operands.toArray(Value[]::new));
        s.check(EXACT, y, random.nextBoolean() ? s.add(new Map(of(Fn.NEG, type)), y) : y);
    }

    /** An operand that broadcasts to the sizes: repeated, permuted, sliced, reversed, constant or plain. */
    private static Value operand(Samples s, Random random, DType type, long... dims) {
        int drop = random.nextInt(dims.length + 1);
        var own = java.util.Arrays.copyOfRange(dims, random.nextInt(3) == 0 ? drop : 0, dims.length);
        for (int i = 0; i < own.length; i++) {
            own[i] = random.nextInt(4) == 0 ? 1 : own[i];
        }
        int rank = own.length;
        return switch (random.nextInt(4)) {
            case 0 -> s.constant(type, own);
            case 1 -> {
                var perm = new ArrayList<>(java.util.stream.IntStream.range(0, rank).boxed().toList());
                java.util.Collections.shuffle(perm, random);
                var from = new long[rank];
                for (int i = 0; i < rank; i++) {
                    from[perm.get(i)] = own[i];
                }
                yield s.add(new View(new IndexMap.Permute(perm)), s.input(type, from));
            }
            case 2 -> {
                var big = new long[rank];
                var begins = new ArrayList<Dim>();
                var steps = new ArrayList<Long>();
                for (int i = 0; i < rank; i++) {
                    long step = List.of(1L, 2L, -1L, -3L).get(random.nextInt(4));
                    long first = random.nextInt(3);
                    big[i] = first + Math.max(1, own[i]) * Math.abs(step) + 1;
                    begins.add(Dim.of(step > 0 ? first : big[i] - 1 - first));
                    steps.add(step);
                }
                var data = s.data(type, big);
                yield s.add(new View(new IndexMap.Slice(begins, steps, s.shape(own).dims())), s.input(data));
            }
            default -> s.input(type, own);
        };
    }

    /** Expressions as fused graphs have them: every length up to what fusion makes must compile in every form. */
    @Property(tries = 40)
    void longExpressions(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, false);
        int inputs = 1 + random.nextInt(6);
        var operands = new ArrayList<Value>();
        for (int i = 0; i < inputs; i++) {
            operands.add(random.nextInt(3) == 0 ? s.input(DType.F32, 1) : s.input(DType.F32, 37));
        }
        operands.add(s.input(DType.F32, 37));
        var expr = randomExpr(random, operands.size(), 1 + random.nextInt(40));
        for (int i = 0; i < operands.size(); i++) {
            expr = Expr.apply(Fn.ADD, expr, Expr.arg(i, DType.F32));
        }
        s.check(new Tolerance(1e-5, 1e-4), s.add(new Map(expr), operands.toArray(Value[]::new)));
    }

    private static Expr randomExpr(Random random, int operands, int size) {
        if (size <= 1) {
            return random.nextInt(4) == 0 ? Expr.literal(random.nextInt(5) - 2, DType.F32)
                    : Expr.arg(random.nextInt(operands), DType.F32);
        }
        var unary =
                List.of(Fn.EXP, Fn.TANH, Fn.ERF, Fn.GELU, Fn.GELU_TANH, Fn.SIGMOID, Fn.FLOOR, Fn.ROUND, Fn.NEG, Fn.ABS);
        var binary = List.of(Fn.ADD, Fn.SUB, Fn.MIN, Fn.MAX);
        if (random.nextInt(3) == 0) {
            // bounded arguments: the sums of steep functions would only show how errors grow
            var f = unary.get(random.nextInt(unary.size()));
            var inner = randomExpr(random, operands, size - 3);
            return f == Fn.FLOOR || f == Fn.ROUND
                    ? Expr.apply(f, Expr.arg(random.nextInt(operands), DType.F32))
                    : Expr.apply(f, Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, inner, Expr.literal(-2, DType.F32)),
                            Expr.literal(2, DType.F32)));
        }
        int left = random.nextInt(size);
        return Expr.apply(binary.get(random.nextInt(binary.size())), randomExpr(random, operands, left),
                randomExpr(random, operands, size - 1 - left));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13, 21})
    void chainsOfSteepFunctionsCompile(int length) {
        for (var fn : List.of(Fn.EXP, Fn.ERF, Fn.TANH, Fn.SIGMOID, Fn.GELU, Fn.GELU_TANH, Fn.ROUND, Fn.FLOOR,
                Fn.CEIL)) {
            var s = new Samples(length, false);
            var x = s.input(DType.F32, 19);
            Expr expr = Expr.arg(0, DType.F32);
            for (int i = 0; i < length; i++) {
                expr = Expr.apply(fn, Expr.apply(Fn.MIN, expr, Expr.literal(1, DType.F32)));
            }
            s.check(new Tolerance(1e-5, 1e-4), s.add(new Map(expr), x));
        }
    }

    @org.junit.jupiter.api.Test
    void manyOperands() {
        var s = new Samples(4, true);
        var operands = Stream.generate(() -> s.input(DType.F32, 33)).limit(24).toList();
        Expr sum = Expr.arg(0, DType.F32);
        for (int i = 1; i < operands.size(); i++) {
            sum = Expr.apply(Fn.ADD, sum, Expr.arg(i, DType.F32));
        }
        s.check(EXACT, s.add(new Map(sum), operands.toArray(Value[]::new)));
    }

    /** Maps that differ in sizes and constants only are one kernel; an exponent is part of what is computed. */
    @Test
    void equalMapsShareAKernel() {
        var s = new Samples(3, false);
        var outputs = new ArrayList<Value>();
        for (int i = 0; i < 4; i++) {
            var x = Expr.arg(0, DType.F32);
            var scaled = Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, x, Expr.literal(0.3 + i, DType.F32)),
                    Expr.literal(i == 0 ? -0.0 : 5 * i, DType.F32));
            outputs.add(s.add(new Map(scaled), s.input(DType.F32, 3 + i, 35)));
            var power = Expr.apply(Fn.POW, x, Expr.literal(2 + i % 2, DType.F32));
            outputs.add(s.add(new Map(power), s.input(s.wild(DType.F32, 40 + i))));
        }
        try (var compiled = Compiled.of(s.graph(outputs.toArray(Value[]::new)))) {
            compiled.check(s.inputs(), Tolerance.ROUNDING);
            var kernels = compiled.generated().plan().blocks().getFirst().steps().stream()
                    .map(step -> step.kernels().get(Form.V256).name()).distinct().toList();
            assertThat(kernels).containsExactly("map.r1.mul_add", "map.r1.pow", "map.r1.pow.2");
        }
    }
}
