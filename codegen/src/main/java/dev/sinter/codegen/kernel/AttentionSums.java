package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;

/**
 * Attention of a block of queries in the scalar form: what {@link AttentionTiles} does, in the same order, but by the
 * methods that all products of a model share ({@link ScalarSums}), which are compiled already. Keys and values are
 * packed as rows: {@code kp[column][y]}, {@code width} apart, and {@code vp[y][column]}.
 */
final class AttentionSums {
    private final AttentionOperands x;
    private final AttentionWeights weights;

    AttentionSums(AttentionOperands x) {
        this.x = x;
        this.weights = new AttentionWeights(x);
    }

    private int columns() {
        return AttentionOperands.whole(x.e(), VType.LANES);
    }

    // ---- packing

    /** Turns the keys, zeros behind the last one to whole vectors. */
    void keys(Body driver, Term count) {
        var y = Term.ref("y");
        var p = Term.ref("p");
        var key = x.part(".sums.key", List.of("y", "to"), Body.block(b -> {
            b.let("from", x.key(y));
            b.loop("p", Term.i32(0), Term.i32(x.d()), 1, column -> column.store("z",
                    Term.ref("to").plus(p.times(Term.ref("width"))), x.loadKey(Term.ref("from"), p, VType.F32, null)));
        }));
        var none = x.part(".sums.none", List.of("to"), Body.block(b -> b.loop("p", Term.i32(0), Term.i32(x.d()), 1,
                column -> column.store("z", Term.ref("to").plus(p.times(Term.ref("width"))), Term.f32(0, 1)))));
        var body = Body.block(b -> {
            b.loop("y", Term.i32(0), Term.ref("count"), 1,
                    each -> each.add(x.call(key, y, Term.ref("kp").plus(y))));
            b.loop("pad", Term.ref("count"), AttentionOperands.whole(Term.ref("count")), 1,
                    each -> each.add(x.call(none, Term.ref("kp").plus(Term.ref("pad")))));
        });
        driver.add(x.call(x.part(".sums.keys", List.of("kp", "count"), body), Term.ref("kp"), count));
    }

    /** Puts the values' columns one behind the other; what stands behind the last column is never looked at. */
    Stmt.Call values(Term count) {
        var y = Term.ref("y");
        var c = Term.ref("c");
        var value = x.part(".sums.value", List.of("y", "to"), Body.block(b -> {
            b.let("from", x.value(y));
            b.loop("c", Term.i32(0), Term.i32(x.e()), 1, column -> column.store("z", Term.ref("to").plus(c),
                    x.loadOneValue(Term.ref("from"), c)));
        }));
        var body = Body.block(b -> b.loop("y", Term.i32(0), Term.ref("count"), 1,
                each -> each.add(x.call(value, y, Term.ref("vp").plus(y.times(columns()))))));
        return x.call(x.part(".sums.values", List.of("vp", "count"), body), Term.ref("vp"), count);
    }

    // ---- a block

    /** The steps of a block; {@code depth} elements lie between one span's scores and the next's. */
    void block(Body b, Term from, Term count, Term keys) {
        var padded = b.let("padded", AttentionOperands.whole(keys));
        var width = Term.ref("width");
        b.add(ScalarSums.WIDE.zeros(x.work()));
        b.add(clear(width, count));
        b.add(multiply(List.of(Term.ref("qp"), Term.i32(x.depth()), Term.ref("kp"), width, x.work(), x.sums(), width,
                count, Term.i32(x.d()), padded)));
        b.add(scores(count, padded));
        b.add(weights.rows(count, keys, Term.ref("depth")));
        var columns = Term.i32(columns());
        b.add(clear(columns, count));
        b.loop("s", Term.i32(0), keys, AttentionOperands.SPAN, span -> {
            var s = Term.ref("s");
            var at = Term.ref("scores")
                    .plus(Term.of(Prim.DIV, s, Term.i32(AttentionOperands.SPAN)).times(Term.ref("depth")));
            span.add(multiply(List.of(at, Term.i32(AttentionOperands.SPAN), Term.ref("vp").plus(s.times(columns)),
                    columns, x.work(), x.sums(), columns, count,
                    Term.of(Prim.MIN, Term.i32(AttentionOperands.SPAN), keys.minus(s)), columns)));
        });
        b.add(results(from, count));
    }

    /** Sets rows of sums to zero that lie one behind the other. */
    private Stmt.Call clear(Term width, Term count) {
        return ScalarSums.WIDE.clear(ScalarSums.TOTALS.name(), x.work(), x.sums(), count.times(width));
    }

    private static Stmt.Call multiply(List<Term> places) {
        return new ScalarFactors(ScalarSums.WIDE).multiply("z", ScalarSums.TOTALS.name(), places);
    }

    /** Scaled sums, the masks added, go where the weights are made of them, span by span. */
    private Stmt.Call scores(Term count, Term keys) {
        var y = Term.ref("y");
        var row = x.part(".sums.score", List.of("bias", "at", "sum", "keys"),
                Body.block(b -> b.loop("y", Term.i32(0), Term.ref("keys"), 1, each -> each.store("z",
                        Term.ref("at").plus(y), x.score(ScalarSums.total(Term.ref("sum").plus(y), 1),
                                AttentionOperands.load(Term.ref("bias").plus(y), VType.F32), 1)))));
        var body = Body.block(b -> b.loop("r", Term.i32(0), Term.ref("count"), 1,
                r -> r.loop("s", Term.i32(0), Term.ref("keys"), AttentionOperands.SPAN, span -> span.add(
                        scored(row)))));
        return x.call(x.part(".sums.scores", List.of("bias", "scores", "count", "keys", "depth"), body),
                Term.ref("bias"), Term.ref("scores"), count, keys, Term.ref("depth"));
    }

    private Stmt.Call scored(Kernel row) {
        var r = Term.ref("r");
        var s = Term.ref("s");
        var bias = Term.ref("bias").plus(s);
        var at = Term.ref("scores").plus(r.times(AttentionOperands.SPAN))
                .plus(Term.of(Prim.DIV, s, Term.i32(AttentionOperands.SPAN)).times(Term.ref("depth")));
        return x.call(row, x.masksRows() ? bias.plus(r.times(Term.ref("width"))) : bias, at,
                x.sums().plus(r.times(Term.ref("width"))).plus(s),
                Term.of(Prim.MIN, Term.i32(AttentionOperands.SPAN), Term.ref("keys").minus(s)));
    }

    /** Sums of weighted values, each times its row's share, are the results. */
    private Stmt.Call results(Term from, Term count) {
        var c = Term.ref("c");
        var r = Term.ref("r");
        var row = x.part(".sums.result", List.of("row", "sum", "share"), Body.block(b -> {
            b.let("to", x.result(Term.ref("row")));
            b.let("part", AttentionOperands.load(Term.ref("share"), VType.F32));
            b.loop("c", Term.i32(0), Term.i32(x.e()), 1, each -> each.store("o", Term.ref("to").plus(c),
                    Term.of(Prim.MUL, ScalarSums.total(Term.ref("sum").plus(c), 1), Term.ref("part"))));
        }));
        var body = Body.block(b -> b.loop("r", Term.i32(0), Term.ref("count"), 1,
                each -> each.add(x.call(row, Term.ref("from").plus(r), x.sums().plus(r.times(columns())),
                        x.scratch(AttentionOperands.SUMS).plus(r)))));
        return x.call(x.part(".sums.results", List.of("from", "count"), body), from, count);
    }
}
