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
    /** {@code StrictMath.pow} in f64; scalars only. */
    POW(2);

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
