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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The inner product of convolutions in the vector forms: {@code s[r,n] += a[r,k] * w[k,n]} for a block of rows, up to
 * three panels of sixteen columns and a part of k. The rows, windows of an image, are copied first so that they lie a
 * constant distance apart: a tile then needs one address for all its rows, where else each has its own and there are not
 * registers enough, and knows nothing of windows. A part of the weights stays in the first-level cache while rows go by.
 *
 * <p>
 * All sizes are parameters, and no epilogue is part of it: all convolutions of a model share its few methods.
 */
final class PackedSums {
    /** Most k's of a part: three panels of so many stay in the first-level cache beside a tile's rows. */
    static final int PART = 256;
    /** A mask beyond all k's of a part; HotSpot finds out what it needs before it knows that the mask changes nothing. */
    private static final int MASK = 2 * PART - 1;
    /** Weights from the first of a part on that are there, even if the part is shorter. */
    private static final long REACH = (MASK + 2L) * VType.LANES;
    /**
     * Distance of copied rows: no multiple of a cache's ways, or the rows of a tile would displace each other. With 17 or
     * 18 lines tiles that read a residual were slower by a sixth than with 19 to 25.
     */
    static final int DISTANCE = PART + 48;

    /** Rows that are copied at once: loops over one row alone are too short. */
    private static final int TOGETHER = 7;

    /** Where windows and their segments lie, and which are copied where; callers have them in scope. */
    private static final List<String> WINDOWS = List.of("xb", "ow", "oh", "xn", "ys", "xs", "kw", "sa", "sc", "first",
            "behind", "k0", "k1", "i0", "i1", "a0");
    /** What is multiplied, in the callers' scope: the panels' distance, rows, old sums and their distance, new sums. */
    private static final List<String> SIZES = List.of("wd", "a0", "old", "fd", "sb", "depth");

    /** A tile's first row and end, first panel and end. */
    static final List<String> RANGE = List.of("i0", "i1", "j0", "j1");

    private PackedSums() {
    }

    // ---- copies of rows

    /**
     * Copies segments {@code first} to {@code behind}, elements {@code k0} to {@code k1} of each, of the windows
     * {@code i0} to {@code i1}.
     */
    static void copy(Body b) {
        b.add(new Stmt.Call(COPY, List.of("x", "a"), WINDOWS.stream().map(Term::ref).toList()));
    }

    private static final Kernel COPY = copies();

    private static Kernel copies() {
        var ow = Term.ref("ow");
        var i0 = Term.ref("i0");
        var i1 = Term.ref("i1");
        var body = Body.block(b -> b.loop("seg", Term.ref("first"), Term.ref("behind"), 1, segment -> {
            var seg = Term.ref("seg");
            var major = segment.let("major", Term.of(Prim.DIV, seg, Term.ref("kw")));
            var from = segment.let("from", Term.ref("xb").plus(Term.ref("k0")).plus(major.times(Term.ref("sa")))
                    .plus(seg.minus(major.times(Term.ref("kw"))).times(Term.ref("sc"))));
            var count = segment.let("count", Term.ref("k1").minus(Term.ref("k0")));
            segment.let("full", Term.of(Prim.AND, count, Term.i32(-VType.LANES)));
            var to = segment.let("to", Term.ref("a0").plus(seg.minus(Term.ref("first")).times(count)));
            segment.loop("line", Term.of(Prim.DIV, i0, ow), Term.of(Prim.DIV, i1.plus(ow).plus(-1), ow), 1, x -> {
                var line = Term.ref("line");
                var image = x.let("image", Term.of(Prim.DIV, line, Term.ref("oh")));
                var start = x.let("start", line.times(ow));
                var at = x.let("at", from.plus(image.times(Term.ref("xn")))
                        .plus(line.minus(image.times(Term.ref("oh"))).times(Term.ref("ys"))));
                var o0 = x.let("o0", Term.of(Prim.MAX, Term.i32(0), i0.minus(start)));
                var o1 = x.let("o1", Term.of(Prim.MIN, ow, i1.minus(start)));
                var whole =
                        x.let("whole", o0.plus(Term.of(Prim.DIV, o1.minus(o0), Term.i32(TOGETHER)).times(TOGETHER)));
                var row = to.plus(start.minus(i0).times(DISTANCE));
                // a loop over one vector costs more to enter than to run
                var one = Term.of(Prim.EQ, Term.ref("full"), Term.i32(VType.LANES));
                x.when(one, y -> firsts(y, o0, whole, at, row));
                x.when(Term.of(Prim.NOT, one), y -> rows(y, "a", o0, whole, TOGETHER, at, row));
                rows(x, "b", whole, o1, 1, at, row);
                tail(x, o0, o1, at, row);
            });
        }));
        var params = WINDOWS.stream().map(p -> new Kernel.Param(p, Elem.I32)).toList();
        return new Kernel("window.f32.copy", List.of(Buffer.heap("x", Buffer.Storage.F32),
                Buffer.heap("a", Buffer.Storage.F32)), params, body);
    }

