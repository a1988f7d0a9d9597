package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Softmax attention of one head of one batch entry a round. Keys are turned once into {@code [D][T16]} in scratch
 * (T16 is T rounded up to sixteen), then for each few queries: scores, scaled and masked; their exponentials; the
 * weighted sum of values, divided by the exponentials' sum. Fewer than {@link #LOW} queries, as a model that writes
 * word by word has, do not pay for turning: their scores are folded from the keys as they lie. Heads lie anywhere, side
 * by side in the operands' rows or apart, so nothing is transposed in memory.
 */
public final class AttentionKernel {
    /**
     * What is attended.
     *
     * @param q
     *            {@code f32[B,heads,S,D]} with strides, last axis contiguous
     * @param k
     *            {@code f32[B,heads,T,D]} likewise
     * @param v
     *            {@code f32[B,heads,T,E]} likewise
     * @param mask
     *            {@code f32[B,heads,S,T]} with strides, last axis contiguous or repeated, or null
     * @param out
     *            {@code f32[B,heads,S,E]} with strides, last axis contiguous
     * @param scale
     *            factor of the scores
     * @param scratch
     *            {@link #scratchSize} elements for each worker
     */
    public record Attended(Operand q, Operand k, Operand v, @Nullable Operand mask, Operand out, float scale,
            Place scratch) {
        int heads() {
            return Math.toIntExact(q.dims().get(1).value());
        }
    }

    /**
     * Height of the lower tile: for few queries, of which the high one would compute many twice. Fewer than that are
     * computed one by one, in every form alike, since it changes the order of the sums.
     */
    private static final int LOW = 4;
    private static final int SHORT = 24;

    private final Attended given;
    private final Access access = new Access();
    private final Access.Memory q;
    private final Access.Memory k;
    private final Access.Memory v;
    private final Access.@Nullable Memory mask;
    private final Access.Memory out;
    private final Access.Memory scratch;
    private final Term s;
    private final Term t;
    private final int d;
    private final int e;
    private final List<Term> qs = new ArrayList<>();
    private final List<Term> ks = new ArrayList<>();
    private final List<Term> vs = new ArrayList<>();
    private final List<Term> os = new ArrayList<>();
    private final List<Term> ms = new ArrayList<>();

    private AttentionKernel(Attended given) {
        this.given = given;
        this.q = access.memory("q", given.q());
        this.k = access.memory("k", given.k());
        this.v = access.memory("v", given.v());
        this.out = access.memory("o", given.out());
        this.mask = given.mask() == null ? null : access.memory("m", given.mask());
        this.scratch = access.memory("z",
                new Operand(given.scratch(), DType.F32, Dim.ZERO, List.of(Dim.ONE), List.of(Dim.ONE)));
        this.d = Math.toIntExact(given.q().dims().get(3).value());
        this.e = Math.toIntExact(given.v().dims().get(3).value());
        this.s = access.size("S", given.q().dims().get(2));
        this.t = access.size("T", given.k().dims().get(2));
        for (int i = 0; i < 3; i++) {
            qs.add(access.size("qs" + i, given.q().strides().get(i)));
            ks.add(access.size("ks" + i, given.k().strides().get(i)));
            vs.add(access.size("vs" + i, given.v().strides().get(i)));
            os.add(access.size("os" + i, given.out().strides().get(i)));
        }
        if (given.mask() != null) {
            for (int i = 0; i < 3; i++) {
                ms.add(access.size("ms" + i, given.mask().strides().get(i)));
            }
        }
    }

    /**
     * Scratch of one worker, in elements.
     *
     * @param d
     *            columns of a head's queries
     * @param keys
     *            number of keys T
     * @return keys turned, and the scores of a few queries
     */
    public static Dim scratchSize(long d, Dim keys) {
        return keys.ceilDiv(16).max(Dim.ONE).times(Dim.of(16 * (d + 8)));
    }

    /**
     * The call that attends.
     *
     * @param given
     *            operands
     * @param table
     *            kernels made so far
     * @return the call
     */
    public static Call of(Attended given, KernelTable table) {
        var kernel = new AttentionKernel(given);
        var rounds = given.q().dims().getFirst().times(Dim.of(given.heads()));
        return new Call(table.shared(kernel.shape(), KernelSet.of(kernel::driver)), kernel.access.arrays(),
                kernel.access.args(), rounds);
    }

    /** All that the programs depend on. */
    private record Shape(Access.Shape access, int d, int e, int heads, float scale, @Nullable Dim maskColumns) {
    }

