package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;

/**
 * The part of {@link LookupKernel} for many rows, {@link LookupBlock#ROWS} of which are looked up at once. A kernel's tasks
 * are counted in pairs of rows; here the first ones of {@value #PAIRS} pairs do the work of all. They go through the units
 * some at a time, so that the tables stay in the first-level cache.
 */
final class LookupMany {
    /** Pairs of rows that share what is made of the weights' bits. */
    private static final int PAIRS = 8;
    private static final int ROWS = 2 * PAIRS;
    /** Panels that share tables, in parts of a kernel's tasks, where rows alone are enough tasks. */
    private static final int PARTS = 3;
    private static final int ENOUGH = 64;
    /** Units whose tables stay in the first-level cache. */
    private static final int NEAR = 4;

    private final LookupKernel kernel;
    private final LookupFactors weights;

    LookupMany(LookupKernel kernel, LookupFactors weights) {
        this.kernel = kernel;
        this.weights = weights;
    }

    /** Whether there may be so many rows. */
    static boolean mayBe(Dim rows) {
        return !rows.isConst() || rows.value() >= LookupKernel.MANY_ROWS;
    }

    /** Whether there may be fewer. */
    static boolean mayBeFewer(Dim rows) {
        return !rows.isConst() || rows.value() < LookupKernel.MANY_ROWS;
    }

    /** Whether there are so many rows. */
    static Term are(Term rows) {
        return Term.of(Prim.LE, Term.i32(LookupKernel.MANY_ROWS), rows);
    }

    // ---- memory

    private static int together(LookupFactors weights) {
        return Math.min(weights.units(), Math.max(1, NEAR / weights.blockUnits()) * weights.blockUnits());
    }

    private static int runs(LookupFactors weights) {
        return (together(weights) + weights.run() - 1) / weights.run();
    }

    /** Panels that are looked up and scaled at once: with their planes they make whole tiles. */
    private static int abreast(LookupFactors weights) {
        return weights.planes() % LookupBlock.STREAMS == 0 ? 1 : LookupBlock.STREAMS;
    }

    private static int columns(LookupFactors weights) {
        return Math.min(PARTS * LookupKernel.PANELS, weights.panels()) * LookupTile.COLUMNS;
    }

    /** Words of a plane's indices. */
    private static int plane(LookupFactors weights) {
        return LookupBlock.groups(together(weights), weights.run()) * LookupBlock.GROUP;
    }

    static int tables(LookupFactors weights) {
        return LookupBlock.tables(together(weights), weights.run());
    }

    static int sums(LookupFactors weights) {
        return abreast(weights) * weights.planes() * LookupBlock.ROWS * runs(weights) * LookupTile.SUM;
    }

    static int results(LookupFactors weights) {
        return ROWS * columns(weights);
    }

    static int indices(LookupFactors weights) {
        // the last tile may read beyond the last plane, and nobody what it makes of that
        return (columns(weights) / LookupTile.COLUMNS + 1) * weights.planes() * plane(weights);
    }

    // ---- the driver

    /** What a task {@code t} does. */
    void task(Body b, int parts) {
        var t = Term.ref("t");
        var of = b.let("of", Term.of(Prim.REM, t, Term.i32(PAIRS * parts)));
        var wide = b.let("wide", Term.of(Prim.SELECT, Term.of(Prim.LE, Term.i32(ENOUGH), kernel.m), Term.i32(PARTS),
                Term.i32(1)).times(LookupKernel.PANELS));
        var first = b.let("mfirst", of.times(wide));
        b.when(Term.of(Prim.LT, first, Term.i32(weights.panels())), x -> {
            var i = x.let("mi", Term.of(Prim.DIV, t, Term.i32(PAIRS * parts)).times(ROWS));
            var rows = x.let("mrows", Term.of(Prim.MIN, kernel.m.minus(i), Term.i32(ROWS)));
            var end = x.let("mend", Term.of(Prim.MIN, first.plus(wide), Term.i32(weights.panels())));
            var width = x.let("mwidth", end.minus(first).times(LookupTile.COLUMNS));
            kernel.clear(x, "many", rows, width, columns(weights));
            x.loop("mu", Term.i32(0), Term.i32(weights.units()), together(weights),
                    units -> units(units, new Extent(i, rows, first, end)));
            kernel.finish(x, "many", i, rows, first, width, columns(weights));
        });
    }

