package dev.sinter.codegen.loop;

import dev.sinter.runtime.Functions;
import dev.sinter.runtime.SmallFloats;
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
            case String a when prim == Prim.EQ -> a.equals(v[1]);
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
            case POW -> (float) Functions.pow(a, b);
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
            case POW -> Functions.pow(a, b);
            case ADD_TO_ODD -> Functions.addToOdd(a, b);
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
            case TAN -> StrictMath::tan;
            case ASIN -> StrictMath::asin;
            case ACOS -> StrictMath::acos;
            case ATAN -> StrictMath::atan;
            case SINH -> StrictMath::sinh;
            case COSH -> StrictMath::cosh;
            case ASINH -> Functions::asinh;
            case ACOSH -> Functions::acosh;
            case ATANH -> Functions::atanh;
            case ERF -> Functions::erf;
            case ERFC -> Functions::erfc;
            case ROUND_F16 -> SmallFloats::roundF16;
            case ROUND_BF16 -> SmallFloats::roundBF16;
            case ROUND_F8E4M3FN -> SmallFloats::roundF8E4M3FN;
            case ROUND_F8E4M3FNUZ -> SmallFloats::roundF8E4M3FNUZ;
            case ROUND_F8E5M2 -> SmallFloats::roundF8E5M2;
            case ROUND_F8E5M2FNUZ -> SmallFloats::roundF8E5M2FNUZ;
            case ROUND_F4E2M1 -> SmallFloats::roundF4E2M1;
            case OPEN_F8E4M3FN -> SmallFloats::openF8E4M3FN;
            case OPEN_F8E4M3FNUZ -> SmallFloats::openF8E4M3FNUZ;
            case OPEN_F8E5M2 -> SmallFloats::openF8E5M2;
            case OPEN_F8E5M2FNUZ -> SmallFloats::openF8E5M2FNUZ;
            case UP_F8E8M0 -> SmallFloats::upF8E8M0;
            case DOWN_F8E8M0 -> SmallFloats::downF8E8M0;
            case NEAREST_F8E8M0 -> SmallFloats::nearestF8E8M0;
            case OPEN_F8E8M0 -> SmallFloats::openF8E8M0;
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
            case POW -> (int) Functions.power(a, b);
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
            case POW -> Functions.power(a, b);
            case UPOW -> Functions.unsignedPower(a, b);
            case UDIV -> Long.divideUnsigned(a, b);
            case UREM -> Long.remainderUnsigned(a, b);
            default -> throw new AssertionError(prim);
        };
    }

    /** What an element of memory means. */
    static Object decoded(Buffer.Storage storage, int bits) {
        return switch (storage) {
            case U8 -> bits & 0xff;
            case U16 -> bits & 0xffff;
            case U32 -> bits & 0xffffffffL;
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> SmallFloats.ofBF16(bits);
            case F8E4M3FN -> SmallFloats.ofF8E4M3FN(bits);
            case F8E4M3FNUZ -> SmallFloats.ofF8E4M3FNUZ(bits);
            case F8E5M2 -> SmallFloats.ofF8E5M2(bits);
            case F8E5M2FNUZ -> SmallFloats.ofF8E5M2FNUZ(bits);
            case F8E8M0 -> SmallFloats.ofF8E8M0(bits);
            case F4E2M1 -> SmallFloats.ofF4E2M1(bits);
            default -> bits;
        };
    }

    /** How a value lies in memory. */
    static Object code(Buffer.Storage storage, Object value) {
        return switch (storage) {
            case F16 -> SmallFloats.toF16((float) value);
            case BF16 -> SmallFloats.toBF16((float) value);
            case F8E4M3FN -> SmallFloats.toF8E4M3FN((float) value);
            case F8E4M3FNUZ -> SmallFloats.toF8E4M3FNUZ((float) value);
            case F8E5M2 -> SmallFloats.toF8E5M2((float) value);
            case F8E5M2FNUZ -> SmallFloats.toF8E5M2FNUZ((float) value);
            case F8E8M0 -> SmallFloats.toF8E8M0((float) value);
            case F4E2M1 -> SmallFloats.toF4E2M1((float) value);
            default -> value;
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
        if (to == Elem.REF) {
            return value instanceof String ? value : "";
        }
        if (value instanceof Boolean b) {
            return to == Elem.BOOL ? b : convert(b ? 1 : 0, to);
        }
        var number = (Number) value;
        return switch (to) {
            case F32 -> number.floatValue();
            case F64 -> number.doubleValue();
            case I32 -> number.intValue();
            case I64 -> number.longValue();
            case REF, B4, H2 -> throw new AssertionError("a number becomes no " + to);
            case BOOL -> number instanceof Long l ? l != 0 : number.doubleValue() != 0;
        };
    }
}
