package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Functions of integers and truth values of one type. Types of up to 32 bits are computed in i32, u32 in i64, all
 * extended by their own sign, so that only u64 needs operations of its own; results are wrapped to the type.
 */
final class IntegerCode {
    private final DType type;
    private final int lanes;
    private final UnaryOperator<Term> names;

    /**
     * Prepares.
     *
     * @param type
     *            of operands and results
     * @param lanes
     *            1 or 16
     * @param names
     *            names a term that is used several times
     */
    IntegerCode(DType type, int lanes, UnaryOperator<Term> names) {
        this.type = type;
        this.lanes = lanes;
        this.names = names;
    }

    private Term number(long value) {
        return new Term.Lit(0, value, new VType(ExprCode.elem(type), lanes));
    }

    private boolean isSigned() {
        return type.kind() == DType.Kind.SIGNED;
    }

    /** A function that is neither a predicate nor a conversion. */
    Term of(Fn fn, List<Term> operands) {
        var a = operands.getFirst();
        var b = operands.get(Math.min(1, operands.size() - 1));
        boolean wide = type == DType.U64;
        return switch (fn) {
            case ADD, SUB, MUL -> wrap(Term.of(Prim.valueOf(fn.name()), a, b));
            case FMA -> wrap(Term.of(Prim.ADD, Term.of(Prim.MUL, a, b), operands.get(2)));
            case NEG -> wrap(Term.of(Prim.NEG, a));
            case ABS -> isSigned() ? wrap(Term.of(Prim.ABS, a)) : a;
            case DIV -> wide ? Term.of(Prim.UDIV, a, b) : wrap(Term.of(Prim.DIV, a, b));
            case FMOD -> Term.of(wide ? Prim.UREM : Prim.REM, a, b);
            case MOD -> isSigned() ? floorMod(a, b) : Term.of(wide ? Prim.UREM : Prim.REM, a, b);
            case POW -> wrap(Term.of(wide ? Prim.UPOW : Prim.POW, a, b));
            case MIN -> type == DType.BOOL ? Term.of(Prim.AND, a, b)
                    : wide ? Term.of(Prim.SELECT, test(Fn.LT, b, a), b, a) : Term.of(Prim.MIN, a, b);
            case MAX -> type == DType.BOOL ? Term.of(Prim.OR, a, b)
                    : wide ? Term.of(Prim.SELECT, test(Fn.LT, a, b), b, a) : Term.of(Prim.MAX, a, b);
            case SIGN -> sign(a);
            case AND, OR, XOR -> Term.of(Prim.valueOf(fn.name()), a, b);
            case NOT -> type == DType.BOOL ? Term.of(Prim.NOT, a) : wrap(Term.of(Prim.XOR, a, number(-1)));
            case SHL -> Term.of(Prim.SELECT, shifts(b), wrap(Term.of(Prim.SHL, a, amount(b))), number(0));
            case SHR -> Term.of(Prim.SELECT, shifts(b), Term.of(wide ? Prim.USHR : Prim.SHR, a, amount(b)),
                    isSigned() ? Term.of(Prim.SHR, a, Term.i32(type.bits() - 1)) : number(0));
            default -> throw new IllegalArgumentException(fn.label() + " is no function of " + type);
        };
    }

    /** A predicate of two operands. */
    Term test(Fn fn, Term a, Term b) {
        var prim = Prim.valueOf(fn.name());
        if (type != DType.U64 || fn == Fn.EQ) {
            return Term.of(prim, a, b);
        }
        var flip = Term.i64(Long.MIN_VALUE);
        return Term.of(prim, Term.of(Prim.XOR, a, flip), Term.of(Prim.XOR, b, flip));
    }

    private Term sign(Term a) {
        var zero = number(0);
        if (!isSigned()) {
            return Term.of(Prim.SELECT, Term.of(Prim.EQ, a, zero), zero, number(1));
        }
        return Term.of(Prim.SELECT, Term.of(Prim.LT, a, zero), number(-1),
                Term.of(Prim.SELECT, Term.of(Prim.LT, zero, a), number(1), a));
    }

    private Term floorMod(Term a, Term b) {
        var rest = names.apply(Term.of(Prim.REM, a, b));
        var zero = number(0);
        var differs = Term.of(Prim.XOR, Term.of(Prim.LT, rest, zero), Term.of(Prim.LT, b, zero));
        var shift = Term.of(Prim.AND, Term.of(Prim.NOT, Term.of(Prim.EQ, rest, zero)), differs);
        return Term.of(Prim.SELECT, shift, Term.of(Prim.ADD, rest, b), rest);
    }

    /** Whether a shift leaves bits of the operand. */
    private Term shifts(Term amount) {
        return Term.of(Prim.AND, Term.of(Prim.LE, number(0), amount), Term.of(Prim.LT, amount, number(type.bits())));
    }

    private Term amount(Term amount) {
        return ExprCode.elem(type) == Elem.I64 ? new Term.Convert(amount, Elem.I32) : amount;
    }

    /** Keeps a result within the type's range: its low bits, extended by the type's sign. */
    Term wrap(Term value) {
        return switch (type) {
            case I16, I8, I4, I2 -> {
                var unused = Term.i32(Integer.SIZE - type.bits());
                yield Term.of(Prim.SHR, Term.of(Prim.SHL, value, unused), unused);
            }
            case U32, U16, U8, U4, U2 -> Term.of(Prim.AND, value, number(type.maxInteger()));
            default -> value;
        };
    }
}