    private Shape shape() {
        var columns = given.mask() == null ? null : given.mask().strides().getLast();
        return new Shape(access.shape(), d, e, given.heads(), given.scale(), columns);
    }

    private String name(String part) {
        return "attention.f32.d" + d + (e == d ? "" : "e" + e) + (mask == null ? "" : ".mask") + part;
    }

    /** Queries a tile works on at once. */
    private static int rows(Form form) {
        return switch (form) {
            case V512, V256 -> 6;
            case V128 -> 3;
            case SCALAR -> 2; // few sums at a time are soon compiled
        };
    }

    private static int scorePanels(Form form) {
        return form == Form.V512 ? 3 : 1;
    }

    private Kernel driver(Form form) {
        int rows = rows(form);
        int low = Math.min(rows, LOW);
        var body = Body.block(b -> b.par("r", round -> {
            var heads = Term.i32(given.heads());
            var h = round.let("h", Term.of(Prim.REM, Term.ref("r"), heads));
            var n = round.let("n", Term.of(Prim.DIV, Term.ref("r"), heads));
            var t16 = round.let("t16", Term.of(Prim.AND, t.plus(15), Term.i32(-16)));
            var scores = round.let("scores", Term.ref("z0").plus(t16.times(d)));
            var kb = round.let("kb", k.at(ks.get(0).times(n).plus(ks.get(1).times(h))));
            var few = round.let("few", Term.of(Prim.LT, s, Term.i32(LOW)));
            round.when(Term.of(Prim.NOT, few), x -> x.add(call(keys(), List.of(kb, t16))));
            var qb = round.let("qb", q.at(qs.get(0).times(n).plus(qs.get(1).times(h))));
            var vb = round.let("vb", v.at(vs.get(0).times(n).plus(vs.get(1).times(h))));
            var ob = round.let("ob", out.at(os.get(0).times(n).plus(os.get(1).times(h))));
            var mb = mask == null ? Term.i32(0) : mask.at(ms.get(0).times(n).plus(ms.get(1).times(h)));
            var bases = List.of(qb, vb, ob, round.let("mb", mb), t16, scores, kb);
            var fits = Term.of(Prim.AND, Term.of(Prim.LT, s, Term.i32(SHORT)),
                    Term.of(Prim.EQ, Term.of(Prim.REM, s, Term.i32(low)), Term.i32(0)));
            var flat = low == rows ? Term.of(Prim.NOT, few) : Term.of(Prim.AND, Term.of(Prim.NOT, few),
                    Term.of(Prim.OR, fits, Term.of(Prim.LT, s, Term.i32(rows))));
            var even = round.let("even", flat);
            round.when(few, x -> tiles(x, form, 1, "a", bases));
            round.when(even, x -> tiles(x, form, low, "b", bases));
            if (low < rows) {
                round.when(Term.of(Prim.NOT, Term.of(Prim.OR, few, even)), x -> tiles(x, form, rows, "c", bases));
            }
        }));
        return new Kernel(name("." + form.suffix().toLowerCase(Locale.ROOT)), access.buffers(), access.params(true),
                body);
    }

    /** All queries in tiles of one height; the last tile moves back to be whole, computing rows twice with equal results. */
    private void tiles(Body b, Form form, int rows, String suffix, List<Term> bases) {
        b.loop("i" + suffix, Term.i32(0), s, rows, tile -> {
            var from = tile.let("from" + suffix, Term.of(Prim.MIN, Term.ref("i" + suffix), s.plus(-rows)));
            queries(tile, form, rows, from, bases);
        });
    }

    private void queries(Body b, Form form, int rows, Term from, List<Term> bases) {
        if (rows == 1) {
            b.add(call(dots(), List.of(bases.get(0), bases.get(6), bases.get(5), from)));
        } else {
            var args = List.of(bases.get(0), bases.get(4), bases.get(5), from);
            int wide = scorePanels(form);
            b.add(call(scores(rows, wide, 0), args));
            if (wide > 1) {
                b.add(call(scores(rows, 1, wide), args));
            }
        }
        b.add(call(weights(rows), List.of(bases.get(3), bases.get(4), bases.get(5), from)));
        int whole = e / 16;
        int pairs = form == Form.SCALAR ? 0 : whole / 2 * 2;
        values(b, form, rows, 2, false, 0, pairs, bases, from);
        values(b, form, rows, 1, false, pairs, whole, bases, from);
        values(b, form, rows, 1, true, whole, (e + 15) / 16, bases, from);
    }

    // ---- parts: all take the operands' buffers and parameters, then their own

