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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Convolution of images whose channels come last, as a matrix product that makes no patches: a row is the window of one
 * result pixel, k goes through the window's rows, columns and channels in this order, and the weights lie in panels of
 * sixteen result channels. The vector forms copy a part of k of a block of rows and go through the panels by threes
 * ({@link PackedSums}), the scalar form reads windows where they lie ({@link WindowSums}). Sums wait in scratch while k
 * goes by in parts; then the epilogue takes them to the result ({@link WindowResults}).
 */
public final class WindowKernel {
    /** Rows of a block: their sums stay in the second-level cache, weights come from memory once for so many. */
    private static final int BLOCK = 21 * WindowSums.ROWS;
    /** Elements of weights that leave room in the first-level cache. */
    private static final int NARROW = 5 * 1024;
    /** Elements of copied rows that fit beside them. */
    private static final int COPIED = 5 * 1024;
    /** Elements of k that are taken at a time: three panels of so many stay in the first-level cache. */
    private static final int PART = PackedSums.PART;
    /** Most groups of up to three panels in a task: for so many, rows are copied once. */
    private static final int UNITS = 6;
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
     *            f32 memory of {@link #SCRATCH} elements for each worker, for sums
     * @param windows
     *            f32 memory of {@link #WINDOWS} elements for each worker
     * @param work
     *            f32 memory of {@link #WORK} elements for each worker, for the scalar form
     */
    public record Product(Operand x, Operand weights, List<Long> window, List<Integer> strides,
            List<Integer> dilations, Operand y, Epilogue epilogue, Place scratch, Place windows,
            Place work) {
        /**
         * The same convolution of another image.
         *
         * @param other
         *            with what is around it
         * @return the convolution
         */
        public Product of(Operand other) {
            return new Product(other, weights, window, strides, dilations, y, epilogue, scratch, windows, work);
        }

        private long groups() {
            return weights.dims().getFirst().value();
        }

        private long columns() {
            return y.dims().get(3).value() / groups();
        }

        long panels() {
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

    /** Elements of memory that the scalar form works in. */
    public static final int WORK = WindowSums.SCALAR.work();
    /** Columns of scratch in the scalar form: those of a whole task. */
    private static final int COLUMNS = UNITS * WindowSums.PITCH;
    /** Elements of scratch a worker needs. */
    public static final int SCRATCH = (UNITS * BLOCK + GemmTile.TALL) * WindowSums.PITCH;
    /** Elements of memory for copied rows a worker needs. */
    public static final int WINDOWS = BLOCK * PackedSums.DISTANCE;

    private final Product product;
    private final Access access = new Access();
    private final WindowResults results;
    /** Parts of k. */
    private final long parts;
    /** Most rows of a task. */
    private final int block;
    private final Map<Form, Boolean> fused = new EnumMap<>(Form.class);

    WindowKernel(Product product) {
        this.product = product;
        access.memory("x", product.x());
        access.memory("w", product.weights());
        access.memory("s", new Operand(product.scratch(), DType.F32, Dim.ZERO, List.of(Dim.of(SCRATCH)),
                List.of(Dim.ONE)));
        access.memory("a", ScalarSums.flat(product.windows(), DType.F32));
        WindowSums.declare(access, product.work());
        this.results = new WindowResults(access, product.weights().storage(), access.memory("y", product.y()),
                product.epilogue().declareShared(access), name());
        var window = product.window();
        boolean merged = product.isMerged();
        long segments = merged ? window.get(0) : window.get(0) * window.get(1);
        long length = merged ? window.get(1) * window.get(2) : window.get(2);
        long pieces = Math.max(1, (length + PART - 1) / PART);
        long piece = (length + pieces - 1) / pieces;
        this.block = block(segments * length);
        access.parameter("block", Dim.of(block));
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
        long some = pieces > 1 ? 1 : Math.max(1, PART / Math.max(1, length));
        access.parameter("some", Dim.of(some));
        this.parts = (segments + some - 1) / some * pieces;
    }

    /** Rows of a task: where weights leave room in the first-level cache, so many that their copies stay there, too. */
    private int block(long k) {
        long some = COPIED / Math.max(1, k) / GemmTile.TALL * GemmTile.TALL;
        return k * product.panels() * VType.LANES > NARROW ? BLOCK : Math.clamp(some, GemmTile.TALL, BLOCK);
    }

    /** Where windows and their segments lie. */
    private void geometry(boolean merged) {
        var strides = product.x().strides();
        var dims = product.y().dims();
        var xs = strides.get(2).times(Dim.of(product.strides().get(1)));
        // where windows lie evenly through all images, they are those of one row
        var line = dims.get(2).times(xs);
        boolean even = strides.get(1).times(Dim.of(product.strides().get(0))).equals(line)
                && (dims.get(0).equals(Dim.ONE) || strides.get(0).equals(dims.get(1).times(line)));
        access.parameter("ow", even ? product.rows() : dims.get(2));
        access.parameter("oh", even ? Dim.ONE : dims.get(1));
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
                && VectorOperations.fit(kernel.results.finish(true));
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
        var tasks = product.rows().ceilDiv(kernel.block).times(Dim.of(product.groups() * kernel.tasks()));
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(), tasks);
    }

    /**
     * Whether sums over so many elements are made at once.
     *
     * @param k
     *            elements of a 1x1 window
     * @return whether there is but one part of k
     */
    public static boolean hasOnePart(long k) {
        return k <= PART;
    }

    /** Groups of up to three panels, which are divided evenly among them. */
    private int units() {
        return (int) ((product.panels() + WindowSums.PANELS - 1) / WindowSums.PANELS);
    }

    /** Tasks a block of rows and a group have. */
    private int tasks() {
        return (units() + UNITS - 1) / UNITS;
    }

    Access access() {
        return access;
    }

    WindowResults results() {
        return results;
    }

    String name() {
        return "conv." + product.weights().dtype().label() + "." + Naming.of(product.epilogue().expr());
    }

    // ---- the driver: blocks of rows times groups times panels

    private Kernel driver(Form form) {
        int tasks = tasks();
        int panels = (int) product.panels();
        int groups = (int) product.groups();
        var body = Body.block(b -> b.par("t", round -> {
            var t = Term.ref("t");
            var task = round.let("task", rem(t, tasks));
            var t1 = round.let("t1", div(t, tasks));
            var group = round.let("group", rem(t1, groups));
            var part = round.let("at", div(t1, groups));
            var rows = Term.ref("rows");
            var most = Term.ref("block");
            var blocks = round.let("blocks", Term.of(Prim.DIV, rows.plus(most).plus(-1), most));
            var even = round.let("even", Term.of(Prim.DIV, rows.plus(blocks).plus(-1), blocks));
            var height = round.let("height", div(even.plus(WindowSums.ROWS - 1), WindowSums.ROWS)
                    .times(WindowSums.ROWS));
            var i0 = round.let("i0", Term.of(Prim.MIN, rows, part.times(height)));
            round.let("i1", Term.of(Prim.MIN, rows, i0.plus(height)));
            round.let("u0", div(task.times(units()), tasks));
            round.let("u1", div(task.plus(1).times(units()), tasks));
            round.let("xb", Term.ref("x0").plus(Term.ref("xg").times(group)));
            round.let("wb", Term.ref("w0").plus(group.wide().times(Term.i64(panels * 16L))
                    .times(Term.ref("kk").wide())));
            round.let("yb", Term.ref("cols").times(group));
            round.when(Term.of(Prim.LT, i0, Term.ref("i1")), some -> block(some, form));
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

    private void block(Body b, Form form) {
        b.let("count", Term.ref("i1").minus(Term.ref("i0")));
        b.let("r0", Term.ref("i0"));
        zeros(b, form);
        var some = Term.ref("some");
        var parts = b.let("parts", Term.of(Prim.DIV, Term.ref("segs").plus(some).plus(-1), some)
                .times(Term.ref("pieces")));
        b.let("wd", Term.ref("kk").times(VType.LANES));
        b.loop("part", Term.i32(0), parts, 1, x -> {
            var major = x.let("pmajor", Term.of(Prim.DIV, Term.ref("part"), Term.ref("pieces")));
            var minor = x.let("pminor", Term.ref("part").minus(major.times(Term.ref("pieces"))));
            var first = x.let("first", major.times(some));
            var behind = x.let("behind", Term.of(Prim.MIN, Term.ref("segs"), first.plus(some)));
            var from = x.let("k0", minor.times(Term.ref("piece")));
            var to = x.let("k1", Term.of(Prim.MIN, Term.ref("len"), from.plus(Term.ref("piece"))));
            x.let("depth", behind.minus(first).times(to.minus(from)));
            if (form == Form.SCALAR) {
                x.add(WindowSums.scalar(COLUMNS, product.weights().dtype())); // all panels of the task at once
                return;
            }
            PackedSums.copy(x);
            x.loop("g", Term.ref("u0"), Term.ref("u1"), 1, unit -> unit(unit, form));
        });
        boolean masked = product.columns() % VType.LANES != 0;
        if (form == Form.SCALAR) {
            var column = b.let("column", Term.ref("yb").plus(Term.ref("j0").times(VType.LANES)));
            var columns = b.let("columns", Term.of(Prim.MIN, Term.ref("cols"), Term.ref("j1").times(VType.LANES))
                    .minus(Term.ref("j0").times(VType.LANES)));
            var scalar = results.scalar(masked);
            scalar.constants(b, Term.ref("wr0"), column, columns);
            b.add(scalar.rows("s", Term.ref("wr0"), List.of(Term.ref("s0"), Term.i32(COLUMNS), Term.ref("i0"),
                    Term.ref("count"), column, columns)));
        } else
            if (!isFused(form)) {
                finish(b, masked);
            }
    }

    /** The epilogue in a pass of its own, where it is too long for the tiles of the last part. */
    private void finish(Body b, boolean masked) {
        b.loop("h", Term.ref("u0"), Term.ref("u1"), 1, unit -> {
            var j0 = panels(unit, "h");
            unit.add(access.call(results.finish(masked),
                    List.of(Term.ref("sb_h"), Term.ref("yb"), Term.ref("i0"), Term.ref("i1"), j0.times(16),
                            Term.of(Prim.MIN, Term.ref("cols"), j0.plus(Term.ref("panels_h")).times(16)))));
        });
    }

    /** Sums begin with zeros: in the vector forms with the same ones, which are no part of them. */
    private void zeros(Body b, Form form) {
        if (form == Form.SCALAR) {
            b.let("sb", Term.ref("s0"));
            b.let("j0", first("u0"));
            b.let("j1", first("u1"));
            b.add(WindowSums.SCALAR.zeros(Term.ref("wr0")));
            return;
        }
        var zeros = b.let("zeros", Term.ref("s0").plus(UNITS * BLOCK * WindowSums.PITCH));
        WindowSums.clear(b, "s", zeros, Term.i32(GemmTile.TALL * WindowSums.PITCH));
    }

    /** The first panel of a group of panels. */
    private Term first(String unit) {
        int few = (int) product.panels() / units();
        int more = (int) product.panels() % units();
        return Term.ref(unit).times(few).plus(Term.of(Prim.MIN, Term.ref(unit), Term.i32(more)));
    }

    /** The panels of a group of panels, {@code panels_g} and their sums' beginning {@code sb_g}; returns the first. */
    private Term panels(Body b, String unit) {
        int few = (int) product.panels() / units();
        int more = (int) product.panels() % units();
        var g = Term.ref(unit);
        b.let("panels_" + unit, more == 0 ? Term.i32(few) : Term.i32(few).plus(
                Term.of(Prim.SELECT, Term.of(Prim.LT, g, Term.i32(more)), Term.i32(1), Term.i32(0))));
        b.let("sb_" + unit, Term.ref("s0").plus(g.minus(Term.ref("u0")).times(Term.ref("count"))
                .times(WindowSums.PITCH)));
        return b.let("j0_" + unit, first(unit));
    }

    private void unit(Body b, Form form) {
        var j0 = panels(b, "g");
        b.let("panels", Term.ref("panels_g"));
        b.let("sb", Term.ref("sb_g"));
        var first = Term.of(Prim.EQ, Term.ref("part"), Term.i32(0));
        b.let("old", Term.of(Prim.SELECT, first, Term.ref("zeros"), Term.ref("sb")));
        b.let("fd", Term.of(Prim.SELECT, first, Term.i32(0), Term.i32(WindowSums.PITCH)));
        if (!isFused(form)) {
            add(b, form, j0);
            return;
        }
        PackedSums.all(b, form, panels -> heights(form, panels), widths(), (rows, panels, range) -> {
            var args = new ArrayList<Term>(List.of(Term.ref("group").times((int) product.panels()).plus(j0),
                    Term.ref("yb").plus(j0.times(VType.LANES)), Term.ref("wd"), Term.ref("depth"), Term.ref("i0")));
            args.addAll(range);
            return access.call(results.tile(form, rows, panels), args);
        });
    }

    private void add(Body b, Form form, Term j0) {
        var k = Term.ref("first").times(Term.ref("len")).plus(Term.ref("k0"));
        b.let("wk", Term.ref("wb").plus(j0.wide().times(Term.ref("wd").wide()))
                .plus(k.wide().times(Term.i64(VType.LANES))));
        PackedSums.add(b, form, panels -> heights(form, panels), widths(), product.weights().storage());
    }

    /** Panels that a group of them may have. */
    private Set<Integer> widths() {
        int few = (int) product.panels() / units();
        return product.panels() % units() == 0 ? Set.of(few) : new TreeSet<>(Set.of(few, few + 1));
    }

    // ---- tiles with the epilogue

    /**
     * Whether tiles can have the epilogue in them: where there is but one part of k, and the epilogue is short. Of several
     * parts the epilogue is little, and a model would have twice as many methods.
     */
    private boolean isFused(Form form) {
        return fused.computeIfAbsent(form, this::fits);
    }

    private boolean fits(Form form) {
        return parts == 1 && form != Form.SCALAR && product.columns() % VType.LANES == 0
                && widths().stream().allMatch(panels -> heights(form, panels).stream()
                        .allMatch(rows -> results.fits(form, rows, Math.min(panels, GemmTile.panels(form, rows)))))
                && (!widths().contains(1) || results.fits(form, GemmTile.tallRows(form), 1));
    }

    /** Heights of tiles: of whole blocks and of the last one, or all where sizes are not known. */
    private Set<Integer> heights(Form form, int panels) {
        var all = new TreeSet<Integer>();
        if (!product.rows().isConst()) {
            for (int i = 1; i <= GemmTile.maxRows(form); i++) {
                all.add(i);
            }
            return all;
        }
        long rows = product.rows().value();
        long blocks = Math.max(1, (rows + block - 1) / block);
        long even = (rows + blocks - 1) / blocks;
        long height = Math.max(1, (even + WindowSums.ROWS - 1) / WindowSums.ROWS * WindowSums.ROWS);
        for (long some : List.of(Math.min(rows, height), rows % height)) {
            all.addAll(WindowSums.heights(form, panels == 1 ? GemmTile.behindTall(form, some) : some));
        }
        return all;
    }
}
