package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import java.util.function.UnaryOperator;

/** The same bits read as another type of the same width. */
final class BitCode {
    private final int lanes;
    private final UnaryOperator<Term> names;

    BitCode(int lanes, UnaryOperator<Term> names) {
        this.lanes = lanes;
        this.names = names;
    }

    private Term number(long value, Elem elem) {
        return new Term.Lit(value, value, new VType(elem, lanes));
    }

    private Term i32(long value) {
        return number(value, Elem.I32);
    }

    /** A value in another type of the same width; types below 16 bits are integers or bool. */
    Term reinterpret(Term value, DType from, DType to) {
        var bits = names.apply(bits(value, from));
        return switch (to) {
            case F64 -> new Term.Bits(bits, Elem.F64);
            case F32 -> new Term.Bits(bits, Elem.F32);
            case BF16 -> new Term.Bits(Term.of(Prim.SHL, bits, Term.i32(16)), Elem.F32);
            case F16 -> half(bits);
            case BOOL -> Term.of(Prim.NOT, Term.of(Prim.EQ, bits, i32(0)));
            default -> {
                var held = to.isFloat() ? unknown(to) : ExprCode.elem(to);
                var integer = (held == Elem.I64) == (from.bits() == 64) ? bits : new Term.Convert(bits, held);
                yield new IntegerCode(to, lanes, names).wrap(integer);
            }
        };
    }

    private static Elem unknown(DType type) {
        throw new IllegalArgumentException("the bits of " + type + " are not told apart");
    }

    /** The bits as an integer, i64 for 64 bits, else i32; above the type's width they may be anything. */
    private Term bits(Term value, DType from) {
        return switch (from) {
            case F64 -> new Term.Bits(value, Elem.I64);
            case F32 -> new Term.Bits(value, Elem.I32);
            case BF16 -> Term.of(Prim.USHR, new Term.Bits(value, Elem.I32), Term.i32(16));
            case F16 -> halfBits(new Term.Bits(names.apply(value), Elem.I32), value);
            case BOOL -> Term.of(Prim.SELECT, value, i32(1), i32(0));
            case U32 -> new Term.Convert(value, Elem.I32);
            default -> from.isFloat() ? new Term.Convert(value, unknown(from)) : value;
        };
    }

    /** An f32 that an f16 holds exactly: its exponent is moved; numbers below the normal ones are counted. */
    private Term halfBits(Term bits, Term value) {
        var all = names.apply(bits);
        var sign = Term.of(Prim.AND, Term.of(Prim.USHR, all, Term.i32(16)), i32(0x8000));
        var size = names.apply(Term.of(Prim.AND, all, i32(Integer.MAX_VALUE)));
        var shifted = Term.of(Prim.USHR, size, Term.i32(13));
        var normal = Term.of(Prim.SUB, shifted, i32(112 << 10));
        var scale = new Term.Lit(0x1p24, 1L << 24, new VType(Elem.F32, lanes));
        var small = new Term.Convert(Term.of(Prim.MUL, Term.of(Prim.ABS, value), scale), Elem.I32);
        var endless = Term.of(Prim.OR, i32(0x7c00), Term.of(Prim.AND, shifted, i32(0x3ff)));
        var finite = Term.of(Prim.SELECT, Term.of(Prim.LT, size, i32(113 << 23)), small, normal);
        var magnitude = Term.of(Prim.SELECT, Term.of(Prim.LE, i32(0x7f800000), size), endless, finite);
        return Term.of(Prim.OR, sign, magnitude);
    }

    /** The f16 of some bits, as f32. */
    private Term half(Term bits) {
        var sign = Term.of(Prim.SHL, Term.of(Prim.AND, bits, i32(0x8000)), Term.i32(16));
        var size = names.apply(Term.of(Prim.AND, bits, i32(0x7fff)));
        var shifted = names.apply(Term.of(Prim.SHL, size, Term.i32(13)));
        var scale = new Term.Lit(0x1p-24, 0, new VType(Elem.F32, lanes));
        var small = new Term.Bits(Term.of(Prim.MUL, new Term.Convert(size, Elem.F32), scale), Elem.I32);
        var finite = Term.of(Prim.SELECT, Term.of(Prim.LT, size, i32(0x400)), small,
                Term.of(Prim.ADD, shifted, i32(112 << 23)));
        var magnitude = Term.of(Prim.SELECT, Term.of(Prim.LE, i32(0x7c00), size),
                Term.of(Prim.OR, shifted, i32(0x7f800000)), finite);
        return new Term.Bits(Term.of(Prim.OR, sign, magnitude), Elem.F32);
    }
}
