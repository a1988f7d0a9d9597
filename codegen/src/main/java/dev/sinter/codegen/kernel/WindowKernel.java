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
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images whose channels come last, as a matrix product that makes no patches: a row is the window of one
 * result pixel, k goes through the window's rows, columns and channels in this order, and the weights lie in panels of
 * sixteen result channels. The vector forms copy a part of k of a block of rows and go through the panels by threes
 * ({@link PackedSums}), the scalar form reads windows where they lie ({@link WindowSums}). Sums wait in scratch while k
 * goes by in parts; then the epilogue takes them to the result ({@link WindowResults}).
 */
public final class WindowKernel {
    /** Elements of k that are taken at a time: three panels of so many stay in the first-level cache. */
    private static final int PART = PackedSums.PART;
    /** Most groups of up to three panels in a task: for so many, rows are copied once. */
    private static final int UNITS = 6;
    /** JVM methods take 255 words of parameters. */
    private static final int MAX_PARAMETERS = 200;

    /** Elements of memory that the scalar form works in. */
    public static final int WORK = WindowSums.SCALAR.work();
    /** Columns of scratch in the scalar form: those of a whole task. */
    private static final int COLUMNS = UNITS * WindowSums.PITCH;
    /** Elements of scratch a worker needs. */
    public static final int SCRATCH = (UNITS * WindowBlocks.ROWS + GemmTile.TALL) * WindowSums.PITCH;
    /** Elements of memory for copied rows a worker needs. */
    public static final int WINDOWS = WindowBlocks.ROWS * PackedSums.DISTANCE;

    private final WindowProduct product;
    private final Access access = new Access();
    private final WindowResults results;
    /** Parts of k. */
    private final long parts;
    private final WindowBlocks blocks;
    /** Windows that the vector forms read where they lie, if they do. */
    private final @Nullable NearWindows near;
    private final Map<Form, Boolean> fused = new EnumMap<>(Form.class);
    private final Map<Form, Boolean> inPlace = new EnumMap<>(Form.class);

    WindowKernel(WindowProduct product) {
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
        long some = pieces > 1 ? 1 : Math.max(1, PART / Math.max(1, length));
        this.parts = (segments + some - 1) / some * pieces;
        this.near = near(merged, segments, length);
        var results = product.y().dims();
        this.blocks = near != null && !product.isEven() && results.get(2).isConst()
                ? WindowBlocks.inLines(results.get(0).times(results.get(1)), results.get(2).value())
                : WindowBlocks.even(product.rows(), segments * length, product.panels());
        blocks.declare(access);
        access.parameter("cols", Dim.of(product.columns()));
        access.parameter("ldc", product.y().strides().get(2));
        access.parameter("xg", Dim.of(window.get(2)));
        product.declare(access, merged);
        access.parameter("segs", Dim.of(segments));
        access.parameter("len", Dim.of(length));
        access.parameter("kk", Dim.of(segments * length));
        access.parameter("pieces", Dim.of(pieces));
        access.parameter("piece", Dim.of(piece));
        access.parameter("some", Dim.of(some));
    }

    private @Nullable NearWindows near(boolean merged, long segments, long length) {
        var apart = product.distance();
        return merged && parts == 1 && apart.isConst()
                && NearWindows.areNear(segments, length, apart.value(), product.panels())
                        ? new NearWindows(Math.toIntExact(apart.value()), segments == 1) : null;
    }

    /**
     * Whether an epilogue is short enough.
     *
     * @param product
     *            what is convolved
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(WindowProduct product) {
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
    public static Call of(WindowProduct product) {
        var kernel = new WindowKernel(product);
        var tasks = kernel.blocks.count().times(Dim.of(product.groups() * kernel.tasks()));
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
            var i0 = blocks.rows(round, part);
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
                        + (near == null ? "" : "near" + near.suffix() + ".") + form.suffix().toLowerCase(Locale.ROOT),
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
        if (near != null && isNear(form)) {
            near(b, form, near);
            return;
        }
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
                finish(b, masked, Term.ref("count"));
            }
    }

    /** All panels of windows that are read where they lie, some at a time. */
    private void near(Body b, Form form, NearWindows windows) {
        b.let("wd", Term.ref("kk").times(VType.LANES));
        var all = b.let("all", Term.ref("i1").minus(Term.ref("i0")));
        boolean whole = isFused(form);
        b.loop("g", Term.ref("u0"), Term.ref("u1"), 1, unit -> {
            var j0 = panels(unit, "g");
            unit.let("panels", Term.ref("panels_g"));
            var weight = Term.ref("wb").plus(j0.wide().times(Term.ref("wd").wide()));
            var scratch = whole ? Term.i32(0) : sums(unit, "g", all);
            NearWindows.lines(unit, line -> PackedSums.all(line, form, panels -> blocks.heights(form, panels, true),
                    widths(), (rows, panels, range) -> {
                        var start = Term.ref("start");
                        if (!whole) {
                            return windows.sums(form, rows, panels, product.weights().storage(), weight,
                                    scratch.plus(start.minus(Term.ref("i0")).times(WindowSums.PITCH)), range);
                        }
                        var args = tileArgs(j0, start);
                        args.addAll(range);
                        return access.call(results.tile(form, rows, panels, windows), "",
                                Map.of("x0", Term.ref("window")), args);
                    }));
        });
        if (!whole) {
            finish(b, product.columns() % VType.LANES != 0, all);
        }
    }

