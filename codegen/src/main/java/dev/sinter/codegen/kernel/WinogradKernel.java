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
import java.util.function.Consumer;

/**
 * Convolution by {@link Winograd}'s algorithm, channels last. A task is a block of tiles: their input is transformed to
 * {@code v[point][tile][channel]}, a product for each point makes sums {@code s[point][tile][48]} of up to three panels of
 * result channels, and these are transformed back, tile by tile, with the epilogue. All of it stays in the second-level
 * cache. Rows and columns are transformed one after the other, each as a loop over channels.
 */
public final class WinogradKernel {
    /** Bytes a block's transformed input may take. */
    private static final long MOST_BYTES = 700_000;
    /** Tasks a block is cut into where it is the only one. */
    private static final int SPLITS = 2;

    /**
     * One convolution.
     *
     * @param algorithm
     *            size of tiles
     * @param x
     *            {@code f32[N,H,W,C]}, contiguous, large enough for whole tiles, C a multiple of sixteen
     * @param weights
     *            {@code f32[points^2,C,ceil(M/16)*16]} transformed, in panels
     * @param y
     *            {@code [N,OH,OW,M]}, contiguous, OH and OW constants
     * @param epilogue
     *            what happens before the store, operands as {@code [N*OH*OW,M]}
     * @param memory
     *            f32 memory for each worker: transformed input, sums, and a tile on its way
     * @param copies
     *            f32 memory of {@link WindowKernel#COPIES} elements for each worker, for the scalar form
     * @param totals
     *            f64 memory of {@link WindowKernel#SUMS} elements for each worker, likewise
     */
    public record Product(Winograd algorithm, Operand x, Operand weights, Operand y, Epilogue epilogue,
            List<Place> memory, Place copies, Place totals) {
        /**
         * The same convolution of another image.
         *
         * @param other
         *            with what is around it
         * @return the convolution
         */
        public Product of(Operand other) {
            return new Product(algorithm, other, weights, y, epilogue, memory, copies, totals);
        }

        private long channels() {
            return x.dims().get(3).value();
        }

        private long panels() {
            return weights.dims().get(2).value() / VType.LANES;
        }

        private Dim tiles() {
            return y.dims().getFirst().times(Dim.of(tilesOf(1) * tilesOf(2)));
        }

        /** Tiles along an axis of an image. */
        private long tilesOf(int axis) {
            int m = algorithm.results();
            return (y.dims().get(axis).value() + m - 1) / m;
        }
    }

    private final Product product;
    private final Winograd algorithm;
    private final Access access = new Access();
    private final Access.Memory y;
    private final Epilogue.Declared epilogue;
    private final int m;
    private final int points;

    private WinogradKernel(Product product) {
        this.product = product;
        this.algorithm = product.algorithm();
        this.m = algorithm.results();
        this.points = algorithm.points();
        access.memory("x", product.x());
        access.memory("w", product.weights());
        var sizes = memory(algorithm, product.channels(), product.tilesOf(1) * product.tilesOf(2));
        for (int i = 0; i < sizes.size(); i++) {
            access.memory(List.of("v", "s", "u").get(i), new Operand(product.memory().get(i), DType.F32, Dim.ZERO,
                    List.of(Dim.of(sizes.get(i))), List.of(Dim.ONE)));
        }
        WindowSums.declare(access, product.copies(), product.totals());
        this.y = access.memory("y", product.y());
        this.epilogue = product.epilogue().declare(access);
        long perImage = product.tilesOf(1) * product.tilesOf(2);
        access.parameter("tiles", product.tiles());
        access.parameter("per", Dim.of(perImage));
        access.parameter("tw", Dim.of(product.tilesOf(2)));
        access.parameter("most", Dim.of(block(algorithm, product.channels(), perImage)));
        access.parameter("channels", Dim.of(product.channels()));
        access.parameter("cols", product.y().dims().get(3));
        access.parameter("oh", product.y().dims().get(1));
        access.parameter("ow", product.y().dims().get(2));
        access.parameter("xn", product.x().strides().get(0));
        access.parameter("ys", product.x().strides().get(1));
        access.parameter("xs", product.x().strides().get(2));
    }

