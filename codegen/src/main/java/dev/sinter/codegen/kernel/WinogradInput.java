package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;

/**
 * Tiles of the input, transformed to {@code v[point][chunk][tile][64]}. Neighbours in a row of tiles are transformed
 * together, as many as stay in the first-level cache: their columns from above to below, in one loop over all columns
 * and channels, then from left to right. What lies outside of the image is zero: columns are set so on the way, and of
 * tiles at the upper or lower edge a copy is made first.
 */
final class WinogradInput {
    /** Elements of one of the two buffers that a few tiles need on their way. */
    private static final long MOST = 6144;

    private final Access access;
    private final Winograd algorithm;
    private final Form form;
    private final int points;

    WinogradInput(Access access, Winograd algorithm, Form form) {
        this.access = access;
        this.algorithm = algorithm;
        this.form = form;
        this.points = algorithm.points();
    }

    /** Tiles transformed together. */
    static long piece(Winograd algorithm, long channels, long perRow) {
        return Math.clamp((MOST / algorithm.points() / channels - 2) / algorithm.results(), 1, perRow);
    }

    /** Elements of a line of pixels that these tiles see. */
    static long span(Winograd algorithm, long channels, long perRow) {
        return (piece(algorithm, channels, perRow) * algorithm.results() + 2) * channels;
    }

    /** Elements of memory on the way. */
    static long memory(Winograd algorithm, long channels, long perRow) {
        return 2 * algorithm.points() * span(algorithm, channels, perRow);
    }

    /** The kernel, with the first tile and that behind the last as arguments. */
    Kernel kernel(String name) {
        int m = algorithm.results();
        var tw = Term.ref("tw");
        var row = Term.ref("row");
        var last = Term.of(Prim.DIV, Term.ref("b1").plus(-1), tw).plus(1);
        return access.part(name + ".input", List.of("b0", "b1"), Body.block(b -> b.loop("row",
                Term.of(Prim.DIV, Term.ref("b0"), tw), last, 1, line -> {
                    var image = line.let("image", Term.of(Prim.DIV, row, Term.ref("th")));
                    line.let("top", row.minus(image.times(Term.ref("th"))).times(m).minus(Term.ref("above")));
                    line.let("base", Term.ref("x0").plus(image.times(Term.ref("xn")))
                            .plus(Term.ref("top").times(Term.ref("ys"))));
                    var start = line.let("start", row.times(tw));
                    var t0 = line.let("t0", Term.of(Prim.MAX, Term.ref("b0"), start).minus(start));
                    var t1 = line.let("t1", Term.of(Prim.MIN, Term.ref("b1"), start.plus(tw)).minus(start));
                    var piece = Term.ref("piece");
                    var pieces = Term.of(Prim.DIV, t1.minus(t0).plus(piece).plus(-1), piece);
                    line.loop("g", Term.i32(0), pieces, 1, some -> {
                        var a = some.let("a", t0.plus(Term.ref("g").times(piece)));
                        var z = some.let("z", Term.of(Prim.MIN, t1, a.plus(piece)));
                        piece(some, a, z);
                    });
                })));
    }

    private void piece(Body b, Term first, Term behind) {
        int m = algorithm.results();
        var channels = Term.ref("channels");
        var c0 = b.let("c0", first.times(m).minus(Term.ref("before")));
        var c1 = b.let("c1", behind.times(m).plus(2).minus(Term.ref("before")));
        var lo = b.let("low", Term.of(Prim.MIN, c1, Term.of(Prim.MAX, Term.i32(0), c0)));
        var hi = b.let("high", Term.of(Prim.MAX, lo, Term.of(Prim.MIN, Term.ref("iw"), c1)));
        var front = b.let("front", lo.minus(c0).times(channels));
        var count = b.let("count", hi.minus(lo).times(channels));
        var to = b.let("to", Term.ref("u0").plus(front));
        var from = b.let("from", Term.ref("base").plus(lo.times(channels)));
        zeros(b, "a", Term.ref("u0"), front);
        zeros(b, "z", to.plus(count), c1.minus(hi).times(channels));
        var inside = b.let("inside", Term.of(Prim.AND, Term.of(Prim.LE, Term.i32(0), Term.ref("top")),
                Term.of(Prim.LE, Term.ref("top").plus(points), Term.ref("ih"))));
        var span = Term.ref("span");
        var lines = new WinogradLine.Points("u", to, span);
        b.when(inside, x -> x.add(WinogradLine.input(algorithm,
                new WinogradLine.Points("x", from, Term.ref("ys")), lines, count)));
        b.when(Term.of(Prim.NOT, inside), x -> {
            var copy = x.let("copy", Term.ref("u0").plus(span.times(points)));
            copy(x, from, copy, count);
            x.add(WinogradLine.input(algorithm, new WinogradLine.Points("u", copy, span), lines, count));
        });
        var place = Term.ref("v0").plus(Term.ref("start").plus(first).minus(Term.ref("b0"))
                .times(WinogradSums.CHUNK));
        b.add(new Stmt.Call(columns(), List.of("u", "v"), List.of(Term.ref("u0"), span, place, Term.ref("plane"),
                Term.ref("apart"), channels, behind.minus(first))));
    }

