package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sums of products in the scalar form, made to be quick from the first call: all products of a model share a few short
 * methods with short loops, which HotSpot compiles at once and with vector instructions.
 *
 * <p>
 * Weights are copied from their panels to rows of an array, {@value #DEPTH} k's at a time; four k's then go over a row of
 * sums in one loop. The sums wait as f64, which holds each f32 exactly: HotSpot does not use vectors where a loop stores
 * to an array of the type that it loads from elsewhere, since they might be the same array.
 */
final class ScalarSums {
    /** Rows whose sums wait at a time. */
    static final int ROWS = 32;
    /** k's whose weights are copied at a time. */
    static final int DEPTH = 64;
    /** k's in one loop: with more, HotSpot leaves the loop scalar. */
    private static final int STEP = 4;

    private static final String ROW = "wr";
    private static final String SUMS = "su";
    /** The first factors, in the methods that all products share. */
    private static final Buffer FACTORS = Buffer.heap("a", Buffer.Storage.F32);
    /** Rows of weights. */
    static final Buffer COPIES = Buffer.heap(ROW, Buffer.Storage.F32);
    /** Sums. */
    static final Buffer TOTALS = Buffer.heap(SUMS, Buffer.Storage.F64);

    private final int width;
    private final Access.Memory rows;
    private final Access.Memory sums;

    /**
     * The memory that the sums of a product need.
     *
     * @param rows
     *            f32, for rows of weights
     * @param sums
     *            f64, for sums
     */
    record Memory(Place rows, Place sums) {
    }

    /** Elements for rows of weights. */
    static Dim rows(int width, long k) {
        return Dim.of(width * Math.min(k, DEPTH));
    }

    /** Elements for sums. */
    static Dim sums(int width, Dim m) {
        return Dim.of(width).times(m.isConst() ? Dim.of(Math.min(m.value(), ROWS)) : Dim.of(ROWS));
    }

    /**
     * Declares the memory.
     *
     * @param access
     *            of the kernel
     * @param memory
     *            where it lies
     * @param width
     *            columns at a time, a multiple of sixteen
     */
    ScalarSums(Access access, Memory memory, int width) {
        this.width = width;
        this.rows = access.memory(ROW, flat(memory.rows(), DType.F32));
        this.sums = access.memory(SUMS, flat(memory.sums(), DType.F64));
    }

    static Operand flat(Place place, DType dtype) {
        return new Operand(place, dtype, Dim.ZERO, List.of(Dim.ONE), List.of(Dim.ONE));
    }

    /** The sum of row {@code i} at a column, which counts from the first of the group. */
    Term sum(Term row, Term column) {
        var at = sums.at(row.times(width).plus(column));
        return new Term.Convert(new Term.Load(SUMS, at, new VType(Elem.F64, VType.LANES), null), Elem.F32);
    }

    /** Sets the sums of some rows to zero. */
    void clear(Body b, Term count) {
        b.add(clear(sums.at(Term.i32(0)), sums.at(count.times(width))));
    }

    /** Sets the sums between two places to zero. */
    static Stmt.Call clear(Term from, Term to) {
        var body = Body.block(x -> x.loop("n", Term.ref("s0"), Term.ref("s1"), 1,
                z -> z.store(SUMS, Term.ref("n"), new Term.Lit(0, 0, new VType(Elem.F64, 1)))));
        var leaf = new Kernel("scalar.clear", List.of(TOTALS), ints("s0", "s1"), body);
        return new Stmt.Call(leaf, List.of(SUMS), List.of(from, to));
    }

    /** The sum at a place, as f32. */
    static Term total(Term at) {
        return new Term.Convert(new Term.Load(SUMS, at, new VType(Elem.F64, 1), null), Elem.F32);
    }

    /**
     * Copies weights to rows.
     *
     * @param w
     *            the panels
     * @param zero
     *            zero points of the columns, or null
     */
    void copy(Body b, Access.Memory w, Access.@Nullable Memory zero, Term j0, Term j1, Term k0, Term k1, int k) {
        b.add(copy(w, zero, w.at(j0.times(k).plus(k0).times(VType.LANES)),
                zero == null ? null : zero.at(j0.times(VType.LANES)), rows.at(Term.i32(0)),
                List.of(j1.minus(j0), Term.i32(k * VType.LANES), k1.minus(k0), Term.i32(width))));
    }

    /**
     * Copies parts of panels to rows.
     *
     * @param w
     *            the panels
     * @param zero
     *            zero points of the columns, or null
     * @param from
     *            where the first part begins
     * @param points
     *            where its zero points begin, or null
     * @param to
     *            where the first row begins
     * @param sizes
     *            how many panels and their distance, how many rows and their distance
     */
    static Stmt.Call copy(Access.Memory w, Access.@Nullable Memory zero, Term from, @Nullable Term points, Term to,
            List<Term> sizes) {
        var args = new ArrayList<>(List.of(from));
        if (points != null) {
            args.add(points);
        }
        args.add(to);
        args.addAll(sizes);
        return new Stmt.Call(panels(w, zero), List.of(ROW), args);
    }

    private static String kind(Access.Memory w, Access.@Nullable Memory zero) {
        return w.dtype() + (zero == null ? "" : "z");
    }

    /** Copies parts of panels, which lie beside each other in the rows. */
    private static Kernel panels(Access.Memory w, Access.@Nullable Memory zero) {
        var panel = panel(w, zero);
        var params = new ArrayList<>(panel.params().subList(0, zero == null ? 1 : 2));
        params.addAll(ints("to", "panels", "apart", "count", "width"));
        var j = Term.ref("j");
        var args = new ArrayList<Term>(List.of(Term.ref("wa").plus(j.wide().times(Term.ref("apart").wide()))));
        if (zero != null) {
            args.add(Term.ref("za").plus(j.wide().times(Term.i64(VType.LANES))));
        }
        args.addAll(List.of(Term.ref("to").plus(j.times(VType.LANES)), Term.ref("count"), Term.ref("width")));
        var body = Body.block(b -> b.loop("j", Term.i32(0), Term.ref("panels"), 1,
                x -> x.add(new Stmt.Call(panel, List.of(ROW), args))));
        return new Kernel("scalar.panels." + kind(w, zero), panel.buffers(), params, body);
    }

    /** Copies one panel's part; sixteen elements are a method of their own, which is hot soon. */
    private static Kernel panel(Access.Memory w, Access.@Nullable Memory zero) {
        var buffers = new ArrayList<Buffer>(List.of(w.buffer(), COPIES));
        var place = new ArrayList<Kernel.Param>(List.of(new Kernel.Param("wa", Elem.I64)));
        var from = new ArrayList<Term>(List.of(Term.ref("wa").plus(Term.ref("p").wide().times(Term.i64(VType.LANES)))));
        Term value = new Term.Load(w.buffer().name(), Term.ref("wa"), VType.F32X16, null);
        if (zero != null) {
            buffers.add(1, zero.buffer());
            place.add(new Kernel.Param("za", Elem.I64));
            from.add(Term.ref("za"));
            value = Term.of(Prim.SUB, value, new Term.Load(zero.buffer().name(), Term.ref("za"), VType.F32X16, null));
        }
        var kind = kind(w, zero);
        var copied = value;
        var params = new ArrayList<>(place);
        params.addAll(ints("to"));
        var leaf = new Kernel("scalar.copy." + kind, buffers, params,
                Body.block(b -> b.store(ROW, Term.ref("to"), copied)));
        var all = new ArrayList<>(place);
        all.addAll(ints("to", "count", "width"));
        var body = Body.block(b -> b.loop("p", Term.i32(0), Term.ref("count"), 1, x -> {
            var args = new ArrayList<>(from);
            args.add(Term.ref("to").plus(Term.ref("p").times(Term.ref("width"))));
            x.add(new Stmt.Call(leaf, List.of(ROW), args));
        }));
        return new Kernel("scalar.panel." + kind, buffers, all, body);
    }

    /**
     * Adds products to the sums of rows.
     *
     * @param a
     *            the factors' memory
     * @param at
     *            where the first row's factors for the copied k's begin
     * @param lda
     *            distance of rows of factors
     * @param count
     *            rows
     * @param depth
     *            k's
     * @param columns
     *            columns
     */
    void add(Body b, Access.Memory a, Term at, Term lda, Term count, Term depth, Term columns) {
        b.add(addRows(a.buffer().name(), ROW, List.of(at, lda, rows.at(Term.i32(0)), sums.at(Term.i32(0)), count, depth,
                columns, Term.i32(width))));
    }

    /**
     * Adds products to the sums of rows.
     *
     * @param a
     *            name of the factors' buffer
     * @param w
     *            name of the buffer with the rows that are multiplied
     * @param places
     *            where the first row's factors begin, and their rows' distance; where the rows of the other factors and
     *            the sums begin; rows of sums, factors of each, columns; distance of the other factors' rows and of the
     *            sums'
     */
    static Stmt.Call addRows(String a, String w, List<Term> places) {
        var i = Term.ref("i");
        var body = Body.block(x -> x.loop("i", Term.i32(0), Term.ref("rows"), 1,
                row -> row.add(new Stmt.Call(row(), List.of(FACTORS.name(), ROW, SUMS),
                        List.of(Term.ref("a0").plus(i.times(Term.ref("lda"))), Term.ref("w0"),
                                Term.ref("s0").plus(i.times(Term.ref("width"))), Term.ref("count"), Term.ref("columns"),
                                Term.ref("width"))))));
        var leaf = new Kernel("scalar.rows", List.of(FACTORS, COPIES, TOTALS),
                ints("a0", "lda", "w0", "s0", "rows", "count", "columns", "width"), body);
        return new Stmt.Call(leaf, List.of(a, w, SUMS), places);
    }

    /**
     * Adds products to a row of sums.
     *
     * @param a
     *            name of the factors' buffer
     * @param at
     *            where the factors begin
     * @param copies
     *            where the rows of weights begin
     * @param row
     *            where the sums begin
     * @param count
     *            k's
     * @param columns
     *            columns
     * @param width
     *            of a row of weights
     */
    static Stmt.Call add(String a, Term at, Term copies, Term row, Term count, Term columns, int width) {
        return new Stmt.Call(row(), List.of(a, ROW, SUMS), List.of(at, copies, row, count, columns, Term.i32(width)));
    }

    private static Kernel row() {
        var body = Body.block(b -> {
            var whole = b.let("whole", Term.ref("count").minus(
                    Term.of(Prim.REM, Term.ref("count"), Term.i32(STEP))));
            b.loop("p", Term.i32(0), whole, STEP, x -> x.add(step(STEP, Term.ref("p"))));
            b.loop("q", whole, Term.ref("count"), 1, x -> x.add(step(1, Term.ref("q"))));
        });
        return new Kernel("scalar.row", List.of(FACTORS, COPIES, TOTALS),
                ints("a0", "w0", "s0", "count", "columns", "width"), body);
    }

    private static Stmt.Call step(int count, Term p) {
        var args = new ArrayList<Term>();
        for (int u = 0; u < count; u++) {
            args.add(new Term.Load(FACTORS.name(), Term.ref("a0").plus(p).plus(u), VType.F32, null));
        }
        args.addAll(List.of(Term.ref("w0").plus(p.times(Term.ref("width"))), Term.ref("s0"), Term.ref("columns"),
                Term.ref("width")));
        return new Stmt.Call(products(count), List.of(ROW, SUMS), args);
    }

    /** Adds some k's products to a row of sums, in ascending k. */
    private static Kernel products(int count) {
        var params = new ArrayList<Kernel.Param>();
        for (int u = 0; u < count; u++) {
            params.add(new Kernel.Param("y" + u, Elem.F32));
        }
        params.addAll(ints("w0", "s0", "columns", "width"));
        var body = Body.block(b -> {
            for (int u = 1; u < count; u++) {
                b.let("w" + u, Term.ref("w" + (u - 1)).plus(Term.ref("width")));
            }
            b.loop("n", Term.i32(0), Term.ref("columns"), 1, x -> {
                var at = Term.ref("s0").plus(Term.ref("n"));
                Term sum = new Term.Convert(new Term.Load(SUMS, at, new VType(Elem.F64, 1), null), Elem.F32);
                for (int u = 0; u < count; u++) {
                    sum = Term.of(Prim.FMA, Term.ref("y" + u),
                            new Term.Load(ROW, Term.ref("w" + u).plus(Term.ref("n")), VType.F32, null), sum);
                }
                x.store(SUMS, at, new Term.Convert(sum, Elem.F64));
            });
        });
        return new Kernel("scalar.products" + count, List.of(COPIES, TOTALS), params, body);
    }

    private static List<Kernel.Param> ints(String... names) {
        var params = new ArrayList<Kernel.Param>();
        for (var name : names) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        return params;
    }
}
