package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Convolution of images whose channels come last, as a matrix product that makes no patches: a row is the window of one
 * result pixel, read where it lies ({@link WindowSums}), k goes through the window's rows, columns and channels in this
 * order, and the weights lie in panels of sixteen result channels. Sums of a block of rows and up to three panels wait in
 * scratch while k goes by in parts; then the epilogue takes them to the result.
 */
public final class WindowKernel {
    /** Rows of a block: their sums stay in the second-level cache, weights come from memory once for so many. */
    private static final int BLOCK = 21 * WindowSums.ROWS;
    /** Elements of k that are taken at a time: three panels of so many stay in the first-level cache. */
    private static final int PART = 192;
    /** JVM methods take 255 words of parameters. */
    private static final int MAX_PARAMETERS = 200;

    /**
     * One convolution.
     *
     * @param x
     *            {@code f32[N,H,W,C]}, channels contiguous, with what is around the image
     * @param weights
     *            {@code f32[G,K,ceil(M/G/16)*16]} in panels
     * @param window
     *            rows, columns and channels (of a group) of a window
     * @param strides
     *            rows and columns between windows
     * @param dilations
     *            rows and columns between elements of a window
     * @param y
     *            {@code [N,OH,OW,M]}, contiguous
     * @param epilogue
     *            what happens before the store, operands as {@code [N*OH*OW,M]}
     * @param scratch
     *            f32 memory of {@link #SCRATCH} elements for each worker
     * @param copies
     *            f32 memory of {@link #COPIES} elements for each worker, for the scalar form
     * @param sums
     *            f64 memory of {@link #SUMS} elements for each worker, likewise
     */
    public record Product(Operand x, Operand weights, List<Long> window, List<Integer> strides,
            List<Integer> dilations, Operand y, Epilogue epilogue, Place scratch, Place copies,
            Place sums) {
        /**
         * The same convolution of another image.
         *
         * @param other
         *            with what is around it
         * @return the convolution
         */
        public Product of(Operand other) {
            return new Product(other, weights, window, strides, dilations, y, epilogue, scratch, copies, sums);
        }

        private long groups() {
            return weights.dims().getFirst().value();
        }

        private long columns() {
            return y.dims().get(3).value() / groups();
        }

        private long panels() {
            return weights.dims().get(2).value() / VType.LANES;
        }

        private Dim rows() {
            return y.dims().get(0).times(y.dims().get(1)).times(y.dims().get(2));
        }

        /** Whether the elements of a window's row are neighbours. */
        private boolean isMerged() {
            return dilations.get(1) == 1 && x.strides().get(2).equals(Dim.of(window.get(2)));
        }
    }

    /** Elements of f32 memory that the scalar form needs. */
    public static final int COPIES = WindowSums.COPIES;
    /** Elements of f64 memory that the scalar form needs. */
    public static final int SUMS = WindowSums.PITCH;
    /** Elements of scratch a worker needs. */
    public static final int SCRATCH = BLOCK * WindowSums.PITCH;

    private final Product product;
    private final Access access = new Access();
    private final Access.Memory y;
    private final Epilogue.Declared epilogue;

    private WindowKernel(Product product) {
        this.product = product;
        access.memory("x", product.x());
        access.memory("w", product.weights());
        access.memory("s", new Operand(product.scratch(), DType.F32, Dim.ZERO, List.of(Dim.of(SCRATCH)),
                List.of(Dim.ONE)));
        WindowSums.declare(access, product.copies(), product.sums());
        this.y = access.memory("y", product.y());
        this.epilogue = product.epilogue().declare(access);
        var window = product.window();
        boolean merged = product.isMerged();
        long segments = merged ? window.get(0) : window.get(0) * window.get(1);
        long length = merged ? window.get(1) * window.get(2) : window.get(2);
        long pieces = Math.max(1, (length + PART - 1) / PART);
        long piece = (length + pieces - 1) / pieces;
        access.parameter("rows", product.rows());
        access.parameter("cols", Dim.of(product.columns()));
        access.parameter("ldc", product.y().strides().get(2));
        access.parameter("xg", Dim.of(window.get(2)));
        geometry(merged);
        access.parameter("segs", Dim.of(segments));
        access.parameter("len", Dim.of(length));
        access.parameter("kk", Dim.of(segments * length));
        access.parameter("pieces", Dim.of(pieces));
        access.parameter("piece", Dim.of(piece));
        access.parameter("some", Dim.of(pieces > 1 ? 1 : Math.max(1, PART / length)));
    }

