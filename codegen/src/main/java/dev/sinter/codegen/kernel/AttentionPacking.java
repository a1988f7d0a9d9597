package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies keys, values and masks of an attention's head to scratch, where its tiles find them side by side. */
final class AttentionPacking {
    /** A number as low as this takes all weight from a score. */
    private static final double HIDDEN = -1e30;

    private final AttentionOperands x;

    AttentionPacking(AttentionOperands x) {
        this.x = x;
    }

    // ---- keys and values

    /** Turns the keys: {@code kp[y / 16][column][y % 16]}, zeros behind the last one to a multiple of 32. */
    void keys(Body b, Term count) {
        b.add(turned(count));
        b.add(zeros(count));
    }

    private Stmt.Call turned(Term count) {
        var y = Term.ref("y");
        var body = Body.block(
                b -> b.loop("y", Term.i32(0), Term.ref("count"), 1, key -> {
                    key.let("from", x.key(y));
                    key.let("to", place(y));
                    key.loop("p", Term.i32(0), Term.i32(x.d()), 1, column -> column.store("z",
                            Term.ref("to").plus(Term.ref("p").times(VType.LANES)),
                            x.loadKey(Term.ref("from"), Term.ref("p"), VType.F32, null)));
                }));
        return x.call(x.part(".keys", List.of("kp", "count"), body), Term.ref("kp"), count);
    }

    private Stmt.Call zeros(Term count) {
        var body = Body.block(b -> b.loop("pad", Term.ref("count"), Term.ref("end"), 1, key -> {
            key.let("empty", place(Term.ref("pad")));
            key.loop("c", Term.i32(0), Term.i32(x.d()), 1, column -> column.store("z",
                    Term.ref("empty").plus(Term.ref("c").times(VType.LANES)), Term.f32(0, 1)));
        }));
        return x.call(x.part(".zeros", List.of("kp", "count", "end"), body), Term.ref("kp"), count,
                Term.of(Prim.AND, count.plus(31), Term.i32(-32)));
    }

    private Term place(Term key) {
        var lane = Term.of(Prim.AND, key, Term.i32(VType.LANES - 1));
        return Term.ref("kp").plus(key.minus(lane).times(x.d())).plus(lane);
    }

    /** Puts sixteen columns of all values one behind the other: {@code vp[column / 16][y][column % 16]}. */
    Stmt.Call values(Term count) {
        var y = Term.ref("y");
        var body = Body.block(b -> b.loop("y", Term.i32(0), Term.ref("count"), 1, value -> {
            value.let("from", x.value(y));
            value.let("to", Term.ref("vp").plus(y.times(VType.LANES)));
            int whole = x.e() / VType.LANES * VType.LANES;
            value.loop("c", Term.i32(0), Term.i32(whole), VType.LANES, panel -> value(panel, Term.ref("c"), null));
            if (whole < x.e()) {
                var rest = value.let("rest", new Term.Lanes(Term.i32(whole), Term.i32(x.e()), VType.LANES));
                value(value, Term.i32(whole), rest);
            }
        }));
        return x.call(x.part(".values", List.of("vp", "count"), body), Term.ref("vp"), count);
    }

    private void value(Body b, Term column, @Nullable Term rest) {
        b.store("z", Term.ref("to").plus(column.times(Term.ref("width"))),
                x.loadValue(Term.ref("from"), column, rest));
    }

    /** Copies queries, behind the last one that one again, to {@code qp[row][column]}. */
    Stmt.Call queries(Term from, Term count) {
        var body = Body.block(b -> b.loop("i", Term.i32(0), Term.ref("count"), 1, row -> {
            row.let("query", x.query(x.clamped(Term.ref("from").plus(Term.ref("i")))));
            row.let("to", Term.ref("qp").plus(Term.ref("i").times(x.depth())));
            int whole = x.d() / VType.LANES * VType.LANES;
            row.loop("c", Term.i32(0), Term.i32(whole), VType.LANES, part -> part.store("z",
                    Term.ref("to").plus(Term.ref("c")), x.loadQuery(Term.ref("query"), Term.ref("c"), null)));
            if (whole < x.d()) {
                var rest = row.let("rest", new Term.Lanes(Term.i32(whole), Term.i32(x.d()), VType.LANES));
                row.store("z", Term.ref("to").plus(whole), x.loadQuery(Term.ref("query"), Term.i32(whole), rest));
            }
        }));
        return x.call(x.part(".queries", List.of("qp", "from", "count"), body), Term.ref("qp"), from, count);
    }

