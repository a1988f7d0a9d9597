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
import dev.sinter.ir.Expr;
import dev.sinter.runtime.Form;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product with constant weights: {@code a[M,K] x w[K,N] -> c[M,N]}, weights in panels of sixteen columns
 * ({@code [N/16][K][16]}), accumulated in ascending k by fma, then the epilogue. Eight-bit weights widen to f32 in the
 * kernel; with f32 integers as activations that is exact as long as a block of k stays below 2^24, after which sums move
 * on to 32-bit integers.
 *
 * <p>
 * A task is a block of rows times a group of panels. Within it a tile of rows times panels stays in registers; rows are
 * divided evenly, so that a block has tiles of at most two heights.
 */
public final class GemmKernel {
    /**
     * Elements of a block of rows: they stay in the second-level cache while panels go by, and the weights come from
     * memory once a block.
     */
    private static final int BLOCK = 220_000;
    private static final int LEAST_ROWS = 144;
    private static final int MOST_ROWS = 576;
    /** Vector operations an unrolled epilogue may add up to; above it runs as a loop over the tile. */
    private static final int UNROLL_LIMIT = 135;
    /** JVM methods take 255 words of parameters; some are for a tile's place. */
    private static final int MAX_PARAMETERS = 240;

    /**
     * One product.
     *
     * @param a
     *            {@code f32[M,K]}, rows contiguous
     * @param weights
     *            {@code f32 or 8-bit [K,N]} packed in panels; its strides are not used
     * @param zero
     *            zero point of each column as {@code f32[N]} padded to whole panels, or null
     * @param c
     *            {@code [M,N]}, rows contiguous
     * @param epilogue
     *            what happens before the store
     * @param blockK
     *            k's that are summed exactly in f32 before moving to integers; 0 for a product of real numbers
     * @param scratch
     *            i32 memory of one tile for integer sums, where {@code blockK} is below K; else null
     * @param blockSums
     *            f32 memory of one tile for the sums of one block, likewise
     * @param work
     *            f32 memory of {@link ScalarProduct#work} elements for each worker, for the scalar form
     * @param sums
     *            f32 memory of {@link ScalarProduct#sums} elements for each worker, likewise
     */
    public record Product(Operand a, Operand weights, @Nullable Operand zero, Operand c, Epilogue epilogue, int blockK,
            @Nullable Place scratch, @Nullable Place blockSums, Place work, Place sums) {
        long k() {
            return weights.dims().get(0).value();
        }

        long n() {
            return weights.dims().get(1).value();
        }

        boolean manyBlocks() {
            return blockK > 0 && blockK < k();
        }
    }

    /** Elements of integer scratch a worker needs for a tile. */
    public static final int SCRATCH = 8 * 16 * 12;

    private final Product product;
    private final Access access = new Access();
    private final Access.Memory a;
    private final Access.Memory w;
    private final Access.@Nullable Memory zero;
    private final Access.Memory c;
    private final Access.@Nullable Memory scratch;
    private final Access.@Nullable Memory blockSums;
    private final GemmSums tile;
    private final ScalarProduct.Memory memory;
    private final Epilogue.Declared epilogue;
    private final Term m;
    private final Term lda;
    private final Term ldc;
    private final int k;
    private final int n;
    private final Map<Tile, Kernel> tiles = new HashMap<>();

    /** What tells tiles of one product apart. */
    private record Tile(Form form, int rows, int panels, boolean masked) {
    }

    private GemmKernel(Product product) {
        this.product = product;
        this.k = Math.toIntExact(product.k());
        this.n = Math.toIntExact(product.n());
        this.a = access.memory("a", product.a());
        this.w = access.memory("w", product.weights());
        this.zero = product.zero() == null ? null : access.memory("z", product.zero());
        this.c = access.memory("c", product.c());
        this.scratch = product.scratch() == null ? null : access.memory("s", tileMemory(product.scratch(), DType.I32));
        this.blockSums =
                product.blockSums() == null ? null : access.memory("f", tileMemory(product.blockSums(), DType.F32));
        this.tile = new GemmSums(k, w, zero, scratch, blockSums);
        this.memory = ScalarProduct.Memory.of(access, product.work(), product.sums());
        this.epilogue = product.epilogue().declare(access);
        this.m = access.size("M", product.a().dims().getFirst());
        this.lda = access.size("lda", product.a().strides().getFirst());
        this.ldc = access.size("ldc", product.c().strides().getFirst());
    }

    private static Operand tileMemory(Place place, DType dtype) {
        return new Operand(place, dtype, Dim.ZERO, List.of(Dim.of(SCRATCH)), List.of(Dim.ONE));
    }

