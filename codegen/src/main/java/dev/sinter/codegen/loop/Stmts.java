package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;

/** Parts of statements. */
public final class Stmts {
    private Stmts() {
    }

    /** The terms a statement itself has, not those of statements within it; a carried value has two. */
    static List<Term> terms(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let let -> List.of(let.value());
            case Stmt.Store(var buffer, var index, var value, var mask) ->
                    mask == null ? List.of(index, value) : List.of(index, value, mask);
            case Stmt.Copy(var buffer, var index, var from, var first, var count) -> List.of(index, first, count);
            case Stmt.Loop loop -> {
                var terms = new ArrayList<Term>();
                terms.add(loop.from());
                terms.add(loop.to());
                loop.carries().forEach(c -> {
                    terms.add(c.init());
                    terms.add(c.next());
                });
                yield terms;
            }
            case Stmt.Unroll unroll -> List.of();
            case Stmt.If branch -> List.of(branch.condition());
            case Stmt.Either either -> List.of(either.condition(), either.yesValue(), either.noValue());
            case Stmt.Call call -> call.args();
            case Stmt.Check(var condition, var message, var detail) -> List.of(condition, detail);
        };
    }

    /**
     * The statements directly within a statement.
     *
     * @param stmt
     *            any
     * @return what is in a loop or a branch; nothing for others
     */
    public static List<Stmt> body(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Loop loop -> loop.body();
            case Stmt.If branch -> branch.body();
            case Stmt.Unroll unroll -> unroll.body();
            case Stmt.Either either -> {
                var both = new ArrayList<>(either.yes());
                both.addAll(either.no());
                yield both;
            }
            default -> List.of();
        };
    }
}