    /** Tiles of a block: even parts of an image that fit, or the whole of it. */
    private static long block(Winograd algorithm, long channels, long perImage) {
        long square = (long) algorithm.points() * algorithm.points();
        long most = Math.max(1, MOST_BYTES / (square * 4 * channels) / WindowSums.ROWS) * WindowSums.ROWS;
        if (perImage <= most) {
            return perImage;
        }
        long blocks = (perImage + most - 1) / most;
        blocks += blocks % 2;
        return ((perImage + blocks - 1) / blocks + WindowSums.ROWS - 1) / WindowSums.ROWS * WindowSums.ROWS;
    }

    /**
     * Elements of memory a worker needs.
     *
     * @param algorithm
     *            size of tiles
     * @param channels
     *            of the input
     * @param perImage
     *            tiles of one image
     * @return for transformed input, sums, and a tile on its way
     */
    public static List<Long> memory(Winograd algorithm, long channels, long perImage) {
        long tiles = block(algorithm, channels, perImage);
        long n = algorithm.points();
        long results = algorithm.results();
        return List.of(n * n * tiles * channels, n * n * tiles * WindowSums.PITCH,
                Math.max(n * n * channels, (n * results + results * results) * WindowSums.PITCH));
    }

    /**
     * Whether an epilogue is short enough.
     *
     * @param product
     *            what is convolved
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        var kernel = new WinogradKernel(product);
        return kernel.access.params(true).size() <= 200 && VectorOperations.fit(kernel.output(true));
    }

    /**
     * The call that convolves.
     *
     * @param product
     *            operands
     * @return the call
     */
    public static Call of(Product product) {
        var kernel = new WinogradKernel(product);
        long most = block(product.algorithm(), product.channels(), product.tilesOf(1) * product.tilesOf(2));
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(),
                product.tiles().ceilDiv(most).times(Dim.of(kernel.splits())));
    }

    private int groups() {
        return (int) ((product.panels() + WindowSums.PANELS - 1) / WindowSums.PANELS);
    }

    private int splits() {
        long perImage = product.tilesOf(1) * product.tilesOf(2);
        return block(algorithm, product.channels(), perImage) == perImage ? Math.min(SPLITS, groups()) : 1;
    }

    private String name() {
        return "winograd.f32.m" + m + "." + Naming.of(product.epilogue().expr());
    }

    // ---- the driver: blocks of tiles, groups of panels

    private Kernel driver(Form form) {
        int splits = splits();
        int groups = groups();
        var body = Body.block(b -> b.par("t", round -> {
            var block = round.let("block", splits == 1 ? Term.ref("t")
                    : Term.of(Prim.DIV, Term.ref("t"), Term.i32(splits)));
            var split = round.let("split", splits == 1 ? Term.i32(0)
                    : Term.of(Prim.REM, Term.ref("t"), Term.i32(splits)));
            var b0 = round.let("b0", block.times(Term.ref("most")));
            var b1 = round.let("b1", Term.of(Prim.MIN, Term.ref("tiles"), b0.plus(Term.ref("most"))));
            var from = round.let("g0", Term.of(Prim.DIV, split.times(groups), Term.i32(splits)));
            var to = round.let("g1", Term.of(Prim.DIV, split.plus(1).times(groups), Term.i32(splits)));
            round.let("i0", Term.i32(0));
            round.let("i1", b1.minus(b0));
            call(round, inputs(), List.of(b0, b1));
            round.loop("g", from, to, 1, group -> group(group, form));
        }));
        return new Kernel(name() + ".p" + product.panels() + "s" + splits + "."
                + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true), body);
    }

    private void call(Body b, Kernel kernel, List<Term> more) {
        b.add(access.call(kernel, more));
    }

    /** Sums of up to three panels for every point, and their way back. */
    private void group(Body b, Form form) {
        int few = (int) product.panels() / groups();
        int more = (int) product.panels() % groups();
        var g = Term.ref("g");
        var j0 = b.let("j0", g.times(few).plus(Term.of(Prim.MIN, g, Term.i32(more))));
        var j1 = b.let("j1", j0.plus(few).plus(Term.of(Prim.SELECT, Term.of(Prim.LT, g, Term.i32(more)),
                Term.i32(1), Term.i32(0))));
        b.let("jb", j0);
        b.let("r0", Term.i32(0));
        var plane = b.let("plane", Term.ref("most").times(WindowSums.PITCH));
        b.loop("zi", Term.ref("s0"), Term.ref("s0").plus(plane.times(points * points)), VType.LANES,
                z -> z.store("s", Term.ref("zi"), Term.f32(0, VType.LANES)));
        b.let("kw", Term.i32(1));
        b.let("sa", Term.i32(0));
        b.let("sc", Term.i32(0));
        b.let("len", Term.ref("channels"));
        b.let("kk", Term.ref("channels"));
        b.let("first", Term.i32(0));
        b.let("behind", Term.i32(1));
        b.let("k0", Term.i32(0));
        b.let("k1", Term.ref("channels"));
        // rows lie one behind the other: an image of one endless row
        var rows = List.of(Term.i32(Integer.MAX_VALUE), Term.i32(1), Term.i32(0), Term.i32(0), Term.ref("channels"));
        for (int i = 0; i < rows.size(); i++) {
            b.let(List.of("row", "rows", "rn", "ry", "rx").get(i), rows.get(i));
        }
        b.loop("e", Term.i32(0), Term.i32(points * points), 1, point -> {
            var e = Term.ref("e");
            point.let("xb", Term.ref("v0").plus(e.times(Term.ref("most").times(Term.ref("channels")))));
            point.let("sb", Term.ref("s0").plus(e.times(plane)));
            point.let("wb", Term.ref("w0").plus(
                    e.wide().times(Term.i64(product.panels() * VType.LANES)).times(Term.ref("channels").wide())));
            WindowSums.add(point, form, "v", Map.of("ow", "row", "oh", "rows", "xn", "rn", "ys", "ry", "xs",
                    "rx"), heights(form), more == 0 ? Set.of(few) : new TreeSet<>(Set.of(few, few + 1)), true);
        });
        call(b, output(product.y().dims().get(3).value() % VType.LANES != 0), List.of(Term.ref("b0"), Term.ref("b1"),
                j0.times(VType.LANES), Term.of(Prim.MIN, Term.ref("cols"), j1.times(VType.LANES))));
    }

    private Set<Integer> heights(Form form) {
        var all = new TreeSet<Integer>();
        long perImage = product.tilesOf(1) * product.tilesOf(2);
        long most = block(algorithm, product.channels(), perImage);
        all.addAll(WindowSums.heights(form, most));
        if (product.tiles().isConst()) {
            all.addAll(WindowSums.heights(form, product.tiles().value() % most));
        } else if (most != perImage) {
            for (int i = 1; i <= GemmTile.maxRows(form); i++) {
                all.add(i);
            }
        }
        return all;
    }

    // ---- transforms

    private Kernel kernel(String part, List<String> more, Consumer<Body> tile) {
        var body = Body.block(b -> b.loop("i", Term.ref("b0"), Term.ref("b1"), 1, x -> {
            var image = x.let("image", Term.of(Prim.DIV, Term.ref("i"), Term.ref("per")));
            var within = x.let("within", Term.ref("i").minus(image.times(Term.ref("per"))));
            var row = x.let("row", Term.of(Prim.DIV, within, Term.ref("tw")));
            x.let("top", row.times(m));
            x.let("left", within.minus(row.times(Term.ref("tw"))).times(m));
            tile.accept(x);
        }));
        return access.part(name() + part, more, body);
    }

    /** Tiles of the input, transformed: rows on their way in t, then columns. */
    private Kernel inputs() {
        var channels = Term.ref("channels");
        return kernel(".input", List.of("b0", "b1"), b -> {
            var from = b.let("from", Term.ref("x0").plus(Term.ref("image").times(Term.ref("xn")))
                    .plus(Term.ref("top").times(Term.ref("ys"))).plus(Term.ref("left").times(Term.ref("xs"))));
            var to = b.let("to", Term.ref("v0").plus(Term.ref("i").minus(Term.ref("b0")).times(channels)));
            var plane = b.let("plane", Term.ref("most").times(channels));
            b.loop("r", Term.i32(0), Term.i32(points), 1, rows -> {
                var line = rows.let("line", from.plus(Term.ref("r").times(Term.ref("ys"))));
                var out = rows.let("out", Term.ref("u0").plus(Term.ref("r").times(points).times(channels)));
                rows.loop("c", Term.i32(0), channels, VType.LANES, x -> pass(x, "a", "x", line, Term.ref("xs"), "u",
                        out, channels, Term.ref("c"), true));
            });
            b.loop("q", Term.i32(0), Term.i32(points), 1, columns -> {
                var line = columns.let("line2", Term.ref("u0").plus(Term.ref("q").times(channels)));
                var out = columns.let("out2", to.plus(Term.ref("q").times(plane)));
                columns.loop("d", Term.i32(0), channels, VType.LANES, x -> pass(x, "b", "u", line,
                        channels.times(points), "v", out, plane.times(points), Term.ref("d"), true));
            });
        });
    }

    /** Sums of tiles transformed back, and what of them lies within the image stored with the epilogue. */
    private Kernel output(boolean masked) {
        var width = Term.ref("n1").minus(Term.ref("n0")).plus(VType.LANES - 1);
        return kernel(".output" + (masked ? ".tail" : ""), List.of("b0", "b1", "n0", "n1"), b -> {
            var whole = b.let("whole", Term.of(Prim.DIV, width, Term.i32(VType.LANES)).times(VType.LANES));
            var plane = b.let("plane", Term.ref("most").times(WindowSums.PITCH));
            var from = b.let("from", Term.ref("s0").plus(Term.ref("i").minus(Term.ref("b0"))
                    .times(WindowSums.PITCH)));
            var last = b.let("last", Term.ref("u0").plus(points * m * WindowSums.PITCH));
            var pitch = Term.i32(WindowSums.PITCH);
            b.loop("r", Term.i32(0), Term.i32(points), 1, rows -> {
                var line = rows.let("line", from.plus(Term.ref("r").times(plane).times(points)));
                var out = rows.let("out", Term.ref("u0").plus(Term.ref("r").times(m * WindowSums.PITCH)));
                rows.loop("c", Term.i32(0), whole, VType.LANES,
                        x -> pass(x, "a", "s", line, plane, "u", out, pitch, Term.ref("c"), false));
            });
            b.loop("q", Term.i32(0), Term.i32(m), 1, columns -> {
                var line = columns.let("line2", Term.ref("u0").plus(Term.ref("q").times(pitch)));
                var out = columns.let("out2", last.plus(Term.ref("q").times(pitch)));
                columns.loop("d", Term.i32(0), whole, VType.LANES, x -> pass(x, "b", "u", line,
                        pitch.times(m), "u", out, pitch.times(m), Term.ref("d"), false));
            });
            pixels(b, last, masked);
        });
    }

    private void pixels(Body b, Term last, boolean masked) {
        var n = Term.ref("n");
        var below = b.let("below", Term.of(Prim.MIN, Term.i32(m), Term.ref("oh").minus(Term.ref("top"))));
        var right = b.let("right", Term.of(Prim.MIN, Term.i32(m), Term.ref("ow").minus(Term.ref("left"))));
        b.loop("py", Term.i32(0), below, 1, line -> {
            var start = line.let("start", Term.ref("image").times(Term.ref("oh")).plus(Term.ref("top"))
                    .plus(Term.ref("py")).times(Term.ref("ow")).plus(Term.ref("left")));
            line.loop("px", Term.i32(0), right, 1, pixel -> {
                var row = pixel.let("pixel", start.plus(Term.ref("px")));
                var from = pixel.let("sums", last.plus(
                        Term.ref("py").times(m).plus(Term.ref("px")).times(WindowSums.PITCH)).minus(Term.ref("n0")));
                var to = pixel.let("place", y.at(row.times(Term.ref("cols"))));
                pixel.loop("n", Term.ref("n0"), Term.ref("n1"), VType.LANES, x -> {
                    var mask = masked ? x.let("lanes", new Term.Lanes(n, Term.ref("n1"), VType.LANES)) : null;
                    var sum = x.let("sum", new Term.Load("u", from.plus(n), VType.F32X16, null));
                    x.store("y", to.plus(n), epilogue.apply(x, sum, row, n, mask, null, "v"), mask);
                });
            });
        });
    }

    /** Loads a line of points, transforms it, and stores what it becomes. */
    private void pass(Body b, String name, String source, Term from, Term step, String target, Term to, Term apart,
            Term at, boolean input) {
        var in = new ArrayList<Term>();
        for (int i = 0; i < points; i++) {
            in.add(b.let(name + "l" + i, new Term.Load(source, from.plus(step.times(i)).plus(at), VType.F32X16, null)));
        }
        var out = input ? algorithm.input(b, in, name) : algorithm.sums(b, in, name);
        for (int i = 0; i < out.size(); i++) {
            b.store(target, to.plus(apart.times(i)).plus(at), out.get(i));
        }
    }
}
