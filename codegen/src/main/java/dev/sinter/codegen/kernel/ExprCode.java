package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Scalar expressions of the graph as terms of a loop program, for one lane or sixteen. */
final class ExprCode {
    private final Body body;
    private final int lanes;
    private final List<Term> args;
    private final VectorMath math;
    private final String prefix;
    private final Map<Expr, Term> done = new HashMap<>();
    private int next;

    /**
     * Prepares.
     *
     * @param body
     *            where intermediate values are named
     * @param lanes
     *            1 or 16
     * @param args
     *            what stands for each operand
     * @param prefix
     *            of the names made, distinct within the kernel
     */
    ExprCode(Body body, int lanes, List<Term> args, String prefix) {
        this.body = body;
        this.lanes = lanes;
        this.args = args;
        this.prefix = prefix;
        this.math = new VectorMath(body, lanes, prefix + "m");
    }

    /** The element a type is computed in. */
    static Elem elem(DType dtype) {
        return switch (dtype) {
            case F32 -> Elem.F32;
            case F64 -> Elem.F64;
            case I64 -> Elem.I64;
            case I32, I16, I8, U8, U16 -> Elem.I32;
            case BOOL -> Elem.BOOL;
            default -> throw new UnsupportedTypeException(dtype);
        };
    }

    /** Whether sixteen lanes at once are possible. */
    static boolean isVectorizable(Expr expr) {
        return switch (expr) {
            case Expr.Arg(var i, var t) -> isVectorType(t);
            case Expr.Literal(var v, var b, var t) -> t == DType.F32 || t == DType.I32;
            case Expr.Apply(var fn, var operands, var t) -> hasVectorForm(fn, operands, t)
                    && operands.stream().allMatch(ExprCode::isVectorizable);
        };
    }

    private static boolean isVectorType(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32 || dtype == DType.I8 || dtype == DType.U8;
    }

    private static boolean hasVectorForm(Fn fn, List<Expr> operands, DType type) {
        var from = operands.getLast().dtype();
        return switch (fn) {
            case ADD, SUB, MUL, MIN, MAX, NEG, ABS -> type == DType.F32 || type == DType.I32;
            case DIV, FMA, RECIPROCAL, SQRT, EXP, ERF, TANH, SIGMOID, GELU, GELU_TANH, FLOOR, CEIL, ROUND ->
                    type == DType.F32;
            case EQ, LT, LE -> from == DType.F32 || from == DType.I32;
            case IS_NAN -> from == DType.F32;
            case AND, OR, XOR, NOT -> type == DType.BOOL;
            case SELECT -> type == DType.F32 || type == DType.I32;
            case CAST -> type == DType.F32 && isVectorType(from) || type == DType.I32 && isVectorType(from);
            case POW -> type == DType.F32 && simplePower(operands.get(1)) != 0;
            default -> false;
        };
    }

    private static int simplePower(Expr exponent) {
        return exponent instanceof Expr.Literal(var v, var b, var t) && (v == 2 || v == 3 || v == 0.5) ? (int) (v * 2)
                : 0;
    }

    /** The term of an expression; intermediate values are named in the body. */
    Term lower(Expr expr) {
        var known = done.get(expr);
        if (known == null) {
            known = switch (expr) {
                case Expr.Arg(var i, var t) -> args.get(i);
                case Expr.Literal(var v, var b, var t) -> new Term.Lit(v, b, new VType(elem(t), lanes));
                case Expr.Apply(var fn, var operands, var t) -> apply(fn, operands, t);
            };
            if (!(known instanceof Term.Ref || known instanceof Term.Lit
                    || expr instanceof Expr.Arg && isIntegral(known))) {
                known = body.let(prefix + next++, known);
            }
            done.put(expr, known);
        }
        return known;
    }

    private Term apply(Fn fn, List<Expr> operands, DType type) {
        var from = operands.getLast().dtype();
        if (fn == Fn.POW && simplePower(operands.get(1)) != 0) {
            return power(lower(operands.getFirst()), simplePower(operands.get(1)));
        }
        if (fn == Fn.POW && from != type) {
            return Term.of(Prim.POW, lower(operands.get(0)), convert(lower(operands.get(1)), from, type));
        }
        var terms = operands.stream().map(this::lower).toList();
        var a = terms.getFirst();
        return switch (fn) {
            case ADD -> wrap(Term.of(Prim.ADD, a, terms.get(1)), type);
            case SUB -> wrap(Term.of(Prim.SUB, a, terms.get(1)), type);
            case MUL -> wrap(Term.of(Prim.MUL, a, terms.get(1)), type);
            case DIV -> wrap(Term.of(Prim.DIV, a, terms.get(1)), type);
            case NEG -> wrap(Term.of(Prim.NEG, a), type);
            case ABS -> wrap(Term.of(Prim.ABS, a), type);
            case MIN -> Term.of(Prim.MIN, a, terms.get(1));
            case MAX -> Term.of(Prim.MAX, a, terms.get(1));
            case FMA -> Term.of(Prim.FMA, a, terms.get(1), terms.get(2));
            case FMOD -> Term.of(Prim.REM, a, terms.get(1));
            case MOD -> floorMod(a, terms.get(1), type);
            case POW -> Term.of(Prim.POW, a, terms.get(1));
            case RECIPROCAL -> Term.of(Prim.DIV, number(1, type), a);
            case SQRT -> Term.of(Prim.SQRT, a);
            case SIGN -> sign(a, type);
            case EXP -> type == DType.F32 ? math.exp(a) : Term.of(Prim.EXP, a);
            case LOG -> Term.of(Prim.LOG, a);
            case SIN -> Term.of(Prim.SIN, a);
            case COS -> Term.of(Prim.COS, a);
            case TANH -> type == DType.F32 ? math.tanh(a) : Term.of(Prim.TANH, a);
            case ERF -> inF32(a, type, math::erf);
            case SIGMOID -> inF32(a, type, math::sigmoid);
            case GELU -> inF32(a, type, math::gelu);
            case GELU_TANH -> inF32(a, type, math::geluTanh);
            case FLOOR -> lanes == 1 ? Term.of(Prim.FLOOR, a) : math.floor(a);
            case CEIL -> lanes == 1 ? Term.of(Prim.CEIL, a) : math.ceil(a);
            case ROUND -> lanes == 1 ? Term.of(Prim.RINT, a) : math.round(a);
            case EQ -> Term.of(Prim.EQ, a, terms.get(1));
            case LT -> Term.of(Prim.LT, a, terms.get(1));
            case LE -> Term.of(Prim.LE, a, terms.get(1));
            case AND -> Term.of(Prim.AND, a, terms.get(1));
            case OR -> Term.of(Prim.OR, a, terms.get(1));
            case XOR -> Term.of(Prim.XOR, a, terms.get(1));
            case NOT -> type == DType.BOOL ? Term.of(Prim.NOT, a) : wrap(Term.of(Prim.XOR, a, number(-1, type)), type);
            case IS_NAN -> isNan(a, from);
            case SELECT -> Term.of(Prim.SELECT, a, terms.get(1), terms.get(2));
            case CAST -> operands.getFirst() instanceof Expr.Arg && isIntegral(a) && type == DType.F32
                    ? ((Term.Convert) a).value()
                    : convert(a, from, type);
        };
    }