    /** Zeros in every line. */
    private void zeros(Body b, String name, Term at, Term count) {
        b.loop("r" + name, Term.i32(0), Term.i32(points), 1, line -> WindowSums.clear(line, "u",
                at.plus(Term.ref("r" + name).times(Term.ref("span"))), count));
    }

    /** Lines of the image, and zeros for those beyond. */
    private void copy(Body b, Term from, Term to, Term count) {
        b.loop("r", Term.i32(0), Term.i32(points), 1, line -> {
            var y = line.let("y", Term.ref("top").plus(Term.ref("r")));
            var there = line.let("there", Term.of(Prim.AND, Term.of(Prim.LE, Term.i32(0), y),
                    Term.of(Prim.LT, y, Term.ref("ih"))));
            var source = line.let("source", from.plus(Term.ref("r").times(Term.ref("ys"))));
            var target = line.let("target", to.plus(Term.ref("r").times(Term.ref("span"))));
            line.when(there, some -> some.add(new Stmt.Call(copies(), List.of("x", "u"),
                    List.of(source, target, count))));
            line.when(Term.of(Prim.NOT, there), none -> WindowSums.clear(none, "u", target, count));
        });
    }

    private static Kernel copies() {
        var q = Term.ref("q");
        return shared("winograd.copy", List.of("x", "u"), List.of("from", "to", "count"),
                Body.block(b -> b.loop("q", Term.i32(0), Term.ref("count"), VType.LANES, x -> x.store("u",
                        Term.ref("to").plus(q),
                        new Term.Load("x", Term.ref("from").plus(q), VType.F32X16, null)))));
    }

    private static Kernel shared(String name, List<String> buffers, List<String> ints, List<Stmt> body) {
        var params = new ArrayList<Kernel.Param>();
        ints.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        return new Kernel(name, buffers.stream().map(b -> Buffer.heap(b, Buffer.Storage.F32)).toList(), params, body);
    }

    /** Lines from left to right, tile by tile, to their places. */
    private Kernel columns() {
        boolean scalar = form == Form.SCALAR;
        return shared("winograd.columns.m" + algorithm.results() + (scalar ? ".scalar" : ""), List.of("u", "v"),
                List.of("from", "span", "to", "plane", "apart", "channels", "tiles"),
                Body.block(b -> b.loop("h", Term.i32(0), Term.ref("channels"), WinogradSums.CHUNK, chunk -> {
                    var some = chunk.let("some", Term.of(Prim.MIN, Term.i32(WinogradSums.CHUNK),
                            Term.ref("channels").minus(Term.ref("h"))));
                    var begin = chunk.let("begin", Term.ref("to").plus(
                            Term.of(Prim.DIV, Term.ref("h"), Term.i32(WinogradSums.CHUNK)).times(Term.ref("apart"))));
                    chunk.loop("t", Term.i32(0), Term.ref("tiles"), 1, tile -> {
                        var at = tile.let("at", Term.ref("from").plus(Term.ref("h"))
                                .plus(Term.ref("t").times(algorithm.results()).times(Term.ref("channels"))));
                        var place = tile.let("place", begin.plus(Term.ref("t").times(WinogradSums.CHUNK)));
                        if (scalar) {
                            lines(tile, at, place, some);
                        } else {
                            tile.loop("c", Term.i32(0), some, VType.LANES, x -> tile(x, at, place));
                        }
                    });
                })));
    }

    private void lines(Body b, Term at, Term place, Term count) {
        var r = Term.ref("r");
        b.loop("r", Term.i32(0), Term.i32(points), 1, line -> line.add(WinogradLine.input(algorithm,
                new WinogradLine.Points("u", at.plus(Term.ref("span").times(r)), Term.ref("channels")),
                new WinogradLine.Points("v", place.plus(Term.ref("plane").times(r.times(points))), Term.ref("plane")),
                count)));
    }

    private void tile(Body b, Term at, Term place) {
        for (int r = 0; r < points; r++) {
            var in = new ArrayList<Term>();
            for (int j = 0; j < points; j++) {
                var index = at.plus(Term.ref("span").times(r)).plus(Term.ref("channels").times(j)).plus(Term.ref("c"));
                in.add(b.let("l" + r + "_" + j, new Term.Load("u", index, VType.F32X16, null)));
            }
            var out = algorithm.input(b, in, "b" + r + "_");
            for (int j = 0; j < points; j++) {
                b.store("v", place.plus(Term.ref("plane").times(r * points + j)).plus(Term.ref("c")), out.get(j));
            }
        }
    }
}
