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
import java.util.function.IntFunction;

/**
 * Sums of products in the scalar form, made to be quick from the first call: all products of a model share a few short
 * methods with short loops, which HotSpot compiles at once and with vector instructions.
 *
 * <p>
 * Up to {@value #DEPTH} rows of factors lie in work memory, a pitch apart, as {@link ScalarFactors} puts them there.
 * {@value #ROWS} rows of sums come there, too, and move on: with every k they go from their places to one pitch
 * further, so that factors, old sums and new ones lie a constant apart. HotSpot uses vectors only where it can tell that what a loop
 * stores is not what it loads in a later round; and it makes a dozen rounds without them whatever the length of the
 * loop, so that rows should be long.
 */
final class ScalarSums {
    /** k's whose factors are in work memory at a time. */
    static final int DEPTH = 64;
    /** For products of any size. */
    static final ScalarSums WIDE = new ScalarSums(288);
    /** For small ones, which need less memory. */
    static final ScalarSums NARROW = new ScalarSums(64);

    /** k's in one loop, and rows: all that HotSpot has vector registers and patience for. */
    private static final int STEP = 8;
    private static final int ROWS = 2;

    private static final String SUMS = "su";
    /** The first factors, in the methods that all products share. */
    private static final Buffer FACTORS = Buffer.heap("a", Buffer.Storage.F32);
    /** Work memory. */
    static final Buffer MEMORY = Buffer.heap("wr", Buffer.Storage.F32);
    /** Where sums wait. */
    static final Buffer TOTALS = Buffer.heap(SUMS, Buffer.Storage.F32);

    private final int columns;
    private final int pitch;

    private ScalarSums(int columns) {
        this.columns = columns;
        this.pitch = columns + VType.LANES; // no power of two, so that rows share the cache
    }

    /** Those for a product of so many k's and columns. */
    static ScalarSums of(long k, long columns) {
        return k <= DEPTH && columns <= NARROW.columns ? NARROW : WIDE;
    }

    /** Most columns at a time. */
    int columns() {
        return columns;
    }

    /** Distance of rows in work memory. */
    int pitch() {
        return pitch;
    }

    /** Where sums of a row begin behind the factors. */
    private int track(int row) {
        return (DEPTH + row * (DEPTH + 1)) * pitch;
    }

    /** Where zeros are. */
    private int zeros() {
        return track(ROWS);
    }

    /** Where factors wait that come from elsewhere many at a time. */
    int stage() {
        return zeros() + pitch;
    }

    /** Elements of work memory, for each worker. */
    int work() {
        return stage() + DEPTH * VType.LANES;
    }

    /** A name for methods that only products of this width share. */
    String name(String name) {
        return "scalar." + name + (this == WIDE ? "" : ".w" + columns);
    }

    /**
     * Memory in which nothing lies in rows.
     *
     * @param place
     *            where it begins
     * @param dtype
     *            of its elements
     * @return the operand
     */
    static Operand flat(Place place, DType dtype) {
        return new Operand(place, dtype, Dim.ZERO, List.of(Dim.ONE), List.of(Dim.ONE));
    }

    /** Lanes of a sum that waits. */
    static Term total(Term at, int lanes) {
        return new Term.Load(SUMS, at, new VType(Elem.F32, lanes), null);
    }

    /** Puts a row of zeros into work memory, without a loop, which HotSpot would compile. */
    Stmt.Call zeros(Term work) {
        var body = Body.block(b -> {
            var zeros = b.let("zeros", Term.ref("w0").plus(zeros()));
            b.store(MEMORY.name(), zeros, Term.f32(0, VType.LANES));
            for (int done = VType.LANES; done < pitch; done *= 2) {
                b.copy(MEMORY.name(), zeros.plus(done), MEMORY.name(), zeros, Term.i32(Math.min(done, pitch - done)));
            }
        });
        return new Stmt.Call(new Kernel(name("zeros"), List.of(MEMORY), ints("w0"), body), List.of(MEMORY.name()),
                List.of(work));
    }

    /**
     * Sets sums to zero, where it is not known whether any product is added to them; {@link #zeros} are there.
     *
     * @param totals
     *            name of the buffer they wait in
     * @param work
     *            where work memory begins
     * @param from
     *            where the first is
     * @param count
     *            how many
     */
    Stmt.Call clear(String totals, Term work, Term from, Term count) {
        var i = Term.ref("i");
        var end = Term.ref("count");
        var body = Body.block(b -> b.loop("i", Term.i32(0), end, pitch, row -> row.copy(SUMS, Term.ref("s0").plus(i),
                MEMORY.name(), Term.ref("w0").plus(zeros()), Term.of(Prim.MIN, Term.i32(pitch), end.minus(i)))));
        return new Stmt.Call(new Kernel(name("clear"), List.of(MEMORY, TOTALS), ints("w0", "s0", "count"), body),
                List.of(MEMORY.name(), totals), List.of(work, from, count));
    }