    /** Where windows and their segments lie. */
    private void geometry(boolean merged) {
        var strides = product.x().strides();
        var dims = product.y().dims();
        var xs = strides.get(2).times(Dim.of(product.strides().get(1)));
        access.parameter("ow", dims.get(2));
        access.parameter("oh", dims.get(1));
        access.parameter("xn", strides.get(0));
        access.parameter("ys", strides.get(1).times(Dim.of(product.strides().get(0))));
        access.parameter("xs", xs);
        access.parameter("kw", merged ? Dim.ONE : Dim.of(product.window().get(1)));
        access.parameter("sa", strides.get(1).times(Dim.of(product.dilations().get(0))));
        access.parameter("sc", strides.get(2).times(Dim.of(product.dilations().get(1))));
    }

    /**
     * Whether an epilogue is short enough.
     *
     * @param product
     *            what is convolved
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        var kernel = new WindowKernel(product);
        return kernel.access.params(true).size() + kernel.access.buffers().size() <= MAX_PARAMETERS
                && VectorOperations.fit(kernel.finish(true));
    }

    /**
     * The call that convolves.
     *
     * @param product
     *            operands
     * @return the call
     */
    public static Call of(Product product) {
        var kernel = new WindowKernel(product);
        var tasks = product.rows().ceilDiv(BLOCK).times(Dim.of(product.groups() * kernel.tasks()));
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(), tasks);
    }

    /** Tasks a block of rows and a group have: panels are divided evenly. */
    private long tasks() {
        return (product.panels() + WindowSums.PANELS - 1) / WindowSums.PANELS;
    }

    private boolean isWide() {
        var width = product.y().dims().get(2);
        return width.isConst() && width.value() >= WindowSums.ROWS;
    }

    private String name() {
        return "conv.f32." + Naming.of(product.epilogue().expr());
    }

    // ---- the driver: blocks of rows times groups times panels

    private Kernel driver(Form form) {
        int tasks = (int) tasks();
        int panels = (int) product.panels();
        int few = panels / tasks;
        int more = panels % tasks;
        int groups = (int) product.groups();
        var body = Body.block(b -> b.par("t", round -> {
            var t = Term.ref("t");
            var task = round.let("task", rem(t, tasks));
            var t1 = round.let("t1", div(t, tasks));
            var group = round.let("group", rem(t1, groups));
            var block = round.let("block", div(t1, groups));
            var rows = Term.ref("rows");
            var blocks = round.let("blocks", div(rows.plus(BLOCK - 1), BLOCK));
            var even = round.let("even", Term.of(Prim.DIV, rows.plus(blocks).plus(-1), blocks));
            var height = round.let("height", div(even.plus(WindowSums.ROWS - 1), WindowSums.ROWS)
                    .times(WindowSums.ROWS));
            var i0 = round.let("i0", Term.of(Prim.MIN, rows, block.times(height)));
            round.let("i1", Term.of(Prim.MIN, rows, i0.plus(height)));
            var j0 = round.let("j0", task.times(few).plus(Term.of(Prim.MIN, task, Term.i32(more))));
            round.let("j1", j0.plus(few).plus(
                    more == 0 ? Term.i32(0) : Term.of(Prim.SELECT, Term.of(Prim.LT, task, Term.i32(more)), Term.i32(1),
                            Term.i32(0))));
            round.let("xb", Term.ref("x0").plus(Term.ref("xg").times(group)));
            round.let("wb", Term.ref("w0").plus(group.wide().times(Term.i64(panels * 16L))
                    .times(Term.ref("kk").wide())));
            round.let("yb", Term.ref("cols").times(group));
            round.when(Term.of(Prim.LT, i0, Term.ref("i1")), some -> block(some, form, more == 0 ? Set.of(few)
                    : new TreeSet<>(Set.of(few, few + 1))));
        }));
        return new Kernel(
                name() + ".p" + panels + (groups == 1 ? "" : "g" + groups) + "."
                        + form.suffix().toLowerCase(Locale.ROOT),
                access.buffers(),
                access.params(true), body);
    }

    private static Term div(Term a, int b) {
        return b == 1 ? a : Term.of(Prim.DIV, a, Term.i32(b));
    }

    private static Term rem(Term a, int b) {
        return b == 1 ? Term.i32(0) : Term.of(Prim.REM, a, Term.i32(b));
    }

    private void block(Body b, Form form, Set<Integer> widths) {
        var count = b.let("count", Term.ref("i1").minus(Term.ref("i0")));
        b.let("r0", Term.ref("i0"));
        b.let("jb", Term.ref("j0"));
        b.let("sb", Term.ref("s0"));
        b.loop("zi", Term.i32(0), count.times(WindowSums.PITCH), 16,
                x -> x.store("s", Term.ref("sb").plus(Term.ref("zi")), Term.f32(0, VType.LANES)));
        var some = Term.ref("some");
        var parts = b.let("parts", Term.of(Prim.DIV, Term.ref("segs").plus(some).plus(-1), some)
                .times(Term.ref("pieces")));
        b.loop("part", Term.i32(0), parts, 1, x -> {
            var major = x.let("pmajor", Term.of(Prim.DIV, Term.ref("part"), Term.ref("pieces")));
            var minor = x.let("pminor", Term.ref("part").minus(major.times(Term.ref("pieces"))));
            var first = x.let("first", major.times(some));
            x.let("behind", Term.of(Prim.MIN, Term.ref("segs"), first.plus(some)));
            var from = x.let("k0", minor.times(Term.ref("piece")));
            x.let("k1", Term.of(Prim.MIN, Term.ref("len"), from.plus(Term.ref("piece"))));
            WindowSums.add(x, form, "x", Map.of(), heights(form), widths, isWide());
        });
        b.add(access.call(finish(product.columns() % VType.LANES != 0),
                List.of(Term.ref("yb"), Term.ref("i0"), Term.ref("i1"), Term.ref("j0").times(16),
                        Term.of(Prim.MIN, Term.ref("cols"), Term.ref("j1").times(16)))));
    }

    /** Heights of tiles: of whole blocks and of the last one, or all where sizes are not known. */
    private Set<Integer> heights(Form form) {
        var all = new TreeSet<Integer>();
        if (!product.rows().isConst()) {
            for (int i = 1; i <= GemmTile.maxRows(form); i++) {
                all.add(i);
            }
            return all;
        }
        long rows = product.rows().value();
        long blocks = Math.max(1, (rows + BLOCK - 1) / BLOCK);
        long even = (rows + blocks - 1) / blocks;
        long height = Math.max(1, (even + WindowSums.ROWS - 1) / WindowSums.ROWS * WindowSums.ROWS);
        all.addAll(WindowSums.heights(form, Math.min(rows, height)));
        all.addAll(WindowSums.heights(form, rows % height));
        return all;
    }

    // ---- the epilogue

    private Kernel finish(boolean masked) {
        var body = Body.block(b -> b.loop("i", Term.ref("i0"), Term.ref("i1"), 1, row -> {
            var i = Term.ref("i");
            var from = row.let("from", Term.ref("s0").plus(i.minus(Term.ref("i0")).times(WindowSums.PITCH))
                    .minus(Term.ref("n0")));
            var to = row.let("to", y.at(Term.ref("ldc").times(i).plus(Term.ref("yb"))));
            row.loop("n", Term.ref("n0"), Term.ref("n1"), VType.LANES, x -> {
                var n = Term.ref("n");
                var mask = masked ? x.let("lanes", new Term.Lanes(n, Term.ref("n1"), VType.LANES)) : null;
                var sum = x.let("sum", new Term.Load("s", from.plus(n), VType.F32X16, null));
                x.store("y", to.plus(n), epilogue.apply(x, sum, i, Term.ref("yb").plus(n), mask, null, "v"), mask);
            });
        }));
        return access.part(name() + ".finish" + (masked ? ".tail" : ""), List.of("yb", "i0", "i1", "n0", "n1"), body);
    }
}