    /** Elements behind whole vectors: where there is one, the last sixteen, some of them once more. */
    private static void tail(Body b, Term from, Term to, Term at, Term row) {
        var full = Term.ref("full");
        var count = Term.ref("count");
        b.when(Term.of(Prim.AND, Term.of(Prim.LT, Term.i32(0), full), Term.of(Prim.LT, full, count)),
                x -> x.loop("q", count.plus(-VType.LANES), count, VType.LANES, y -> {
                    var source = y.let("last", at.plus(Term.ref("q")));
                    var copy = y.let("copied", row.plus(Term.ref("q")));
                    y.loop("o", from, to, 1, z -> z.store("a", copy.plus(Term.ref("o").times(DISTANCE)), new Term.Load(
                            "x", source.plus(Term.ref("o").times(Term.ref("xs"))), VType.F32X16, null)));
                }));
        b.when(Term.of(Prim.EQ, full, Term.i32(0)), x -> x.loop("ot", from, to, 1, y -> {
            var mask = y.let("some", new Term.Lanes(Term.i32(0), count, VType.LANES));
            y.store("a", row.plus(Term.ref("ot").times(DISTANCE)),
                    new Term.Load("x", at.plus(Term.ref("ot").times(Term.ref("xs"))), VType.F32X16, mask), mask);
        }));
    }

    /** The one whole vector that some rows have. */
    private static void firsts(Body b, Term from, Term to, Term at, Term row) {
        var all = List.of(new Range("t", TOGETHER));
        var t = Term.ref("t");
        b.loop("qc", Term.i32(0), Term.ref("full"), VType.LANES, x -> {
            var source = x.let("sourcec", at.plus(Term.ref("qc")));
            var copy = x.let("copyc", row.plus(Term.ref("qc")));
            x.loop("oc", from, to, TOGETHER, y -> y.unroll(all, z -> z.store("a",
                    copy.plus(Term.ref("oc").plus(t).times(DISTANCE)),
                    new Term.Load("x", source.plus(Term.ref("oc").plus(t).times(Term.ref("xs"))), VType.F32X16,
                            null))));
        });
    }

    /** Whole vectors of some rows. */
    private static void rows(Body b, String name, Term from, Term to, int together, Term at, Term row) {
        var all = List.of(new Range("t", together));
        var t = Term.ref("t");
        b.loop("o" + name, from, to, together, x -> {
            var o = Term.ref("o" + name);
            x.letAll("source" + name, all, at.plus(o.plus(t).times(Term.ref("xs"))));
            var copy = x.let("copy" + name, row.plus(o.times(DISTANCE)));
            x.loop("q" + name, Term.i32(0), Term.ref("full"), VType.LANES, y -> y.unroll(all,
                    z -> z.store("a", copy.plus(t.times(DISTANCE)).plus(Term.ref("q" + name)), new Term.Load("x",
                            Term.ref("source" + name, t).plus(Term.ref("q" + name)), VType.F32X16, null))));
        });
    }