    /**
     * Adds products of some rows' factors with those in work memory.
     *
     * @param a
     *            name of the factors' buffer
     * @param sums
     *            name of the sums' buffer
     * @param places
     *            where the first row's factors begin, and their rows' distance; where work memory begins; where the
     *            first row of sums begins, and their distance; rows of sums, factors of each, columns
     * @param first
     *            whether these are the first products of their sums; {@link #zeros} are there then
     */
    Stmt.Call addRows(String a, String sums, List<Term> places, Term first) {
        var body = Body.block(x -> x.loop("i", Term.i32(0), Term.ref("rows"), ROWS, some -> {
            var args = new ArrayList<Term>();
            for (int r = 0; r < ROWS; r++) { // where rows end, the last one again: what comes of it is the same
                var row = some.let("i" + r,
                        Term.of(Prim.MIN, Term.ref("i").plus(r), Term.ref("rows").plus(-1)));
                args.addAll(List.of(Term.ref("a0").plus(row.times(Term.ref("lda"))),
                        Term.ref("s0").plus(row.times(Term.ref("lds")))));
            }
            args.addAll(List.of(Term.ref("w0"), Term.ref("count"), Term.ref("columns"), Term.ref("fresh")));
            some.add(new Stmt.Call(together(), List.of(FACTORS.name(), MEMORY.name(), SUMS), args));
        }));
        var leaf = new Kernel(name("rows"), List.of(FACTORS, MEMORY, TOTALS),
                ints("a0", "lda", "w0", "s0", "lds", "rows", "count", "columns", "fresh"), body);
        var args = new ArrayList<>(places);
        args.add(Term.of(Prim.SELECT, first, Term.i32(1), Term.i32(0)));
        return new Stmt.Call(leaf, List.of(a, MEMORY.name(), sums), args);
    }

    /** Some rows: their sums come to work memory, move on, and go back. */
    private Kernel together() {
        var first = Term.ref("w0");
        var columns = Term.ref("columns");
        var params = new ArrayList<Kernel.Param>();
        for (int r = 0; r < ROWS; r++) {
            params.addAll(ints("a" + r, "s" + r));
        }
        params.addAll(ints("w0", "count", "columns", "fresh"));
        var body = Body.block(b -> {
            var fresh = Term.of(Prim.EQ, Term.ref("fresh"), Term.i32(1));
            b.when(fresh, x -> begin(x, MEMORY.name(), r -> first.plus(zeros())));
            b.when(Term.of(Prim.NOT, fresh), x -> begin(x, SUMS, r -> Term.ref("s" + r)));
            var whole = b.let("whole", Term.ref("count").minus(
                    Term.of(Prim.REM, Term.ref("count"), Term.i32(STEP))));
            b.loop("p", Term.i32(0), whole, STEP, x -> x.add(step(STEP, Term.ref("p"))));
            b.loop("q", whole, Term.ref("count"), 1, x -> x.add(step(1, Term.ref("q"))));
            var end = b.let("end", first.plus(Term.ref("count").times(pitch)));
            for (int r = 0; r < ROWS; r++) {
                b.copy(SUMS, Term.ref("s" + r), MEMORY.name(), end.plus(track(r)), columns);
            }
        });
        return new Kernel(name("row"), List.of(FACTORS, MEMORY, TOTALS), params, body);
    }

    private void begin(Body b, String buffer, IntFunction<Term> from) {
        for (int r = 0; r < ROWS; r++) {
            b.copy(MEMORY.name(), Term.ref("w0").plus(track(r)), buffer, from.apply(r), Term.ref("columns"));
        }
    }

    private Stmt.Call step(int count, Term p) {
        var args = new ArrayList<Term>();
        for (int r = 0; r < ROWS; r++) {
            args.add(Term.ref("a" + r).plus(p));
        }
        args.addAll(List.of(Term.ref("w0").plus(p.times(pitch)), Term.ref("columns")));
        return new Stmt.Call(products(count), List.of(FACTORS.name(), MEMORY.name()), args);
    }

    /**
     * Adds some k's products to rows of sums, in ascending k. The loop's bounds are where HotSpot can tell that no index
     * overflows: then an access is one node of its graph, not five, and so many of them are still a loop that it takes
     * for short enough to unroll, without which there are no vectors. With the factors' loads the method is beyond what
     * HotSpot takes into its callers (325 bytes), which it would compile for long otherwise.
     */
    private Kernel products(int count) {
        var params = new ArrayList<Kernel.Param>();
        for (int r = 0; r < ROWS; r++) {
            params.addAll(ints("a" + r));
        }
        params.addAll(ints("from", "columns"));
        var most = Term.i32(Integer.MAX_VALUE - track(ROWS));
        var some = Term.of(Prim.LT, Term.i32(0), Term.ref("columns")); // else it reads nothing and can be called idle
        var body = Body.block(all -> all.when(some, b -> {
            for (int r = 0; r < ROWS; r++) {
                for (int u = 0; u < count; u++) {
                    b.let(factor(r, u), new Term.Load(FACTORS.name(), Term.ref("a" + r).plus(u), VType.F32, null));
                }
            }
            var begin = b.let("begin",
                    Term.of(Prim.MIN, most, Term.of(Prim.MAX, Term.i32(0), Term.ref("from"))));
            var end = b.let("end", Term.of(Prim.MIN, most, Term.ref("from").plus(Term.ref("columns"))));
            b.loop("n", begin, end, 1, x -> move(x, count));
        }));
        return new Kernel(name("products" + count), List.of(FACTORS, MEMORY), params, body);
    }

    private void move(Body b, int count) {
        var n = Term.ref("n");
        var sums = new Term[ROWS];
        for (int r = 0; r < ROWS; r++) {
            sums[r] = new Term.Load(MEMORY.name(), n.plus(track(r)), VType.F32, null);
        }
        for (int u = 0; u < count; u++) {
            var w = b.let("w" + u, new Term.Load(MEMORY.name(), n.plus(u * pitch), VType.F32, null));
            for (int r = 0; r < ROWS; r++) {
                sums[r] = Term.of(Prim.FMA, Term.ref(factor(r, u)), w, sums[r]);
            }
        }
        for (int r = 0; r < ROWS; r++) {
            b.store(MEMORY.name(), n.plus(track(r) + count * pitch), sums[r]);
        }
    }

    private static String factor(int row, int u) {
        return "y" + row + "_" + u;
    }

    static List<Kernel.Param> ints(String... names) {
        var params = new ArrayList<Kernel.Param>();
        for (var name : names) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        return params;
    }
}
