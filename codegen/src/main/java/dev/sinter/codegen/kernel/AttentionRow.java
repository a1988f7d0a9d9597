package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attention of one query to keys and values where they lie: packing them would cost more. */
final class AttentionRow {
    private static final int PANELS = 4;

    private final AttentionOperands x;
    private final AttentionWeights weights;

    AttentionRow(AttentionOperands x) {
        this.x = x;
        this.weights = new AttentionWeights(x);
    }

    /** All queries, one after the other. */
    void all(Body b, Form form, AttentionPacking packing, Term keys) {
        b.loop("one", Term.i32(0), x.s(), 1, row -> {
            if (x.masksRows()) {
                packing.bias(row, Term.ref("one"), Term.i32(1));
            }
            var seen = x.masksRows() ? row.let("some", packing.visible()) : keys;
            row.add(dots(seen));
            row.add(hidden(seen));
            row.add(weights.rows(Term.i32(1), seen, Term.i32(AttentionOperands.SPAN)));
            int whole = x.e() / VType.LANES;
            int panels = form == Form.SCALAR ? 1 : PANELS;
            int wide = whole / panels * panels;
            sums(row, seen, panels, 0, wide);
            sums(row, seen, whole - wide, wide, whole);
            if (whole * VType.LANES < x.e()) {
                row.add(sums(seen, 1, whole, whole + 1, true));
            }
        });
    }

    /** Dot products of one query with the keys, each in sixteen lanes that are folded; scaled, the mask added. */
    private Stmt.Call dots(Term keys) {
        var y = Term.ref("y");
        var body = Body.block(b -> {
            b.let("query", x.query(Term.ref("row")));
            b.loop("y", Term.i32(0), Term.ref("keys"), 1, key -> {
                key.let("key", x.key(y));
                int whole = x.d() / VType.LANES * VType.LANES;
                products(key, "a", Term.f32(0, VType.LANES), 0, whole, null);
                if (whole < x.d()) {
                    products(key, "b", Term.ref("a"), whole, x.d(),
                            new Term.Lanes(Term.ref("bp"), Term.i32(x.d()), VType.LANES));
                }
                var sum = key.let("dot", new Term.Fold(Prim.ADD, Term.ref(whole < x.d() ? "b" : "a")));
                key.store("z", Term.ref("scores").plus(y),
                        x.score(sum, AttentionOperands.load(Term.ref("bias").plus(y), VType.F32), 1));
            });
        });
        return x.call(x.part(".dots", List.of("bias", "scores", "row", "keys"), body), Term.ref("bias"),
                Term.ref("scores"), Term.ref("one"), keys);
    }

    /** No weight for what stands behind the last key. */
    private Stmt.Call hidden(Term keys) {
        var body = Body.block(b -> b.loop("pad", Term.ref("keys"), Term.ref("end"), 1,
                pad -> pad.store("z", Term.ref("scores").plus(Term.ref("pad")),
                        Term.f32(Float.NEGATIVE_INFINITY, 1))));
        return x.call(x.part(".hidden", List.of("scores", "keys", "end"), body), Term.ref("scores"), keys,
                AttentionOperands.whole(keys));
    }

    private void products(Body b, String name, Term init, int from, int to, @Nullable Term lanes) {
        var p = Term.ref(name + "p");
        var inner = new Body();
        var mask = lanes == null ? null : inner.let(name + "l", lanes);
        var carry = new Stmt.Carry(name, List.of(), init, Term.of(Prim.FMA,
                inner.let(name + "x", x.loadQueryOnly(Term.ref("query"), p, mask)),
                inner.let(name + "y", x.loadKey(Term.ref("key"), p, VType.F32X16, mask)), Term.ref(name)));
        b.add(new Stmt.Loop(false, name + "p", Term.i32(from), Term.i32(to), VType.LANES, List.of(carry),
                inner.stmts()));
    }

    private void sums(Body b, Term keys, int panels, int first, int end) {
        if (first < end) {
            b.add(sums(keys, panels, first, end, false));
        }
    }

    /** The weighted sum of values, some panels of sixteen columns at a time. */
    private Stmt.Call sums(Term keys, int panels, int first, int end, boolean masked) {
        var u = List.of(new Range("u", panels));
        var column = Term.ref("c").plus(Term.ref("u").times(VType.LANES));
        var body = Body.block(b -> b.loop("c", Term.ref("first"), Term.ref("end"), VType.LANES * panels, strip -> {
            var lanes = masked ? strip.let("lanes", new Term.Lanes(Term.ref("c"), Term.i32(x.e()), VType.LANES)) : null;
            var acc = Term.ref("acc", Term.ref("u"));
            var carry = new Stmt.Carry("acc", u, Term.f32(0, VType.LANES),
                    Term.of(Prim.FMA, Term.ref("weight"), Term.ref("value", Term.ref("u")), acc));
            strip.fold("y", Term.i32(0), Term.ref("keys"), 1, List.of(carry), inner -> {
                inner.letAll("value", u, x.loadValue(x.value(Term.ref("y")), column, lanes));
                inner.let("weight", AttentionOperands.load(Term.ref("scores").plus(Term.ref("y")), VType.F32).splat());
            });
            strip.let("part", AttentionOperands.load(x.scratch(AttentionOperands.SUMS), VType.F32).splat());
            strip.unroll(u, y -> y.store("o", x.result(Term.ref("row")).plus(column),
                    Term.of(Prim.MUL, acc, Term.ref("part")), lanes));
        }));
        var part = x.part(".row.c" + panels + (masked ? ".tail" : ""),
                List.of("scores", "row", "keys", "first", "end"), body);
        return x.call(part, Term.ref("scores"), Term.ref("one"), keys, Term.i32(first * VType.LANES),
                Term.i32(end * VType.LANES));
    }
}
