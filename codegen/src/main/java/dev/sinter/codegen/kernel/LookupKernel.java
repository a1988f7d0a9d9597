package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Product of rows that are rounded to integers ({@link LookupRows}) with weights of few bits, stored bit by bit and
 * mapped as they are: {@code a[M,K] x w[K,N] -> c[M,N]}, then the epilogue. Sums of integers are exact, so all forms give
 * equal bits; with vectors of 512 bits they are looked up ({@link LookupTile}, for many rows {@link LookupMany}). A task
 * is two rows times {@value #COLUMNS} columns.
 */
public final class LookupKernel {
    /** The most bits a weight may have. */
    public static final int MOST_PLANES = 4;
    /** Rows that are many: from there on they are looked up some at a time. */
    public static final int MANY_ROWS = 8;
    static final int PANELS = 16;
    private static final int COLUMNS = PANELS * LookupTile.COLUMNS;
    private static final int ROWS = 2;

    /**
     * Memory that each worker needs.
     *
     * @param tables
     *            f32 of {@link #tables} elements
     * @param sums
     *            i32 of {@link #sums} elements
     * @param results
     *            f32 of {@link #results} elements
     * @param indices
     *            f32 of {@link #indices} elements
     */
    public record Scratch(Place tables, Place sums, Place results, Place indices) {
    }

    /** {@return elements of tables for m rows} */
    public static int tables(LookupFactors weights, Dim m) {
        return Math.max(LookupMany.mayBeFewer(m) ? ROWS * weights.together() * LookupTile.TABLE : 0,
                LookupMany.mayBe(m) ? LookupMany.tables(weights) : 0);
    }

    /** {@return elements of sums for m rows} */
    public static int sums(LookupFactors weights, Dim m) {
        int few = weights.abreast() * weights.planes() * ROWS * (1 + weights.runs()) * LookupTile.SUM;
        return Math.max(few, LookupMany.mayBe(m) ? LookupMany.sums(weights) : 0);
    }

    /** {@return elements of results for m rows} */
    public static int results(LookupFactors weights, Dim m) {
        return Math.max(ROWS * COLUMNS, LookupMany.mayBe(m) ? LookupMany.results(weights) : 0);
    }

    /** {@return elements of indices for m rows} */
    public static int indices(LookupFactors weights, Dim m) {
        return LookupMany.mayBe(m) ? LookupMany.indices(weights) : 1;
    }

    /** {@return lanes by the bits of their number, a constant of every such product} */
    public static TensorData masks() {
        return LookupTile.masks();
    }

    /**
     * One product.
     *
     * @param rows
     *            the rounded rows
     * @param weights
     *            the other factors
     * @param c
     *            {@code [M,N]}, rows contiguous
     * @param epilogue
     *            what happens before the store
     * @param scratch
     *            memory of a worker
     * @param masks
     *            {@link #masks}
     */
    public record Product(LookupRows rows, LookupFactors weights, Operand c, Epilogue epilogue, Scratch scratch,
            Operand masks) {
    }

    private final Product product;
    private final LookupFactors weights;
    private final Access access = new Access();
    final Access.Memory integers;
    final Access.Memory tables;
    final Access.Memory sums;
    final Access.Memory indices;
    private final Access.Memory factors;
    private final Access.Memory totals;
    final Access.Memory results;
    final Access.Memory bits;
    private final Access.Memory scales;
    private final Access.@Nullable Memory zeros;
    final Access.Memory masks;
    private final Access.Memory c;
    private final Epilogue.Declared epilogue;
    final Term m;
    private final Term ldc;
    private final Term offset;

    private LookupKernel(Product product) {
        this.product = product;
        this.weights = product.weights;
        this.integers = access.memory(LookupTile.INTEGERS, product.rows.integers());
        this.tables = access.memory(LookupTile.TABLES, ScalarSums.flat(product.scratch.tables, DType.F32));
        this.sums = access.memory(LookupTile.SUMS, ScalarSums.flat(product.scratch.sums, DType.I32));
        this.indices = access.memory(LookupBlock.INDICES, ScalarSums.flat(product.scratch.indices, DType.F32));
        this.factors = access.memory("f", product.rows.factors());
        this.totals = access.memory("q", product.rows.sums());
        this.results = access.memory(LookupScales.RESULTS, ScalarSums.flat(product.scratch.results, DType.F32));
        this.bits = access.memory(LookupTile.BITS, ScalarSums.flat(weights.bits().place(), DType.I32));
        this.scales = access.memory(LookupScales.SCALES, weights.scales());
        this.zeros = weights.zeros() == null ? null : access.memory("zp", weights.zeros());
        this.masks = access.memory("mk", product.masks);
        this.c = access.memory("c", product.c);
        this.epilogue = product.epilogue.declare(access);
        this.m = access.size("M", product.c.dims().getFirst());
        this.ldc = access.size("ldc", product.c.strides().getFirst());
        this.offset = access.parameter("offset", Dim.of(weights.offset()));
    }

    /**
     * The call that computes a product.
     *
     * @param product
     *            what is multiplied
     * @return the call
     */
    public static Call of(Product product) {
        var kernel = new LookupKernel(product);
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(),
                product.c.dims().getFirst().ceilDiv(ROWS).times(Dim.of(kernel.parts())));
    }

    /**
     * Whether an epilogue is short enough for a kernel.
     *
     * @param product
     *            what is multiplied
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        return product.epilogue.expr().dtype() == DType.F32
                && VectorOperations.fit(new LookupKernel(product).finish(true));
    }

    /** Tasks of two rows. */
    private int parts() {
        return (weights.panels() + PANELS - 1) / PANELS;
    }

    private String name() {
        return "lookup.w" + weights.planes() + "k" + weights.k() + "n" + weights.n() + "."
                + Naming.of(product.epilogue.expr());
    }

    private Kernel driver(Form form) {
        var rows = product.c.dims().getFirst();
        boolean many = LookupTile.looksUp(form) && LookupMany.mayBe(rows);
        var body = Body.block(b -> b.par("t", task -> {
            if (!many) {
                few(task, form);
            } else {
                if (LookupMany.mayBeFewer(rows)) {
                    task.when(Term.of(Prim.NOT, LookupMany.are(m)), x -> few(x, form));
                }
                task.when(LookupMany.are(m), x -> new LookupMany(this, weights).task(x, parts()));
            }
        }));
        return new Kernel(name() + "." + form.suffix().toLowerCase(Locale.ROOT), access.buffers(),
                access.params(true), body);
    }

    private void few(Body task, Form form) {
        int parts = parts();
        var i = task.let("i", Term.of(Prim.DIV, Term.ref("t"), Term.i32(parts)).times(ROWS));
        var rows = task.let("rows", Term.of(Prim.MIN, m.minus(i), Term.i32(ROWS)));
        var first = task.let("first", Term.of(Prim.REM, Term.ref("t"), Term.i32(parts)).times(PANELS));
        var end = task.let("end", Term.of(Prim.MIN, first.plus(PANELS), Term.i32(weights.panels())));
        var width = task.let("width", end.minus(first).times(LookupTile.COLUMNS));
        clear(task, "clear", rows, width, COLUMNS);
        if (LookupTile.looksUp(form)) {
            task.loop("u", Term.i32(0), Term.i32(weights.units()), weights.together(),
                    units -> units(units, i, rows, first, end));
        } else {
            task.loop("panel", first, end, 1, panel -> panel.loop("sr", Term.i32(0), rows, 1,
                    row -> row.add(plain(i, first))));
        }
        finish(task, "few", i, rows, first, width, COLUMNS);
    }

    /** Results become zeros, so many columns of some rows that lie a distance apart. */
    void clear(Body b, String tag, Term rows, Term width, int distance) {
        var row = tag + "r";
        var n = tag + "n";
        b.loop(row, Term.i32(0), rows, 1, x -> x.loop(n, Term.i32(0), width, VType.LANES,
                y -> y.store(LookupScales.RESULTS, results.at(Term.ref(row).times(distance).plus(Term.ref(n))),
                        Term.f32(0, VType.LANES))));
    }

    // ---- some units

    private void units(Body b, Term i, Term rows, Term first, Term end) {
        var u = Term.ref("u");
        var count = b.let("count", Term.of(Prim.MIN, Term.i32(weights.together()), Term.i32(weights.units()).minus(u)));
        Consumer<Body> tables = x -> x.loop("tr", Term.i32(0), rows, 1, row -> row.add(LookupTile.tables(masks.base(),
                rowIntegers(i, Term.ref("tr"), u), rowTables(Term.ref("tr")), count)));
        if (weights.together() == weights.units()) {
            // a worker's tasks follow each other: those of the same rows find their tables
            b.when(Term.of(Prim.OR, Term.of(Prim.EQ, first, Term.i32(0)),
                    Term.of(Prim.EQ, Term.ref("t"), Term.ref("lo"))),
                    tables);
        } else {
            tables.accept(b);
        }
        b.loop("panel", first, end, weights.abreast(), panel -> {
            var panels = panel.let("panels",
                    Term.of(Prim.MIN, Term.i32(weights.abreast()), end.minus(Term.ref("panel"))));
            sums(panel, panels, rows, u, count);
            panel.add(scales(i, first, u, count, panels, rows));
        });
    }

    Term rowIntegers(Term i, Term r, Term u) {
        return integers.at(i.plus(r).times(weights.units()).plus(u).times(LookupRows.STRIDE));
    }

    private Term rowTables(Term r) {
        return tables.at(r.times(weights.together() * LookupTile.TABLE));
    }

    private int rowSums() {
        return (1 + weights.runs()) * LookupTile.SUM;
    }

    private void sums(Body b, Term panels, Term rows, Term u, Term count) {
        var from = Term.ref("panel").times(weights.planes()).times(weights.units()).plus(u).times(LookupTile.UNIT);
        var streams = new LookupTile.Streams(bits.at(from), Term.i32(weights.units() * LookupTile.UNIT),
                Term.i32(ROWS * rowSums()), panels.times(weights.planes()));
        for (int some = 1; some <= ROWS; some++) {
            var tables = new ArrayList<Term>();
            var into = new ArrayList<Term>();
            for (int r = 0; r < some; r++) {
                tables.add(rowTables(Term.i32(r)));
                into.add(sums.at(Term.i32(r * rowSums())));
            }
            b.when(Term.of(Prim.EQ, rows, Term.i32(some)),
                    x -> x.add(LookupTile.sums(streams, tables, into, count, Term.i32(weights.run()))));
        }
    }

    private Stmt.Call scales(Term i, Term first, Term u, Term count, Term panels, Term rows) {
        return scales(false).call(place(i, Term.i32(0), first, u, count, panels, rows));
    }

    LookupScales scales(boolean apart) {
        return new LookupScales(weights.planes(), weights.step(), weights.blockUnits(), weights.run(),
                weights.offset() == -(weights.step() << weights.planes() - 1), apart,
                zeros == null ? null : zeros.buffer());
    }

    /** All blocks of a row without tables. */
    private Stmt.Call plain(Term i, Term first) {
        var panel = Term.ref("panel").times(weights.planes() * weights.units() * LookupTile.UNIT);
        var place = place(i, Term.ref("sr"), first, Term.i32(0), Term.i32(weights.units()), Term.i32(1), Term.i32(1));
        return new LookupPlain(weights.planes(), weights.step(), zeros == null ? null : zeros.buffer()).call(
                bits.at(panel), rowIntegers(i, Term.ref("sr"), Term.i32(0)), Term.i32(weights.units()),
                Term.i32(weights.blockUnits()), place);
    }

    /** Where scales, factors and results of panels and rows are. */
    private LookupScales.Place place(Term i, Term r, Term first, Term u, Term count, Term panels, Term rows) {
        return place(new Part(i.plus(r), Term.ref("panel"), u),
                results.at(r.times(COLUMNS).plus(Term.ref("panel").minus(first).times(LookupTile.COLUMNS))),
                new LookupScales.Distances(Term.i32(ROWS * rowSums()), Term.i32(rowSums())), count,
                new LookupScales.Extent(panels, rows, Term.i32(blocks()), Term.i32(COLUMNS)));
    }

    int blocks() {
        return (weights.units() + weights.blockUnits() - 1) / weights.blockUnits();
    }

    /** The first row, panel and unit of a part of a product. */
    record Part(Term row, Term panel, Term unit) {
    }

    LookupScales.Place place(Part part, Term to, LookupScales.Distances distances, Term count,
            LookupScales.Extent extent) {
        int width = weights.panels() * LookupTile.COLUMNS;
        var block = Term.of(Prim.DIV, part.unit, Term.i32(weights.blockUnits()));
        var column = block.times(width).plus(part.panel.times(LookupTile.COLUMNS));
        var factor = part.row.times(blocks()).plus(block);
        return new LookupScales.Place(scales.at(column), zeros == null ? null : zeros.at(column), sums.at(Term.i32(0)),
                distances, factors.at(factor), totals.at(factor), to, count, Term.i32(width), offset, extent);
    }

    // ---- results

    /** The epilogue of rows from i, of results that lie a distance apart. */
    void finish(Body b, String tag, Term i, Term rows, Term first, Term width, int distance) {
        var e = tag + "e";
        b.loop(e, Term.i32(0), rows, 1, x -> {
            var row = i.plus(Term.ref(e));
            var from = results.at(Term.ref(e).times(distance));
            var n0 = x.let("n0" + e, first.times(LookupTile.COLUMNS));
            int whole = weights.n() / VType.LANES * VType.LANES;
            if (whole > 0) {
                x.add(access.call(finish(false),
                        List.of(row, from, n0, Term.of(Prim.MIN, n0.plus(width), Term.i32(whole)))));
            }
            if (whole < weights.n()) {
                x.when(Term.of(Prim.LT, Term.i32(whole), n0.plus(width)), y -> y.add(access.call(finish(true),
                        List.of(row, from.plus(Term.i32(whole).minus(n0)), Term.i32(whole), Term.i32(weights.n())))));
            }
        });
    }

    /** The epilogue of some columns of a row. */
    private Kernel finish(boolean masked) {
        var n = Term.ref("n");
        var body = Body.block(b -> b.loop("n", Term.ref("n0"), Term.ref("n1"), VType.LANES, x -> {
            var mask = masked ? x.let("rest", new Term.Lanes(n, Term.i32(weights.n()), VType.LANES)) : null;
            var sum = x.let("sum", new Term.Load(LookupScales.RESULTS, Term.ref("z1").plus(n.minus(Term.ref("n0"))),
                    VType.F32X16, null));
            x.store("c", c.at(Term.ref("row").times(ldc).plus(n)),
                    epilogue.apply(x, sum, Term.ref("row"), n, mask, null, "v"), mask);
        }));
        return access.part(name() + ".finish" + (masked ? ".tail" : ""), List.of("row", "z1", "n0", "n1"), body);
    }
}
