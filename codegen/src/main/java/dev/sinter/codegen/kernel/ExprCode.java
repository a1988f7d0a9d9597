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
    /** Operands from this one on are constants that were lifted. */
    private final int lifted;
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
        this(body, lanes, args, prefix, args.size());
    }

    /**
     * Prepares for an expression whose constants were {@link Lifted}.
     *
     * @param lifted
     *            number of the operands that are not
     */
    ExprCode(Body body, int lanes, List<Term> args, String prefix, int lifted) {
        this.body = body;
        this.lanes = lanes;
        this.args = args;
        this.prefix = prefix;
        this.lifted = lifted;
        this.math = new VectorMath(body, lanes, prefix + "m");
    }

    /**
     * The element a type is computed in. Floating point below 32 bits is held in f32, always rounded to its type; u32
     * in i64, extended by zeros; u64 is an i64 whose bits are read as unsigned.
     */
    static Elem elem(DType dtype) {
        return switch (dtype) {
            case F32, F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> Elem.F32;
            case F64 -> Elem.F64;
            case I64, U64, U32 -> Elem.I64;
            case I32, I16, I8, I4, I2, U16, U8, U4, U2 -> Elem.I32;
            case BOOL -> Elem.BOOL;
            case STRING -> Elem.REF;
            case C64, C128 -> throw new UnsupportedTypeException(dtype);
        };
    }

    /** Whether sixteen lanes at once are possible. */
    static boolean isVectorizable(Expr expr) {
        return switch (expr) {
            case Expr.Arg(var i, var t) -> isVectorType(t);
            case Expr.Literal(var v, var b, var t) -> t == DType.F32 || t == DType.I32;
            case Expr.Apply(var fn, var operands, var t) -> hasVectorForm(fn, operands, t)
                    && operands.stream().allMatch(ExprCode::isVectorizable);
            default -> false;
        };
    }

    private static boolean isVectorType(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32 || dtype == DType.I8 || dtype == DType.U8;
    }

    /** Whether a function of vectors is possible. */
    static boolean hasVectorForm(Fn fn, List<Expr> operands, DType type) {
        var from = operands.getLast().dtype();
        return switch (fn) {
            case ADD, SUB, MUL, MIN, MAX, NEG, ABS -> type == DType.F32 || type == DType.I32;
            case DIV, FMA, RECIPROCAL, SQRT, EXP, ERF, TANH, SIGMOID, GELU, GELU_TANH, FLOOR, CEIL, ROUND ->
                    type == DType.F32;
            case EQ, LT, LE -> from == DType.F32 || from == DType.I32;
            case IS_NAN -> from == DType.F32;
            case AND, OR, XOR, NOT -> type == DType.BOOL;
            case SELECT -> type == DType.F32 || type == DType.I32;
            case CAST -> isVectorType(type) && isVectorType(from);
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
                default -> throw new IllegalArgumentException(expr + " stands in a compute only");
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
        if (fn == Fn.POW && type == DType.F32 && simplePower(operands.get(1)) != 0) {
            return power(lower(operands.getFirst()), simplePower(operands.get(1)));
        }
        var terms = operands.stream().map(this::lower).toList();
        var a = terms.getFirst();
        if (fn == Fn.SELECT) {
            return Term.of(Prim.SELECT, terms);
        }
        if (fn.isConversion()) {
            return operands.getFirst() instanceof Expr.Arg && isIntegral(a) && type == DType.F32
                    ? ((Term.Convert) a).value() : new CastCode(lanes, this::named).convert(fn, a, from, type);
        }
        if (fn.isPredicate()) {
            return from.isInteger() && fn != Fn.IS_NAN ? new IntegerCode(from, lanes, this::named)
                    .test(fn, a, terms.get(1)) : test(fn, terms, from);
        }
        if (fn == Fn.POW && from != type) {
            terms = List.of(a, named(new CastCode(lanes, this::named).convert(Fn.CAST, terms.get(1), from, type)));
        }
        if (type == DType.F32 && (fn == Fn.MAX || fn == Fn.MIN)) {
            int bound = isNumber(operands.get(1)) ? 1 : 0;
            if (isNumber(operands.get(bound))) {
                return Term.of(fn == Fn.MAX ? Prim.AT_LEAST : Prim.AT_MOST, terms.get(1 - bound), terms.get(bound));
            }
        }
        return switch (type) {
            case F32 -> single(fn, terms);
            case F64 -> new RealCode(this::named).of(fn, terms);
            case STRING, C64, C128 -> throw new IllegalArgumentException(fn.label() + " is no function of " + type);
            default -> CastCode.isSmall(type) ? new RealCode(this::named).small(fn, terms, type)
                    : new IntegerCode(type, lanes, this::named).of(fn, terms);
        };
    }

    private boolean isNumber(Expr operand) {
        return switch (operand) {
            case Expr.Literal(var value, var bits, var t) -> Lifted.isNumber(value);
            case Expr.Arg(var i, var t) -> i >= lifted;
            default -> false;
        };
    }

    private Term named(Term term) {
        return term instanceof Term.Ref || term instanceof Term.Lit ? term : body.let(prefix + next++, term);
    }

    private Term test(Fn fn, List<Term> terms, DType from) {
        return switch (fn) {
            case EQ, LT, LE -> Term.of(Prim.valueOf(fn.name()), terms);
            default -> isNan(terms.getFirst(), from);
        };
    }

    /** A function of f32. */
    private Term single(Fn fn, List<Term> terms) {
        var a = terms.getFirst();
        return switch (fn) {
            case ADD, SUB, MUL, DIV, MIN, MAX, FMA, NEG, ABS, SQRT -> Term.of(Prim.valueOf(fn.name()), terms);
            case FMOD -> Term.of(Prim.REM, terms);
            case MOD -> RealCode.floorMod(a, terms.get(1), Elem.F32, this::named);
            case POW, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH ->
                    Term.of(Prim.valueOf(fn.name()), terms);
            case RECIPROCAL -> Term.of(Prim.DIV, number(1, DType.F32), a);
            case SIGN -> RealCode.sign(a, Elem.F32, lanes);
            case EXP -> math.exp(a);
            case TANH -> math.tanh(a);
            case ERF -> math.erf(a);
            case SIGMOID -> math.sigmoid(a);
            case GELU -> math.gelu(a);
            case GELU_TANH -> math.geluTanh(a);
            case FLOOR -> lanes == 1 ? Term.of(Prim.FLOOR, a) : math.floor(a);
            case CEIL -> lanes == 1 ? Term.of(Prim.CEIL, a) : math.ceil(a);
            case ROUND -> lanes == 1 ? Term.of(Prim.RINT, a) : math.round(a);
            default -> throw new IllegalArgumentException(fn.label() + " is no function of f32");
        };
    }

    /** An operand given as a converted f32 is an exact integer sum kept in f32: a cast back to f32 costs nothing. */
    private static boolean isIntegral(Term operand) {
        return operand instanceof Term.Convert(var inner, var to) && to == Elem.I32 && inner instanceof Term.Ref;
    }

    private Term number(double value, DType type) {
        return new Term.Lit(value, (long) value, new VType(elem(type), lanes));
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
}