    /** An operand given as a converted f32 is an exact integer sum kept in f32: a cast back to f32 costs nothing. */
    private static boolean isIntegral(Term operand) {
        return operand instanceof Term.Convert(var inner, var to) && to == Elem.I32 && inner instanceof Term.Ref;
    }

    private Term number(double value, DType type) {
        return new Term.Lit(value, (long) value, new VType(elem(type), lanes));
    }

    private interface Function32 {
        Term of(Term x);
    }

    /** Functions that exist in f32 only. */
    private Term inF32(Term a, DType type, Function32 function) {
        if (type != DType.F32) {
            throw new UnsupportedTypeException(type);
        }
        return function.of(a);
    }

    private Term power(Term x, int twice) {
        return switch (twice) {
            case 4 -> Term.of(Prim.MUL, x, x);
            case 6 -> Term.of(Prim.MUL, Term.of(Prim.MUL, x, x), x);
            // unlike the root, the power is 0 at -0 and infinite at -infinity
            default -> Term.of(Prim.SELECT, Term.of(Prim.EQ, x, number(Double.NEGATIVE_INFINITY, DType.F32)),
                    number(Double.POSITIVE_INFINITY, DType.F32),
                    Term.of(Prim.SQRT, Term.of(Prim.ADD, x, number(0, DType.F32))));
        };
    }

    private Term isNan(Term a, DType from) {
        return from.isFloat() ? Term.of(Prim.NOT, Term.of(Prim.EQ, a, a)) : Term.of(Prim.LT, a, a);
    }

    private Term sign(Term a, DType type) {
        var zero = number(0, type);
        // the sum makes 0 of -0
        var positive = Term.of(Prim.SELECT, Term.of(Prim.LT, zero, a), number(1, type),
                type.isFloat() ? Term.of(Prim.ADD, a, zero) : a);
        return Term.of(Prim.SELECT, Term.of(Prim.LT, a, zero), number(-1, type), positive);
    }

    private Term floorMod(Term a, Term b, DType type) {
        var rest = body.let(prefix + "r" + next++, Term.of(Prim.REM, a, b));
        var zero = number(0, type);
        var differs = Term.of(Prim.XOR, Term.of(Prim.LT, rest, zero), Term.of(Prim.LT, b, zero));
        var shift = Term.of(Prim.AND, Term.of(Prim.NOT, Term.of(Prim.EQ, rest, zero)), differs);
        var result = Term.of(Prim.SELECT, shift, Term.of(Prim.ADD, rest, b), rest);
        if (!type.isFloat()) {
            return result;
        }
        var signed = Term.of(Prim.SELECT, Term.of(Prim.LT, b, zero), number(-0.0, type), zero);
        return Term.of(Prim.SELECT, Term.of(Prim.EQ, rest, zero), signed, result);
    }

    /** Keeps results of narrow integers within their range. */
    private Term wrap(Term value, DType type) {
        return switch (type) {
            case I8 -> shifts(value, 24, Prim.SHR);
            case I16 -> shifts(value, 16, Prim.SHR);
            case U8 -> Term.of(Prim.AND, value, number(0xff, type));
            case U16 -> Term.of(Prim.AND, value, number(0xffff, type));
            default -> value;
        };
    }

    private static Term shifts(Term value, int bits, Prim back) {
        return Term.of(back, Term.of(Prim.SHL, value, Term.i32(bits)), Term.i32(bits));
    }

    private Term convert(Term value, DType from, DType to) {
        var a = elem(from);
        var b = elem(to);
        if (to == DType.BOOL) {
            return from == DType.BOOL ? value : Term.of(Prim.NOT, Term.of(Prim.EQ, value, number(0, from)));
        }
        if (a == Elem.BOOL) {
            return Term.of(Prim.SELECT, value, number(1, to), number(0, to));
        }
        return wrap(a == b ? value : new Term.Convert(value, b), to);
    }
}