    /**
     * The call that computes a product.
     *
     * @param product
     *            what is multiplied
     * @param table
     *            kernels made so far
     * @return the call
     */
    public static Call of(Product product, KernelTable table) {
        var gemm = new GemmKernel(product);
        var groups = (gemm.n + 16 * GemmTile.GROUP - 1) / (16 * GemmTile.GROUP);
        var blocks = product.a().dims().getFirst().ceilDiv(gemm.blockRows());
        return new Call(table.shared(gemm.shape(), KernelSet.of(gemm::driver)), gemm.access.arrays(),
                gemm.access.args(),
                blocks.times(Dim.of(groups)));
    }

    /** All that the programs of a product depend on. */
    private record Shape(Access.Shape access, long k, long n, int blockK, Expr epilogue, List<Dim> columnStrides) {
    }

    private Shape shape() {
        var columns = product.epilogue().operands().stream().map(o -> o.strides().getLast()).toList();
        return new Shape(access.shape(), k, n, product.blockK(), product.epilogue().expr(), columns);
    }

    private String name() {
        return name("k" + k + "n" + n);
    }

    private String name(String sizes) {
        return "gemm."
                + (product.weights().dtype() == DType.F32 ? "f32"
                        : product.weights().dtype() + (zero == null ? "" : "z"))
                + "." + sizes + "." + Naming.of(product.epilogue().expr());
    }

    private ScalarProduct scalar() {
        return new ScalarProduct(access, memory, new ScalarProduct.Factors(a, lda, w, zero, k), target());
    }

    private ScalarProduct.Target target() {
        return new ScalarProduct.Target(name("n" + n), this::integral, epilogue, c, ldc, n);
    }

    private WaitingSums waiting() {
        return new WaitingSums(name(), access, target(), product.manyBlocks() ? scratch : null);
    }

    private int blockRows() {
        return Math.clamp(BLOCK / Math.max(1, k), LEAST_ROWS, MOST_ROWS);
    }

    // ---- the driver: blocks of rows, groups of panels, tiles of two heights

    private Kernel driver(Form form) {
        int panels = (n + 15) / 16;
        int groups = (panels + GemmTile.GROUP - 1) / GemmTile.GROUP;
        var body = Body.block(b -> b.par("t", round -> {
            var t = Term.ref("t");
            var group = round.let("group", groups == 1 ? Term.i32(0) : Term.of(Prim.REM, t, Term.i32(groups)));
            var block = round.let("block", groups == 1 ? t : Term.of(Prim.DIV, t, Term.i32(groups)));
            var blocks = round.let("blocks", Term.of(Prim.DIV, m.plus(blockRows() - 1), Term.i32(blockRows())));
            var height = round.let("height", Term.of(Prim.DIV, m.plus(blocks).plus(-1), blocks));
            var i0 = round.let("i0", Term.of(Prim.MIN, m, block.times(height)));
            var i1 = round.let("i1", Term.of(Prim.MIN, m, i0.plus(height)));
            if (form == Form.SCALAR && !product.manyBlocks()) {
                scalar().task(round, i0, i1, group.times(GemmTile.GROUP));
                return;
            }
            var rows = round.let("rows", i1.minus(i0));
            var max = Term.i32(GemmTile.maxRows(form));
            var several = Term.of(Prim.DIV, rows.plus(GemmTile.maxRows(form) - 1), max);
            var tiles =
                    round.let("tiles", Term.of(Prim.SELECT, Term.of(Prim.LE, rows, Term.i32(GemmTile.singleRows(form))),
                            Term.i32(1), several));
            var low = round.let("low", Term.of(Prim.DIV, rows, tiles));
            var split = round.let("split", i0.plus(Term.of(Prim.REM, rows, tiles).times(low.plus(1))));
            var j0 = round.let("j0", group.times(GemmTile.GROUP));
            var j1 = round.let("j1", Term.of(Prim.MIN, j0.plus(GemmTile.GROUP), Term.i32(panels)));
            for (int r = 1; r <= GemmTile.singleRows(form); r++) {
                int height1 = r;
                round.when(Term.of(Prim.EQ, low, Term.i32(r)),
                        x -> tiles(x, form, height1, new Rows(i0, split, i1), j0, j1));
            }
        }));
        return new Kernel(name() + "." + form.suffix().toLowerCase(java.util.Locale.ROOT), access.buffers(),
                access.params(true), body);
    }

    /** Rows of a block: tiles of one more row from {@code first} to {@code split}, of the lower height from there. */
    private record Rows(Term first, Term split, Term end) {
    }

