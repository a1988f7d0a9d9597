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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product with sparse constant weights: {@code a[M,K] x w[K,N] -> c[M,N]}, then the epilogue. The rows of a are
 * turned first ({@link TurnedRows}). A task is a block of rows times some columns; their sums lie turned as well
 * ({@link SparseTile}), and are turned back into the result. Blocks of rows that stay in the second-level cache together
 * share a task, so that weights are decoded ({@link KeptCode}) once for all of them.
 */
public final class SparseKernel {
    /** Bytes of rows that stay in the second-level cache beside weights and sums. */
    private static final long CACHED = 1 << 20;

    /**
     * One product.
     *
     * @param turned
     *            the factors as {@link TurnedRows#turn} leaves them
     * @param rows
     *            how many rows they have
     * @param weights
     *            the other factors
     * @param c
     *            {@code [M,N]}, rows contiguous; or memory of {@link TurnedRows#elements} elements
     * @param epilogue
     *            what happens before the store
     * @param memory
     *            memory of each worker
     * @param shuffles
     *            {@link TurnedRows#shuffles}
     */
    public record Product(Operand turned, Dim rows, KeptWeights weights, Operand c, Epilogue epilogue,
            Memory memory, Operand shuffles) {
    }

    /**
     * Memory of each worker.
     *
     * @param sums
     *            f32, {@link #sums} elements; null if the result stays turned
     * @param inputs
     *            i32, {@link #inputs} elements; null if there are none
     * @param weights
     *            f32, {@link #weights} elements; null if there are none
     */
    public record Memory(@Nullable Place sums, @Nullable Place inputs, @Nullable Place weights) {
    }

    /** {@return elements of memory for the sums of a task} */
    public static int sums(KeptWeights weights) {
        int blocks = weights.parts() == 1 ? 1 : together(weights);
        return blocks * SparseTile.rows(weights.group()) * KeptWeights.COLUMNS;
    }

    /** {@return elements of memory for inputs' distances; 0 if weights are read where they lie} */
    public static int inputs(KeptWeights weights) {
        return weights.isDirect() ? 0 : KeptCode.inputs(weights);
    }

    /** {@return elements of memory for decoded weights; 0 if they are read where they lie} */
    public static int weights(KeptWeights weights) {
        return weights.isDirect() ? 0 : KeptCode.weights(weights);
    }

    private final Product product;
    private final KeptWeights weights;
    private final KeptCode code;
    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.@Nullable Memory z;
    private final Term inputs;
    private final Term decoded;
    private final Access.Memory starts;
    private final Access.Memory ends;
    private final Access.Memory groups;
    private final Term rows;
    private final Access.Memory values;
    private final Access.@Nullable Memory scales;
    private final Access.Memory order;
    private final Access.Memory c;
    private final Epilogue.Declared epilogue;
    private final Term m;
    private final Term ldc;
    private final int n;

    private SparseKernel(Product product) {
        this.product = product;
        this.weights = product.weights;
        this.code = new KeptCode(weights);
        this.n = weights.n();
        var memory = product.memory;
        this.x = access.memory(SparseTile.X, product.turned);
        this.z = memory.sums == null ? null
                : access.memory(SparseTile.SUMS, ScalarSums.flat(memory.sums, DType.F32));
        this.inputs = base(KeptCode.INPUTS,
                memory.inputs == null ? null : ScalarSums.flat(memory.inputs, DType.I32));
        this.decoded = base(KeptCode.WEIGHTS,
                memory.weights == null ? null : ScalarSums.flat(memory.weights, DType.F32));
        this.starts = access.memory("ps", weights.starts());
        this.ends = access.memory("pe", weights.ends());
        this.groups = access.memory("po", weights.order());
        this.rows = base("in", weights.inputs());
        this.values = access.memory("qv", weights.values());
        this.scales = weights.scales() == null ? null : access.memory("sc", weights.scales());
        this.order = access.memory("sh", product.shuffles);
        this.c = access.memory("c", product.c);
        this.epilogue = product.epilogue.declare(access);
        this.m = access.size("M", product.rows);
        this.ldc = access.size("ldc", product.c.strides().getFirst());
    }

    /** Where something begins that not all products have. */
    private Term base(String name, @Nullable Operand operand) {
        return operand == null ? Term.i32(0) : access.memory(name, operand).base();
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
        int size = SparseTile.rows(product.weights.group()) * together(product.weights);
        return new Call(KernelSet.of(sparse::driver), sparse.access.arrays(), sparse.access.args(),
                product.rows.ceilDiv(size).times(Dim.of(product.weights.tasks())));
    }

    /** Blocks of rows that a task has at most: those that stay in the second-level cache together. */
    private static int together(KeptWeights weights) {
        return Math.max(1, Math.toIntExact(
                CACHED / (Float.BYTES * Math.max(1, TurnedRows.padded(weights.k()))
                        * SparseTile.rows(weights.group()))));
    }

