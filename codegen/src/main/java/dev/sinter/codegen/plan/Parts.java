package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Parts of an expression that may as well be computed beforehand, for every element of the result. */
final class Parts {
    private Parts() {
    }

    /** The largest part of an expression that may be computed beforehand and passes a test; null if none does. */
    static @Nullable Expr largest(Expr whole, Predicate<Expr> test) {
        var parts = new ArrayList<Expr>();
        collect(whole, whole, parts);
        parts.sort(Comparator.comparingInt(Parts::size).reversed());
        return parts.stream().filter(test).findFirst().orElse(null);
    }

    /**
     * Collects the parts that depend on nothing but the element's indices and are needed in any case: not those of an
     * arm that may not be chosen, nor of a loop's round.
     */
    private static void collect(Expr whole, Expr expr, List<Expr> parts) {
        boolean worthwhile = size(expr) > 2 && expr.dtype() != DType.STRING;
        if (expr != whole && worthwhile && isClosed(expr, new HashSet<>())) {
            parts.add(expr);
        }
        switch (expr) {
            case Expr.Apply(var fn, var args, var dtype) when fn == Fn.SELECT ->
                    collect(whole, args.getFirst(), parts);
            case Expr.Read(var operand, var index, var otherwise, var dtype) ->
                    index.forEach(i -> collect(whole, i, parts));
            case Expr.Fold(var counter, var count, var carries, var result) -> {
                collect(whole, count, parts);
                carries.forEach(c -> collect(whole, c.init(), parts));
                collect(whole, result, parts);
            }
            default -> expr.children().forEach(child -> collect(whole, child, parts));
        }
    }

    /** Number of nodes. */
    private static int size(Expr expr) {
        return 1 + expr.children().stream().mapToInt(Parts::size).sum();
    }

    private static boolean isClosed(Expr expr, Set<String> names) {
        return switch (expr) {
            case Expr.Var(var name, var dtype) -> names.contains(name) || name.matches("i\\d+");
            case Expr.Let(var name, var value, var body) -> isClosed(value, names) && isClosed(body, with(names, name));
            case Expr.Fold(var counter, var count, var carries, var result) -> {
                var outer = names;
                for (var carry : carries) {
                    outer = with(outer, carry.name());
                }
                var inner = with(outer, counter);
                yield isClosed(count, names) && isClosed(result, outer)
                        && carries.stream().allMatch(c -> isClosed(c.init(), names) && isClosed(c.next(), inner));
            }
            default -> expr.children().stream().allMatch(child -> isClosed(child, names));
        };
    }

    private static Set<String> with(Set<String> names, String name) {
        var more = new HashSet<>(names);
        more.add(name);
        return more;
    }
}