    /**
     * Calls the tile kernels of a block whose lower tiles have some rows: wide tiles first, then narrow ones for the
     * panels that are left over, then the panel that columns do not fill, masked. Where both heights have tiles of a
     * width, all rows take some panels before any takes the next ones: panels that are long come from memory once.
     */
    private void tiles(Body b, Form form, int low, Rows rows, Term j0, Term j1) {
        int full = n / VType.LANES;
        int wide = GemmTile.panels(form, low);
        boolean alike = wide == GemmTile.panels(form, low + 1)
                && GemmTile.rest(full % GemmTile.GROUP, wide) < full;
        boolean both = low >= GemmTile.leastRows(form) && low < GemmTile.maxRows(form);
        if (both && alike) {
            int rest = GemmTile.rest(full % GemmTile.GROUP, wide);
            var end = Term.of(Prim.MIN, j1, Term.i32(full - rest));
            b.loop("jw", j0, end, wide, x -> {
                var j = Term.ref("jw");
                x.add(access.call(tile(form, low + 1, wide, false), List.of(rows.first, rows.split, j, j.plus(1))));
                x.add(access.call(tile(form, low, wide, false), List.of(rows.split, rows.end, j, j.plus(1))));
            });
        }
        if (both) {
            tiles(b, form, low + 1, rows.first, rows.split, j0, j1, !alike);
        }
        tiles(b, form, low, both ? rows.split : rows.first, rows.end, j0, j1, !(both && alike));
    }

    /** The same for one height; wide tiles may have been called. */
    private void tiles(Body b, Form form, int rows, Term i0, Term i1, Term j0, Term j1, boolean withWide) {
        int full = n / VType.LANES;
        int wide = GemmTile.panels(form, rows);
        int rest = GemmTile.rest(full % GemmTile.GROUP, wide);
        boolean masked = n % VType.LANES != 0;
        Term from = j0;
        if (full > 0) {
            var end = masked ? Term.of(Prim.MIN, j1, Term.i32(full)) : j1;
            Term to = rest == 0 ? end : Term.of(Prim.MIN, end, Term.i32(full - rest));
            if (withWide && rest < full) {
                b.add(access.call(tile(form, rows, wide, false), List.of(i0, i1, j0, to)));
            }
            if (rest > 0) {
                int narrow = GemmTile.narrow(rest, wide);
                var start = Term.of(Prim.MAX, j0, to);
                b.add(access.call(tile(form, rows, narrow, false), List.of(i0, i1, start, end)));
            }
            from = end;
        }
        if (masked) {
            b.add(access.call(tail(form, rows), List.of(i0, i1, from, j1)));
        }
    }

    /** The tile for columns beyond the last whole panel, of as many of the rows as one method takes. */
    private Kernel tail(Form form, int rows) {
        for (int some = rows; some > 1; some--) {
            if (rows % some == 0) {
                var tile = tile(form, some, 1, true);
                if (VectorOperations.of(tile, form) <= VectorOperations.LIMIT) {
                    return tile;
                }
            }
        }
        return tile(form, 1, 1, true);
    }

    // ---- the tile

    /** Where a tile's epilogue is done. */
    private enum Where {
        /** On the sums in registers. */
        UNROLLED,
        /** In a loop behind them. */
        ROLLED,
        /** In a kernel of its own, for the panels of a row side by side. */
        ASIDE,
        /** In a kernel of its own for tiles of any size. */
        APART
    }

    private Kernel tile(Form form, int rows, int panels, boolean masked) {
        return tiles.computeIfAbsent(new Tile(form, rows, panels, masked), t -> fitting(form, rows, panels, masked));
    }

    /** A tile with its epilogue in the first place that keeps the method below the limit. */
    private Kernel fitting(Form form, int rows, int panels, boolean masked) {
        if (!product.manyBlocks() && unrolls(form, rows, panels)) {
            var unrolled = tile(rows, panels, masked, Where.UNROLLED);
            if (zero == null && product.epilogue().isPlain()
                    || VectorOperations.of(unrolled, form) <= VectorOperations.LIMIT) {
                return unrolled;
            }
        }
        if (panels > 1 && VectorOperations.of(waiting().aside(panels, masked), form) <= VectorOperations.LIMIT) {
            return tile(rows, panels, masked, Where.ASIDE);
        }
        var rolled = tile(rows, panels, masked, Where.ROLLED);
        return VectorOperations.of(rolled, form) <= VectorOperations.LIMIT ? rolled
                : tile(rows, panels, masked, Where.APART);
    }

