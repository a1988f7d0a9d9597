package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the sums of a row with a panel's planes together, block by block: the planes' sums become that of the codes, it
 * loses what it has too much and the zero points, and is scaled and added to the row's results.
 *
 * @param planes
 *            planes of a weight
 * @param step
 *            distance of neighbouring weights
 * @param units
 *            units of a block
 * @param run
 *            units whose sums are added up, of which a block is a multiple
 * @param centered
 *            whether the middle code stands for zero
 * @param apart
 *            whether sums are those of a run and of even and odd bytes, as {@link LookupBlock} makes them; otherwise those
 *            of all runs so far, and of all bytes and odd ones
 * @param zeros
 *            the buffer of zero points that differ; null if there is one for all
 */
record LookupScales(int planes, int step, int units, int run, boolean centered, boolean apart,
        @Nullable Buffer zeros) {
    static final String RESULTS = "z";
    static final String SCALES = "sc";
    private static final String FACTORS = "f";
    private static final String TOTALS = "q";
    private static final Buffer S = Buffer.heap(LookupTile.SUMS, Buffer.Storage.I32);
    static final Buffer Z = Buffer.heap(RESULTS, Buffer.Storage.F32);
    static final Buffer F = Buffer.heap(FACTORS, Buffer.Storage.F32);
    static final Buffer Q = Buffer.heap(TOTALS, Buffer.Storage.I32);
    static final Buffer SC = Buffer.weight(SCALES, Buffer.Storage.F32);
    private static final int VECTORS = 4;

    /**
     * Where it takes from and gives to.
     *
     * @param scales
     *            the first block's scales of the first panel
     * @param zeros
     *            its zero points, if they differ
     * @param sums
     *            the first row's sums with the first plane
     * @param plane
     *            distance of the planes' sums, and of the rows'
     * @param factor
     *            the first block's factor
     * @param total
     *            the sum of its integers
     * @param results
     *            the first row's results in the panel
     * @param count
     *            units to take
     * @param width
     *            distance of blocks' scales
     * @param offset
     *            what the sum of a block's codes gets, times the sum of the row's integers
     * @param extent
     *            how many panels and rows
     */
    record Place(Term scales, @Nullable Term zeros, Term sums, Distances plane, Term factor,
            Term total, Term results, Term count, Term width, Term offset, Extent extent) {
    }

    /**
     * Elements between sums.
     *
     * @param planes
     *            of a plane and the next
     * @param rows
     *            of a row and the next
     */
    record Distances(Term planes, Term rows) {
    }

    /**
     * How often.
     *
     * @param panels
     *            panels, one behind the other
     * @param rows
     *            rows
     * @param blocks
     *            distance of the rows' factors
     * @param columns
     *            distance of the rows' results
     */
    record Extent(Term panels, Term rows, Term blocks, Term columns) {
    }

    Stmt.Call call(Place place) {
        var buffers = new ArrayList<>(List.of(S, F, Q, Z, SC));
        var params = new ArrayList<>(List.of(new Kernel.Param("sc1", Elem.I64)));
        var args = new ArrayList<>(List.of(place.scales));
        if (zeros != null && place.zeros != null) {
            buffers.add(zeros);
            params.add(new Kernel.Param("zp1", Elem.I64));
            args.add(place.zeros);
        }
        for (var name : List.of("s1", "plane", "row", "f1", "q1", "z1", "units", "width", "offset", "panels", "rows",
                "blocks", "columns")) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        args.addAll(List.of(place.sums, place.plane.planes, place.plane.rows, place.factor, place.total,
                place.results, place.count, place.width, place.offset, place.extent.panels, place.extent.rows,
                place.extent.blocks, place.extent.columns));
        var kernel = new Kernel(
                "lookup.scale.p" + planes + "u" + units + (run < units ? "r" + run : "")
                        + (step > 1 ? "d" + step : "") + (centered ? "c" : "") + (apart ? "many" : "")
                        + (zeros == null ? "" : "z" + zeros.storage().label()),
                buffers, params, Body.block(b -> b.loop("p", Term.i32(0), Term.ref("panels"), 1,
                        p -> p.loop("r", Term.i32(0), Term.ref("rows"), 1, this::row))));
        return new Stmt.Call(kernel, List.of(LookupTile.SUMS, FACTORS, TOTALS, RESULTS), args);
    }

    /** A row and a panel. */
    private void row(Body b) {
        var panel = Term.ref("p");
        var row = Term.ref("r");
        var column = panel.times(LookupTile.COLUMNS);
        b.let("sc0", Term.ref("sc1").plus(column.wide()));
        if (zeros != null) {
            b.let("zp0", Term.ref("zp1").plus(column.wide()));
        }
        b.let("s0", Term.ref("s1").plus(panel.times(planes).times(Term.ref("plane"))).plus(row.times(Term.ref("row"))));
        b.let("f0", Term.ref("f1").plus(row.times(Term.ref("blocks"))));
        b.let("q0", Term.ref("q1").plus(row.times(Term.ref("blocks"))));
        b.let("z0", Term.ref("z1").plus(row.times(Term.ref("columns"))).plus(column));
        blocks(b);
    }

    private void blocks(Body b) {
        var carries = new ArrayList<Stmt.Carry>();
        for (int v = 0; v < VECTORS; v++) {
            var at = Term.ref("z0").plus(v * VType.LANES);
            carries.add(new Stmt.Carry("acc" + v, List.of(), new Term.Load(RESULTS, at, VType.F32X16, null),
                    Term.of(Prim.FMA, new Term.Convert(Term.ref("sum" + v), Elem.F32), Term.ref("scale" + v),
                            Term.ref("acc" + v))));
        }
        if (fitsHalves() && !apart) {
            for (int plane = 0; plane < planes; plane++) {
                for (int vector = 0; vector < 2; vector++) {
                    carries.add(new Stmt.Carry("before" + plane + vector, List.of(), LookupRows.splat(0),
                            Term.ref("now" + plane + vector)));
                }
            }
        } else if (!fitsHalves()) {
            b.let("half", LookupRows.splat(0xffff));
        }
        b.fold("first", Term.i32(0), Term.ref("units"), units, carries, this::block);
        for (int v = 0; v < VECTORS; v++) {
            b.store(RESULTS, Term.ref("z0").plus(v * VType.LANES), Term.ref("acc" + v));
        }
    }

    private void block(Body b) {
        var first = Term.ref("first");
        var last = b.let("last", Term.of(Prim.MIN, first.plus(units), Term.ref("units")));
        var number = b.let("b", Term.of(Prim.DIV, first, Term.i32(units)));
        var total = b.let("total", new Term.Load(TOTALS, Term.ref("q0").plus(number), VType.I32, null));
        var surplus = b.let("surplus", last.minus(first).times(LookupTile.SURPLUS * ((1 << planes) - 1)));
        var sums = fitsHalves() ? halves(b, number, total, surplus)
                : words(b, number, last.minus(first), surplus);
        var factor = b.let("factor", new Term.Load(FACTORS, Term.ref("f0").plus(number), VType.F32, null).splat());
        var more = b.let("more", Term.ref("offset").plus(fitsHalves() ? step << planes - 1 : 0).times(total).splat());
        var at = number.wide().times(Term.ref("width").wide());
        for (int v = 0; v < VECTORS; v++) {
            var codes = step == 1 ? sums.get(v) : Term.of(Prim.MUL, sums.get(v), LookupRows.splat(step));
            var sum = centered && fitsHalves() ? codes : codes.plus(more);
            if (zeros != null) {
                var zero = new Term.Load(zeros.name(), Term.ref("zp0").plus(at).plus(Term.i64(v * VType.LANES)),
                        VType.I32X16, null);
                sum = sum.minus(zero.times(total.splat()));
            }
            b.let("sum" + v, sum);
            b.let("scale" + v, factor.times(new Term.Load(SCALES,
                    Term.ref("sc0").plus(at).plus(Term.i64(v * VType.LANES)), VType.F32X16, null)));
        }
    }

    /** Whether all planes' sums of a block, centered, are no longer than 16 bits. */
    private boolean fitsHalves() {
        return units << planes - 1 <= LookupTile.RUN;
    }

    /** Sums with a plane up to some run: of all bytes, or of the odd ones. */
    private static Term sum(Term run, int plane, int vector) {
        var at = Term.ref("s0").plus(Term.ref("plane").times(plane)).plus(vector * VType.LANES);
        return new Term.Load(LookupTile.SUMS, at.plus(run.times(LookupTile.SUM)), VType.I32X16, null);
    }

    private Term ofRun(Term run, int plane, int vector) {
        return apart ? sum(run, plane, vector) : sum(run.plus(1), plane, vector).minus(sum(run, plane, vector));
    }

    private static Term withoutOdd(Term all, Term odd) {
        return all.minus(Term.of(Prim.SHL, odd, Term.i32(8)));
    }

    /** Sums of codes less half of what there are, the planes added while two sums share a lane. */
    private List<Term> halves(Body b, Term number, Term total, Term surplus) {
        var center = b.let("center", surplus.plus(total.times(1 << planes - 1)).times(LookupRows.TWICE).splat());
        var codes = new Term[2];
        for (int plane = planes - 1; plane >= 0; plane--) {
            for (int vector = 0; vector < 2; vector++) {
                var now = b.let("now" + plane + vector, sum(apart ? number : number.plus(1), plane, vector));
                add(codes, vector, apart ? now : now.minus(Term.ref("before" + plane + vector)));
            }
        }
        codes[1] = b.let("odd", codes[1]);
        if (!apart) {
            codes[0] = withoutOdd(codes[0], codes[1]);
        }
        var lower = new ArrayList<Term>();
        var upper = new ArrayList<Term>();
        for (int parity = 0; parity < 2; parity++) {
            var both = b.let("both" + parity, codes[parity].minus(center));
            lower.add(Term.of(Prim.SHR, Term.of(Prim.SHL, both, Term.i32(16)), Term.i32(16)));
            upper.add(Term.of(Prim.SHR, both.plus(LookupRows.splat(1 << 15)), Term.i32(16)));
        }
        lower.addAll(upper);
        return lower;
    }

    /** Sums of codes, told apart plane by plane. */
    private List<Term> words(Body b, Term number, Term length, Term surplus) {
        if (units == run) {
            codes(b, number, null);
        } else {
            var carries = new ArrayList<Stmt.Carry>();
            for (int v = 0; v < VECTORS; v++) {
                carries.add(new Stmt.Carry("codes" + v, List.of(), LookupRows.splat(0), Term.ref("next" + v)));
            }
            var begin = number.times((units + run - 1) / run);
            b.fold("run", Term.i32(0), Term.of(Prim.DIV, length.plus(run - 1), Term.i32(run)), 1, carries,
                    x -> codes(x, begin.plus(Term.ref("run")), "codes"));
        }
        var without = b.let("without", surplus.splat());
        var out = new ArrayList<Term>();
        for (int v = 0; v < VECTORS; v++) {
            out.add(Term.ref((units == run ? "next" : "codes") + v).minus(without));
        }
        return out;
    }

    /** Names the sums of a run's codes, with what was before. */
    private void codes(Body b, Term number, @Nullable String before) {
        var out = new Term[VECTORS];
        for (int plane = planes - 1; plane >= 0; plane--) {
            var odd = b.let("odd" + plane, ofRun(number, plane, 1));
            var all = ofRun(number, plane, 0);
            var both = List.of(b.let("even" + plane, apart ? all : withoutOdd(all, odd)), odd);
            for (int parity = 0; parity < 2; parity++) {
                add(out, parity, Term.of(Prim.AND, both.get(parity), Term.ref("half")));
                add(out, parity + 2, Term.of(Prim.USHR, both.get(parity), Term.i32(16)));
            }
        }
        for (int v = 0; v < VECTORS; v++) {
            b.let("next" + v, before == null ? out[v] : Term.ref(before + v).plus(out[v]));
        }
    }

    private static void add(Term[] out, int v, Term sum) {
        out[v] = out[v] == null ? sum : Term.of(Prim.SHL, out[v], Term.i32(1)).plus(sum);
    }
}
