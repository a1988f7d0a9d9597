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
        int rows = SparseTile.rows(weights.group());
        return weights.parts() == 1 ? rows * weights.columns() : together(weights) * rows * columns(weights);
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
    private final KeptOperands kept;
    private final Access.Memory order;
    private final Access.Memory c;
    private final Epilogue.Declared epilogue;
    private final SparseResult result;
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
        this.kept = new KeptOperands(access, weights, "");
        this.order = access.memory("sh", product.shuffles);
        this.c = access.memory("c", product.c);
        this.epilogue = product.epilogue.declare(access);
        this.m = access.size("M", product.rows);
        this.ldc = access.size("ldc", product.c.strides().getFirst());
        this.result =
                new SparseResult(name(), access, epilogue, c, m, ldc, n, weights.columns(), z == null ? null : order);
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

    /**
     * Blocks of rows that a task has at most: those of which a part, and the sums of more parts than one, stay in the
     * second-level cache together.
     */
    private static int together(KeptWeights weights) {
        long columns = weights.parts() == 1 ? 0 : columns(weights);
        return Math.max(1, Math.toIntExact(
                CACHED / (Float.BYTES * (weights.depth() + columns) * SparseTile.rows(weights.group()))));
    }

    /** Columns whose sums wait for further parts: a task's if pairs of columns are decoded anyway, else all. */
    private static int columns(KeptWeights weights) {
        return isPaired(weights) ? weights.columns() : (int) TurnedRows.padded(weights.n());
    }

    /** Whether columns keep inputs of their own and go in pairs, which decode their weights themselves. */
    private static boolean isPaired(KeptWeights weights) {
        return weights.group() == 1;
    }

    private String name() {
        return "sparse.f32.g" + weights.group() + "n" + n + (z == null ? "t" : "") + "."
                + Naming.of(product.epilogue.expr());
    }

    private Kernel driver(Form form) {
        boolean differ = KeptWeights.isPanel(weights.group());
        var body = Body.block(b -> {
            if (weights.parts() == 1) {
                b.par("t", task -> fewOrMany(task, differ, m, x -> few(x, form), x -> {
                    var range = range(x, Term.of(Prim.DIV, Term.ref("t"), Term.i32(weights.tasks())));
                    var columns = columns(x, Term.of(Prim.REM, Term.ref("t"), Term.i32(weights.tasks())));
                    sums(x, form, range, columns, kept.part(x, columns.number, columns.groups, Term.i32(0), false));
                }));
            } else if (isPaired(weights)) {
                b.par("t", task -> inTurn(task, form));
            } else {
                fewOrMany(b, differ, m, x -> x.par("t", task -> few(task, form)), x -> inParts(x, form));
            }
        });
        return new Kernel(name() + "." + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true),
                body);
    }

    /** All parts of the inputs with the columns of one task. */
    private void inTurn(Body task, Form form) {
        var range = range(task, Term.of(Prim.DIV, Term.ref("t"), Term.i32(weights.tasks())));
        var columns = columns(task, Term.of(Prim.REM, Term.ref("t"), Term.i32(weights.tasks())));
        kept.parts(task, columns.number, columns.groups, (x, part) -> sums(x, form, range, columns, part));
        finish(task, form, range, columns);
    }

    private void finish(Body task, Form form, Range range, Columns columns) {
        task.loop("i", range.first, range.last, 1, rows -> {
            var block = TurnedRows.block(rows, Term.ref("i"), m, SparseTile.rows(weights.group()), "");
            result.finish(rows, form, block, columns.first, sums(block, columns.first, range.first));
        });
    }

    /**
     * Part after part of the inputs, each with all columns of the tasks from lo to hi that have the same rows: a part and
     * all sums stay in the second-level cache, and the weights of a part are decoded once.
     */
    private void inParts(Body b, Form form) {
        var tasks = Term.i32(weights.tasks());
        var end = Term.of(Prim.DIV, Term.ref("hi").plus(weights.tasks() - 1), tasks);
        b.loop("r", Term.of(Prim.DIV, Term.ref("lo"), tasks), end, 1, x -> {
            var range = range(x, Term.ref("r"));
            var before = x.let("before", Term.ref("r").times(weights.tasks()));
            var from = x.let("from", Term.of(Prim.MAX, Term.ref("lo").minus(before), Term.i32(0)));
            var to = x.let("to", Term.of(Prim.MIN, Term.ref("hi").minus(before), tasks));
            x.loop("ta", from, to, 1, task -> {
                var columns = columns(task, Term.ref("ta"));
                sums(task, form, range, columns, kept.part(task, columns.number, columns.groups, Term.i32(0), false));
            });
            x.loop("part", Term.i32(1), Term.i32(weights.parts()), 1, y -> y.loop("tb", from, to, 1, task -> {
                var columns = columns(task, Term.ref("tb"));
                sums(task, form, range, columns,
                        kept.part(task, columns.number, columns.groups, Term.ref("part"), true));
            }));
            x.loop("tc", from, to, 1, task -> {
                finish(task, form, range, columns(task, Term.ref("tc")));
            });
        });
    }

    /** Blocks of rows that share decoded weights: the first one, and the end. */
    private record Range(Term first, Term last) {
    }

    private Range range(Body b, Term number) {
        int size = SparseTile.rows(weights.group());
        int together = together(weights);
        var first = b.let("first", number.times(together));
        var all = Term.of(Prim.DIV, m.plus(size - 1), Term.i32(size));
        return new Range(first, b.let("last", Term.of(Prim.MIN, first.plus(together), all)));
    }

    /** The sums of a part; and what becomes of them, if there is only one part. */
    private void sums(Body b, Form form, Range range, Columns columns, KeptOperands.Part part) {
        if (decodesCells()) {
            b.add(code.weights(form, part.cell(), kept.values(), kept.scales(columns.first), decoded, order.base()));
        }
        var suffix = part.adds() ? "b" : "a";
        b.loop("i" + suffix, range.first, range.last, 1, rows -> {
            var block = TurnedRows.block(rows, Term.ref("i" + suffix), m, SparseTile.rows(weights.group()), suffix);
            tiles(rows, form, new Turn(block, columns.first, range.first, part));
            if (weights.parts() == 1) {
                result.finish(rows, form, block, columns.first, sums(block, columns.first, range.first));
            }
        });
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

    /** A task's columns: their number, the first of them, and how many groups or pairs they are. */
    private record Columns(Term number, Term first, Term groups) {
    }

    private Columns columns(Body b, Term term) {
        var number = b.let("number", term);
        return new Columns(number, b.let("n0", number.times(weights.columns())), kept.groups(b, number));
    }

    /** Rows that are not turned. */
    private void few(Body task, Form form) {
        var columns = columns(task, Term.of(Prim.REM, Term.ref("t"), Term.i32(weights.tasks())));
        var n0 = columns.first;
        boolean padded = z == null;
        var distance = padded ? Term.i32((int) TurnedRows.padded(n)) : ldc;
        boolean odd = n % VType.LANES != 0;
        kept.parts(task, columns.number, columns.groups,
                (x, part) -> new SparseRows(form, weights).sums(x, new SparseRows.Task(part.cell(),
                        SparseTile.X, this.x.at(part.number().times(weights.depth())),
                        Term.i32((int) TurnedRows.padded(weights.k())), m, "c",
                        c.at(n0), distance, odd && !padded ? Term.i32(n).minus(n0) : null, part.adds(), kept.values(),
                        kept.inputs(),
                        kept.scales(n0))));
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

    /** Whether all weights of a cell are decoded before its tiles. */
    private boolean decodesCells() {
        return !weights.isDirect() && !isPaired(weights);
    }

    /** A block of rows, the task's first column and block, and the part of the inputs. */
    private record Turn(TurnedRows.Block block, Term n0, Term first, KeptOperands.Part part) {
    }

    private void tiles(Body b, Form form, Turn turn) {
        var block = turn.block;
        var cell = turn.part.cell();
        int size = SparseTile.rows(weights.group());
        // only the last block may be narrower
        var changed = Term.of(Prim.OR, Term.of(Prim.EQ, block.number(), turn.first),
                Term.of(Prim.LT, block.width(), Term.i32(size)));
        if (decodesCells()) {
            b.when(changed, x -> x.add(code.inputs(cell, kept.inputs(), inputs, block.width())));
        }
        var task = new SparseTile.Task(
                x.at(block.first().times((int) TurnedRows.padded(weights.k()))
                        .plus(turn.part.number().times(weights.depth()).times(block.width()))),
                block.width(), block.vectors(), z != null ? SparseTile.SUMS : "c", sums(block, turn.n0, turn.first),
                turn.part.adds(), cell, kept.values().plus(cell.start().wide().times(Term.i64(1 + weights.group()))),
                inputs, KeptCode.first(decoded));
        if (isPaired(weights)) {
            b.when(changed, x -> x.add(new PairCode(weights.stored())
                    .cell(kept.inputs(), kept.values(), kept.scales(turn.n0), task)));
            new PairTile(form).sums(b, task);
        } else {
            new SparseTile(form, weights.group(), weights.isDirect()).sums(b, task);
        }
    }

    /** Where the sums of a block of rows are. */
    private Term sums(TurnedRows.Block block, Term n0, Term first) {
        if (z == null) {
            return c.at(block.first().times((int) TurnedRows.padded(n)).plus(n0.times(block.width())));
        }
        int size = columns(weights) * SparseTile.rows(weights.group());
        var before = block.number().minus(first).times(size);
        return z.at(weights.parts() == 1 ? Term.i32(0)
                : isPaired(weights) ? before : before.plus(n0.times(block.width())));
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
        return new SparseKernel(product).result.fits();
    }
}
