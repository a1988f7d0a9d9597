package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A 1x1 convolution and the convolution of every channel with its own window that alone reads its result, in one pass
 * through the cache: some channels of a block of rows are computed between the zeros around them, and then read at once.
 * The plane between the two, the largest of a model that expands its channels, is never in memory as a whole. Tiles are
 * those of the two convolutions apart ({@link WindowKernel}, {@link DepthwiseKernel}), and so are the bits.
 */
public final class ExpandedKernel {
    /** Elements of a block, if three panels of some rows aren't more. */
    private static final long BLOCK = 128 * 1024;
    /** Pixels of the image whose channels are copied at a time, if a row isn't more. */
    public static final long ROWS = 256;
    /** Most panels of a block for tiles that have the distance of pixels in them, which shall be few. */
    private static final long MOST_PANELS = 6;
    /** Tasks wanted, for several threads. */
    private static final long TASKS = 3;
    /** Elements of memory for copied rows a worker needs. */
    public static final long WINDOWS = ROWS * PackedSums.DISTANCE;
    /** Before the names of what the second convolution declares. */
    private static final String SECOND = "d";

    /**
     * What is computed at a time.
     *
     * @param panels
     *            of sixteen channels
     * @param rows
     *            of results
     * @param lines
     *            rows of the image that windows are copied of
     */
    public record Block(long panels, long rows, long lines) {
        /**
         * The block for some sizes.
         *
         * @param panels
         *            of all channels
         * @param width
         *            of the image
         * @param columns
         *            of results
         * @param whole
         *            elements of a channel's row with what is around it
         * @param results
         *            rows of results
         * @param span
         *            rows from the first of a window to behind the last
         * @param step
         *            rows between windows
         * @return the block
         */
        public static Block of(long panels, long width, long columns, long whole, long results, long span, long step) {
            long unit = WindowSums.PANELS * VType.LANES * whole;
            long all = (results - 1) * step + span;
            long fit = Math.max(1, BLOCK / (unit * all)) * WindowSums.PANELS;
            long most = Math.min(fit, Math.max(WindowSums.PANELS, (panels + TASKS - 1) / TASKS));
            if (DepthwiseKernel.isAcross(columns, most)) {
                most = Math.min(most / WindowSums.PANELS * WindowSums.PANELS, MOST_PANELS);
            }
            long chunks = (panels + most - 1) / most;
            long high = Math.max(1, (BLOCK / unit - span) / step + 1);
            long blocks = (results + high - 1) / high;
            return new Block((panels + chunks - 1) / chunks, (results + blocks - 1) / blocks,
                    Math.max(1, ROWS / width));
        }

        /**
         * Rows of the image of a block.
         *
         * @param span
         *            rows from the first of a window to behind the last
         * @param step
         *            rows between windows
         * @return their number, with those of zeros around it
         */
        public long rowsOfImage(long span, long step) {
            return (rows - 1) * step + span;
        }
    }

    /**
     * The two convolutions.
     *
     * @param first
     *            the 1x1 convolution; its result lies where a block does, pixels a block's channels apart
     * @param second
     *            of every channel by itself; its image is a block
     * @param block
     *            what is computed at a time
     * @param top
     *            rows of zeros above
     * @param left
     *            columns of zeros before
     */
    public record Product(WindowProduct first, DepthwiseKernel.Product second, Block block, long top,
            long left) {
        private long channels() {
            return block.panels * VType.LANES;
        }

        private Operand image() {
            return first.x();
        }

        private long span() {
            return (second.window().get(0) - 1) * second.dilations().get(0) + 1;
        }
    }

    private final Product product;
    private final WindowKernel first;
    private final DepthwiseKernel second;
    private final Access access = new Access();
    private final int width;
    /** Pixels that the vector forms read where they lie, unless they are one vector each, which is copied quickly. */
    private final @Nullable NearWindows near;

    private ExpandedKernel(Product product) {
        this.product = product;
        this.first = new WindowKernel(product.first());
        this.second = new DepthwiseKernel(product.second(), SECOND);
        this.width = Math.toIntExact(product.image().dims().get(2).value());
        this.near = NearWindows.ofPixels(product.image());
        access.include("", first.access());
        access.include(SECOND, second.access());
        var image = product.image();
        long channels = product.channels();
        long whole = product.second().x().dims().get(2).value() * channels;
        access.parameter("all", Dim.of(panels()));
        access.parameter("most", Dim.of(most()));
        access.parameter("chunks", Dim.of(chunks()));
        access.parameter("height", image.dims().get(1));
        access.parameter("width", image.dims().get(2));
        access.parameter("before", Dim.of(product.left() * channels));
        access.parameter("run", image.dims().get(2).times(Dim.of(channels)));
        access.parameter("whole", Dim.of(whole));
        access.parameter("top", Dim.of(product.top()));
        access.parameter("high", Dim.of(product.block().rows()));
        access.parameter("lines", Dim.of(product.block().lines()));
        access.parameter("down", Dim.of(product.second().strides().get(0)));
        access.parameter("span", Dim.of(product.span()));
    }

