package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import java.util.function.UnaryOperator;

/** Conversions between element types. */
final class CastCode {
    private final int lanes;
    private final UnaryOperator<Term> names;

    /**
     * Prepares.
     *
     * @param lanes
     *            1 or 16
     * @param names
     *            names a term that is used several times
     */
    CastCode(int lanes, UnaryOperator<Term> names) {
        this.lanes = lanes;
        this.names = names;
    }

    private Term number(double value, Elem elem) {
        return new Term.Lit(value, (long) value, new VType(elem, lanes));
    }

    /** Whether a type is floating point below 32 bits: held in f32, rounded after each operation. */
    static boolean isSmall(DType type) {
        return type.isFloat() && type.bits() <= 16;
    }

    /** What rounds to a type below 32 bits. */
    static Prim rounding(Fn cast, DType type) {
        if (type == DType.F8E8M0) {
            return switch (cast) {
                case CAST_OVERFLOW -> Prim.OPEN_F8E8M0;
                case CAST_DOWN -> Prim.DOWN_F8E8M0;
                case CAST_NEAREST -> Prim.NEAREST_F8E8M0;
                default -> Prim.UP_F8E8M0;
            };
        }
        // f16 and bf16 always become infinite, f4e2m1 has nothing but its largest value
        boolean open = cast == Fn.CAST_OVERFLOW && type.bits() == 8;
        return Prim.valueOf((open ? "OPEN_" : "ROUND_") + type.name());
    }

    /** A value in another type. */
    Term convert(Fn cast, Term value, DType from, DType to) {
        if (from == to && !isSmall(to)) {
            return value;
        }
        if (cast == Fn.BITCAST) {
            return new BitCode(lanes, names).reinterpret(value, from, to);
        }
        if (to == DType.BOOL) {
            return Term.of(Prim.NOT, Term.of(Prim.EQ, value, number(0, ExprCode.elem(from))));
        }
        if (from == DType.BOOL) {
            var held = ExprCode.elem(to);
            var number = Term.of(Prim.SELECT, value, number(1, held), number(0, held));
            return isSmall(to) ? Term.of(rounding(cast, to), number) : number;
        }
        if (from.isFloat()) {
            return to.isFloat() ? real(cast, value, from, to) : integer(value, to);
        }
        return to.isFloat() ? realOfInteger(cast, value, from, to)
                : new IntegerCode(to, lanes, names).wrap(held(value, from, to));
    }

    private static Term held(Term value, DType from, DType to) {
        var elem = ExprCode.elem(to);
        return ExprCode.elem(from) == elem ? value : new Term.Convert(value, elem);
    }

    private Term real(Fn cast, Term value, DType from, DType to) {
        return isSmall(to) ? rounded(cast, value, ExprCode.elem(from), to) : held(value, from, to);
    }

    private static Term rounded(Fn cast, Term value, Elem elem, DType to) {
        var rounded = Term.of(rounding(cast, to), value);
        return elem == Elem.F32 ? rounded : new Term.Convert(rounded, Elem.F32);
    }

    /** Cut towards zero, limited to 32 or 64 bits, wrapped. */
    private Term integer(Term value, DType to) {
        if (to != DType.U64) {
            return new IntegerCode(to, lanes, names).wrap(new Term.Convert(value, ExprCode.elem(to)));
        }
        var wide = names.apply(new Term.Convert(value, Elem.F64));
        var limit = number(0x1p63, Elem.F64);
        var upper = Term.of(Prim.ADD, new Term.Convert(Term.of(Prim.SUB, wide, limit), Elem.I64),
                Term.i64(Long.MIN_VALUE));
        return Term.of(Prim.SELECT, Term.of(Prim.LE, limit, wide), upper, new Term.Convert(wide, Elem.I64));
    }

    private Term realOfInteger(Fn cast, Term value, DType from, DType to) {
        if (!isSmall(to)) {
            return from == DType.U64 ? ofUnsigned(value, v -> new Term.Convert(v, ExprCode.elem(to)), to)
                    : new Term.Convert(value, ExprCode.elem(to));
        }
        boolean exact = from.bits() <= 32;
        UnaryOperator<Term> toF64 = v -> new Term.Convert(exact || cast != Fn.CAST ? v : odd(v), Elem.F64);
        var wide = from == DType.U64 ? ofUnsigned(value, toF64, DType.F64) : toF64.apply(value);
        return rounded(cast, wide, Elem.F64, to);
    }

    /** An unsigned i64 through a conversion of signed ones: the bit lost by halving is kept sticky. */
    private Term ofUnsigned(Term value, UnaryOperator<Term> conversion, DType to) {
        var half = names.apply(Term.of(Prim.OR, Term.of(Prim.USHR, value, Term.i32(1)),
                Term.of(Prim.AND, value, Term.i64(1))));
        var twice = Term.of(Prim.MUL, conversion.apply(half), number(2, ExprCode.elem(to)));
        return Term.of(Prim.SELECT, Term.of(Prim.LT, value, Term.i64(0)), twice, conversion.apply(value));
    }

    /** An i64 that f64 holds exactly: beyond 2^53 rounded to odd, so that rounding it again does no harm. */
    private Term odd(Term value) {
        var sticky = Term.of(Prim.SELECT, Term.of(Prim.EQ, Term.of(Prim.AND, value, Term.i64(2047)), Term.i64(0)),
                value, Term.of(Prim.OR, value, Term.i64(2048)));
        var large = Term.of(Prim.LT, Term.i64(1L << 53), Term.of(Prim.ABS, value));
        var cut = Term.of(Prim.AND, sticky, Term.i64(-2048));
        // the least long is its own absolute value, and exact
        return Term.of(Prim.SELECT, large, cut, value);
    }
}
