package dev.sinter.frontend.onnx.export;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A sum of names, each times a number, and a size.
 *
 * @param factors
 *            of the names, none 0
 * @param rest
 *            what is added
 */
record Linear(Map<String, Long> factors, Dim rest) {
    /** The expression as such a sum, or null if it is none. */
    static @Nullable Linear of(Expr expr) {
        return switch (expr) {
            case Expr.Var(var name, var type) when type == DType.I64 -> new Linear(Map.of(name, 1L), Dim.ZERO);
            case Expr.Literal(var v, long bits, var type) when type == DType.I64 ->
                    new Linear(Map.of(), Dim.of(bits));
            case Expr.Size(var dim) -> new Linear(Map.of(), dim);
            case Expr.Apply(var fn, var args, var type) when args.size() == 2 -> of(fn, of(args.get(0)),
                    of(args.get(1)));
            default -> null;
        };
    }

    private static @Nullable Linear of(Fn fn, @Nullable Linear a, @Nullable Linear b) {
        if (a == null || b == null) {
            return null;
        }
        return switch (fn) {
            case ADD -> a.plus(b, 1);
            case SUB -> a.plus(b, -1);
            case MUL -> b.factors.isEmpty() ? a.times(b.rest) : a.factors.isEmpty() ? b.times(a.rest) : null;
            default -> null;
        };
    }

    private Linear plus(Linear other, long sign) {
        var all = new TreeMap<>(factors);
        other.factors.forEach((name, factor) -> all.merge(name, sign * factor, Long::sum));
        all.values().removeIf(f -> f == 0);
        return new Linear(all, rest.plus(other.rest.times(Dim.of(sign))));
    }

    private @Nullable Linear times(Dim by) {
        if (!(by instanceof Dim.Const(long number))) {
            return factors.isEmpty() ? new Linear(Map.of(), rest.times(by)) : null;
        }
        var all = new TreeMap<String, Long>();
        factors.forEach((name, factor) -> all.put(name, factor * number));
        all.values().removeIf(f -> f == 0);
        return new Linear(all, rest.times(by));
    }

    long factor(String name) {
        return factors.getOrDefault(name, 0L);
    }

    /** Whether it is a name and nothing else. */
    boolean is(String name) {
        return factors.equals(Map.of(name, 1L)) && rest.equals(Dim.ZERO);
    }
}
