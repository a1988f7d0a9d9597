package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Scatter;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every element type through every kind of kernel, in every form, against the reference. */
class ElementTypesTest {
    private static final Set<Fn> REAL = EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.DIV, Fn.MOD, Fn.FMOD, Fn.POW, Fn.MIN,
            Fn.MAX, Fn.FMA, Fn.NEG, Fn.ABS, Fn.SIGN, Fn.RECIPROCAL, Fn.SQRT, Fn.EXP, Fn.LOG, Fn.ERF, Fn.TANH,
            Fn.SIGMOID, Fn.GELU, Fn.GELU_TANH, Fn.FLOOR, Fn.CEIL, Fn.ROUND, Fn.SIN, Fn.COS, Fn.TAN, Fn.ASIN, Fn.ACOS,
            Fn.ATAN, Fn.SINH, Fn.COSH, Fn.ASINH, Fn.ACOSH, Fn.ATANH, Fn.EQ, Fn.LT, Fn.LE, Fn.IS_NAN);
    private static final Set<Fn> APPROXIMATE_IN_F32 =
            EnumSet.of(Fn.EXP, Fn.ERF, Fn.TANH, Fn.SIGMOID, Fn.GELU, Fn.GELU_TANH);
    private static final Set<Fn> INTEGER = EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.FMA, Fn.NEG, Fn.ABS,
            Fn.SIGN, Fn.AND, Fn.OR, Fn.XOR, Fn.NOT, Fn.EQ, Fn.LT, Fn.LE, Fn.IS_NAN, Fn.SHL, Fn.SHR);
    private static final Set<Fn> DIVISION = EnumSet.of(Fn.DIV, Fn.MOD, Fn.FMOD);
    private static final Set<Fn> LOGICAL =
            EnumSet.of(Fn.AND, Fn.OR, Fn.XOR, Fn.NOT, Fn.EQ, Fn.MIN, Fn.MAX, Fn.LT, Fn.LE);
    private static final List<Fn> CASTS =
            List.of(Fn.CAST, Fn.CAST_OVERFLOW, Fn.CAST_DOWN, Fn.CAST_UP, Fn.CAST_NEAREST);

    static Stream<DType> numbers() {
        return Arrays.stream(DType.values()).filter(t -> t.isFloat() || t.isInteger());
    }

    static Stream<DType> castable() {
        return Stream.concat(numbers(), Stream.of(DType.BOOL));
    }

    static Stream<DType> integers() {
        return numbers().filter(DType::isInteger);
    }

    private static Expr of(Fn fn, DType type) {
        var args = new Expr[fn.arity()];
        for (int i = 0; i < args.length; i++) {
            args[i] = Expr.arg(i, fn == Fn.SELECT && i == 0 ? DType.BOOL : type);
        }
        return Expr.apply(fn, args);
    }

    @ParameterizedTest
    @MethodSource("castable")
    void everyFunction(DType type) {
        var s = new Samples(type.ordinal(), false);
        var operands = Stream.generate(() -> s.input(s.wild(type, 333))).limit(3).toList();
        var results = new ArrayList<Value>();
        for (var fn : type.isFloat() ? REAL : type == DType.BOOL ? LOGICAL : INTEGER) {
            if (type != DType.F32 || !APPROXIMATE_IN_F32.contains(fn)) {
                results.add(s.add(new Map(of(fn, type)), operands.subList(0, fn.arity()).toArray(Value[]::new)));
            }
        }
        s.check(EXACT, results.toArray(Value[]::new));
    }

    @ParameterizedTest
    @MethodSource("integers")
    void divisionsShiftsAndPowers(DType type) {
        var s = new Samples(type.ordinal(), true);
        var a = s.input(s.wild(type, 301));
        var divisors = s.wild(type, 301);
        var amounts = TensorData.zeros(type, 301);
        for (int i = 0; i < divisors.size(); i++) {
            divisors.set(i, divisors.getLong(i) == 0 ? 1 : divisors.getLong(i));
            amounts.set(i, type.wrap(i % 70));
        }
        var b = s.input(divisors);
        var n = s.input(amounts);
        var results = new ArrayList<Value>();
        DIVISION.forEach(fn -> results.add(s.add(new Map(of(fn, type)), a, b)));
        results.add(s.add(new Map(of(Fn.SHL, type)), a, n));
        results.add(s.add(new Map(of(Fn.SHR, type)), a, n));
        // no power of zero with a negative exponent
        results.add(s.add(new Map(of(Fn.POW, type)), b, b));
        results.add(s.add(new Map(of(Fn.POW, type)), b, n));
        s.check(EXACT, results.toArray(Value[]::new));
    }

    @ParameterizedTest
    @MethodSource("castable")
    void castsToEveryOther(DType from) {
        var s = new Samples(3, false);
        var data = s.wild(from, 400);
        if (from.isFloat()) {
            // beyond the target's range ONNX leaves the result open
            double limit = from.bits() < 32 ? 6e4 : 2e9;
            for (int i = 0; i < data.size(); i++) {
                data.set(i, Math.clamp(Double.isNaN(data.getDouble(i)) ? 0 : data.getDouble(i), -limit, limit));
            }
        }
        var x = s.input(data);
        var full = s.input(s.wild(from, 500));
        var results = new ArrayList<Value>();
        castable().forEach(to -> {
            for (var cast : CASTS) {
                var expr = new Expr.Apply(cast, List.of(Expr.arg(0, from)), to);
                if (cast == Fn.CAST || to.isFloat() && to.bits() <= 8) {
                    results.add(s.add(new Map(expr), from.isFloat() && !to.isFloat() ? x : full));
                }
            }
        });
        s.check(EXACT, results.toArray(Value[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void movesAndConstants(DType type) {
        for (boolean symbolic : new boolean[]{false, true}) {
            var s = new Samples(type.ordinal(), symbolic);
            boolean random = type.kind() != DType.Kind.COMPLEX;
            var x = random ? s.input(type, 5, 7) : s.input(complex(type, 5, 7), s.shape(5, 7));
            var c = random ? s.constant(type, 3, 7) : s.constant(complex(type, 3, 7));
            var index = s.input(TensorData.longs(new long[]{4, 0, -1, 2}, 4));
            var both = s.add(new Concat(0), x, c);
            var rows = s.add(new Gather(0), both, index);
            var columns = s.add(new Gather(1), x, index);
            var turned = s.add(new View(new IndexMap.Permute(List.of(1, 0))), rows);
            s.check(EXACT, both, turned, rows, columns, c);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"C64", "C128"})
    void complexNumbersAreChosenReadAndReplaced(DType type) {
        var s = new Samples(1, false);
        var a = complex(type, 4, 6);
        var x = s.input(a);
        var y = s.input(complex(type, 6));
        var which = TensorData.zeros(DType.BOOL, 4, 1);
        which.set(1, 1L);
        var chosen = s.add(new Map(of(Fn.SELECT, type)), s.input(which), x, y);
        var turned = new Compute(s.shape(6, 4),
                new Expr.Read(0, List.of(Compute.axis(1), Compute.axis(0)), null, type));
        var replaced = new Scatter(s.shape(6), List.of(Expr.integer(2, DType.I64), Compute.axis(0)),
                new Expr.Read(1, List.of(Compute.axis(0)), null, type));
        try (var compiled = Compiled.of(s.graph(chosen, s.add(turned, x), s.add(replaced, x, y)))) {
            var got = List.copyOf(compiled.run(s.inputs()).values());
            for (int i = 0; i < 48; i++) {
                int row = i / 12;
                assertThat(part(got.get(0), i)).isEqualTo(i % 12 * 0.5 - 3 + (row == 1 ? row * 6 : 0));
                assertThat(part(got.get(1), (i % 12 / 2 * 4 + row) * 2 + i % 2)).isEqualTo(part(a, i));
                assertThat(part(got.get(2), i)).isEqualTo(row == 2 ? i % 12 * 0.5 - 3 : part(a, i));
            }
        }
    }

    private static double part(TensorData data, int i) {
        return data.array() instanceof float[] f ? f[i] : ((double[]) data.array())[i];
    }

    private static TensorData complex(DType type, long... dims) {
        var data = TensorData.zeros(type, dims);
        switch (data.array()) {
            case float[] a -> {
                for (int i = 0; i < a.length; i++) {
                    a[i] = i * 0.5f - 3;
                }
            }
            case double[] a -> Arrays.setAll(a, i -> i * 0.5 - 3);
            default -> throw new AssertionError(type);
        }
        return data;
    }

    @ParameterizedTest
    @EnumSource
    void selectsAndCompares(DType type) {
        if (type.kind() == DType.Kind.COMPLEX) {
            return;
        }
        var s = new Samples(1, true);
        var a = s.input(type, 77);
        var b = s.input(type, 77);
        var equal = s.add(new Map(of(Fn.EQ, type)), a, b);
        s.check(EXACT, equal, s.add(new Map(of(Fn.SELECT, type)), s.input(DType.BOOL, 77), a, b),
                s.add(new Map(of(Fn.SELECT, type)), equal, s.constant(type, 77), s.constant(type, 1)));
    }

    @ParameterizedTest
    @MethodSource("castable")
    void reductions(DType type) {
        var s = new Samples(type.ordinal(), true);
        var x = s.input(type, 3, 5, 17);
        var results = new ArrayList<Value>();
        for (var monoid : Reduce.Monoid.values()) {
            boolean order = monoid == Reduce.Monoid.MAX || monoid == Reduce.Monoid.MIN;
            if (type != DType.BOOL || order) {
                results.add(s.add(new Reduce(monoid, List.of(1), false), x));
                results.add(s.add(new Reduce(monoid, List.of(0, 2), true), x));
                results.add(s.add(new Reduce(monoid, List.of(2), true), x));
            }
        }
        s.check(type == DType.F32 ? Tolerance.ROUNDING : EXACT, results.toArray(Value[]::new));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void products(DType type) {
        if (type.isFloat() && type.bits() <= 8) {
            return; // lowered through f32
        }
        var s = new Samples(type.ordinal(), true);
        var a = s.input(type, 2, 5, 19);
        var b = s.input(type, 19, 7);
        var c = s.constant(type, 19, 3);
        // the reference rounds after every step, the kernels once
        s.check(type.isFloat() && type != DType.F64 ? new Tolerance(0.5, 0.1) : EXACT, s.add(MatMul.plain(type), a, b),
                s.add(MatMul.plain(type), a, c));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F16", "BF16"})
    void rows(DType type) {
        var s = new Samples(type.ordinal(), true);
        var x = s.input(type, 4, 19);
        s.check(EXACT, s.add(new Softmax(1), x), s.add(new Softmax(0), x));
    }
}