    private Stmt.Call call(Kernel kernel, List<Term> own) {
        var args = new ArrayList<Term>();
        access.params(false).forEach(p -> args.add(Term.ref(p.name())));
        args.addAll(own);
        return new Stmt.Call(kernel, access.buffers().stream().filter(x -> !x.isWeight()).map(x -> x.name()).toList(),
                args);
    }

    private Kernel part(String name, List<String> own, List<Stmt> body) {
        var params = new ArrayList<>(access.params(false));
        for (var extra : own) {
            boolean wide =
                    extra.equals("kbase") && k.buffer().isWeight() || extra.equals("qbase") && q.buffer().isWeight()
                            || extra.equals("vbase") && v.buffer().isWeight()
                            || extra.equals("mbase") && mask != null && mask.buffer().isWeight();
            params.add(new Kernel.Param(extra, wide ? Elem.I64 : Elem.I32));
        }
        return new Kernel(name, access.buffers(), params, body);
    }

    private static Term at(Access.Memory memory, String base, Term distance) {
        return Term.ref(base).plus(memory.buffer().isWeight() ? distance.wide() : distance);
    }

    /** Turns the keys: {@code kt[x * t16 + y] = k[y, x]}. */
    private Kernel keys() {
        var body = Body.block(b -> b.loop("x", Term.i32(0), Term.i32(d), 1, columns -> {
            columns.let("to", Term.ref("z0").plus(Term.ref("x").times(Term.ref("t16"))));
            columns.loop("y", Term.i32(0), t, 1, inner -> {
                var value = new Term.Load("k", at(k, "kbase", ks.get(2).times(Term.ref("y")).plus(Term.ref("x"))),
                        VType.F32, null);
                inner.store("z", Term.ref("to").plus(Term.ref("y")), inner.let("kv", value));
            });
            columns.loop("pad", t, Term.ref("t16"), 1,
                    inner -> inner.store("z", Term.ref("to").plus(Term.ref("pad")), Term.f32(0, 1)));
        }));
        return part(name(".keys"), List.of("kbase", "t16"), body);
    }

    /** Dot products of one query with the keys as they lie, each in sixteen lanes that are folded. */
    private Kernel dots() {
        var body = Body.block(b -> {
            b.let("qa", at(q, "qbase", qs.get(2).times(Term.ref("row"))));
            b.loop("y", Term.i32(0), t, 1, key -> {
                key.let("ka", at(k, "kbase", ks.get(2).times(Term.ref("y"))));
                int whole = d / VType.LANES * VType.LANES;
                products(key, "a", Term.f32(0, VType.LANES), 0, whole, null);
                if (whole < d) {
                    products(key, "b", Term.ref("a"), whole, d,
                            new Term.Lanes(Term.ref("bp"), Term.i32(d), VType.LANES));
                }
                var sum = key.let("dot", new Term.Fold(Prim.ADD, Term.ref(whole < d ? "b" : "a")));
                key.store("z", Term.ref("sbase").plus(Term.ref("y")), sum);
            });
        });
        return part(name(".dots"), List.of("qbase", "kbase", "sbase", "row"), body);
    }

    private void products(Body b, String name, Term init, int from, int to, @Nullable Term lanes) {
        var p = Term.ref(name + "p");
        var inner = new Body();
        var mask = lanes == null ? null : inner.let(name + "l", lanes);
        var x = new Term.Load("q", Term.ref("qa").plus(q.buffer().isWeight() ? p.wide() : p), VType.F32X16, mask);
        var y = new Term.Load("k", Term.ref("ka").plus(k.buffer().isWeight() ? p.wide() : p), VType.F32X16, mask);
        var carry = new Stmt.Carry(name, List.of(), init,
                Term.of(Prim.FMA, inner.let(name + "x", x), inner.let(name + "y", y), Term.ref(name)));
        b.add(new Stmt.Loop(false, name + "p", Term.i32(from), Term.i32(to), VType.LANES, List.of(carry),
                inner.stmts()));
    }