    private String name() {
        return "sparse.f32.g" + weights.group() + "n" + n + (z == null ? "t" : "") + "."
                + Naming.of(product.epilogue.expr());
    }

    private Kernel driver(Form form) {
        int size = SparseTile.rows(weights.group());
        int together = together(weights);
        var many = Body.block(task -> {
            var first = task.let("first",
                    Term.of(Prim.DIV, Term.ref("t"), Term.i32(weights.tasks())).times(together));
            var number = number(task);
            var all = Term.of(Prim.DIV, m.plus(size - 1), Term.i32(size));
            var last = task.let("last", Term.of(Prim.MIN, first.plus(together), all));
            var n0 = Term.ref("n0");
            parts(task, number, (x, part) -> {
                if (!weights.isDirect()) {
                    x.add(code.weights(part.cell, values.base(), scales(n0), decoded));
                }
                var suffix = part.adds ? "a" : "b";
                x.loop("i" + suffix, first, last, 1, rows -> {
                    var block = TurnedRows.block(rows, Term.ref("i" + suffix), m, size, suffix);
                    tiles(rows, form, new Turn(block, n0, first, part));
                    if (weights.parts() == 1) {
                        finish(rows, form, block, n0, first);
                    }
                });
            });
            if (weights.parts() > 1) {
                task.loop("i", first, last, 1,
                        x -> finish(x, form, TurnedRows.block(x, Term.ref("i"), m, size, ""), n0, first));
            }
        });
        var body = Body.block(b -> b.par("t", task -> fewOrMany(task, KeptWeights.isPanel(weights.group()), m,
                x -> few(x, form), x -> many.forEach(x::add))));
        return new Kernel(name() + "." + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true),
                body);
    }

    /** Does one thing with few rows, where that is another, and else the other. */
    static void fewOrMany(Body b, boolean differ, Term m, Consumer<Body> few, Consumer<Body> many) {
        if (differ) {
            b.when(Term.of(Prim.LE, m, Term.i32(KeptWeights.FEW)), few);
            b.when(Term.of(Prim.LT, Term.i32(KeptWeights.FEW), m), many);
        } else {
            many.accept(b);
        }
    }

    /** The number of a task's columns; names the first of them, and how many groups they are. */
    private Term number(Body task) {
        var number = task.let("number", Term.of(Prim.REM, Term.ref("t"), Term.i32(weights.tasks())));
        task.let("n0", number.times(KeptWeights.COLUMNS));
        int groups = (n + weights.group() - 1) / weights.group();
        task.let("groups", Term.of(Prim.MIN, Term.i32(weights.groups()),
                Term.i32(groups).minus(number.times(weights.groups()))));
        return number;
    }

    /** A part of the inputs, its weights, and whether others came before. */
    private record Part(Term number, KeptCode.Cell cell, boolean adds) {
    }

    private void parts(Body task, Term number, BiConsumer<Body, Part> each) {
        int parts = weights.parts();
        for (int part = 0; part < Math.min(parts, 2); part++) {
            boolean adds = part > 0;
            var name = "part" + part;
            // all parts but the first are rounds of one loop
            task.loop(name, Term.i32(part), Term.i32(adds ? parts : 1), 1, x -> each.accept(x, new Part(Term.ref(name),
                    cell(x, number.times(parts).plus(Term.ref(name)), adds ? "a" : "b"), adds)));
        }
    }

    private Term scales(Term n0) {
        return scales == null ? Term.i64(0) : scales.at(n0);
    }

    /** Rows that are not turned. */
    private void few(Body task, Form form) {
        var number = number(task);
        var n0 = Term.ref("n0");
        boolean padded = z == null;
        var distance = padded ? Term.i32((int) TurnedRows.padded(n)) : ldc;
        boolean odd = n % VType.LANES != 0;
        parts(task, number, (x, part) -> new SparseRows(form, weights).sums(x, new SparseRows.Task(part.cell,
                SparseTile.X, this.x.at(part.number.times(weights.depth())),
                Term.i32((int) TurnedRows.padded(weights.k())), m, "c",
                c.at(n0), distance, odd && !padded ? Term.i32(n).minus(n0) : null, part.adds, values.base(), rows,
                scales(n0))));
        if (!product.epilogue.isPlain()) {
            var waiting = new WaitingSums(name() + ".few", access,
                    new ScalarProduct.Target(name(), sum -> sum, epilogue, c, distance, n), null);
            var j = Term.of(Prim.DIV, n0, Term.i32(VType.LANES));
            var whole = Term.i32(n / VType.LANES).minus(j);
            var panels = Term.of(Prim.MIN, whole, Term.i32(KeptWeights.COLUMNS / VType.LANES));
            task.add(access.call(waiting.any(false), List.of(Term.i32(0), j, m, panels)));
            if (odd) {
                task.when(Term.of(Prim.LT, whole, Term.i32(KeptWeights.COLUMNS / VType.LANES)),
                        x -> x.add(access.call(waiting.any(true),
                                List.of(Term.i32(0), Term.i32(n / VType.LANES), m, Term.i32(1)))));
            }
        }
    }

    private KeptCode.Cell cell(Body b, Term number, String suffix) {
        var cell = b.let("cell" + suffix, number);
        var start = b.let("start" + suffix, starts.load(cell, 1));
        var blocks = b.let("blocks" + suffix, starts.load(cell.plus(1), 1).minus(start));
        return new KeptCode.Cell(ends.at(cell.times(1 + weights.groups())), groups.at(cell.times(weights.groups())),
                start, blocks, Term.ref("groups"));
    }

    /** A block of rows, the task's first column and block, and the part of the inputs. */
    private record Turn(TurnedRows.Block block, Term n0, Term first, Part part) {
    }

    private void tiles(Body b, Form form, Turn turn) {
        var block = turn.block;
        var cell = turn.part.cell;
        int size = SparseTile.rows(weights.group());
        if (!weights.isDirect()) {
            // only the last block may be narrower
            var changed = Term.of(Prim.OR, Term.of(Prim.EQ, block.number(), turn.first),
                    Term.of(Prim.LT, block.width(), Term.i32(size)));
            b.when(changed, x -> x.add(code.inputs(cell, rows, inputs, block.width())));
        }
        new SparseTile(form, weights.group(), weights.isDirect()).sums(b, new SparseTile.Task(
                x.at(block.first().times((int) TurnedRows.padded(weights.k()))
                        .plus(turn.part.number.times(weights.depth()).times(block.width()))),
                block.width(), block.vectors(), z != null ? SparseTile.SUMS : "c", sums(block, turn.n0, turn.first),
                turn.part.adds, cell, values.base().plus(cell.start().wide().times(Term.i64(1 + weights.group()))),
                inputs,
                KeptCode.first(decoded)));
    }

    /** Where the sums of a block of rows are. */
    private Term sums(TurnedRows.Block block, Term n0, Term first) {
        if (z == null) {
            return c.at(block.first().times((int) TurnedRows.padded(n)).plus(n0.times(block.width())));
        }
        int size = KeptWeights.COLUMNS * SparseTile.rows(weights.group());
        return z.at(weights.parts() == 1 ? Term.i32(0) : block.number().minus(first).times(size));
    }

    /** The epilogue, and turning back what does not stay turned. */
    private void finish(Body b, Form form, TurnedRows.Block block, Term n0, Term first) {
        var sums = sums(block, n0, first);
        if (z != null) {
            back(b, form, block, n0, sums);
        } else if (!product.epilogue.isPlain()) {
            b.add(access.call(turnedEpilogue(), List.of(sums, n0,
                    Term.of(Prim.MIN, n0.plus(KeptWeights.COLUMNS), Term.i32(n)), block.width())));
        }
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
    private void back(Body b, Form form, TurnedRows.Block block, Term n0, Term sums) {
        int whole = n / VType.LANES * VType.LANES;
        var n1 = b.let("n1", Term.of(Prim.MIN, n0.plus(KeptWeights.COLUMNS), Term.i32(whole)));
        if (whole > 0) {
            b.loop("n", n0, n1, VType.LANES, x -> squares(x, form, block, Term.ref("n"),
                    sums.plus(Term.ref("n").minus(n0).times(block.width())), null));
            epilogue(b, block, n0, n1, false);
        }
        if (whole < n) {
            b.when(Term.of(Prim.LT, Term.i32(whole), n0.plus(KeptWeights.COLUMNS)), x -> {
                squares(x, form, block, Term.i32(whole),
                        sums.plus(Term.i32(whole).minus(n0).times(block.width())), Term.i32(n - whole));
                epilogue(x, block, Term.i32(whole), Term.i32(whole + VType.LANES), true);
            });
        }
    }

    private void squares(Body b, Form form, TurnedRows.Block block, Term column, Term sums, @Nullable Term columns) {
        var square = columns == null ? "u" : "ur";
        var u = Term.ref(square).times(VType.LANES);
        var from = sums.plus(u);
        b.loop(square, Term.i32(0), block.vectors(), 1, x -> x.add(Turning.columns(form,
                new Turning.Source(SparseTile.SUMS, from, block.width(), order.base()),
                m.minus(block.first()).minus(u), columns,
                new Turning.Target("c", c.at(block.first().plus(u).times(ldc).plus(column)), ldc))));
    }

    private void epilogue(Body b, TurnedRows.Block block, Term n0, Term n1, boolean masked) {
        if (product.epilogue.isPlain()) {
            return;
        }
        var j = Term.of(Prim.DIV, n0, Term.i32(VType.LANES));
        var panels = Term.of(Prim.DIV, n1.minus(n0), Term.i32(VType.LANES));
        b.add(access.call(waiting().any(masked), List.of(block.first(), j, block.rows(), panels)));
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
                .fit(kernel.z == null ? kernel.turnedEpilogue() : kernel.waiting().any(true));
    }
}
