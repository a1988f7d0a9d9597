package dev.sinter.codegen.loop;

import java.util.Locale;

/** A primitive operation on scalars or, lane by lane, on vectors; each is exact or rounded once, in every form. */
public enum Prim {
    /** Sum. */
    ADD(2),
    /** Difference. */
    SUB(2),
    /** Product. */
    MUL(2),
    /** Quotient; integers are cut towards zero. */
    DIV(2),
    /** Remainder of integers, sign of the dividend; of floats as Java's %. */
    REM(2),
    /** The smaller, as {@code Math.min}. */
    MIN(2),
    /** The larger, as {@code Math.max}. */
    MAX(2),
    /**
     * The larger of an f32 and a number that is neither NaN nor -0, as {@code Math.max}: vectors compare and choose, which
     * is a third of what the processor does for {@code MAX}.
     */
    AT_LEAST(2),
    /** The smaller of an f32 and a number that is neither NaN nor -0, as {@code Math.min}, likewise. */
    AT_MOST(2),
    /** a * b + c rounded once. */
    FMA(3),
    /** Negation. */
    NEG(1),
    /** Absolute value. */
    ABS(1),
    /** Square root. */
    SQRT(1),
    /** Shift left by a constant or scalar. */
    SHL(2),
    /** Arithmetic shift right. */
    SHR(2),
    /** Logical shift right. */
    USHR(2),
    /** Bitwise or logical and. */
    AND(2),
    /** Bitwise or logical or. */
    OR(2),
    /** Bitwise or logical exclusive or. */
    XOR(2),
    /** Logical not of a truth value. */
    NOT(1),
    /** Equal. */
    EQ(2),
    /** Less. */
    LT(2),
    /** Less or equal. */
    LE(2),
    /** Second operand where the first is true, else the third. */
    SELECT(3),
    /** Rounded down; scalars only. */
    FLOOR(1),
    /** Rounded up; scalars only. */
    CEIL(1),
    /** Rounded to even; scalars only. */
    RINT(1),
    /** {@code StrictMath.exp} in f64; scalars only. */
    EXP(1),
    /** {@code StrictMath.log} in f64; scalars only. */
    LOG(1),
    /** {@code StrictMath.sin} in f64; scalars only. */
    SIN(1),
    /** {@code StrictMath.cos} in f64; scalars only. */
    COS(1),
    /** {@code StrictMath.tanh} in f64; scalars only. */
    TANH(1),
    /** C's pow in f64; of integers their power, wrapping, cut to zero for a negative exponent; scalars only. */
    POW(2),
    /** Power of unsigned i64; scalars only. */
    UPOW(2),
    /** Quotient of unsigned i64; scalars only. */
    UDIV(2),
    /** Remainder of unsigned i64; scalars only. */
    UREM(2),
    /** {@code StrictMath.tan} in f64; scalars only. */
    TAN(1),
    /** {@code StrictMath.asin} in f64; scalars only. */
    ASIN(1),
    /** {@code StrictMath.acos} in f64; scalars only. */
    ACOS(1),
    /** {@code StrictMath.atan} in f64; scalars only. */
    ATAN(1),
    /** {@code StrictMath.sinh} in f64; scalars only. */
    SINH(1),
    /** {@code StrictMath.cosh} in f64; scalars only. */
    COSH(1),
    /** Inverse hyperbolic sine in f64; scalars only. */
    ASINH(1),
    /** Inverse hyperbolic cosine in f64; scalars only. */
    ACOSH(1),
    /** Inverse hyperbolic tangent in f64; scalars only. */
    ATANH(1),
    /** Error function in f64; scalars only. */
    ERF(1),
    /** Complement of the error function in f64; scalars only. */
    ERFC(1),
    /** Sum in f64 rounded to odd, so that rounding again does no harm; scalars only. */
    ADD_TO_ODD(2),
    /** Rounded to f16, from f32 or f64; scalars only, as are all that follow. */
    ROUND_F16(1),
    /** Rounded to bf16. */
    ROUND_BF16(1),
    /** Rounded to f8e4m3fn, limited to the largest value. */
    ROUND_F8E4M3FN(1),
    /** Rounded to f8e4m3fnuz, limited. */
    ROUND_F8E4M3FNUZ(1),
    /** Rounded to f8e5m2, limited. */
    ROUND_F8E5M2(1),
    /** Rounded to f8e5m2fnuz, limited. */
    ROUND_F8E5M2FNUZ(1),
    /** Rounded to f4e2m1, limited. */
    ROUND_F4E2M1(1),
    /** Rounded to f8e4m3fn; what is too large becomes NaN. */
    OPEN_F8E4M3FN(1),
    /** Rounded to f8e4m3fnuz; what is too large becomes NaN. */
    OPEN_F8E4M3FNUZ(1),
    /** Rounded to f8e5m2; what is too large becomes infinite. */
    OPEN_F8E5M2(1),
    /** Rounded to f8e5m2fnuz; what is too large becomes NaN. */
    OPEN_F8E5M2FNUZ(1),
    /** Rounded to f8e8m0 away from zero, limited. */
    UP_F8E8M0(1),
    /** Rounded to f8e8m0 towards zero, limited. */
    DOWN_F8E8M0(1),
    /** Rounded to the nearest f8e8m0, limited. */
    NEAREST_F8E8M0(1),
    /** Rounded to the nearest f8e8m0; what is out of range becomes NaN. */
    OPEN_F8E8M0(1),
    /**
     * Lane by lane the element of two vectors one behind the other that an index says, its bits above the fifth not
     * looked at: index, first, second. Of h2 half by half, one of 64, the bits above the sixth not looked at; vectors of
     * 512 bits only. Of others with 256 bits it is half a vector of each, and one bit less.
     */
    LOOKUP(3),
    /**
     * Byte by byte the element of 64 bytes that an index says, its two highest bits not looked at: index, bytes, both b4.
     * Vectors of 512 bits only.
     */
    PICK(2),
    /** A mask's lanes as the bits of an i32, lane 0 the lowest; vectors of 512 bits only. */
    PACK(1),
    /**
     * The first, an i64 index of an f32 weight; raises an error unless so many elements from there on, the second, a
     * literal, lie within the weights. HotSpot then knows it, and checks nothing in a loop over them.
     */
    WITHIN(2);

    private final int arity;

    Prim(int arity) {
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

    /** {@return whether the result is a truth value} */
    public boolean isComparison() {
        return this == EQ || this == LT || this == LE;
    }

    /** {@return whether vectors can do it} */
    public boolean isVectorizable() {
        return ordinal() < FLOOR.ordinal() && this != REM;
    }
}