    /** Dot products of a few queries with the keys, a few panels at a time; {@code after} panels of that width come before. */
    private Kernel scores(int rows, int panels, int after) {
        var i = List.of(new Range("i", rows));
        var u = List.of(new Range("u", panels));
        var both = List.of(new Range("i", rows), new Range("u", panels));
        var body = Body.block(b -> {
            b.letAll("qa", i, at(q, "qbase", qs.get(2).times(Term.ref("row").plus(Term.ref("i")))));
            var end = after == 0 ? panels == 1 ? Term.ref("t16")
                    : b.let("end", Term.of(Prim.DIV, Term.ref("t16"), Term.i32(16 * panels)).times(16 * panels))
                    : Term.ref("t16");
            var begin = after == 0 ? Term.i32(0)
                    : b.let("begin", Term.of(Prim.DIV, Term.ref("t16"), Term.i32(16 * after)).times(16 * after));
            b.loop("y", begin, end, 16 * panels, strip -> {
                strip.letAll("ka", u, Term.ref("z0").plus(Term.ref("y")).plus(Term.ref("u").times(16)));
                var acc = Term.ref("acc", Term.ref("i"), Term.ref("u"));
                var carry = new Stmt.Carry("acc", both, Term.f32(0, VType.LANES),
                        Term.of(Prim.FMA, Term.ref("qv", Term.ref("i")), Term.ref("kv", Term.ref("u")), acc));
                strip.fold("p", Term.i32(0), Term.i32(d), 1, List.of(carry), inner -> {
                    inner.letAll("kv", u,
                            new Term.Load("z", Term.ref("ka", Term.ref("u")).plus(Term.ref("p").times(Term.ref("t16"))),
                                    VType.F32X16, null));
                    inner.letAll("qv", i, new Term.Load("q", Term.ref("qa", Term.ref("i"))
                            .plus(q.buffer().isWeight() ? Term.ref("p").wide() : Term.ref("p")), VType.F32, null)
                            .splat());
                });
                strip.unroll(both,
                        x -> x.store("z",
                                Term.ref("sbase").plus(Term.ref("i").times(Term.ref("t16"))).plus(Term.ref("y"))
                                        .plus(Term.ref("u").times(16)),
                                acc));
            });
        });
        return part(name(".scores.r" + rows + "c" + panels + (after == 0 ? "" : ".rest")),
                List.of("qbase", "t16", "sbase", "row"), body);
    }

    /** Scores to exponentials, row by row; each row's sum goes behind the scores. */
    private Kernel weights(int rows) {
        var body = Body.block(b -> b.loop("i", Term.i32(0), Term.i32(rows), 1, row -> {
            row.let("sb", Term.ref("sbase").plus(Term.ref("i").times(Term.ref("t16"))));
            if (mask != null) {
                row.let("ma", at(mask, "mbase", ms.get(2).times(Term.ref("row").plus(Term.ref("i")))));
            }
            var full = row.let("full", Term.of(Prim.AND, t, Term.i32(-16)));
            var lowest = Term.f32(Float.NEGATIVE_INFINITY, VType.LANES);
            maximum(row, "a", lowest, Term.i32(0), full, null);
            maximum(row, "b", Term.ref("a"), full, t, new Term.Lanes(Term.ref("bi"), t, VType.LANES));
            var max = row.let("max", new Term.Fold(Prim.MAX, Term.ref("b")));
            row.loop("y", Term.i32(0), Term.ref("t16"), VType.LANES, inner -> {
                var score = inner.let("sc", new Term.Load("z", Term.ref("sb").plus(Term.ref("y")), VType.F32X16, null));
                var weight =
                        new VectorMath(inner, VType.LANES, "e").expOfNegative(Term.of(Prim.SUB, score, max.splat()));
                inner.store("z", Term.ref("sb").plus(Term.ref("y")), weight);
            });
            var carry = new Stmt.Carry("sum", List.of(), Term.f32(0, VType.LANES),
                    Term.of(Prim.ADD, Term.ref("sum"), Term.ref("ew")));
            row.fold("x", Term.i32(0), Term.ref("t16"), VType.LANES, List.of(carry),
                    inner -> inner.let("ew",
                            new Term.Load("z", Term.ref("sb").plus(Term.ref("x")), VType.F32X16, null)));
            var sum = row.let("total", new Term.Fold(Prim.ADD, Term.ref("sum")));
            // without keys there is nothing to weigh, and nothing is the result
            row.store("z", Term.ref("sbase").plus(Term.ref("t16").times(7)).plus(Term.ref("i")),
                    Term.of(Prim.SELECT, Term.of(Prim.EQ, t, Term.i32(0)), Term.f32(0, 1),
                            Term.of(Prim.DIV, Term.f32(1, 1), sum)));
        }));
        return part(name(".weights.r" + rows), List.of("mbase", "t16", "sbase", "row"), body);
    }

