package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * The inner product of all that has constant weights in panels and sums in scratch: {@code s[r,n] += x[r,k] * w[k,n]}
 * for a block of rows, up to three panels of sixteen columns and a part of k. A row is a window of an image whose channels
 * come last: it is made of segments, runs of neighbouring elements. What a block needs of the weights stays in the
 * first-level cache while rows go by.
 *
 * <p>
 * All sizes are parameters, and no epilogue is part of it: all convolutions of a model share its few methods.
 */
final class WindowSums {
    /** Columns of scratch: those of the widest task. */
    static final int PITCH = 48;
    /** Panels of the widest task. */
    static final int PANELS = 3;
    /** Rows of a tile in the widest form; blocks have a multiple of so many rows. */
    static final int ROWS = 7;

    /** What a caller has to have in scope: where operands begin, how rows and segments lie, and what part is wanted. */
    private static final List<String> SIZES = List.of("xb", "sb", "ow", "oh", "xn", "ys", "xs", "kw", "sa", "sc", "len",
            "kk", "first", "behind", "k0", "k1", "r0", "jb");

    /** What the scalar form has in scope besides. */
    private static final List<String> OWN = List.of("wr0", "su0", "i0", "i1", "j0", "j1");

    private WindowSums() {
    }

    /** Rows of tiles a block is divided into: as many as can be, evenly. */
    static Set<Integer> heights(Form form, long rows) {
        var all = new TreeSet<Integer>();
        long most = GemmTile.maxRows(form);
        if (rows > 0) {
            long tiles = (rows + most - 1) / most;
            all.add((int) (rows / tiles));
            if (rows % tiles != 0) {
                all.add((int) (rows / tiles + 1));
            }
        }
        return all;
    }

    /**
     * Sets sums to zero, in a method that all convolutions share: a loop of its own would make HotSpot compile each
     * driver, which is hot for nothing else.
     *
     * @param buffer
     *            that holds them
     * @param from
     *            position of the first
     * @param count
     *            how many, a multiple of sixteen
     */
    static void clear(Body b, String buffer, Term from, Term count) {
        var body = Body.block(x -> x.loop("n", Term.ref("z0"), Term.ref("z1"), VType.LANES,
                n -> n.store("s", Term.ref("n"), Term.f32(0, VType.LANES))));
        var leaf = new Kernel("window.f32.clear", List.of(Buffer.heap("s", Buffer.Storage.F32)),
                List.of(new Kernel.Param("z0", Elem.I32), new Kernel.Param("z1", Elem.I32)), body);
        b.add(new Stmt.Call(leaf, List.of(buffer), List.of(from, from.plus(count))));
    }

    /**
     * Adds to the sums of rows i0 to i1 and panels j0 to j1, which the body has in scope with all {@code SIZES} and the
     * weights' beginning wb.
     *
     * @param x
     *            name of the rows' buffer; that of the sums is s
     * @param other
     *            sizes that have another name in the body
     * @param heights
     *            of tiles there may be
     * @param widths
     *            how many panels there may be
     * @param wide
     *            whether rows of images are no shorter than a tile
     */
    static void add(Body b, Form form, String x, Map<String, String> other, Set<Integer> heights,
            Set<Integer> widths, boolean wide) {
        if (form == Form.SCALAR) {
            b.add(scalar(x, other));
            return;
        }
        int tall = GemmTile.maxRows(form);
        var rows = b.let("wrows", Term.ref("i1").minus(Term.ref("i0")));
        var tiles = b.let("wtiles", Term.of(Prim.DIV, rows.plus(tall - 1), Term.i32(tall)));
        var low = b.let("wlow", Term.of(Prim.DIV, rows, tiles));
        var split = b.let("wsplit", Term.ref("i0").plus(Term.of(Prim.REM, rows, tiles).times(low.plus(1))));
        var count = b.let("wpanels", Term.ref("j1").minus(Term.ref("j0")));
        for (int height : heights) {
            for (int width : widths) {
                int most = Math.min(width, GemmTile.panels(form, height));
                IntFunction<Stmt.Call> call = panels -> call(tile(form, height, panels, wide), x, other);
                var wanted = Term.of(Prim.EQ, count, Term.i32(width));
                b.when(Term.of(Prim.AND, Term.of(Prim.EQ, low.plus(1), Term.i32(height)), wanted),
                        y -> tiles(y, call, width, most, Term.ref("i0"), split));
                b.when(Term.of(Prim.AND, Term.of(Prim.EQ, low, Term.i32(height)), wanted),
                        y -> tiles(y, call, width, most, split, Term.ref("i1")));
            }
        }
    }

