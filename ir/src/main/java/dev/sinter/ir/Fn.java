package dev.sinter.ir;

import java.util.Locale;

/** A scalar function within an {@link Expr}. Semantics as the ONNX operator of that name unless said. */
public enum Fn {
    /** Sum; integers wrap. */
    ADD(2),
    /** Difference; integers wrap. */
    SUB(2),
    /** Product; integers wrap. */
    MUL(2),
    /** Quotient; integers are cut towards zero. */
    DIV(2),
    /** Remainder with the divisor's sign (ONNX Mod, fmod=0). */
    MOD(2),
    /** Remainder with the dividend's sign (ONNX Mod, fmod=1). */
    FMOD(2),
    /** Power. */
    POW(2),
    /** The smaller; NaN if either is. */
    MIN(2),
    /** The larger; NaN if either is. */
    MAX(2),
    /** a * b + c, rounded once. */
    FMA(3),
    /** Negation. */
    NEG(1),
    /** Absolute value. */
    ABS(1),
    /** Sign: -1, 0, 1. */
    SIGN(1),
    /** 1 / a. */
    RECIPROCAL(1),
    /** Square root. */
    SQRT(1),
    /** e to the a. */
    EXP(1),
    /** Natural logarithm. */
    LOG(1),
    /** Error function. */
    ERF(1),
    /** Hyperbolic tangent. */
    TANH(1),
    /** 1 / (1 + exp(-a)). */
    SIGMOID(1),
    /** 0.5 a (1 + erf(a / sqrt 2)). */
    GELU(1),
    /** The tanh form of GELU. */
    GELU_TANH(1),
    /** Rounded down. */
    FLOOR(1),
    /** Rounded up. */
    CEIL(1),
    /** Rounded to the nearest, ties to even. */
    ROUND(1),
    /** Sine. */
    SIN(1),
    /** Cosine. */
    COS(1),
    /** Tangent. */
    TAN(1),
    /** Inverse sine. */
    ASIN(1),
    /** Inverse cosine. */
    ACOS(1),
    /** Inverse tangent. */
    ATAN(1),
    /** Hyperbolic sine. */
    SINH(1),
    /** Hyperbolic cosine. */
    COSH(1),
    /** Inverse hyperbolic sine. */
    ASINH(1),
    /** Inverse hyperbolic cosine. */
    ACOSH(1),
    /** Inverse hyperbolic tangent. */
    ATANH(1),
    /** Integer a shifted left by b bits; 0 where b is negative or not below the type's width. */
    SHL(2),
    /**
     * Integer a shifted right by b bits, filled with the sign where signed, with 0 where unsigned; nothing but the fill
     * is left where b is negative or not below the type's width.
     */
    SHR(2),
    /** Equal; result bool. */
    EQ(2),
    /** Less; result bool. */
    LT(2),
    /** Less or equal; result bool. */
    LE(2),
    /** Logical and, on bool; bitwise on integers. */
    AND(2),
    /** Logical or, on bool; bitwise on integers. */
    OR(2),
    /** Exclusive or, on bool; bitwise on integers. */
    XOR(2),
    /** Logical not, on bool; bitwise on integers. */
    NOT(1),
    /** Whether a is NaN; result bool. */
    IS_NAN(1),
    /** Second operand where the first is true, else the third. */
    SELECT(3),
    /**
     * Conversion to the expression's type: as ONNX Cast by default (to integers: cut towards zero, wrap; to floating
     * point of 8 bits and fewer: limited to the largest value; to f8e8m0: to the next power of two away from zero).
     */
    CAST(1),
    /**
     * Conversion to floating point of 8 bits and fewer as ONNX Cast with saturate=0: what is too large becomes infinity
     * or NaN. To f8e8m0 it goes to the nearest, ties up; what is out of range, 0 included, is NaN.
     */
    CAST_OVERFLOW(1),
    /** Conversion to f8e8m0 towards zero, limited to the range (ONNX round_mode "down"); else as {@link #CAST}. */
    CAST_DOWN(1),
    /** Conversion to f8e8m0 away from zero, limited to the range (ONNX round_mode "up"), as {@link #CAST} is. */
    CAST_UP(1),
    /** Conversion to f8e8m0 to the nearest, ties up, limited to the range (ONNX "nearest"); else as {@link #CAST}. */
    CAST_NEAREST(1),
    /** The same bits read as the expression's type, which is as wide (ONNX BitCast). */
    BITCAST(1);

    private final int arity;

    Fn(int arity) {
        this.arity = arity;
    }

    /** {@return number of operands} */
    public int arity() {
        return arity;
    }

    /** {@return name in the text form} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The function of that label.
     *
     * @param label
     *            as {@link #label} gives it
     * @return the function
     * @throws IrException
     *             if there is none
     */
    public static Fn of(String label) {
        for (var fn : values()) {
            if (fn.label().equals(label)) {
                return fn;
            }
        }
        throw new IrException("unknown function '" + label + "'");
    }

    /** {@return whether the result is bool whatever the operands are} */
    public boolean isPredicate() {
        return this == EQ || this == LT || this == LE || this == IS_NAN;
    }

    /** {@return whether this converts to the expression's type, which the operands do not tell} */
    public boolean isConversion() {
        return this == CAST || this == CAST_OVERFLOW || this == CAST_DOWN || this == CAST_UP || this == CAST_NEAREST
                || this == BITCAST;
    }
}
