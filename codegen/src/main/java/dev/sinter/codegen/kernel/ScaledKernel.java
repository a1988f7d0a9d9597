package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
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
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product of real numbers with constant weights of a few bits ({@link LowBits}), which have a scale for each block
 * of a column: {@code a[M,K] x ((q[K,N] - zero) * scale) -> c[M,N]}, then the epilogue. A block is summed by fma in
 * ascending k, and the sum goes to the total by one more, with the scale. Or a field is the number of one of a few values:
 * then there is one block without a scale, and sums are those of the same weights in f32 to the bit.
 *
 * <p>
 * A task is a block of rows times a group of panels. One row takes the weights from where they lie, in registers; for
 * several a few panels at a time are decoded into memory that stays in cache.
 */
public final class ScaledKernel {
    /** Rows of a task. */
    private static final int ROWS = 256;
    private static final int LANES = VType.LANES;

    /**
     * Weights.
     *
     * @param form
     *            how they are packed
     * @param words
     *            {@code i32} panels
     * @param scales
     *            {@code f32[ceil(K/block),N]} in panels; null where fields are the numbers of values
     * @param values
     *            {@code f32[ceil(N/16),32]}, what fields of a panel stand for: eight values twice, then those behind them
     *            twice; where there are fewer, they are repeated. Null where fields stand for themselves
     * @param zeros
     *            zero points like scales; null where there are none
     * @param block
     *            rows with one scale
     * @param k
     *            rows of the matrix
     * @param n
     *            its columns
     */
    public record Weights(LowBits form, Operand words, @Nullable Operand scales, @Nullable Operand values,
            @Nullable Operand zeros, int block, int k, int n) {
        /**
         * Weights of few different values, in one block.
         *
         * @param form
         *            how their numbers are packed, from 0
         * @param words
         *            {@code i32} panels
         * @param values
         *            {@code f32[ceil(N/16),32]}, those of each panel
         * @param k
         *            rows of the matrix
         * @param n
         *            its columns
         * @return the weights
         */
        public static Weights ofValues(LowBits form, Operand words, Operand values, int k, int n) {
            return new Weights(form, words, null, values, null, Math.max(1, k), k, n);
        }

        int blocks() {
            return (k + block - 1) / block;
        }

        /** Fields that are decoded together: those of values take the fewest operations each. */
        int step() {
            return values == null ? LowBits.STEP : 2 * LowBits.STEP;
        }

        /** Whether blocks end within a step. */
        boolean isOdd() {
            return k % step() != 0 || blocks() > 1 && block % LowBits.STEP != 0;
        }
    }

    /**
     * One product.
     *
     * @param a
     *            {@code f32[M,K]}, rows contiguous
     * @param weights
     *            the other factors
     * @param c
     *            {@code f32[M,N]}, rows contiguous
     * @param epilogue
     *            what happens before the store
     * @param factors
     *            {@code f32[M,ceil(K/block)]}, contiguous, what each row's sum of a block is multiplied by as well; null
     *            for nothing
     * @param decoded
     *            f32 memory of {@link #decoded} elements for each worker
     * @param totals
     *            f32 memory of {@link #TILE} elements for each worker
     */
    public record Product(Operand a, Weights weights, Operand c, Epilogue epilogue, @Nullable Operand factors,
            Place decoded, Place totals) {
    }

    /** Elements that the values of a panel take. */
    public static final int VALUES = 2 * LANES;
    /** Elements of a tile at most. */
    public static final int TILE = 8 * 8 * LANES;

    /**
     * Memory for decoded weights.
     *
     * @param k
     *            rows of the matrix
     * @return elements of memory that a worker needs
     */
    public static Dim decoded(int k) {
        return Dim.of((long) LANES * k * GemmTile.panels(Form.V512, GemmTile.maxRows(Form.V512)));
    }

    private final Product product;
    private final Weights weights;
    private final ScaledOperands on;
    private final Access access = new Access();
    private final Epilogue.Declared epilogue;
    private final Term m;

    private ScaledKernel(Product product) {
        this.product = product;
        this.weights = product.weights;
        this.on = new ScaledOperands(product);
        access.include("", on.access());
        this.epilogue = product.epilogue.declareShared(access);
        this.m = access.size("M", product.a.dims().getFirst());
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
        var scaled = new ScaledKernel(product);
        var tasks = product.a.dims().getFirst().ceilDiv(ROWS).times(Dim.of(scaled.groups()));
        return new Call(table.shared(scaled.shape(), KernelSet.of(scaled::driver)), scaled.access.arrays(),
                scaled.access.args(), tasks);
    }

    /** All that the programs of a product depend on. */
    private record Shape(Access.Shape access, LowBits form, int n, int block, boolean many, boolean odd, Expr epilogue,
            List<Dim> columnStrides) {
    }

    private Shape shape() {
        var columns = product.epilogue.operands().stream().map(o -> o.strides().getLast()).toList();
        return new Shape(access.shape(), weights.form, weights.n, weights.block, on.isMany(), on.isOdd(),
                product.epilogue.expr(), columns);
    }

    private int panels() {
        return (weights.n + LANES - 1) / LANES;
    }

    private int groups() {
        return (panels() + GemmTile.GROUP - 1) / GemmTile.GROUP;
    }

    // ---- the driver

