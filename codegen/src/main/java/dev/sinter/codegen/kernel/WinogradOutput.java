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
import org.jspecify.annotations.Nullable;

/**
 * Sums {@code s[point][tile][pitch]} transformed back, with the epilogue. A few tiles at a time: their lines from left to
 * right in one loop over tiles and columns, then from above to below. Of a tile that lies within the image whole, results
 * go from registers through the epilogue to their places; those of others wait in memory.
 */
final class WinogradOutput {
    /** Tiles transformed together. */
    private static final int PIECE = 4;

    private final Access access;
    private final Winograd algorithm;
    private final Form form;
    private final Access.Memory y;
    private final Epilogue.Declared epilogue;
    private final String name;
    private final int m;
    private final int points;
    private final int pitch;
    /** Distance of lines on the way. */
    private final int span;

    WinogradOutput(Access access, Winograd algorithm, Form form, int pitch, Access.Memory y, Epilogue.Declared epilogue,
            String name) {
        this.access = access;
        this.algorithm = algorithm;
        this.form = form;
        this.y = y;
        this.epilogue = epilogue;
        this.name = name;
        this.m = algorithm.results();
        this.points = algorithm.points();
        this.pitch = pitch;
        this.span = PIECE * pitch;
    }

    /** Elements of memory on the way. */
    static long memory(Winograd algorithm, int pitch) {
        long m = algorithm.results();
        return (algorithm.points() * m + m * m) * PIECE * pitch;
    }

    /** Whether an epilogue is short enough. */
    boolean fits() {
        return VectorOperations.fit(pixels(true));
    }

    /**
     * The kernel, with the first tile and that behind the last as arguments, and the first column and that behind the last.
     *
     * @param partial
     *            whether there are tiles of which some results lie outside of the image
     * @param masked
     *            whether columns may end within a vector
     */
    Kernel kernel(boolean partial, boolean masked) {
        boolean scalar = form == Form.SCALAR;
        var straight = masked || scalar ? null : straight();
        return access.part(name + ".output" + (masked ? ".tail" : ""), List.of("b0", "b1", "n0", "n1"),
                Body.block(b -> {
                    if (scalar) {
                        results(masked).constants(b, Term.ref("wr0"), Term.ref("n0"), columnCount());
                    }
                    b.loop("g", Term.ref("b0"), Term.ref("b1"), PIECE, some -> {
                        var end = some.let("end", Term.of(Prim.MIN, Term.ref("b1"), Term.ref("g").plus(PIECE)));
                        var count = some.let("count", end.minus(Term.ref("g")).times(pitch));
                        var from = some.let("from", Term.ref("s0")
                                .plus(Term.ref("g").minus(Term.ref("b0")).times(pitch)));
                        if (scalar) {
                            byLines(some, from, count);
                        } else {
                            some.add(new Stmt.Call(lines(), List.of("s", "u"), List.of(from,
                                    Term.ref("most").times(pitch), Term.ref("u0"), count)));
                        }
                        if (!scalar && (straight == null || partial)) {
                            some.add(new Stmt.Call(columns(), List.of("u"), List.of(Term.ref("u0"), count)));
                        }
                        some.loop("i", Term.ref("g"), end, 1, x -> tile(x, partial, masked, straight));
                    });
                }));
    }

    private ScalarResults results(boolean masked) {
        return new ScalarResults(y, Term.ref("cols"), epilogue, masked);
    }

    private static Term columnCount() {
        return Term.ref("n1").minus(Term.ref("n0"));
    }

