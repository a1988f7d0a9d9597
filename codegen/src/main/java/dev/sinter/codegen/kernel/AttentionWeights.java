package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Turns scores to weights: the exponentials of what is left of the greatest score, and one over their sum. */
final class AttentionWeights {
    private static final Term LOWEST = Term.f32(Float.NEGATIVE_INFINITY, VType.LANES);
    private static final Term ZERO = Term.f32(0, VType.LANES);

    private final AttentionOperands x;

    AttentionWeights(AttentionOperands x) {
        this.x = x;
    }

    /**
     * Scores of some rows to exponentials; the rows' reciprocal sums go to their place.
     *
     * @param count
     *            rows, whole tiles
     * @param depth
     *            elements from one span's scores to the next's
     */
    void tiles(Body b, Form form, Term count, Term keys, Term depth) {
        if (form == Form.V512) {
            b.add(call(greatest(), count, keys, depth));
            b.add(call(exponentials(), count, keys, depth));
        } else {
            b.add(rows(count, keys, depth));
        }
    }

    private Stmt.Call call(Kernel part, Term count, Term keys, Term depth) {
        return x.call(part, Term.ref("scores"), count, keys, depth);
    }

    private Kernel part(String name, List<Stmt> body) {
        return x.part(name, List.of("scores", "count", "keys", "depth"), body);
    }

    // ---- row by row

    /** The same, row by row. */
    Stmt.Call rows(Term count, Term keys, Term depth) {
        var body = Body.block(b -> {
            var end = b.let("end", AttentionOperands.whole(Term.ref("keys")));
            b.loop("i", Term.i32(0), Term.ref("count"), 1, row -> {
                row.let("at", Term.ref("scores").plus(Term.ref("i").times(AttentionOperands.SPAN)));
                // NaN is passed by here, and becomes the row's sum in the end
                var max = row.let("max",
                        new Term.Fold(Prim.MAX, over(row, "g", end, LOWEST, AttentionWeights::greater)));
                row.loop("es", Term.i32(0), end, AttentionOperands.SPAN, span -> exponentials(span, end, max));
                var sum = row.let("total", new Term.Fold(Prim.ADD,
                        over(row, "u", end, ZERO, (total, weight) -> Term.of(Prim.ADD, total, weight))));
                row.store("z", x.scratch(AttentionOperands.SUMS).plus(Term.ref("i")), share(sum));
            });
        });
        return call(part(".weights", body), count, keys, depth);
    }

    private static Term greater(Term most, Term score) {
        return Term.of(Prim.SELECT, Term.of(Prim.LT, most, score), score, most);
    }

    /** What a row's weighted sum is multiplied with; without keys there is nothing to weigh, and nothing is the result. */
    private static Term share(Term sum) {
        return Term.of(Prim.SELECT, Term.of(Prim.EQ, Term.ref("keys"), Term.i32(0)), Term.f32(0, 1),
                Term.of(Prim.DIV, Term.f32(1, 1), sum));
    }

    /** A span of a row: names where it begins and how many scores it has. */
    private static void span(Body b, String name, Term end) {
        var first = Term.ref(name + "s");
        b.let(name + "at", Term.ref("at")
                .plus(Term.of(Prim.DIV, first, Term.i32(AttentionOperands.SPAN)).times(Term.ref("depth"))));
        b.let(name + "n", Term.of(Prim.MIN, Term.i32(AttentionOperands.SPAN), end.minus(first)));
    }

    /** A row's scores taken together lane by lane; {@code next} of the lanes so far and a score. */
    private static Term over(Body row, String name, Term end, Term init, BinaryOperator<Term> next) {
        var outer = new Stmt.Carry(name, List.of(), init, Term.ref(name + "i"));
        row.fold(name + "s", Term.i32(0), end, AttentionOperands.SPAN, List.of(outer), x -> {
            span(x, name, end);
            var inner = new Stmt.Carry(name + "i", List.of(), Term.ref(name),
                    next.apply(Term.ref(name + "i"), Term.ref(name + "v")));
            x.fold(name + "y", Term.i32(0), Term.ref(name + "n"), VType.LANES, List.of(inner), y -> y.let(name + "v",
                    AttentionOperands.load(Term.ref(name + "at").plus(Term.ref(name + "y")), VType.F32X16)));
        });
        return Term.ref(name);
    }

    private static void exponentials(Body span, Term end, Term max) {
        span(span, "e", end);
        span.loop("y", Term.i32(0), Term.ref("en"), VType.LANES, inner -> {
            var at = Term.ref("eat").plus(Term.ref("y"));
            var score = inner.let("sc", AttentionOperands.load(at, VType.F32X16));
            inner.store("z", at, exponential(inner, "x", score, max.splat()));
        });
    }