    /**
     * Whether a kernel takes the two.
     *
     * @param product
     *            what is convolved
     * @return whether all tiles have their epilogues in them
     */
    public static boolean fits(Product product) {
        return WindowKernel.fits(product.first()) && DepthwiseKernel.fits(product.second())
                && new ExpandedKernel(product).fits();
    }

    private boolean fits() {
        for (var form : List.of(Form.V128, Form.V256, Form.V512)) {
            for (int panels : widths()) {
                boolean all = heights(form, panels).stream()
                        .allMatch(rows -> first.results().fits(form, rows,
                                Math.min(panels, GemmTile.panels(form, rows)), near));
                if (!all || panels == 1 && !first.results().fits(form, GemmTile.tallRows(form), 1, near)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The call that convolves twice.
     *
     * @param product
     *            operands
     * @return the call
     */
    public static Call of(Product product) {
        var kernel = new ExpandedKernel(product);
        var dims = product.second().y().dims();
        var tasks = dims.get(0).times(dims.get(1).ceilDiv(product.block().rows())).times(Dim.of(kernel.chunks()));
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(), tasks);
    }

    private int panels() {
        return Math.toIntExact(product.first().panels());
    }

    private int most() {
        return Math.toIntExact(product.block().panels());
    }

    private int chunks() {
        return (panels() + most() - 1) / most();
    }

    /** How many panels tiles may go through: those of a chunk are divided evenly into groups of up to three. */
    private Set<Integer> widths() {
        var all = new TreeSet<Integer>();
        for (int some : List.of(most(), panels() - (chunks() - 1) * most())) {
            int units = (some + WindowSums.PANELS - 1) / WindowSums.PANELS;
            all.add(some / units);
            all.add((some + units - 1) / units);
        }
        return all;
    }

    private Set<Integer> heights(Form form, int panels) {
        return WindowSums.heights(form, panels == 1 ? GemmTile.behindTall(form, width) : width);
    }

    // ---- the driver: images times blocks of rows times chunks of channels

    private Kernel driver(Form form) {
        var body = Body.block(b -> b.par("task", round -> {
            var t = Term.ref("task");
            var chunks = Term.ref("chunks");
            var task = round.let("task1", Term.of(Prim.DIV, t, chunks));
            var p0 = round.let("p0", t.minus(task.times(chunks)).times(Term.ref("most")));
            var count = round.let("pn", Term.of(Prim.MIN, Term.ref("all").minus(p0), Term.ref("most")));
            var oh = Term.ref(SECOND + "oh");
            var high = Term.ref("high");
            var blocks = round.let("blocks", Term.of(Prim.DIV, oh.plus(high).plus(-1), high));
            var image = round.let("nth", Term.of(Prim.DIV, task, blocks));
            var from = round.let("from", task.minus(image.times(blocks)).times(high));
            var to = round.let("to", Term.of(Prim.MIN, oh, from.plus(high)));
            var row0 = round.let("row0", from.times(Term.ref("down")).minus(Term.ref("top")));
            var rows = round.let("rows_", to.minus(from).plus(-1).times(Term.ref("down")).plus(Term.ref("span")));
            round.add(PadKernel.frame("y", row0, rows, List.of(Term.ref("height"), Term.ref("before"),
                    Term.ref("run"), Term.ref("whole")), Term.ref("y0")));
            round.let("up", Term.of(Prim.MAX, Term.i32(0), row0));
            round.let("down_", Term.of(Prim.MIN, Term.ref("height"), row0.plus(rows)));
            expand(round, form, count);
            var c0 = round.let(SECOND + "c0", p0.times(VType.LANES));
            round.let(SECOND + "c1", p0.plus(count).times(VType.LANES));
            round.loop("row", from, to, 1, line -> {
                var row = Term.ref("row");
                line.let(SECOND + "xb", Term.ref(SECOND + "x0").minus(c0)
                        .plus(row.minus(from).times(Term.ref(SECOND + "ys"))));
                line.let(SECOND + "line", image.times(oh).plus(row).times(Term.ref(SECOND + "ow")));
                second.line(line, form);
            });
        }));
        // tiles of the scalar form know no sizes: its drivers, which are long, are shared, and soon compiled
        var sizes = form == Form.SCALAR ? "" : ".c" + product.channels() + "p" + panels();
        return new Kernel("expanded." + DepthwiseKernel.name(product.second()) + sizes + "."
                + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true), body);
    }

    /** The first convolution's rows {@code up} to {@code down_}, some of which are copied at a time. */
    private void expand(Body round, Form form, Term count) {
        var up = Term.ref("up");
        var down = Term.ref("down_");
        var lines = Term.ref("lines");
        round.let("xb", Term.ref("x0"));
        round.let("wb", Term.ref("w0"));
        round.let("first", Term.i32(0));
        round.let("behind", Term.ref("segs"));
        round.let("k0", Term.i32(0));
        round.let("k1", Term.ref("len"));
        round.let("wd", Term.ref("kk").times(VType.LANES));
        var units = round.let("units", Term.of(Prim.DIV, count.plus(WindowSums.PANELS - 1),
                Term.i32(WindowSums.PANELS)));
        var few = round.let("few", Term.of(Prim.DIV, count, units));
        var more = round.let("more", count.minus(few.times(units)));
        round.loop("part", Term.i32(0), Term.of(Prim.DIV, down.minus(up).plus(lines).plus(-1), lines), 1, part -> {
            var l0 = part.let("l0", up.plus(Term.ref("part").times(lines)));
            var l1 = part.let("l1", Term.of(Prim.MIN, down, l0.plus(lines)));
            var begin = Term.ref("nth").times(Term.ref("height"));
            part.let("i0", begin.plus(l0).times(Term.ref("width")));
            part.let("i1", begin.plus(l1).times(Term.ref("width")));
            if (form != Form.SCALAR && near == null) {
                PackedSums.copy(part);
            }
            part.loop("g", Term.i32(0), units, 1, unit -> {
                var g = Term.ref("g");
                unit.let("panels", few.plus(Term.of(Prim.SELECT, Term.of(Prim.LT, g, more), Term.i32(1),
                        Term.i32(0))));
                unit.let("j0", Term.ref("p0").plus(g.times(few)).plus(Term.of(Prim.MIN, g, more)));
                if (form == Form.SCALAR) {
                    sums(unit);
                }
                unit.loop("r", l0, l1, 1, row -> row(row, form));
            });
        });
    }

    /** A group of panels of a row: to where the block has it, without the channels before the block's. */
    private void row(Body b, Form form) {
        var r = Term.ref("r");
        var nth = r.minus(Term.ref("l0")).times(Term.ref("width"));
        var y = b.let("yr", Term.ref("y0").plus(r.minus(Term.ref("row0")).times(Term.ref("whole")))
                .plus(Term.ref("before")).minus(Term.ref("p0").times(VType.LANES)));
        var j0 = Term.ref("j0");
        if (form == Form.SCALAR) {
            var from = b.let("ir", Term.ref("i0").plus(nth));
            b.add(first.access().call(first.results().finish(false), "",
                    Map.of("y0", y.minus(from.times(Term.ref("ldc")))),
                    List.of(Term.ref("sb").plus(nth.times(WindowSums.PITCH)), Term.i32(0), from,
                            from.plus(Term.ref("width")), j0.times(VType.LANES), Term.ref("j1").times(VType.LANES))));
            return;
        }
        var place = near == null ? Map.of("y0", y, "a0", b.let("ar",
                Term.ref("a0").plus(nth.times(PackedSums.DISTANCE))))
                : Map.of("y0", y, "x0",
                        b.let("xr", Term.ref("xb").plus(Term.ref("i0").plus(nth).times(Term.ref("xs")))));
        b.let("count", Term.ref("width"));
        PackedSums.all(b, form, panels -> heights(form, panels), widths(), (rows, panels, range) -> {
            var own = new ArrayList<Term>(List.of(j0, j0.times(VType.LANES), Term.ref("wd"),
                    Term.ref("kk"), Term.i32(0)));
            own.addAll(range);
            return first.access().call(first.results().tile(form, rows, panels, near), "", place,
                    own);
        });
    }

    /** The scalar form's sums of a group of panels, of all rows copied at a time. */
    private void sums(Body b) {
        b.let("sb", Term.ref("s0"));
        b.let("j1", Term.ref("j0").plus(Term.ref("panels")));
        b.add(WindowSums.SCALAR.zeros(Term.ref("wr0")));
        b.add(WindowSums.scalar(WindowSums.PITCH, product.first().weights().dtype()));
    }
}