    // ---- tiles

    /** Calls of tiles of one size. */
    interface Tiles {
        /**
         * Tiles of a range of rows and of panels.
         *
         * @param rows
         *            of a tile
         * @param panels
         *            of a tile
         * @param range
         *            first row and end, first panel and end
         * @return the call
         */
        Stmt.Call of(int rows, int panels, List<Term> range);
    }

    /**
     * Does what tiles do for {@code count} rows and {@code panels} panels, both of which the body has in scope. A panel
     * alone has tall tiles while there are rows for them.
     *
     * @param heights
     *            of other tiles there may be
     * @param widths
     *            how many panels there may be
     */
    static void all(Body b, Form form, Heights heights, Set<Integer> widths, Tiles tiles) {
        int tall = GemmTile.tallRows(form);
        boolean two = widths.contains(1) && tall > GemmTile.maxRows(form);
        var from = Term.i32(0);
        if (two) {
            var alone = Term.of(Prim.EQ, Term.ref("panels"), Term.i32(1));
            from = b.let("tall", Term.of(Prim.SELECT, alone, Term.of(Prim.DIV, Term.ref("count"), Term.i32(tall))
                    .times(tall), Term.i32(0)));
            var end = from;
            b.when(Term.of(Prim.LT, Term.i32(0), from),
                    y -> all(y, form, tall, 1, Term.i32(0), end, tiles));
        }
        int most = GemmTile.maxRows(form);
        var rows = b.let("others", Term.ref("count").minus(from));
        var number = b.let("number", Term.of(Prim.MAX, Term.i32(1),
                Term.of(Prim.DIV, rows.plus(most - 1), Term.i32(most))));
        var low = b.let("low", Term.of(Prim.DIV, rows, number));
        var split = b.let("split", from.plus(Term.of(Prim.REM, rows, number).times(low.plus(1))));
        for (int width : widths) {
            var start = two && width == 1 ? from : Term.i32(0);
            for (int height : heights.of(width)) {
                var wanted = Term.of(Prim.EQ, Term.ref("panels"), Term.i32(width));
                b.when(Term.of(Prim.AND, Term.of(Prim.EQ, low.plus(1), Term.i32(height)), wanted),
                        y -> all(y, form, height, width, start, split, tiles));
                b.when(Term.of(Prim.AND, Term.of(Prim.EQ, low, Term.i32(height)), wanted),
                        y -> all(y, form, height, width, split, Term.ref("count"), tiles));
            }
        }
    }

    /** Heights of tiles that are not tall ones. */
    interface Heights {
        /** Those there may be where tasks have some panels. */
        Set<Integer> of(int panels);
    }

    /** Wide tiles first, then single panels. */
    private static void all(Body b, Form form, int height, int width, Term i0, Term i1, Tiles tiles) {
        int wide = Math.min(width, GemmTile.panels(form, height));
        int most = width / wide * wide;
        b.add(tiles.of(height, wide, List.of(i0, i1, Term.i32(0), Term.i32(most))));
        if (most < width) {
            b.add(tiles.of(height, 1, List.of(i0, i1, Term.i32(most), Term.i32(width))));
        }
    }

    /** Adds a part of k to sums; the body has {@code SIZES} in scope and the weights' beginning {@code wk}. */
    static void add(Body b, Form form, Heights heights, Set<Integer> widths, Buffer.Storage weights) {
        all(b, form, heights, widths, (rows, panels, range) -> {
            var args = new ArrayList<Term>(List.of(Term.ref("wk")));
            SIZES.forEach(p -> args.add(Term.ref(p)));
            args.addAll(range);
            return new Stmt.Call(tile(form, rows, panels, weights), List.of("a", "s"), args);
        });
    }