    private void tile(Body b, boolean partial, boolean masked, @Nullable Kernel straight) {
        var i = Term.ref("i");
        var image = b.let("image", Term.of(Prim.DIV, Term.of(Prim.DIV, i, Term.ref("tw")), Term.ref("th")));
        var within = b.let("within", i.minus(image.times(Term.ref("tw").times(Term.ref("th")))));
        var row = b.let("row", Term.of(Prim.DIV, within, Term.ref("tw")));
        var top = b.let("top", row.times(m));
        var left = b.let("left", within.minus(row.times(Term.ref("tw"))).times(m));
        var below = b.let("below", Term.of(Prim.MIN, Term.i32(m), Term.ref("oh").minus(top)));
        var right = b.let("right", Term.of(Prim.MIN, Term.i32(m), Term.ref("ow").minus(left)));
        var start = b.let("start", image.times(Term.ref("oh")).plus(top).times(Term.ref("ow")).plus(left));
        var sums = b.let("sums", Term.ref("u0").plus(i.minus(Term.ref("g")).times(pitch)));
        if (form == Form.SCALAR) {
            var py = Term.ref("py");
            b.loop("py", Term.i32(0), below, 1, line -> line.add(results(masked).rows("u", Term.ref("wr0"),
                    List.of(sums.plus(points * m * span).plus(py.times(m * span)), Term.i32(span),
                            start.plus(py.times(Term.ref("ow"))), right, Term.ref("n0"), columnCount()))));
            return;
        }
        var range = List.of(Term.ref("n0"), Term.ref("n1"));
        var general = new ArrayList<>(List.of(sums.plus(points * m * span), start, below, right));
        general.addAll(range);
        var pixels = access.call(pixels(masked), general);
        if (straight == null) {
            b.add(pixels);
            return;
        }
        var direct = new ArrayList<>(List.of(sums, start));
        direct.addAll(range);
        if (!partial) {
            b.add(access.call(straight, direct));
            return;
        }
        var whole = b.let("whole", Term.of(Prim.EQ, below.plus(right), Term.i32(2 * m)));
        b.when(whole, x -> x.add(access.call(straight, direct)));
        b.when(Term.of(Prim.NOT, whole), x -> x.add(pixels));
    }

    /** Lines, then columns for results that wait, in the scalar form. */
    private void byLines(Body b, Term from, Term count) {
        var plane = b.let("plane", Term.ref("most").times(pitch));
        var r = Term.ref("r");
        b.loop("r", Term.i32(0), Term.i32(points), 1, x -> x.add(WinogradLine.sums(algorithm,
                new WinogradLine.Points("s", from.plus(plane.times(r.times(points))), plane),
                new WinogradLine.Points("u", Term.ref("u0").plus(r.times(m * span)), Term.i32(span)), count)));
        var c = Term.ref("c");
        b.loop("c", Term.i32(0), Term.i32(m), 1, x -> x.add(WinogradLine.sums(algorithm,
                new WinogradLine.Points("u", Term.ref("u0").plus(c.times(span)), Term.i32(m * span)),
                new WinogradLine.Points("u", Term.ref("u0").plus(c.times(span)).plus(points * m * span),
                        Term.i32(m * span)),
                count)));
    }

    // ---- transforms, which all convolutions share

    private Kernel lines() {
        var params = ints("from", "plane", "to", "count");
        var q = Term.ref("q");
        var body = Body.block(b -> b.loop("q", Term.i32(0), Term.ref("count"), VType.LANES, x -> {
            for (int r = 0; r < points; r++) {
                var in = new ArrayList<Term>();
                for (int j = 0; j < points; j++) {
                    in.add(x.let("l" + r + "_" + j, new Term.Load("s",
                            Term.ref("from").plus(Term.ref("plane").times(r * points + j)).plus(q), VType.F32X16,
                            null)));
                }
                var out = algorithm.sums(x, in, "a" + r + "_");
                for (int j = 0; j < m; j++) {
                    x.store("u", Term.ref("to").plus((r * m + j) * span).plus(q), out.get(j));
                }
            }
        }));
        return new Kernel("winograd.sums.lines.m" + m,
                List.of(Buffer.heap("s", Buffer.Storage.F32), Buffer.heap("u", Buffer.Storage.F32)), params, body);
    }

