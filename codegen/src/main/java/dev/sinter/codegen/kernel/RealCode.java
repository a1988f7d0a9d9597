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
 * Functions of scalars in f64, the same steps as the reference takes, and of the types below 32 bits, which are
 * computed in f64 and rounded once to their type.
 */
final class RealCode {
    private static final double GELU_CUBIC = 0.044715;

    private final UnaryOperator<Term> names;

    /**
     * Prepares.
     *
     * @param names
     *            names a term that is used several times
     */
    RealCode(UnaryOperator<Term> names) {
        this.names = names;
    }

    private static Term number(double value) {
        return new Term.Lit(value, 0, new VType(Elem.F64, 1));
    }

    /** A function of operands of a type below 32 bits, held in f32. */
    Term small(Fn fn, List<Term> operands, DType type) {
        var wide = operands.stream().map(o -> names.apply(new Term.Convert(o, Elem.F64))).toList();
        // what is rounded again must not have been rounded to even before
        var exact = fn == Fn.FMA
                ? Term.of(Prim.ADD_TO_ODD, Term.of(Prim.MUL, wide.get(0), wide.get(1)), wide.get(2))
                : of(fn, wide);
        return new Term.Convert(Term.of(CastCode.rounding(Fn.CAST, type), exact), Elem.F32);
    }

    /** A function of operands in f64 that is neither a predicate nor a conversion. */
    Term of(Fn fn, List<Term> operands) {
        var a = operands.getFirst();
        var b = operands.get(Math.min(1, operands.size() - 1));
        return switch (fn) {
            case ADD, SUB, MUL, DIV, MIN, MAX, POW -> Term.of(Prim.valueOf(fn.name()), a, b);
            case FMOD -> Term.of(Prim.REM, a, b);
            case MOD -> floorMod(a, b, Elem.F64, names);
            case FMA -> Term.of(Prim.FMA, a, b, operands.get(2));
            case NEG, ABS, SQRT, EXP, LOG, ERF, TANH, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH,
                    FLOOR, CEIL -> Term.of(Prim.valueOf(fn.name()), a);
            case ROUND -> Term.of(Prim.RINT, a);
            case SIGN -> sign(a, Elem.F64, 1);
            case RECIPROCAL -> Term.of(Prim.DIV, number(1), a);
            case SIGMOID -> Term.of(Prim.DIV, number(1),
                    Term.of(Prim.ADD, number(1), Term.of(Prim.EXP, Term.of(Prim.NEG, a))));
            case GELU -> Term.of(Prim.MUL, Term.of(Prim.MUL, number(0.5), a),
                    Term.of(Prim.ERFC, Term.of(Prim.MUL, Term.of(Prim.NEG, a), number(Math.sqrt(0.5)))));
            case GELU_TANH -> {
                var cubic = Term.of(Prim.MUL, Term.of(Prim.MUL, Term.of(Prim.MUL, number(GELU_CUBIC), a), a), a);
                var tanh = Term.of(Prim.TANH,
                        Term.of(Prim.MUL, number(Math.sqrt(2 / Math.PI)), Term.of(Prim.ADD, a, cubic)));
                yield Term.of(Prim.MUL, Term.of(Prim.MUL, number(0.5), a), Term.of(Prim.ADD, number(1), tanh));
            }
            default -> throw new IllegalArgumentException(fn.label() + " is no function of real numbers");
        };
    }

    /** -1, 0, 1 or NaN. */
    static Term sign(Term a, Elem elem, int lanes) {
        var type = new VType(elem, lanes);
        var zero = new Term.Lit(0, 0, type);
        // the sum makes 0 of -0
        var positive = Term.of(Prim.SELECT, Term.of(Prim.LT, zero, a), new Term.Lit(1, 0, type),
                Term.of(Prim.ADD, a, zero));
        return Term.of(Prim.SELECT, Term.of(Prim.LT, a, zero), new Term.Lit(-1, 0, type), positive);
    }

    /** The remainder with the divisor's sign, of scalars in f32 or f64. */
    static Term floorMod(Term a, Term b, Elem elem, UnaryOperator<Term> names) {
        var type = new VType(elem, 1);
        var rest = names.apply(Term.of(Prim.REM, a, b));
        var zero = new Term.Lit(0, 0, type);
        var differs = Term.of(Prim.XOR, Term.of(Prim.LT, rest, zero), Term.of(Prim.LT, b, zero));
        var result = Term.of(Prim.SELECT, differs, Term.of(Prim.ADD, rest, b), rest);
        var signed = Term.of(Prim.SELECT, Term.of(Prim.LT, b, zero), new Term.Lit(-0.0, 0, type), zero);
        return Term.of(Prim.SELECT, Term.of(Prim.EQ, rest, zero), signed, result);
    }
}