    /** What a tile with the epilogue is told before its ranges. */
    private List<Term> tileArgs(Term j0, Term top) {
        return new ArrayList<>(List.of(Term.ref("group").times((int) product.panels()).plus(j0),
                Term.ref("yb").plus(j0.times(VType.LANES)), Term.ref("wd"), Term.ref("kk"), top));
    }

    /** The epilogue in a pass of its own, where it is too long for the tiles of the last part. */
    private void finish(Body b, boolean masked, Term rows) {
        b.loop("h", Term.ref("u0"), Term.ref("u1"), 1, unit -> {
            var j0 = panels(unit, "h");
            unit.add(access.call(results.finish(masked),
                    List.of(sums(unit, "h", rows), Term.ref("yb"), Term.ref("i0"), Term.ref("i1"), j0.times(16),
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
        var zeros = b.let("zeros", Term.ref("s0").plus(UNITS * WindowBlocks.ROWS * WindowSums.PITCH));
        WindowSums.clear(b, "s", zeros, Term.i32(GemmTile.TALL * WindowSums.PITCH));
    }

    /** The first panel of a group of panels. */
    private Term first(String unit) {
        int few = (int) product.panels() / units();
        int more = (int) product.panels() % units();
        return Term.ref(unit).times(few).plus(Term.of(Prim.MIN, Term.ref(unit), Term.i32(more)));
    }

    /** The panels of a group of panels, {@code panels_g}; returns the first. */
    private Term panels(Body b, String unit) {
        int few = (int) product.panels() / units();
        int more = (int) product.panels() % units();
        var g = Term.ref(unit);
        b.let("panels_" + unit, more == 0 ? Term.i32(few) : Term.i32(few).plus(
                Term.of(Prim.SELECT, Term.of(Prim.LT, g, Term.i32(more)), Term.i32(1), Term.i32(0))));
        return b.let("j0_" + unit, first(unit));
    }

    /** Where the sums of a group of panels wait. */
    private static Term sums(Body b, String unit, Term rows) {
        return b.let("sb_" + unit, Term.ref("s0").plus(Term.ref(unit).minus(Term.ref("u0")).times(rows)
                .times(WindowSums.PITCH)));
    }

    private void unit(Body b, Form form) {
        var j0 = panels(b, "g");
        b.let("panels", Term.ref("panels_g"));
        b.let("sb", sums(b, "g", Term.ref("count")));
        var first = Term.of(Prim.EQ, Term.ref("part"), Term.i32(0));
        b.let("old", Term.of(Prim.SELECT, first, Term.ref("zeros"), Term.ref("sb")));
        b.let("fd", Term.of(Prim.SELECT, first, Term.i32(0), Term.i32(WindowSums.PITCH)));
        if (!isFused(form)) {
            add(b, form, j0);
            return;
        }
        PackedSums.all(b, form, panels -> blocks.heights(form, panels, false), widths(), (rows, panels, range) -> {
            var args = tileArgs(j0, Term.ref("i0"));
            args.addAll(range);
            return access.call(results.tile(form, rows, panels, null), args);
        });
    }

    private void add(Body b, Form form, Term j0) {
        var k = Term.ref("first").times(Term.ref("len")).plus(Term.ref("k0"));
        b.let("wk", Term.ref("wb").plus(j0.wide().times(Term.ref("wd").wide()))
                .plus(k.wide().times(Term.i64(VType.LANES))));
        PackedSums.add(b, form, panels -> blocks.heights(form, panels, false), widths(), product.weights().storage());
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
        return fused.computeIfAbsent(form, f -> fits(f, null));
    }

    /** Whether windows are read where they lie; tiles with an epilogue that do have a few operations more. */
    private boolean isNear(Form form) {
        return near != null && form != Form.SCALAR
                && (!isFused(form) || inPlace.computeIfAbsent(form, f -> fits(f, near)));
    }

    private boolean fits(Form form, @Nullable NearWindows windows) {
        return parts == 1 && form != Form.SCALAR && product.columns() % VType.LANES == 0
                && widths().stream().allMatch(panels -> blocks.heights(form, panels, windows != null).stream()
                        .allMatch(rows -> results.fits(form, rows, Math.min(panels, GemmTile.panels(form, rows)),
                                windows)))
                && (!widths().contains(1) || results.fits(form, GemmTile.tallRows(form), 1, windows));
    }
}