    private Kernel tile(int rows, int panels, boolean masked, Where place) {
        var body = Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), panels, columns -> {
            var u = List.of(new Range("u", panels));
            columns.letAll("wb", u, w.at(Term.ref("j").plus(Term.ref("u")).times(k * 16)));
            columns.loop("i", Term.ref("i0"), Term.ref("i1"), rows,
                    inner -> tileBody(inner, rows, panels, masked, place));
        }));
        var name = name() + ".r" + rows + "c" + panels + (masked ? ".tail" : "");
        return access.part(name, List.of("i0", "i1", "j0", "j1"), body);
    }

    private void tileBody(Body b, int rows, int panels, boolean masked, Where place) {
        var t = new Range("t", rows);
        var u = new Range("u", panels);
        var i = Term.ref("i").plus(Term.ref("t"));
        b.letAll("ab", List.of(t), a.at(lda.times(i)));
        if (isColumn()) {
            tile.column(b, t);
            b.unroll(List.of(t), inner -> inner.store("c", c.at(ldc.times(i)), Term.ref("acc", Term.ref("t"))));
            return;
        }
        if (product.manyBlocks()) {
            tile.integerBlocks(b, t, u, product.blockK());
        } else {
            tile.accumulate(b, t, u, Term.i32(0), Term.i32(k));
        }
        var column = Term.ref("j").plus(Term.ref("u")).times(16);
        var mask = masked ? Term.ref("lanes", Term.ref("u")) : null;
        if (masked) {
            b.letAll("lanes", List.of(u), new Term.Lanes(column, Term.i32(n), VType.LANES));
        }
        if (place == Where.UNROLLED) {
            epilogue.hoist(b, List.of(u), column, mask);
            b.unroll(List.of(t, u), inner -> {
                Term acc = Term.ref("acc", Term.ref("t"), Term.ref("u"));
                var value = epilogue.apply(inner, integral(acc), i, column, mask, Term.ref("u"), "v");
                inner.store("c", c.at(ldc.times(i).plus(column)), value, mask);
            });
            return;
        }
        waiting().keep(b, t, u, mask);
        var corner = List.of(Term.ref("i"), Term.ref("j"), Term.i32(rows));
        switch (place) {
            case ASIDE -> b.add(access.call(waiting().aside(panels, masked), corner));
            case APART -> b.add(access.call(waiting().any(masked),
                    List.of(corner.get(0), corner.get(1), corner.get(2), Term.i32(panels))));
            default -> waiting().flat(b, rows, panels, masked);
        }
    }

    /** Whether there is one column and nothing to do with its sums: then a vector would be of one lane. */
    private boolean isColumn() {
        return n == 1 && product.blockK() == 0 && zero == null && product.epilogue().isPlain();
    }

    /** The operand of the epilogue: sums of integers count as i32. */
    private Term integral(Term sum) {
        return product.blockK() > 0 ? new Term.Convert(sum, Elem.I32) : sum;
    }

    private boolean unrolls(Form form, int rows, int panels) {
        int parts = Math.max(1, 16 / Math.max(1, form.bits() / 32));
        var probe = new Body();
        var value =
                epilogue.apply(probe, integral(Term.ref("acc")), Term.i32(0), Term.i32(0), null, Term.ref("u"), "v");
        int operations = probe.stmts().stream().mapToInt(s -> s instanceof Stmt.Let l ? operations(l.value()) : 0).sum()
                + operations(value);
        int weightOps = product.weights().dtype() == DType.F32 ? 1 : 3 + (zero == null ? 0 : 1);
        int tile = rows * panels;
        int main = tile * parts + panels * parts * weightOps + rows;
        int hoisted = (epilogue.memories().size() * panels * 2 + epilogue.constants().size()) * parts;
        return main + hoisted + tile * parts * (operations + 1) <= UNROLL_LIMIT;
    }

    private static int operations(Term term) {
        return (term instanceof Term.Ref ? 0 : 1) + term.children().stream().mapToInt(GemmKernel::operations).sum()
                - (term instanceof Term.Load l ? operations(l.index()) : 0);
    }

    /**
     * Whether an epilogue is short enough for a kernel.
     *
     * @param product
     *            what is multiplied
     * @param table
     *            what is known of products so far
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product, KernelTable table) {
        var gemm = new GemmKernel(product);
        int words = product.epilogue().operands().size() * 4 + gemm.access.buffers().size()
                + 2 * gemm.access.params(true).size();
        return words <= MAX_PARAMETERS && (product.epilogue().isPlain()
                || table.fits(gemm.shape(), () -> VectorOperations.fit(gemm.waiting().any(true))));
    }
}
