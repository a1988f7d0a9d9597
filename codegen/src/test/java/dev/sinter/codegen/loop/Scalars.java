package dev.sinter.codegen.loop;

import java.util.function.DoubleUnaryOperator;

/** Primitives on boxed scalars: Float, Double, Integer, Long and Boolean. */
final class Scalars {
    private Scalars() {
    }

    static Object apply(Prim prim, Object... v) {
        if (prim == Prim.SELECT) {
            return (boolean) v[0] ? v[1] : v[2];
        }
        return switch (v[0]) {
            case Float a -> ofFloat(prim, a, v);
            case Double a -> ofDouble(prim, a, v);
            case Integer a -> ofInt(prim, a, v);
            case Long a -> ofLong(prim, a, v);
            case Boolean a -> ofBoolean(prim, a, v);
            default -> throw new AssertionError(v[0]);
        };
    }

    private static Object ofFloat(Prim prim, float a, Object[] v) {
        float b = prim.arity() > 1 ? (float) v[1] : 0;
        return switch (prim) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case FMA -> Math.fma(a, b, (float) v[2]);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case EQ -> a == b;
            case LT -> a < b;
            case LE -> a <= b;
            case POW -> (float) StrictMath.pow(a, b);
            default -> (float) function(prim).applyAsDouble(a);
        };
    }

    private static Object ofDouble(Prim prim, double a, Object[] v) {
        double b = prim.arity() > 1 ? (double) v[1] : 0;
        return switch (prim) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case FMA -> Math.fma(a, b, (double) v[2]);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case EQ -> a == b;
            case LT -> a < b;
            case LE -> a <= b;
            case POW -> StrictMath.pow(a, b);
            default -> function(prim).applyAsDouble(a);
        };
    }

    private static DoubleUnaryOperator function(Prim prim) {
        return switch (prim) {
            case SQRT -> Math::sqrt;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case RINT -> Math::rint;
            case EXP -> StrictMath::exp;
            case LOG -> StrictMath::log;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case TANH -> StrictMath::tanh;
            default -> throw new AssertionError(prim);
        };
    }

    private static Object ofInt(Prim prim, int a, Object[] v) {
        int b = prim.arity() > 1 ? (int) v[1] : 0;
        return switch (prim) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case EQ -> a == b;
            case LT -> a < b;
            case LE -> a <= b;
            default -> throw new AssertionError(prim);
        };
    }

    private static Object ofLong(Prim prim, long a, Object[] v) {
        long b = prim.arity() > 1 ? ((Number) v[1]).longValue() : 0;
        return switch (prim) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case EQ -> a == b;
            case LT -> a < b;
            case LE -> a <= b;
            default -> throw new AssertionError(prim);
        };
    }

    private static Object ofBoolean(Prim prim, boolean a, Object[] v) {
        boolean b = prim.arity() > 1 && (boolean) v[1];
        return switch (prim) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> !a;
            case EQ -> a == b;
            default -> throw new AssertionError(prim);
        };
    }

    static Object zero(Elem elem) {
        return convert(0, elem);
    }

    static Object convert(Object value, Elem to) {
        if (value instanceof Boolean b) {
            return to == Elem.BOOL ? b : convert(b ? 1 : 0, to);
        }
        var number = (Number) value;
        return switch (to) {
            case F32 -> number.floatValue();
            case F64 -> number.doubleValue();
            case I32 -> number.intValue();
            case I64 -> number.longValue();
            case BOOL -> number instanceof Long l ? l != 0 : number.doubleValue() != 0;
        };
    }
}
