package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.op.Map;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Identities of scalar functions that hold to the bit for every operand, infinities, zeros of both signs and NaN
 * included (the bits of a NaN are not distinguished).
 */
final class Algebra {
    /** Bits of integers of which f32 holds every sum of two. */
    private static final int SMALL = 23;

    private Algebra() {
    }

    /** One step at the root of an expression whose operands are simple already. */
    static Expr simplify(Expr expr) {
        if (!(expr instanceof Expr.Apply(var fn, var args, var type))) {
            return expr;
        }
        if (args.stream().allMatch(a -> a instanceof Expr.Literal)) {
            return fold(expr);
        }
        var simpler = switch (fn) {
            case ADD -> add(args, type);
            case SUB -> isZero(args.get(1), false) ? args.get(0) : null;
            case MUL -> isNumber(args.get(1), 1) ? args.get(0) : isNumber(args.get(0), 1) ? args.get(1) : null;
            case DIV -> div(args, type);
            case POW -> pow(args, type);
            case NEG, NOT ->
                    args.get(0) instanceof Expr.Apply(var inner, var of, var t) && inner == fn ? of.getFirst() : null;
            case CAST -> cast(args.getFirst(), type);
            case SELECT -> args.get(1).equals(args.get(2)) ? args.get(1) : null;
            default -> null;
        };
        return simpler == null ? expr : simpler;
    }

    /** {@code x + 0} is x for integers; for floats {@code -0 + 0} is {@code 0}, so only {@code x + -0} is x. */
    private static @Nullable Expr add(List<Expr> args, DType type) {
        boolean negative = type.isFloat();
        if (isZero(args.get(1), negative)) {
            return args.get(0);
        }
        return isZero(args.get(0), negative) ? args.get(1) : null;
    }

    /** {@code x / c} is {@code x * (1/c)} where c is a power of two: both round the same real number. */
    private static @Nullable Expr div(List<Expr> args, DType type) {
        if (isNumber(args.get(1), 1)) {
            return args.get(0);
        }
        if (type == DType.F32 && args.get(1) instanceof Expr.Literal(var c, var bits, var t)
                && Math.abs(Math.getExponent((float) c)) < 126 && Math.abs(c) == Math.scalb(1.0, Math.getExponent(c))) {
            return Expr.apply(Fn.MUL, args.get(0), Expr.literal(1 / c, DType.F32));
        }
        return null;
    }

    /** {@code x^1} and, where the square is rounded once from the exact value, {@code x^2}. */
    private static @Nullable Expr pow(List<Expr> args, DType type) {
        if (isNumber(args.get(1), 1)) {
            return args.get(0);
        }
        boolean cheap = args.get(0).cost() == 0;
        return type == DType.F32 && cheap && isNumber(args.get(1), 2) ? Expr.apply(Fn.MUL, args.get(0), args.get(0))
                : null;
    }

    private static @Nullable Expr cast(Expr arg, DType to) {
        if (arg.dtype() == to) {
            return arg;
        }
        if (!(arg instanceof Expr.Apply(var fn, var args, var between))) {
            return null;
        }
        if (fn == Fn.CAST) {
            return holds(between, args.getFirst().dtype()) ? Expr.cast(args.getFirst(), to) : null;
        }
        return (fn == Fn.ADD || fn == Fn.SUB) && between == DType.I32 && to == DType.F32 ? difference(fn, args) : null;
    }

    /** {@code cast<f32>(a - b)} of small integers: exact in f32 as well, where constants can be parameters. */
    private static @Nullable Expr difference(Fn fn, List<Expr> args) {
        var a = small(args.get(0));
        var b = small(args.get(1));
        return a == null || b == null ? null : Expr.apply(fn, a, b);
    }

    /** An integer of which f32 holds every sum of two, in f32; null where it may be a larger one. */
    private static @Nullable Expr small(Expr expr) {
        if (expr instanceof Expr.Literal literal) {
            return Math.abs(literal.bits()) < 1 << SMALL ? Expr.literal(literal.bits(), DType.F32) : null;
        }
        return expr instanceof Expr.Apply(var fn, var args, var type) && fn == Fn.CAST
                && smallInteger(args.getFirst().dtype(), SMALL) ? Expr.cast(args.getFirst(), DType.F32) : null;
    }

    /** Whether every value of {@code narrow} is one of {@code wide}. */
    private static boolean holds(DType wide, DType narrow) {
        return switch (wide) {
            case F32 -> narrow == DType.F16 || narrow == DType.BF16 || smallInteger(narrow, 24);
            case F64 -> narrow == DType.F32 || narrow == DType.F16 || narrow == DType.BF16 || smallInteger(narrow, 53);
            case I64 -> smallInteger(narrow, 63);
            case I32 -> smallInteger(narrow, 31);
            case I16 -> smallInteger(narrow, 15);
            default -> false;
        };
    }

    private static boolean smallInteger(DType type, int bits) {
        return switch (type.kind()) {
            case BOOL -> true;
            case SIGNED -> type.bits() - 1 <= bits;
            case UNSIGNED -> type.bits() <= bits;
            case FLOAT, COMPLEX, STRING -> false;
        };
    }

    private static Expr fold(Expr expr) {
        try {
            var data = new Map(expr).evaluate(List.of()).getFirst();
            return switch (data.dtype().kind()) {
                case FLOAT -> Expr.literal(data.getDouble(0), data.dtype());
                case SIGNED, UNSIGNED, BOOL -> Expr.integer(data.getLong(0), data.dtype());
                case COMPLEX, STRING -> expr;
            };
        } catch (IrException e) {
            return expr;
        }
    }

    private static boolean isNumber(Expr expr, long wanted) {
        return expr instanceof Expr.Literal l
                && (l.dtype().isFloat() ? l.value() == wanted : l.dtype() != DType.BOOL && l.bits() == wanted);
    }

    private static boolean isZero(Expr expr, boolean negative) {
        return expr instanceof Expr.Literal l && l.dtype() != DType.BOOL
                && (l.dtype().isFloat() ? Double.doubleToRawLongBits(l.value()) == (negative ? Long.MIN_VALUE : 0L)
                        : l.bits() == 0);
    }
}
