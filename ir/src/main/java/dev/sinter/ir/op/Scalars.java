package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;

/**
 * The scalar functions: real ones in double precision, to be rounded once to the declared type by the caller; integer
 * ones in 64 bits, to be wrapped by the caller. {@link StrictMath} throughout, so that folded constants do not depend
 * on the machine.
 */
final class Scalars {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double LOG_2 = StrictMath.log(2);
    private static final double GELU_CUBIC = 0.044715;

    private Scalars() {
    }

    /** A function of real operands; operands beyond the function's arity are ignored. */
    static double real(Fn fn, double a, double b, double c) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MOD -> floorMod(a, b);
            case FMOD -> a % b;
            case POW -> pow(a, b);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case FMA -> Math.fma(a, b, c);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> a == 0 ? 0 : Math.signum(a);
            case RECIPROCAL -> 1 / a;
            case SQRT -> Math.sqrt(a);
            case EXP -> StrictMath.exp(a);
            case LOG -> StrictMath.log(a);
            case ERF -> Erf.erf(a);
            case TANH -> StrictMath.tanh(a);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-a));
            case GELU -> 0.5 * a * Erf.erfc(-a * SQRT_HALF);
            case GELU_TANH -> 0.5 * a * (1 + StrictMath.tanh(SQRT_2_OVER_PI * (a + GELU_CUBIC * a * a * a)));
            case FLOOR -> Math.floor(a);
            case CEIL -> Math.ceil(a);
            case ROUND -> Math.rint(a);
            case SIN -> StrictMath.sin(a);
            case COS -> StrictMath.cos(a);
            case TAN -> StrictMath.tan(a);
            case ASIN -> StrictMath.asin(a);
            case ACOS -> StrictMath.acos(a);
            case ATAN -> StrictMath.atan(a);
            case SINH -> StrictMath.sinh(a);
            case COSH -> StrictMath.cosh(a);
            case ASINH -> asinh(a);
            case ACOSH -> acosh(a);
            case ATANH -> 0.5 * (StrictMath.log1p(a) - StrictMath.log1p(-a));
            case EQ, LT, LE, AND, OR, XOR, NOT, IS_NAN, SELECT, SHL, SHR, CAST, CAST_OVERFLOW, CAST_DOWN, CAST_UP,
                    CAST_NEAREST, BITCAST ->
                    throw new IrException(fn.label() + " is not a function of floating-point numbers");
        };
    }

    /**
     * {@code a * b + c} rounded once. In types below 32 bits the product is exact in double; the sum is rounded to odd,
     * after which rounding to the narrower type gives what a single rounding would have given.
     *
     * @see <a href="https://doi.org/10.1109/TC.2007.70819">Boldo and Melquiond, Emulation of FMA and correctly rounded
     *      sums</a>
     */
    static double fma(DType type, double a, double b, double c) {
        return switch (type) {
            case F32 -> Math.fma((float) a, (float) b, (float) c);
            case F64 -> Math.fma(a, b, c);
            default -> type.round(addToOdd(a * b, c));
        };
    }

    private static double addToOdd(double a, double b) {
        double sum = a + b;
        double part = sum - a;
        double error = (a - (sum - part)) + (b - part);
        boolean exact = error == 0 || Double.isNaN(error) || Double.isInfinite(sum);
        if (exact || (Double.doubleToRawLongBits(sum) & 1) != 0) {
            return sum;
        }
        return error > 0 ? Math.nextUp(sum) : Math.nextDown(sum);
    }

    /** Without cancellation near 0 and without overflow of the square. */
    private static double asinh(double a) {
        double m = Math.abs(a);
        double r = m > 0x1p28 ? StrictMath.log(m) + LOG_2
                : StrictMath.log1p(m + m * m / (1 + Math.sqrt(m * m + 1)));
        return Math.copySign(r, a);
    }

    /** NaN below 1. */
    private static double acosh(double a) {
        double t = a - 1;
        return a > 0x1p28 ? StrictMath.log(a) + LOG_2 : StrictMath.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /** C's pow, which unlike Java's is 1 for 1 to the NaN and for -1 to an infinity. */
    private static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : StrictMath.pow(a, b);
    }

    private static double floorMod(double a, double b) {
        double rest = a % b;
        return rest == 0 ? Math.copySign(0, b) : (rest < 0) != (b < 0) ? rest + b : rest;
    }

    /** A function of integer or bool operands, unsigned ones extended by zeros; the caller wraps the result. */
    static long integer(Fn fn, DType type, long a, long b, long c) {
        if (type == DType.BOOL && !isLogical(fn)) {
            throw new IrException(fn.label() + " is not a function of bool");
        }
        boolean wide = type == DType.U64;
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> wide ? Long.divideUnsigned(a, divisor(b)) : a / divisor(b);
            case MOD -> wide ? Long.remainderUnsigned(a, divisor(b)) : Math.floorMod(a, divisor(b));
            case FMOD -> wide ? Long.remainderUnsigned(a, divisor(b)) : a % divisor(b);
            case POW -> pow(type, a, b);
            case MIN -> less(type, b, a) ? b : a;
            case MAX -> less(type, a, b) ? b : a;
            case FMA -> a * b + c;
            case NEG -> -a;
            case ABS -> wide ? a : Math.abs(a);
            case SIGN -> wide ? (a == 0 ? 0 : 1) : Long.signum(a);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> type == DType.BOOL ? 1 - a : ~a;
            case SHL -> b < 0 || b >= type.bits() ? 0 : a << b;
            case SHR -> shiftRight(type, a, b);
            case RECIPROCAL, SQRT, EXP, LOG, ERF, TANH, SIGMOID, GELU, GELU_TANH, FLOOR, CEIL, ROUND, SIN, COS, TAN,
                    ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EQ, LT, LE, IS_NAN, SELECT, CAST,
                    CAST_OVERFLOW, CAST_DOWN, CAST_UP, CAST_NEAREST, BITCAST ->
                    throw new IrException(fn.label() + " is not a function of integers");
        };
    }

    private static boolean isLogical(Fn fn) {
        return switch (fn) {
            case AND, OR, XOR, NOT, MIN, MAX -> true;
            default -> false;
        };
    }

    /** Unsigned values are extended by zeros, so that only u64 needs the logical shift. */
    private static long shiftRight(DType type, long a, long b) {
        if (b < 0 || b >= type.bits()) {
            return type.kind() == DType.Kind.SIGNED && a < 0 ? -1 : 0;
        }
        return type == DType.U64 ? a >>> b : a >> b;
    }

    private static long divisor(long b) {
        if (b == 0) {
            throw new IrException("an integer was divided by 0");
        }
        return b;
    }

    private static long pow(DType type, long base, long exponent) {
        if (type.kind() == DType.Kind.SIGNED && exponent < 0) {
            return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 1 / divisor(base);
        }
        long power = 1;
        long square = base;
        for (long rest = exponent; rest != 0; rest >>>= 1) {
            power *= (rest & 1) != 0 ? square : 1;
            square *= square;
        }
        return power;
    }

    /** Whether a predicate holds of real numbers. */
    static boolean test(Fn fn, double a, double b) {
        return switch (fn) {
            case EQ -> a == b;
            case LT -> a < b;
            case LE -> a <= b;
            case IS_NAN -> Double.isNaN(a);
            default -> throw new IllegalStateException(fn + " is no predicate");
        };
    }

    /** Whether a predicate holds of integers. */
    static boolean test(Fn fn, DType type, long a, long b) {
        return switch (fn) {
            case EQ -> a == b;
            case LT -> less(type, a, b);
            case LE -> !less(type, b, a);
            case IS_NAN -> false;
            default -> throw new IllegalStateException(fn + " is no predicate");
        };
    }

    /** Whether one integer is below another. */
    static boolean less(DType type, long a, long b) {
        return type == DType.U64 ? Long.compareUnsigned(a, b) < 0 : a < b;
    }
}
