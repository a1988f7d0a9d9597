package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Straight code done for several values of subscripts at once: each statement for all of them before the next one, so
 * that chains of operations that wait for each other run side by side, and no load has to wait for another's store.
 * Vectors of constants are named once: written in place, every copy of the code would count them. They are named where
 * the first of them is needed, behind the loads: HotSpot makes objects of those that live where an index is checked.
 */
final class SideBySide {
    private final List<Stmt.Range> over;
    private final Term[] each;
    private final Set<String> own = new HashSet<>();
    private final Map<Term.Lit, String> literals = new LinkedHashMap<>();

    SideBySide(List<Stmt.Range> over) {
        this.over = over;
        this.each = over.stream().map(range -> Term.ref(range.name())).toArray(Term[]::new);
    }

    /** Definitions and stores for all values of the subscripts, which they may refer to. */
    List<Stmt> of(List<Stmt> straight) {
        var all = new Body();
        for (var stmt : straight) {
            int known = literals.size();
            var next = all(stmt);
            literals.entrySet().stream().skip(known).forEach(e -> all.let(e.getValue(), e.getKey()));
            all.add(next);
        }
        return all.stmts();
    }

    private Stmt all(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let(var name, var none, var value) -> {
                own.add(name);
                yield new Stmt.Let(name, over, named(value));
            }
            case Stmt.Store(var buffer, var index, var value, var mask) -> new Stmt.Unroll(over,
                    List.of(new Stmt.Store(buffer, named(index), named(value), mask == null ? null : named(mask))));
            default -> throw new IllegalArgumentException("not straight: " + stmt);
        };
    }

    private Term named(Term term) {
        return term.transform(t -> switch (t) {
            case Term.Lit lit when lit.type().isVector() ->
                    Term.ref(literals.computeIfAbsent(lit, l -> "k" + literals.size()));
            case Term.Ref(var name, var subscripts) when own.contains(name) ->
                    Term.ref(name, each);
            default -> t;
        });
    }
}