    // ---- masks

    /**
     * Writes what is added to scores: the masks of some queries, or of none zeros; behind the last key minus infinity to
     * a multiple of 32. And finds how many keys some of these queries see, to a multiple of sixteen: all if one of them
     * sees none, since it then takes the mean of all.
     */
    void bias(Body driver, Term first, Term count) {
        var most = x.scratch(AttentionOperands.SEEN);
        var body = Body.block(b -> {
            var full = b.let("full", Term.of(Prim.AND, x.t(), Term.i32(-VType.LANES)));
            b.loop("i", Term.i32(0), Term.ref("count"), 1, row -> {
                var at = row.let("at", Term.ref("bias").plus(Term.ref("i").times(Term.ref("width"))));
                if (x.mask() != null) {
                    row.let("from", x.masking(x.clamped(Term.ref("first").plus(Term.ref("i")))));
                }
                seen(row, "a", at, Term.f32(0, VType.LANES), Term.i32(0), full, false);
                seen(row, "b", at, Term.ref("a"), full, x.t(), true);
                row.loop("pad", AttentionOperands.whole(x.t()), Term.ref("width"), VType.LANES,
                        pad -> pad.store("z", at.plus(Term.ref("pad")), lowest()));
                var last = row.let("last", new Term.Fold(Prim.MAX, Term.ref("b")));
                var all = row.let("all", new Term.Convert(x.t(), Elem.F32));
                var sees = Term.of(Prim.SELECT, Term.of(Prim.EQ, last, Term.f32(0, 1)), all, last);
                row.store("z", most, Term.of(Prim.MAX, AttentionOperands.load(most, VType.F32),
                        Term.of(Prim.MIN, sees, all)));
            });
        });
        driver.store("z", most, Term.f32(0, 1));
        driver.add(x.call(x.part(".bias", List.of("first", "count", "bias"), body), first, count, Term.ref("bias")));
    }

    private static Term lowest() {
        return Term.f32(Float.NEGATIVE_INFINITY, VType.LANES);
    }

    /** Writes a row; carries the end of the last vector of which each lane has seen something. */
    private void seen(Body row, String name, Term to, Term init, Term from, Term end, boolean masked) {
        var i = Term.ref(name + "i");
        var inner = new Body();
        var lanes = masked ? inner.let(name + "l", new Term.Lanes(i, x.t(), VType.LANES)) : null;
        Term given = Term.f32(0, VType.LANES);
        if (x.mask() != null) {
            given = x.masksAllKeys() ? x.loadMask(Term.ref("from"), Term.i32(0), VType.F32, null).splat()
                    : x.loadMask(Term.ref("from"), i, VType.F32X16, x.mask().needed(lanes));
        }
        var added = inner.let(name + "v", lanes == null ? given : Term.of(Prim.SELECT, lanes, given, lowest()));
        inner.store("z", to.plus(i), added);
        var here = new Term.Convert(i.plus(VType.LANES), Elem.F32).splat();
        var next = Term.of(Prim.SELECT, Term.of(Prim.LE, added, Term.f32(HIDDEN, VType.LANES)), Term.ref(name), here);
        row.add(new Stmt.Loop(false, name + "i", from, end, VType.LANES,
                List.of(new Stmt.Carry(name, List.of(), init, next)), inner.stmts()));
    }

    /** How many keys {@link #bias} has found to be seen. */
    Term visible() {
        return new Term.Convert(AttentionOperands.load(x.scratch(AttentionOperands.SEEN), VType.F32), Elem.I32);
    }
}
