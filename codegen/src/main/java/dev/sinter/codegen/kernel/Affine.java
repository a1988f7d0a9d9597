package dev.sinter.codegen.kernel;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import org.jspecify.annotations.Nullable;

/** Indices that grow evenly with a name: a factor times the name, plus a rest. */
final class Affine {
    private Affine() {
    }

    /** How much an index grows when a name grows by one; null if that is not always the same. */
    static @Nullable Long factor(Expr index, String name) {
        if (!mentions(index, name)) {
            return 0L;
        }
        return switch (index) {
            case Expr.Var v -> 1L;
            case Expr.Apply(var fn, var args, var dtype) when dtype == DType.I64 && args.size() == 2 -> {
                var a = factor(args.get(0), name);
                var b = factor(args.get(1), name);
                yield a == null || b == null ? null : factor(fn, args.get(0), a, args.get(1), b);
            }
            default -> null;
        };
    }

    private static @Nullable Long factor(Fn fn, Expr first, long a, Expr second, long b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> second instanceof Expr.Literal(var value, var bits, var type) ? Long.valueOf(a * bits)
                    : first instanceof Expr.Literal(var value, var bits, var type) ? Long.valueOf(b * bits) : null;
            default -> null;
        };
    }

    /** The index where a name is 0. */
    static Expr without(Expr index, String name) {
        return index.transform(e -> e instanceof Expr.Var(var n, var t) && n.equals(name) ? Expr.integer(0, t) : e);
    }

    private static boolean mentions(Expr expr, String name) {
        return expr instanceof Expr.Var(var n, var t) && n.equals(name)
                || expr.children().stream().anyMatch(c -> mentions(c, name));
    }
}