    /** Wide tiles first, then single panels. */
    private static void tiles(Body b, IntFunction<Stmt.Call> tile, int width, int wide, Term i0, Term i1) {
        int most = width / wide * wide;
        var middle = Term.ref("j0").plus(most);
        call(b, tile.apply(wide), i0, i1, Term.ref("j0"), middle);
        if (most < width) {
            call(b, tile.apply(1), i0, i1, middle, Term.ref("j1"));
        }
    }

    /** A call without its range, which is passed last. */
    private static Stmt.Call call(Kernel tile, String x, Map<String, String> other) {
        var args = new ArrayList<Term>(List.of(Term.ref("wb")));
        SIZES.forEach(p -> args.add(Term.ref(other.getOrDefault(p, p))));
        return new Stmt.Call(tile, List.of(x, "s"), args);
    }

    private static void call(Body b, Stmt.Call call, Term i0, Term i1, Term j0, Term j1) {
        var args = new ArrayList<>(call.args());
        args.addAll(List.of(i0, i1, j0, j1));
        b.add(new Stmt.Call(call.kernel(), call.buffers(), args));
    }

    // ---- the scalar form: weights copied to rows, one row of sums at a time

    /** Elements of f32 memory for rows of weights, which the scalar form needs. */
    static final int COPIES = ScalarSums.DEPTH * PITCH;

    /** Declares the scalar form's memory: rows of weights, and a row of sums. */
    static void declare(Access access, Place copies, Place sums) {
        access.memory(ScalarSums.COPIES.name(), ScalarSums.flat(copies, DType.F32));
        access.memory(ScalarSums.TOTALS.name(), ScalarSums.flat(sums, DType.F64));
    }

    private static Stmt.Call scalar(String x, Map<String, String> other) {
        var args = new ArrayList<Term>(List.of(Term.ref("wb")));
        SIZES.forEach(p -> args.add(Term.ref(other.getOrDefault(p, p))));
        OWN.forEach(p -> args.add(Term.ref(p)));
        return new Stmt.Call(scalarRows(), List.of(x, "s", ScalarSums.COPIES.name(), ScalarSums.TOTALS.name()), args);
    }

    private static List<Kernel.Param> scalarParams(List<String> more) {
        var params = new ArrayList<>(List.of(new Kernel.Param("wb", Elem.I64)));
        SIZES.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        more.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        return params;
    }

    private static Kernel scalarRows() {
        var buffers = List.of(Buffer.heap("x", Buffer.Storage.F32), Buffer.weight("w", Buffer.Storage.F32),
                Buffer.heap("s", Buffer.Storage.F32), ScalarSums.COPIES, ScalarSums.TOTALS);
        var weights = new Access.Memory(buffers.get(1), Term.ref("wb"), DType.F32);
        var body = Body.block(b -> b.loop("seg", Term.ref("first"), Term.ref("behind"), 1, segment -> {
            var seg = Term.ref("seg");
            var major = segment.let("major", Term.of(Prim.DIV, seg, Term.ref("kw")));
            var from = segment.let("from", major.times(Term.ref("sa"))
                    .plus(seg.minus(major.times(Term.ref("kw"))).times(Term.ref("sc"))));
            segment.loop("p", Term.ref("k0"), Term.ref("k1"), ScalarSums.DEPTH, part -> {
                var count = part.let("count",
                        Term.of(Prim.MIN, Term.i32(ScalarSums.DEPTH), Term.ref("k1").minus(Term.ref("p"))));
                var at0 = Term.ref("wb").plus(Term.ref("j0").wide().times(Term.ref("kk").wide())
                        .plus(seg.wide().times(Term.ref("len").wide())).plus(Term.ref("p").wide())
                        .times(Term.i64(VType.LANES)));
                part.add(ScalarSums.copy(weights, null, at0, null, Term.ref("wr0"),
                        List.of(Term.ref("j1").minus(Term.ref("j0")), Term.ref("kk").times(VType.LANES), count,
                                Term.i32(PITCH))));
                var columns = part.let("columns", Term.ref("j1").minus(Term.ref("j0")).times(VType.LANES));
                var at = part.let("at", from.plus(Term.ref("p")));
                var first = part.let("row0", Term.ref("sb")
                        .plus(Term.ref("j0").minus(Term.ref("jb")).times(VType.LANES)));
                part.loop("i", Term.ref("i0"), Term.ref("i1"), 1, row -> {
                    var args = new ArrayList<Term>(List.of(Term.ref("wb")));
                    SIZES.forEach(p -> args.add(Term.ref(p)));
                    args.addAll(List.of(Term.ref("wr0"), Term.ref("su0"), Term.ref("i"), at,
                            first.plus(Term.ref("i").minus(Term.ref("r0")).times(PITCH)), count, columns));
                    row.add(new Stmt.Call(scalarRow(buffers), List.of("x", "s", ScalarSums.COPIES.name(),
                            ScalarSums.TOTALS.name()), args));
                });
            });
        }));
        return new Kernel("window.f32.rows", buffers, scalarParams(OWN), body);
    }