    /** Behind the lines, for results that wait. */
    private Kernel columns() {
        var body = Body.block(b -> b.loop("q", Term.i32(0), Term.ref("count"), VType.LANES, x -> {
            for (int px = 0; px < m; px++) {
                var out = column(x, px, Term.ref("at").plus(Term.ref("q")));
                for (int py = 0; py < m; py++) {
                    x.store("u", Term.ref("at").plus((points * m + py * m + px) * span).plus(Term.ref("q")),
                            out.get(py));
                }
            }
        }));
        return new Kernel("winograd.sums.columns.m" + m, List.of(Buffer.heap("u", Buffer.Storage.F32)),
                ints("at", "count"), body);
    }

    private List<Term> column(Body b, int px, Term at) {
        var in = new ArrayList<Term>();
        for (int r = 0; r < points; r++) {
            in.add(b.let("l" + px + "_" + r, new Term.Load("u", at.plus((r * m + px) * span), VType.F32X16, null)));
        }
        return algorithm.sums(b, in, "b" + px + "_");
    }

    private static List<Kernel.Param> ints(String... names) {
        var params = new ArrayList<Kernel.Param>();
        for (var each : names) {
            params.add(new Kernel.Param(each, Elem.I32));
        }
        return params;
    }

    // ---- epilogues

    /** A whole tile from registers to its places, or null where the epilogue makes even one column too long. */
    private @Nullable Kernel straight() {
        for (int columns = m; columns > 0; columns /= 2) {
            var kernel = straight(columns);
            if (VectorOperations.fit(kernel)) {
                return kernel;
            }
        }
        return null;
    }

    /** So many columns of the tile at a time. */
    private Kernel straight(int columns) {
        var n = Term.ref("n");
        var first = columns == m ? Term.i32(0) : Term.ref("first");
        return access.part(name + ".tile", List.of("sums", "start", "n0", "n1"), Body.block(b -> {
            if (columns == m) {
                columns(b, columns, first, n);
            } else {
                b.loop("first", Term.i32(0), Term.i32(m), columns, x -> columns(x, columns, first, n));
            }
        }));
    }

    private void columns(Body b, int columns, Term first, Term n) {
        var at = Term.ref("sums").plus(first.times(span)).minus(Term.ref("n0"));
        b.loop("n", Term.ref("n0"), Term.ref("n1"), VType.LANES, x -> {
            epilogue.hoist(x, List.of(new Stmt.Range("h", 1)), n, null);
            for (int px = 0; px < columns; px++) {
                var out = column(x, px, at.plus(n));
                for (int py = 0; py < m; py++) {
                    var pixel = Term.ref("start").plus(Term.ref("ow").times(py)).plus(first).plus(px);
                    var value = epilogue.apply(x, out.get(py), pixel, n, null, Term.i32(0), "v" + py + px);
                    x.store("y", y.at(pixel.times(Term.ref("cols"))).plus(n), value, null);
                }
            }
        });
    }

    /** Results that wait, those within the image. */
    private Kernel pixels(boolean masked) {
        var n = Term.ref("n");
        return access.part(name + ".pixels" + (masked ? ".tail" : ""),
                List.of("sums", "start", "below", "right", "n0", "n1"),
                Body.block(b -> b.loop("py", Term.i32(0), Term.ref("below"), 1,
                        line -> line.loop("px", Term.i32(0), Term.ref("right"), 1, pixel -> {
                            var row = pixel.let("pixel", Term.ref("start")
                                    .plus(Term.ref("py").times(Term.ref("ow"))).plus(Term.ref("px")));
                            var from = pixel.let("from", Term.ref("sums")
                                    .plus(Term.ref("py").times(m).plus(Term.ref("px")).times(span))
                                    .minus(Term.ref("n0")));
                            var to = pixel.let("place", y.at(row.times(Term.ref("cols"))));
                            pixel.loop("n", Term.ref("n0"), Term.ref("n1"), VType.LANES, x -> {
                                var mask = masked ? x.let("lanes", new Term.Lanes(n, Term.ref("n1"), VType.LANES))
                                        : null;
                                var sum = x.let("sum", new Term.Load("u", from.plus(n), VType.F32X16, null));
                                x.store("y", to.plus(n), epilogue.apply(x, sum, row, n, mask, null, "v"), mask);
                            });
                        }))));
    }
}