    private static Kernel tile(Form form, int rows, int panels, Buffer.Storage weights) {
        var params = new ArrayList<Kernel.Param>();
        params.add(new Kernel.Param("wk", Elem.I64));
        SIZES.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        RANGE.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        var body = tiles(rows, panels, weights, Term.ref("wk"), inner -> {
            accumulate(inner, form, rows, panels, old());
            store(inner, rows, panels);
        });
        var buffers = List.of(Buffer.heap("a", Buffer.Storage.F32), Buffer.weight("w", weights),
                Buffer.heap("s", Buffer.Storage.F32));
        return new Kernel(
                "window." + weights.label() + ".r" + rows + "c" + panels + "." + form.suffix().toLowerCase(Locale.ROOT),
                buffers,
                params, body);
    }

    /** Leaves a tile's sums in scratch, from {@code sb} on. */
    static void store(Body b, int rows, int panels) {
        var place = b.let("place", Term.ref("sb").plus(Term.ref("i").times(WindowSums.PITCH))
                .plus(Term.ref("j").times(VType.LANES)));
        b.unroll(over(rows, panels), x -> x.store("s", place.plus(Term.ref("t").times(WindowSums.PITCH))
                .plus(Term.ref("u").times(VType.LANES)), Term.ref("acc", Term.ref("t"), Term.ref("u"))));
    }

    /** Subscripts of a tile's rows and panels. */
    static List<Range> over(int rows, int panels) {
        return List.of(new Range("t", rows), new Range("u", panels));
    }

    /**
     * Loops over tiles.
     *
     * @param weights
     *            type of the weights
     * @param first
     *            index of the first weight of the part
     * @param tile
     *            what is done for the rows {@code i}, … and panels {@code j}, …
     */
    static List<Stmt> tiles(int rows, int panels, Buffer.Storage weights, Term first, Consumer<Body> tile) {
        return Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), panels, x -> {
            var panel = first.plus(Term.ref("j").plus(Term.ref("u")).wide().times(Term.ref("wd").wide()));
            x.letAll("wp", List.of(new Range("u", panels)), weights == Buffer.Storage.F32
                    ? Term.of(Prim.WITHIN, panel, Term.i64(REACH)) : panel);
            x.loop("i", Term.ref("i0"), Term.ref("i1"), rows, tile);
        }));
    }

    /** The sums of the first of a tile's rows and panels so far. */
    static Term old() {
        return Term.ref("old").plus(Term.ref("i").times(Term.ref("fd"))).plus(Term.ref("j").times(VType.LANES));
    }

    /**
     * The sums {@code acc[t,u]} of a tile.
     *
     * @param old
     *            where those of the parts so far are; null if this is the only one
     */
    static void accumulate(Body b, Form form, int rows, int panels, @Nullable Term old) {
        var over = over(rows, panels);
        var t = Term.ref("t");
        var u = Term.ref("u");
        var a = b.let("a_", Term.ref("a0").plus(Term.ref("i").times(DISTANCE)));
        var begin = b.let("begin", old == null ? Term.f32(0, VType.LANES) : old);
        var init = old == null ? begin
                : new Term.Load("s", begin.plus(t.times(WindowSums.PITCH)).plus(u.times(VType.LANES)), VType.F32X16,
                        null);
        var step = RegisterTile.STEP;
        RegisterTile.accumulate(b, over.get(0), over.get(1), init, Term.i32(0),
                Term.of(Prim.MIN, Term.ref("depth"), Term.i32(PART)), weight(form, panels, step),
                new Term.Load("a", a.plus(t.times(DISTANCE)).plus(step), VType.F32, null));
    }

    /** A panel's sixteen weights of an element of k. */
    static Term weight(Form form, int panels, Term k) {
        // the bound and the mask change nothing but what HotSpot knows: all weights are within reach of the first
        var q = Term.of(Prim.AND, k, Term.i32(MASK)).wide().times(Term.i64(VType.LANES));
        var weight = new Term.Load("w", Term.ref("wp", Term.ref("u")).plus(q), VType.F32X16, null);
        return form == Form.V512 && panels == 1 ? RegisterTile.alone(weight) : weight;
    }
}