    /** One row: its sums are taken to memory of another type and back. */
    private static Kernel scalarRow(List<Buffer> buffers) {
        var body = Body.block(b -> {
            var line = b.let("line", Term.of(Prim.DIV, Term.ref("i"), Term.ref("ow")));
            var image = b.let("image", Term.of(Prim.DIV, line, Term.ref("oh")));
            var x = b.let("a0", at(image, line.minus(image.times(Term.ref("oh"))),
                    Term.ref("i").minus(line.times(Term.ref("ow")))).plus(Term.ref("at")));
            var n = Term.ref("n");
            var sum = Term.ref("su0").plus(n);
            b.loop("n", Term.i32(0), Term.ref("columns"), 1, c -> c.store(ScalarSums.TOTALS.name(), sum,
                    new Term.Convert(new Term.Load("s", Term.ref("row0").plus(n), VType.F32, null), Elem.F64)));
            b.add(ScalarSums.add("x", x, Term.ref("wr0"), Term.ref("su0"), Term.ref("count"), Term.ref("columns"),
                    PITCH));
            var m = Term.ref("m");
            b.loop("m", Term.i32(0), Term.ref("columns"), 1, c -> c.store("s", Term.ref("row0").plus(m),
                    new Term.Convert(new Term.Load(ScalarSums.TOTALS.name(), Term.ref("su0").plus(m),
                            new VType(Elem.F64, 1), null), Elem.F32)));
        });
        return new Kernel("window.f32.row", buffers,
                scalarParams(List.of("wr0", "su0", "i", "at", "row0", "count", "columns")), body);
    }

    // ---- the tile

