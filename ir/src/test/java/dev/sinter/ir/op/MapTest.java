package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MapTest {
    private static TensorData apply(Fn fn, DType type, double... args) {
        var operands = Arrays.stream(args).mapToObj(a -> TensorData.scalar(type, a)).toList();
        return apply(fn, operands);
    }

    private static TensorData apply(Fn fn, List<TensorData> operands) {
        var args = new Expr[operands.size()];
        for (int i = 0; i < args.length; i++) {
            args[i] = Expr.arg(i, operands.get(i).dtype());
        }
        return new Map(Expr.apply(fn, args)).evaluate(operands).getFirst();
    }

    private static TensorData longs(DType type, long value) {
        var data = TensorData.zeros(type);
        data.set(0, value);
        return data;
    }

    private static TensorData cast(TensorData from, DType to) {
        return new Map(Expr.cast(Expr.arg(0, from.dtype()), to)).evaluate(List.of(from)).getFirst();
    }

    @ParameterizedTest
    @CsvSource({"ADD,1.5,2,3.5", "SUB,1,Infinity,-Infinity", "MUL,0,Infinity,NaN", "DIV,1,0,Infinity", "DIV,0,0,NaN",
            "MOD,-5,3,1", "MOD,5,-3,-1", "MOD,-6,3,0", "FMOD,-5,3,-2", "FMOD,5.5,-2,1.5", "POW,2,-1,0.5", "POW,1,NaN,1",
            "POW,-1,Infinity,1", "POW,-2,3,-8", "POW,NaN,0,1", "MIN,1,NaN,NaN", "MAX,NaN,1,NaN", "MIN,-0.0,0.0,-0.0",
            "MAX,-0.0,0.0,0.0"})
    void realFunctionsOfTwo(Fn fn, double a, double b, Double expected) {
        for (var type : List.of(DType.F32, DType.F64, DType.F16, DType.BF16)) {
            assertThat(apply(fn, type, a, b).getDouble(0)).as(type.toString()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"NEG,0.0,-0.0", "ABS,-2.5,2.5", "ABS,NaN,NaN", "SIGN,-3,-1", "SIGN,-0.0,0.0", "SIGN,NaN,NaN",
            "RECIPROCAL,4,0.25", "SQRT,2.25,1.5", "SQRT,-1,NaN", "EXP,0,1", "EXP,-Infinity,0", "LOG,1,0",
            "LOG,0,-Infinity",
            "ERF,0,0", "ERF,Infinity,1", "TANH,-Infinity,-1", "SIGMOID,0,0.5", "SIGMOID,-Infinity,0", "GELU,0,0",
            "GELU,Infinity,Infinity", "GELU_TANH,0,0", "FLOOR,-1.5,-2", "CEIL,-1.5,-1", "ROUND,2.5,2", "ROUND,3.5,4",
            "ROUND,-0.5,-0.0", "SIN,0,0", "COS,0,1", "TAN,-0.0,-0.0", "ASIN,2,NaN", "ACOS,1,0", "ATAN,0,0",
            "SINH,Infinity,Infinity", "COSH,-Infinity,Infinity", "ASINH,-0.0,-0.0", "ASINH,-Infinity,-Infinity",
            "ACOSH,1,0", "ACOSH,0.5,NaN", "ACOSH,Infinity,Infinity", "ATANH,1,Infinity", "ATANH,-0.0,-0.0",
            "ATANH,-1,-Infinity", "ATANH,1.5,NaN", "TAN,Infinity,NaN"})
    void realFunctionsOfOne(Fn fn, double a, Double expected) {
        assertThat(apply(fn, DType.F32, a).getDouble(0)).isEqualTo(expected);
        assertThat(apply(fn, DType.F64, a).getDouble(0)).isEqualTo(expected);
    }

    /** Against what defines the inverse, where neither cancels. */
    @ParameterizedTest
    @CsvSource({"ASINH,SINH,1e-9,20", "ACOSH,COSH,1.5,20", "ATANH,TANH,1e-9,3", "ASIN,SIN,1e-9,1.5", "ACOS,COS,0.5,3",
            "ATAN,TAN,1e-9,1.5"})
    void inverseFunctionsInvert(Fn inverse, Fn fn, double from, double to) {
        for (int i = 0; i <= 50; i++) {
            double x = from * Math.pow(to / from, i / 50.0);
            double y = apply(fn, DType.F64, x).getDouble(0);
            assertThat(apply(inverse, DType.F64, y).getDouble(0)).isCloseTo(x, within(1e-13 * x * (1 + x * x * 20)));
        }
        assertThat(apply(Fn.ASINH, DType.F64, 1e200).getDouble(0)).isCloseTo(461.2101657793691, within(1e-12));
        assertThat(apply(Fn.ACOSH, DType.F64, 1e200).getDouble(0)).isCloseTo(461.2101657793691, within(1e-12));
        assertThat(apply(Fn.ACOSH, DType.F64, 1 + 1e-12).getDouble(0)).isCloseTo(1.4142764962673e-6, within(1e-11));
    }

    @ParameterizedTest
    @CsvSource({"CAST,F32,F8E5M2,Infinity,57344", "CAST_OVERFLOW,F32,F8E5M2,Infinity,Infinity",
            "CAST_OVERFLOW,I32,F8E4M3FN,10000,NaN", "CAST,I32,F8E4M3FN,10000,448", "CAST,F16,F8E8M0,3,4",
            "CAST_UP,F16,F8E8M0,3,4", "CAST_DOWN,F16,F8E8M0,3,2", "CAST_NEAREST,F16,F8E8M0,2.5,2",
            "CAST_DOWN,U64,F8E8M0,7,4", "CAST_OVERFLOW,F32,F8E8M0,0,NaN", "CAST_OVERFLOW,F32,F4E2M1,100,6"})
    void conversionsToSmallFloats(Fn fn, DType from, DType to, double value, Double expected) {
        var expr = Expr.convert(fn, Expr.arg(0, from), to);
        assertThat(new Map(expr).evaluate(List.of(TensorData.scalar(from, value))).getFirst().getDouble(0))
                .isEqualTo(expected);
    }

    @Test
    void infinitiesOfSmallFloatsAreKeptUnlessCast() {
        var x = TensorData.of(DType.F8E5M2, new byte[]{0x7C, (byte) 0xFC, 0x7F, 1}, 4);
        var chosen = Expr.apply(Fn.SELECT, Expr.integer(1, DType.BOOL), Expr.arg(0, DType.F8E5M2),
                Expr.arg(0, DType.F8E5M2));
        assertThat(new Map(chosen).evaluate(List.of(x)).getFirst()).isEqualTo(x);
    }

    @Test
    void geluKeepsItsTail() {
        assertThat(apply(Fn.GELU, DType.F32, -10).getDouble(0)).isCloseTo(-7.619853024160527e-23, within(1e-29));
        assertThat(apply(Fn.GELU, DType.F32, 1).getDouble(0)).isEqualTo((float) 0.8413447460685429);
        assertThat(apply(Fn.GELU_TANH, DType.F32, 1).getDouble(0)).isEqualTo((float) 0.8411919906082768);
    }

    private static Offset<Double> within(double d) {
        return Offset.offset(d);
    }

    @ParameterizedTest
    @CsvSource({"ADD,I8,127,1,-128", "SUB,U8,0,1,255", "MUL,I32,65536,65536,0", "DIV,I32,-7,2,-3",
            "DIV,I8,-128,-1,-128",
            "DIV,U8,255,2,127", "MOD,I64,-7,3,2", "MOD,I64,7,-3,-2", "FMOD,I64,-7,3,-1", "POW,I32,3,4,81",
            "POW,I32,2,-1,0",
            "POW,I32,-1,-3,-1", "MIN,I8,-1,1,-1", "MAX,U8,255,1,255", "AND,I32,6,3,2", "OR,U8,6,3,7", "XOR,I32,6,3,5",
            "ADD,I4,7,1,-8", "SUB,U2,0,1,3", "SHL,U8,129,1,2", "SHL,I8,-127,1,2", "SHR,I8,-128,3,-16",
            "SHR,U8,128,3,16", "SHR,U64,-1,63,1", "SHR,I64,-1,63,-1", "SHL,I32,1,31,-2147483648", "SHL,I32,1,32,0",
            "SHL,I64,1,-1,0", "SHR,I16,-5,16,-1", "SHR,I16,5,-1,0", "SHR,U32,4294967295,31,1", "SHR,U64,-1,-1,0",
            "MAX,U32,4294967295,1,4294967295", "DIV,U32,4294967295,2,2147483647", "MOD,U64,-1,10,5"})
    void integersWrap(Fn fn, DType type, long a, long b, long expected) {
        assertThat(apply(fn, List.of(longs(type, a), longs(type, b))).getLong(0)).isEqualTo(expected);
    }

    @Property(tries = 500)
    void unsignedAndLongArithmeticIsExact(@ForAll long a, @ForAll long b) {
        var mask = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
        var ua = BigInteger.valueOf(a).and(mask);
        var ub = BigInteger.valueOf(b == 0 ? 1 : b).and(mask);
        var operands = List.of(longs(DType.U64, a), longs(DType.U64, ub.longValue()));
        assertThat(apply(Fn.DIV, operands).getLong(0)).isEqualTo(ua.divide(ub).longValue());
        assertThat(apply(Fn.MOD, operands).getLong(0)).isEqualTo(ua.mod(ub).longValue());
        assertThat(apply(Fn.MAX, operands).getLong(0)).isEqualTo(ua.max(ub).longValue());
        assertThat(apply(Fn.LT, operands).getLong(0)).isEqualTo(ua.compareTo(ub) < 0 ? 1 : 0);
        assertThat(apply(Fn.MUL, List.of(longs(DType.I64, a), longs(DType.I64, b))).getLong(0)).isEqualTo(a * b);
        assertThat(cast(longs(DType.I64, a), DType.F32).getDouble(0)).isEqualTo((float) a);
        assertThat(cast(longs(DType.U64, a), DType.F32).getDouble(0)).isEqualTo(ua.floatValue());
        assertThat(cast(longs(DType.U64, a), DType.F64).getDouble(0)).isEqualTo(ua.doubleValue());
        assertThat(cast(longs(DType.I64, a), DType.BF16).getDouble(0)).isEqualTo(DType.BF16.round(Float.intBitsToFloat(
                Float.floatToRawIntBits(toOdd(a)))));
    }

    /** A long as float, rounded to odd, so that rounding it again to fewer bits is right. */
    private static float toOdd(long a) {
        float f = (float) a;
        var exact = BigInteger.valueOf(a);
        int direction = exact.compareTo(new BigDecimal(f).toBigInteger());
        boolean odd = (Float.floatToRawIntBits(f) & 1) != 0;
        return direction == 0 || odd ? f : direction > 0 ? Math.nextUp(f) : Math.nextDown(f);
    }

    @Test
    void divisionByZeroIsAnError() {
        assertThatThrownBy(() -> apply(Fn.DIV, List.of(longs(DType.I32, 1), longs(DType.I32, 0))))
                .isInstanceOf(IrException.class).hasMessageContaining("divided by 0");
        assertThatThrownBy(() -> apply(Fn.ADD, List.of(longs(DType.BOOL, 1), longs(DType.BOOL, 0))))
                .isInstanceOf(IrException.class).hasMessageContaining("bool");
    }

    @Property(tries = 3000)
    void narrowFmaIsRoundedOnce(@ForAll short a, @ForAll short b, @ForAll short c) {
        for (var type : List.of(DType.F16, DType.BF16)) {
            var operands = List.of(TensorData.of(type, new short[]{a}), TensorData.of(type, new short[]{b}),
                    TensorData.of(type, new short[]{c}));
            double x = operands.get(0).getDouble(0);
            double y = operands.get(1).getDouble(0);
            double z = operands.get(2).getDouble(0);
            double got = apply(Fn.FMA, operands).getDouble(0);
            if (Double.isFinite(x) && Double.isFinite(y) && Double.isFinite(z)) {
                var exact = new BigDecimal(x).multiply(new BigDecimal(y)).add(new BigDecimal(z));
                assertThat(got == 0 ? 0.0 : got).isEqualTo(nearest(type, exact));
            } else {
                assertThat(got).isEqualTo(Double.valueOf(type.round(x * y + z)));
            }
        }
    }

    /** The nearest value of a type to an exact number, found by comparing the neighbours of a first guess. */
    private static double nearest(DType type, BigDecimal exact) {
        double guess = type.round(exact.doubleValue());
        if (Double.isInfinite(guess)) {
            return guess;
        }
        double best = guess;
        for (double step : new double[]{-1, 1}) {
            double other = neighbour(type, guess, step);
            if (Double.isFinite(other)) {
                int closer = new BigDecimal(other).subtract(exact).abs()
                        .compareTo(new BigDecimal(best).subtract(exact).abs());
                best = closer < 0 ? other : best;
            }
        }
        return best == 0 ? 0.0 : best;
    }

    private static double neighbour(DType type, double value, double direction) {
        double step = Math.max(Math.ulp(value), Double.MIN_VALUE);
        while (type.round(value + direction * step) == value) {
            step *= 2;
        }
        return type.round(value + direction * step);
    }

    @ParameterizedTest
    @CsvSource({"F32,I32,-2.9,-2", "F32,I8,300,44", "F32,U8,-1,255", "F64,I64,9.007199254740993E15,9007199254740992",
            "F32,I64,NaN,0", "F32,BOOL,0.1,1", "F32,BOOL,-0.0,0",
            "F64,U64,9.223372036854775808E18,-9223372036854775808"})
    void realsBecomeIntegers(DType from, DType to, double value, long expected) {
        assertThat(cast(TensorData.scalar(from, value), to).getLong(0)).isEqualTo(expected);
    }

    @Test
    void integersAndTextsAreConverted() {
        assertThat(cast(longs(DType.I32, -1), DType.U8).getLong(0)).isEqualTo(255);
        assertThat(cast(longs(DType.U32, 0xFFFFFFFFL), DType.I64).getLong(0)).isEqualTo(0xFFFFFFFFL);
        assertThat(cast(longs(DType.I64, 16_777_217), DType.F32).getDouble(0)).isEqualTo(16_777_216);
        assertThat(cast(longs(DType.I32, 5), DType.BOOL).getLong(0)).isEqualTo(1);
        var texts = TensorData.of(DType.STRING, new String[]{"1.5", "-INF", "nan", " 1e-5"}, 4);
        assertThat(cast(texts, DType.F32))
                .isEqualTo(TensorData.floats(new float[]{1.5f, Float.NEGATIVE_INFINITY, Float.NaN, 1e-5f}, 4));
        assertThat(cast(TensorData.scalar(DType.F32, 0.1f), DType.STRING).array()).isEqualTo(new String[]{"0.1"});
        assertThat(cast(longs(DType.U64, -1), DType.STRING).array()).isEqualTo(new String[]{"18446744073709551615"});
        assertThat(cast(TensorData.of(DType.STRING, new String[]{"9007199254740993"}), DType.I64).getLong(0))
                .isEqualTo(9007199254740993L);
        assertThatThrownBy(() -> cast(TensorData.of(DType.STRING, new String[]{"x"}), DType.F32))
                .hasMessageContaining("\"x\"");
    }

    @Test
    void comparisonsOfNaNAreFalse() {
        assertThat(apply(Fn.EQ, DType.F32, Double.NaN, Double.NaN).getLong(0)).isZero();
        assertThat(apply(Fn.LE, DType.F32, 1, Double.NaN).getLong(0)).isZero();
        assertThat(apply(Fn.LE, DType.F32, 1, 1).getLong(0)).isEqualTo(1);
        assertThat(apply(Fn.IS_NAN, DType.F32, Double.NaN).dtype()).isEqualTo(DType.BOOL);
    }

    @Test
    void operandsBroadcastAndSelect() {
        var mask = TensorData.of(DType.BOOL, new byte[]{1, 0}, 2, 1);
        var row = TensorData.floats(new float[]{1, 2, 3}, 3);
        var zero = TensorData.scalar(DType.F32, 0);
        var expr = Expr.apply(Fn.SELECT, Expr.arg(0, DType.BOOL), Expr.arg(1, DType.F32), Expr.arg(2, DType.F32));
        assertThat(new Map(expr).evaluate(List.of(mask, row, zero)).getFirst())
                .isEqualTo(TensorData.floats(new float[]{1, 2, 3, 0, 0, 0}, 2, 3));
        var empty = TensorData.floats(new float[0], 0, 3);
        assertThat(apply(Fn.ADD, List.of(empty, row)).dims()).containsExactly(0, 3);
        assertThat(apply(Fn.EQ, List.of(TensorData.of(DType.STRING, new String[]{"a", "b"}, 2),
                TensorData.of(DType.STRING, new String[]{"b"}, 1))).array()).isEqualTo(new byte[]{0, 1});
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "F16", "I64", "U8"})
    void longStretchesAreWalkedRight(DType type) {
        var random = new Random(7);
        var a = TensorData.zeros(type, 5, 1, 700);
        var b = TensorData.zeros(type, 3, 1);
        for (int i = 0; i < a.size(); i++) {
            a.set(i, (long) random.nextInt(20));
        }
        for (int i = 0; i < b.size(); i++) {
            b.set(i, (long) i);
        }
        var sum = apply(Fn.ADD, List.of(a, b));
        assertThat(sum.dims()).containsExactly(5, 3, 700);
        for (int i = 0; i < sum.size(); i++) {
            assertThat(sum.getLong(i)).isEqualTo(a.getLong(i / 2100 * 700 + i % 700) + i / 700 % 3);
        }
    }
}