    // ---- rows side by side, so that one need not wait for the other

    /** The greatest score of each row to its place. */
    private Kernel greatest() {
        var rows = new Range("t", 8);
        var most = Term.ref("most", Term.ref("t"));
        var sofar = Term.ref("sofar", Term.ref("t"));
        var body = Body.block(b -> {
            var end = b.let("end", AttentionOperands.whole(Term.ref("keys")));
            b.loop("i", Term.i32(0), Term.ref("count"), rows.end(), row -> {
                row.let("at", Term.ref("scores").plus(Term.ref("i").times(AttentionOperands.SPAN)));
                var init = row.let("init", LOWEST);
                row.fold("gs", Term.i32(0), end, AttentionOperands.SPAN,
                        List.of(new Stmt.Carry("sofar", List.of(rows), init, most)), span -> {
                            span(span, "g", end);
                            var score = Term.ref("score", Term.ref("t"));
                            span.fold("y", Term.i32(0), Term.ref("gn"), VType.LANES,
                                    List.of(new Stmt.Carry("most", List.of(rows), sofar, greater(most, score))),
                                    y -> y.letAll("score", List.of(rows), AttentionOperands.load(
                                            Term.ref("gat").plus(Term.ref("y"))
                                                    .plus(Term.ref("t").times(AttentionOperands.SPAN)),
                                            VType.F32X16)));
                        });
                row.unroll(List.of(rows), y -> y.store("z",
                        x.scratch(AttentionOperands.SUMS).plus(Term.ref("i")).plus(Term.ref("t")),
                        new Term.Fold(Prim.MAX, sofar)));
            });
        });
        return part(".greatest", body);
    }

    /** The exponentials of each row, and its share in place of its greatest score. */
    private Kernel exponentials() {
        int rows = 2;
        var body = Body.block(b -> {
            var end = b.let("end", AttentionOperands.whole(Term.ref("keys")));
            b.loop("i", Term.i32(0), Term.ref("count"), rows, row -> {
                row.let("at", Term.ref("scores").plus(Term.ref("i").times(AttentionOperands.SPAN)));
                var place = x.scratch(AttentionOperands.SUMS).plus(Term.ref("i"));
                var zero = row.let("zero", ZERO);
                var outer = new ArrayList<Stmt.Carry>();
                var inner = new ArrayList<Stmt.Carry>();
                var step = new Body();
                for (int t = 0; t < rows; t++) {
                    row.let("max" + t, AttentionOperands.load(place.plus(t), VType.F32).splat());
                    outer.add(new Stmt.Carry("sum" + t, List.of(), zero, Term.ref("part" + t)));
                    inner.add(new Stmt.Carry("part" + t, List.of(), Term.ref("sum" + t),
                            Term.of(Prim.ADD, Term.ref("part" + t), Term.ref("weight" + t))));
                    var at = Term.ref("eat").plus(Term.ref("y")).plus(t * AttentionOperands.SPAN);
                    var score = step.let("score" + t, AttentionOperands.load(at, VType.F32X16));
                    step.store("z", at,
                            step.let("weight" + t, exponential(step, "x" + t + "_", score, Term.ref("max" + t))));
                }
                var once = constantsOnce(row, step.stmts());
                row.fold("es", Term.i32(0), end, AttentionOperands.SPAN, outer, span -> {
                    span(span, "e", end);
                    span.add(new Stmt.Loop(false, "y", Term.i32(0), Term.ref("en"), VType.LANES, inner, once));
                });
                for (int t = 0; t < rows; t++) {
                    var sum = row.let("total" + t, new Term.Fold(Prim.ADD, Term.ref("sum" + t)));
                    row.store("z", place.plus(t), share(sum));
                }
            });
        });
        return part(".exponentials", body);
    }

    /** Names constants of some steps before them, where zero has its name: each counts as a vector operation wherever it is written. */
    private static List<Stmt> constantsOnce(Body before, List<Stmt> steps) {
        var names = new HashMap<Term, Term>(Map.of(ZERO, Term.ref("zero")));
        UnaryOperator<Term> named = term -> term instanceof Term.Lit lit && lit.type().isVector()
                ? names.computeIfAbsent(lit, l -> before.let("const" + names.size(), l)) : term;
        return steps.stream().<Stmt>map(s -> s instanceof Stmt.Let(var name, var over, var value)
                ? new Stmt.Let(name, over, value.transform(named)) : s).toList();
    }

    private static Term exponential(Body b, String prefix, Term score, Term max) {
        return new VectorMath(b, VType.LANES, prefix).expOfNegative(Term.of(Prim.SUB, score, max));
    }
}