    private static Kernel tile(Form form, int rows, int panels, boolean wide) {
        var params = new ArrayList<Kernel.Param>();
        params.add(new Kernel.Param("wb", Elem.I64));
        SIZES.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        for (var extra : List.of("i0", "i1", "j0", "j1")) {
            params.add(new Kernel.Param(extra, Elem.I32));
        }
        var u = List.of(new Range("u", panels));
        var body = Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), panels, columns -> {
            columns.letAll("wp", u, Term.ref("wb")
                    .plus(Term.ref("j").plus(Term.ref("u")).wide().times(Term.ref("kk").wide()).times(Term.i64(16))));
            columns.loop("i", Term.ref("i0"), Term.ref("i1"), rows, inner -> {
                place(inner, rows, wide);
                sums(inner, rows, panels);
            });
        }));
        var buffers = List.of(Buffer.heap("x", Buffer.Storage.F32), Buffer.weight("w", Buffer.Storage.F32),
                Buffer.heap("s", Buffer.Storage.F32));
        return new Kernel(
                "window.f32.r" + rows + "c" + panels + (wide ? "" : ".narrow") + "."
                        + form.suffix().toLowerCase(Locale.ROOT),
                buffers,
                params, body);
    }

    /**
     * Where the windows of a tile's rows begin: {@code ab[t]}. In wide images the first by division, and those behind it
     * one step on each, and the way to the next row or image further where theirs has ended. In images narrower than a
     * tile, or of unknown width, each by division.
     */
    private static void place(Body b, int rows, boolean wide) {
        var ow = Term.ref("ow");
        var all = List.of(new Range("t", rows));
        var t = Term.ref("t");
        if (!wide) {
            var i = Term.ref("i").plus(t);
            b.letAll("line", all, Term.of(Prim.DIV, i, ow));
            b.letAll("image", all, Term.of(Prim.DIV, Term.ref("line", t), Term.ref("oh")));
            b.letAll("ab", all, at(Term.ref("image", t),
                    Term.ref("line", t).minus(Term.ref("image", t).times(Term.ref("oh"))),
                    i.minus(Term.ref("line", t).times(ow))));
            return;
        }
        var line = b.let("line", Term.of(Prim.DIV, Term.ref("i"), ow));
        var ox = b.let("ox", Term.ref("i").minus(line.times(ow)));
        var image = b.let("image", Term.of(Prim.DIV, line, Term.ref("oh")));
        var oy = b.let("oy", line.minus(image.times(Term.ref("oh"))));
        var base = b.let("base", at(image, oy, ox));
        var last = Term.of(Prim.EQ, oy.plus(1), Term.ref("oh"));
        var next = b.let("next", Term.of(Prim.SELECT, last, Term.ref("xn").minus(oy.times(Term.ref("ys"))),
                Term.ref("ys")).minus(ow.times(Term.ref("xs"))));
        var room = b.let("room", ow.minus(ox).plus(-1));
        // the sign of what is left of the image's row is a mask
        b.letAll("ab", all, base.plus(t.times(Term.ref("xs")))
                .plus(Term.of(Prim.AND, Term.of(Prim.SHR, room.minus(t), Term.i32(31)), next)));
    }

    private static Term at(Term image, Term oy, Term ox) {
        return Term.ref("xb").plus(image.times(Term.ref("xn"))).plus(oy.times(Term.ref("ys")))
                .plus(ox.times(Term.ref("xs")));
    }

    private static void sums(Body b, int rows, int panels) {
        var t = new Range("t", rows);
        var u = new Range("u", panels);
        var row = Term.ref("i").plus(Term.ref("t")).minus(Term.ref("r0"));
        var at = Term.ref("sb").plus(row.times(PITCH))
                .plus(Term.ref("j").plus(Term.ref("u")).minus(Term.ref("jb")).times(16));
        b.letAll("at", List.of(t, u), at);
        var place = Term.ref("at", Term.ref("t"), Term.ref("u"));
        var sofar = Term.ref("sofar", Term.ref("t"), Term.ref("u"));
        var acc = Term.ref("acc", Term.ref("t"), Term.ref("u"));
        var outer = new Stmt.Carry("sofar", List.of(t, u), new Term.Load("s", place, VType.F32X16, null), acc);
        var inner = new Stmt.Carry("acc", List.of(t, u), sofar,
                Term.of(Prim.FMA, Term.ref("v", Term.ref("t")), Term.ref("z", Term.ref("u")), acc));
        b.fold("seg", Term.ref("first"), Term.ref("behind"), 1, List.of(outer), segment -> {
            var seg = Term.ref("seg");
            var major = segment.let("major", Term.of(Prim.DIV, seg, Term.ref("kw")));
            var minor = segment.let("minor", seg.minus(major.times(Term.ref("kw"))));
            var from = segment.let("from",
                    major.times(Term.ref("sa")).plus(minor.times(Term.ref("sc"))));
            segment.letAll("as", List.of(t), Term.ref("ab", Term.ref("t")).plus(from));
            segment.letAll("ws", List.of(u), Term.ref("wp", Term.ref("u"))
                    .plus(seg.wide().times(Term.ref("len").wide()).times(Term.i64(16))));
            segment.fold("p", Term.ref("k0"), Term.ref("k1"), 1, List.of(inner), k -> {
                var p = Term.ref("p");
                k.letAll("z", List.of(u), new Term.Load("w",
                        Term.ref("ws", Term.ref("u")).plus(p.wide().times(Term.i64(16))), VType.F32X16, null));
                k.letAll("v", List.of(t),
                        new Term.Load("x", Term.ref("as", Term.ref("t")).plus(p), VType.F32, null).splat());
            });
        });
        b.unroll(List.of(t, u), x -> x.store("s", place, sofar));
    }
}
