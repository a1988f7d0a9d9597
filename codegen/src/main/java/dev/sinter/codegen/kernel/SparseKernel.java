package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product with sparse constant weights: {@code a[M,K] x w[K,N] -> c[M,N]}, then the epilogue. The rows of a are
 * turned first ({@link #turn}), in blocks of some: {@code [ceil(M/64)][K][64]}, the last block as narrow as whole vectors
 * allow. A task is a block of rows times {@value #COLUMNS} columns; their sums lie turned as well
 * ({@link SparseTile}), and are turned back into the result.
 */
public final class SparseKernel {
    /** Columns of a task. */
    private static final int COLUMNS = 64;
    /** Bytes of rows that stay in the second-level cache beside weights and sums. */
    private static final long CACHED = 1 << 20;

    /**
     * Sparse weights.
     *
     * @param group
     *            neighbouring columns that keep the same inputs
     * @param ends
     *            {@code i32[ceil(N/group)+1]}, the first element of each group's blocks
     * @param blocks
     *            {@code i32[blocks,1+group]}: each block's k, and the bits of its weights
     * @param k
     *            rows of the matrix
     * @param n
     *            its columns
     */
    public record Weights(int group, Operand ends, Operand blocks, int k, int n) {
    }

    /**
     * One product.
     *
     * @param turned
     *            the factors as {@link #turn} leaves them
     * @param rows
     *            how many rows they have
     * @param weights
     *            the other factors
     * @param c
     *            {@code [M,N]}, rows contiguous; or memory of {@link #turned} elements
     * @param epilogue
     *            what happens before the store
     * @param sums
     *            f32 memory of {@link #sums} elements for each worker; null if the result stays turned
     * @param shuffles
     *            {@link #shuffles}
     */
    public record Product(Operand turned, Dim rows, Weights weights, Operand c, Epilogue epilogue,
            @Nullable Place sums, Operand shuffles) {
    }

    /** {@return elements of memory for the sums of a task} */
    public static int sums(int group) {
        return SparseTile.rows(group) * COLUMNS;
    }

    /** {@return rows of a block where so many neighbouring columns keep the same inputs} */
    public static int rows(int group) {
        return SparseTile.rows(group);
    }

    private final Product product;
    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.@Nullable Memory z;
    private final Access.Memory ends;
    private final Access.Memory blocks;
    private final Access.Memory order;
    private final Access.Memory c;
    private final Epilogue.Declared epilogue;
    private final Term m;
    private final Term ldc;
    private final int n;

    private SparseKernel(Product product) {
        this.product = product;
        this.n = product.weights.n;
        this.x = access.memory(SparseTile.X, product.turned);
        this.z = product.sums == null ? null
                : access.memory(SparseTile.SUMS, ScalarSums.flat(product.sums, DType.F32));
        this.ends = access.memory("pt", product.weights.ends);
        this.blocks = access.memory("ix", product.weights.blocks);
        this.order = access.memory("sh", product.shuffles);
        this.c = access.memory("c", product.c);
        this.epilogue = product.epilogue.declare(access);
        this.m = access.size("M", product.rows);
        this.ldc = access.size("ldc", product.c.strides().getFirst());
    }

    /** {@return positions by which squares are turned, a constant of every sparse product} */
    public static TensorData shuffles() {
        return Turning.shuffles();
    }

    /** {@return elements of the memory that turned rows take} */
    public static Dim turned(Dim m, long k) {
        return m.ceilDiv(VType.LANES).times(Dim.of(VType.LANES * padded(k)));
    }

    private static long padded(long k) {
        return (k + VType.LANES - 1) / VType.LANES * VType.LANES;
    }

    // ---- turning rows

    /**
     * The call that turns rows.
     *
     * @param a
     *            {@code f32[M,K]}, rows contiguous
     * @param to
     *            memory of {@link #turned} elements
     * @param shuffles
     *            {@link #shuffles}
     * @param size
     *            {@link #rows} of a block
     * @return the call
     */
    public static Call turn(Operand a, Operand to, Operand shuffles, int size) {
        var access = new Access();
        var from = access.memory("x", a);
        var target = access.memory("y", to);
        var order = access.memory("sh", shuffles);
        var m = access.size("M", a.dims().getFirst());
        var lda = access.parameter("lda", a.strides().getFirst());
        var k = access.parameter("K", a.dims().get(1));
        return new Call(KernelSet.of(form -> {
            var body = Body.block(b -> b.par("t", task -> {
                var i = task.let("i", Term.ref("t").times(VType.LANES));
                var block = block(task, Term.of(Prim.DIV, i, Term.i32(size)), m, size);
                var depth = task.let("depth", Term.of(Prim.AND, k.plus(VType.LANES - 1), Term.i32(-VType.LANES)));
                var to0 = task.let("to", target.at(block.first.times(depth)).plus(i.minus(block.first)));
                var whole = task.let("whole", Term.of(Prim.AND, k, Term.i32(-VType.LANES)));
                var last = m.plus(-1);
                task.loop("k", Term.i32(0), whole, VType.LANES, square -> square.add(Turning.rows(form,
                        new Turning.Source("x", from.at(Term.ref("k")), lda, order.base()), i, last, null,
                        new Turning.Target("y", to0.plus(Term.ref("k").times(block.width)), block.width))));
                task.when(Term.of(Prim.LT, whole, k), rest -> rest.add(Turning.rows(form,
                        new Turning.Source("x", from.at(whole), lda, order.base()), i, last, k.minus(whole),
                        new Turning.Target("y", to0.plus(whole.times(block.width)), block.width))));
            }));
            return new Kernel("turn.b" + size + "." + suffix(form), access.buffers(), access.params(true), body);
        }), access.arrays(), access.args(), a.dims().getFirst().ceilDiv(VType.LANES));
    }

    private static String suffix(Form form) {
        return form.suffix().toLowerCase(Locale.ROOT);
    }

    /** A block of rows: its first row, how many they are, their vectors, and sixteen times those. */
    private record Block(Term first, Term rows, Term vectors, Term width) {
    }

    private static Block block(Body b, Term number, Term m, int size) {
        var first = b.let("i0", number.times(size));
        var rows = b.let("rows", Term.of(Prim.MIN, m.minus(first), Term.i32(size)));
        var vectors = b.let("vectors", Term.of(Prim.DIV, rows.plus(VType.LANES - 1), Term.i32(VType.LANES)));
        return new Block(first, rows, vectors, b.let("width", vectors.times(VType.LANES)));
    }

    // ---- the product

    /**
     * The call that computes a product.
     *
     * @param product
     *            what is multiplied
     * @return the call
     */
    public static Call of(Product product) {
        var sparse = new SparseKernel(product);
        return new Call(KernelSet.of(sparse::driver), sparse.access.arrays(), sparse.access.args(),
                product.rows.ceilDiv(rows(product.weights.group)).times(Dim.of(sparse.tasks())));
    }

    private int tasks() {
        return (n + COLUMNS - 1) / COLUMNS;
    }

    private String name() {
        return "sparse.f32.g" + product.weights.group + "n" + n + (product.sums == null ? "t" : "") + "."
                + Naming.of(product.epilogue.expr());
    }

    private Kernel driver(Form form) {
        int group = product.weights.group;
        int groups = (n + group - 1) / group;
        var body = Body.block(b -> b.par("t", task -> {
            var spot = spot(task, group);
            var block = block(task, spot.block, m, rows(group));
            var n0 = task.let("n0", spot.task.times(COLUMNS));
            var g0 = task.let("g0", Term.of(Prim.DIV, n0, Term.i32(group)));
            var g1 = task.let("g1", Term.of(Prim.MIN, g0.plus(COLUMNS / group), Term.i32(groups)));
            var sums = z != null ? z.at(Term.i32(0))
                    : task.let("sums",
                            c.at(block.first.times((int) padded(n)).plus(n0.times(block.width))));
            new SparseTile(form, group).sums(task, new SparseTile.Task(
                    x.at(block.first.times((int) padded(product.weights.k))), block.width, block.vectors,
                    z != null ? SparseTile.SUMS : "c", sums, g0, g1, ends.base(), blocks.base()));
            if (z != null) {
                back(task, form, block, n0);
            } else if (!product.epilogue.isPlain()) {
                task.add(access.call(turnedEpilogue(), List.of(sums, n0,
                        Term.of(Prim.MIN, n0.plus(COLUMNS), Term.i32(n)), block.width)));
            }
        }));
        return new Kernel(name() + "." + suffix(form), access.buffers(), access.params(true), body);
    }

    /** A block of rows, and which of the tasks that share it. */
    private record Spot(Term block, Term task) {
    }

    /**
     * The place of task t. Blocks that stay in the second-level cache together take the same columns one after the other,
     * so that weights come from memory once for all of them.
     */
    private Spot spot(Body b, int group) {
        var t = Term.ref("t");
        if (tasks() == 1) {
            return new Spot(t, Term.i32(0));
        }
        int together = Math.max(1, Math.toIntExact(CACHED / (Float.BYTES * padded(product.weights.k) * rows(group))));
        if (together == 1) {
            return new Spot(Term.of(Prim.DIV, t, Term.i32(tasks())), Term.of(Prim.REM, t, Term.i32(tasks())));
        }
        var all = b.let("all", Term.of(Prim.DIV, m.plus(rows(group) - 1), Term.i32(rows(group))));
        var first = b.let("first", Term.of(Prim.DIV, t, Term.i32(together * tasks())).times(together));
        var some = b.let("some", Term.of(Prim.MIN, Term.i32(together), all.minus(first)));
        var among = b.let("among", Term.of(Prim.REM, t, Term.i32(together * tasks())));
        return new Spot(first.plus(Term.of(Prim.REM, among, some)), Term.of(Prim.DIV, among, some));
    }

    /** The epilogue of sums that stay turned. */
    private Kernel turnedEpilogue() {
        var body = Body.block(b -> b.loop("n", Term.ref("n0"), Term.ref("n1"), 1, column -> {
            var at = column.let("from",
                    Term.ref("s0").plus(Term.ref("n").minus(Term.ref("n0")).times(Term.ref("width"))));
            column.loop("l", Term.i32(0), Term.ref("width"), VType.LANES, lanes -> {
                var sum = lanes.let("sum", new Term.Load("c", at.plus(Term.ref("l")), VType.F32X16, null));
                lanes.store("c", at.plus(Term.ref("l")),
                        epilogue.applyToRows(lanes, sum, Term.ref("n"), "v"));
            });
        }));
        return access.part(name() + ".epilogue", List.of("s0", "n0", "n1", "width"), body);
    }

    /** Turns sums back into the result, and does the epilogue. */
    private void back(Body b, Form form, Block block, Term n0) {
        int whole = n / VType.LANES * VType.LANES;
        var n1 = b.let("n1", Term.of(Prim.MIN, n0.plus(COLUMNS), Term.i32(whole)));
        if (whole > 0) {
            b.loop("n", n0, n1, VType.LANES, x -> squares(x, form, block, Term.ref("n"), n0, null));
            epilogue(b, block, n0, n1, false);
        }
        if (whole < n) {
            b.when(Term.of(Prim.LT, Term.i32(whole), n0.plus(COLUMNS)), x -> {
                squares(x, form, block, Term.i32(whole), n0, Term.i32(n - whole));
                epilogue(x, block, Term.i32(whole), Term.i32(whole + VType.LANES), true);
            });
        }
    }

    private void squares(Body b, Form form, Block block, Term column, Term n0, @Nullable Term columns) {
        Objects.requireNonNull(z);
        var square = columns == null ? "u" : "ur";
        var u = Term.ref(square).times(VType.LANES);
        var from = z.at(column.minus(n0).times(block.width).plus(u));
        b.loop(square, Term.i32(0), block.vectors, 1, x -> x.add(Turning.columns(form,
                new Turning.Source(SparseTile.SUMS, from, block.width, order.base()),
                m.minus(block.first).minus(u), columns,
                new Turning.Target("c", c.at(block.first.plus(u).times(ldc).plus(column)), ldc))));
    }

    private void epilogue(Body b, Block block, Term n0, Term n1, boolean masked) {
        if (product.epilogue.isPlain()) {
            return;
        }
        var j = Term.of(Prim.DIV, n0, Term.i32(VType.LANES));
        var panels = Term.of(Prim.DIV, n1.minus(n0), Term.i32(VType.LANES));
        b.add(access.call(waiting().any(masked), List.of(block.first, j, block.rows, panels)));
    }

    private WaitingSums waiting() {
        return new WaitingSums(name(), access,
                new ScalarProduct.Target(name(), sum -> sum, epilogue, c, ldc, n), null);
    }

    /**
     * Whether an epilogue is short enough for a kernel.
     *
     * @param product
     *            what is multiplied
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        if (product.epilogue.expr().dtype() != DType.F32) {
            return false;
        }
        var kernel = new SparseKernel(product);
        return product.epilogue.isPlain() || VectorOperations
                .fit(product.sums == null ? kernel.turnedEpilogue() : kernel.waiting().any(true));
    }
}