    private void maximum(Body row, String name, Term init, Term from, Term to, @Nullable Term lanes) {
        var inner = new Body();
        var i = Term.ref(name + "i");
        var at = Term.ref("sb").plus(i);
        Term score =
                Term.of(Prim.MUL, new Term.Load("z", at, VType.F32X16, null), Term.f32(given.scale(), VType.LANES));
        if (mask != null) {
            boolean repeats = given.mask().strides().getLast().equals(Dim.ZERO);
            var m = repeats
                    ? new Term.Load("m", Term.ref("ma"), VType.F32, null).splat()
                    : new Term.Load("m", Term.ref("ma").plus(mask.buffer().isWeight() ? i.wide() : i), VType.F32X16,
                            mask.needed(lanes));
            score = Term.of(Prim.ADD, score, m);
        }
        var s = inner.let(name + "s", score);
        var kept = lanes == null ? s
                : inner.let(name + "k", Term.of(Prim.SELECT, lanes, s, Term.f32(Float.NEGATIVE_INFINITY, VType.LANES)));
        inner.store("z", at, kept);
        var carry = new Stmt.Carry(name, List.of(), init, Term.of(Prim.MAX, Term.ref(name), kept));
        row.add(new Stmt.Loop(false, name + "i", from, to, VType.LANES, List.of(carry), inner.stmts()));
    }

    /** Rows of a masked strip: each costs several operations for every part of a vector. */
    private static int tailRows(Form form, int rows) {
        int most = switch (form) {
            case V512, SCALAR -> 8;
            case V256 -> 4;
            case V128 -> 1;
        };
        int some = Math.min(rows, most);
        while (rows % some != 0) {
            some--;
        }
        return some;
    }

    private void values(Body b, Form form, int rows, int panels, boolean masked, int first, int last, List<Term> bases,
            Term from) {
        if (first < last) {
            int some = masked ? tailRows(form, rows) : rows;
            for (int skip = 0; skip < rows; skip += some) {
                b.add(call(values(some, panels, masked),
                        List.of(bases.get(1), bases.get(2), bases.get(4), bases.get(5), from,
                                Term.i32(16 * first), Term.i32(16 * last), Term.i32(skip))));
            }
        }
    }

    /** The weighted sum of values, some panels of sixteen columns at a time. */
    private Kernel values(int rows, int panels, boolean masked) {
        var body = Body.block(b -> b.loop("c", Term.ref("first"), Term.ref("last"), 16 * panels,
                strip -> strip(strip, rows, panels, masked)));
        return part(name(".values.r" + rows + "c" + panels + (masked ? ".tail" : "")),
                List.of("vbase", "obase", "t16", "sbase", "row", "first", "last", "skip"), body);
    }

    private void strip(Body b, int rows, int panels, boolean masked) {
        var i = List.of(new Range("i", rows));
        var u = List.of(new Range("u", panels));
        var both = List.of(new Range("i", rows), new Range("u", panels));
        var column = Term.ref("c").plus(Term.ref("u").times(16));
        var lanes = masked ? b.let("lanes", new Term.Lanes(Term.ref("c"), Term.i32(e), VType.LANES)) : null;
        var zero = b.let("zero", Term.f32(0, VType.LANES));
        b.letAll("wa", i, Term.ref("sbase").plus(Term.ref("skip").plus(Term.ref("i")).times(Term.ref("t16"))));
        var acc = Term.ref("acc", Term.ref("i"), Term.ref("u"));
        var carry = new Stmt.Carry("acc", both, zero,
                Term.of(Prim.FMA, Term.ref("wv", Term.ref("i")), Term.ref("vv", Term.ref("u")), acc));
        b.fold("y", Term.i32(0), t, 1, List.of(carry), inner -> {
            var y = Term.ref("y");
            inner.letAll("vv", u, new Term.Load("v", at(v, "vbase", vs.get(2).times(y).plus(column)), VType.F32X16,
                    v.needed(lanes)));
            inner.letAll("wv", i, new Term.Load("z", Term.ref("wa", Term.ref("i")).plus(y), VType.F32, null).splat());
        });
        b.letAll("inv", i,
                new Term.Load("z",
                        Term.ref("sbase").plus(Term.ref("t16").times(7)).plus(Term.ref("skip").plus(Term.ref("i"))),
                        VType.F32, null).splat());
        b.unroll(both,
                x -> x.store("o",
                        Term.ref("obase")
                                .plus(os.get(2).times(Term.ref("row").plus(Term.ref("skip")).plus(Term.ref("i"))))
                                .plus(column),
                        Term.of(Prim.MUL, acc, Term.ref("inv", Term.ref("i"))), lanes));
    }
}