    /** Rows from i, so many, and panels from first to end. */
    private record Extent(Term i, Term rows, Term first, Term end) {
    }

    private void units(Body b, Extent of) {
        var u = Term.ref("mu");
        var count = b.let("mcount",
                Term.of(Prim.MIN, Term.i32(together(weights)), Term.i32(weights.units()).minus(u)));
        var bits = of.first.times(weights.planes()).times(weights.units()).plus(u).times(LookupTile.UNIT);
        b.add(LookupBlock.indices(new LookupTile.Streams(kernel.bits.at(bits),
                Term.i32(weights.units() * LookupTile.UNIT), Term.i32(plane(weights)),
                of.end.minus(of.first).times(weights.planes())), kernel.indices.at(Term.i32(0)), count, weights.run()));
        b.loop("mr", Term.i32(0), of.rows, LookupBlock.ROWS, x -> {
            var some = x.let("some", Term.of(Prim.MIN, Term.i32(LookupBlock.ROWS), of.rows.minus(Term.ref("mr"))));
            x.add(LookupBlock.tables(kernel.masks.base(), kernel.rowIntegers(of.i, Term.ref("mr"), u),
                    Term.i32(weights.units() * LookupRows.STRIDE), kernel.tables.at(Term.i32(0)), some, count,
                    weights.run()));
            x.loop("mp", of.first, of.end, abreast(weights), panel -> {
                sums(panel, of.first, count);
                panel.add(kernel.scales(true).call(place(of, u, count, some)));
            });
        });
    }

    private void sums(Body b, Term first, Term count) {
        int tiles = abreast(weights) * weights.planes() / LookupBlock.STREAMS;
        int row = runs(weights) * LookupTile.SUM;
        var plane = b.let("mplane", Term.ref("mp").minus(first).times(weights.planes() * plane(weights)));
        b.loop("mrun", Term.i32(0), count, weights.run(), x -> {
            var units = x.let("runits", Term.of(Prim.MIN, Term.i32(weights.run()), count.minus(Term.ref("mrun"))));
            var number = x.let("rnumber", Term.of(Prim.DIV, Term.ref("mrun"), Term.i32(weights.run())));
            int groups = LookupBlock.groups(weights.run());
            var tables = kernel.tables.at(number.times(LookupBlock.tables(weights.run(), weights.run())));
            for (int tile = 0; tile < tiles; tile++) {
                var from = new ArrayList<Term>();
                var to = new ArrayList<Term>();
                for (int s = 0; s < LookupBlock.STREAMS; s++) {
                    int stream = tile * LookupBlock.STREAMS + s;
                    from.add(kernel.indices.at(plane.plus(number.times(groups * LookupBlock.GROUP))
                            .plus(stream * plane(weights))));
                    to.add(kernel.sums.at(number.times(LookupTile.SUM).plus(stream * LookupBlock.ROWS * row)));
                }
                x.add(LookupBlock.sums(tables, from, to, Term.i32(row), units));
            }
        });
    }

    private LookupScales.Place place(Extent of, Term u, Term count, Term some) {
        int row = runs(weights) * LookupTile.SUM;
        var panels = Term.of(Prim.MIN, Term.i32(abreast(weights)), of.end.minus(Term.ref("mp")));
        return kernel.place(new LookupKernel.Part(of.i.plus(Term.ref("mr")), Term.ref("mp"), u),
                kernel.results.at(Term.ref("mr").times(columns(weights))
                        .plus(Term.ref("mp").minus(of.first).times(LookupTile.COLUMNS))),
                new LookupScales.Distances(Term.i32(LookupBlock.ROWS * row), Term.i32(row)), count,
                new LookupScales.Extent(panels, some, Term.i32(kernel.blocks()), Term.i32(columns(weights))));
    }
}