    private Kernel driver(Form form) {
        int full = weights.n / LANES;
        boolean masked = weights.n % LANES != 0;
        var body = Body.block(b -> b.par("t", task -> {
            var t = Term.ref("t");
            var group = task.let("group", Term.of(Prim.REM, t, Term.i32(groups())));
            var i0 = task.let("i0", Term.of(Prim.DIV, t, Term.i32(groups())).times(ROWS));
            var rows = task.let("rows", Term.of(Prim.MIN, m.minus(i0), Term.i32(ROWS)));
            var j0 = task.let("j0", group.times(GemmTile.GROUP));
            var j1 = task.let("j1", Term.of(Prim.MIN, j0.plus(GemmTile.GROUP), Term.i32(full)));
            if (on.inRegisters(form)) {
                task.when(Term.of(Prim.EQ, rows, Term.i32(1)), x -> oneRow(x, form, i0, j0, j1));
                task.when(Term.of(Prim.LT, Term.i32(1), rows), x -> severalRows(x, form, new Rows(i0, rows), j0, j1));
            } else {
                severalRows(task, form, new Rows(i0, rows), j0, j1);
            }
            if (!product.epilogue.isPlain()) {
                task.add(access.call(waiting().any(false), List.of(i0, j0, rows, j1.minus(j0))));
                if (masked) {
                    task.when(Term.of(Prim.LT, Term.i32(full), j0.plus(GemmTile.GROUP)),
                            x -> x.add(access.call(waiting().any(true),
                                    List.of(i0, Term.i32(full), rows, Term.i32(1)))));
                }
            }
        }));
        return new Kernel(on.name() + ".n" + weights.n + "." + Naming.of(product.epilogue.expr()) + "."
                + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true), body);
    }

    private WaitingSums waiting() {
        return new WaitingSums("scaled.n" + weights.n + "." + Naming.of(product.epilogue.expr()), access,
                new ScalarProduct.Target(on.name(), sum -> sum, epilogue, on.c, on.ldc, weights.n), null);
    }

    /** Whole panels from j0 to j1, some at a time, those that are left over one by one, then the one N ends in. */
    private void panels(Body b, Term j0, Term j1, int wide, Consumer<Span> span) {
        int full = weights.n / LANES;
        int last = full % GemmTile.GROUP;
        if (full > 0) {
            var whole = wide == 1 || last % wide == 0 && full >= wide ? j1
                    : b.let("whole" + wide, j0.plus(Term.of(Prim.DIV, j1.minus(j0), Term.i32(wide)).times(wide)));
            if (full >= wide) {
                span.accept(new Span(b, j0, whole, wide, false));
            }
            if (wide > 1 && (last % wide != 0 || full < wide)) {
                span.accept(new Span(b, whole, j1, 1, false));
            }
        }
        if (weights.n % LANES != 0) {
            b.when(Term.of(Prim.LT, Term.i32(full), j0.plus(GemmTile.GROUP)),
                    x -> span.accept(new Span(x, Term.i32(full), Term.i32(full + 1), 1, true)));
        }
    }

    /** Panels from {@code from} to {@code to}, so many at a time, beyond whose columns nothing is stored if masked. */
    private record Span(Body body, Term from, Term to, int wide, boolean masked) {
    }

    private record Rows(Term first, Term count) {
    }

    // ---- one row

    private void oneRow(Body b, Form form, Term i, Term j0, Term j1) {
        var row = new ScaledRow(on);
        panels(b, j0, j1, row.widest(form),
                s -> s.body.add(on.access().call(row.row(form, s.wide, s.masked), List.of(i, s.from, s.to))));
    }

    // ---- several rows

    private void severalRows(Body b, Form form, Rows rows, Term j0, Term j1) {
        var tile = new ScaledTile(on);
        int wide = GemmTile.panels(form, GemmTile.maxRows(form));
        int max = GemmTile.maxRows(form);
        var tiles = b.let("tiles", Term.of(Prim.DIV, rows.count.plus(max - 1), Term.i32(max)));
        var low = b.let("low", Term.of(Prim.DIV, rows.count, tiles));
        var split = b.let("split", rows.first.plus(Term.of(Prim.REM, rows.count, tiles).times(low.plus(1))));
        var end = b.let("i1", rows.first.plus(rows.count));
        panels(b, j0, j1, wide, s -> s.body.loop("jt" + s.wide + (s.masked ? "m" : ""), s.from, s.to, s.wide, x -> {
            var j = Term.ref("jt" + s.wide + (s.masked ? "m" : ""));
            x.add(on.access().call(tile.decode(form, s.wide), List.of(j)));
            for (int height = 1; height <= max; height++) {
                int r = height;
                x.when(Term.of(Prim.EQ, low, Term.i32(r)), y -> {
                    if (r < max) {
                        y.add(on.access().call(tile.tile(r + 1, s.wide, s.masked), List.of(rows.first, split, j)));
                    }
                    y.add(on.access().call(tile.tile(r, s.wide, s.masked), List.of(split, end, j)));
                });
            }
        }));
    }

    /**
     * Whether an epilogue is short enough for a kernel.
     *
     * @param product
     *            what is multiplied
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        return product.epilogue.isPlain()
                || VectorOperations.fit(new ScaledKernel(product).waiting().any(true));
    }
}
