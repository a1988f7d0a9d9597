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
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Convolution by {@link Winograd}'s algorithm, channels last. A task is a block of tiles: their input is transformed
 * ({@link WinogradInput}), a product for each point makes sums of up to three panels of result channels
 * ({@link WinogradSums}), and these are transformed back with the epilogue ({@link WinogradOutput}). All of it stays in
 * the second-level cache.
 */
public final class WinogradKernel {
    /** Bytes a block's transformed input may take. */
    private static final long MOST_BYTES = 700_000;
    /** Most panels whose sums are made at a time in the scalar form. */
    private static final int SCALAR_PANELS = 16;
    /** Tasks a block is cut into where it is the only one. */
    private static final int SPLITS = 2;

    /**
     * One convolution.
     *
     * @param algorithm
     *            size of tiles
     * @param x
     *            {@code f32[N,H,W,C]}, pixels of a line contiguous, C a multiple of sixteen
     * @param begin
     *            zeros above and before the image; there are as many behind it as tiles reach
     * @param weights
     *            {@code f32[points^2,C,ceil(M/16)*16]} transformed, in panels
     * @param y
     *            {@code [N,OH,OW,M]}, contiguous, OH and OW constants
     * @param epilogue
     *            what happens before the store, operands as {@code [N*OH*OW,M]}
     * @param memory
     *            f32 memory for each worker: transformed input, sums, and tiles on their way
     * @param work
     *            f32 memory of {@link WindowKernel#WORK} elements for each worker, for the scalar form
     */
    public record Product(Winograd algorithm, Operand x, List<Integer> begin, Operand weights, Operand y,
            Epilogue epilogue, List<Place> memory, Place work) {
        /** Copies the lists. */
        public Product {
            begin = List.copyOf(begin);
            memory = List.copyOf(memory);
        }

        /**
         * The same convolution of another image.
         *
         * @param other
         *            of the same size
         * @return the convolution
         */
        public Product of(Operand other) {
            return new Product(algorithm, other, begin, weights, y, epilogue, memory, work);
        }

        private Blocks blocks() {
            return new Blocks(algorithm, x.dims().get(3).value(), y.dims().get(1).value(), y.dims().get(2).value(),
                    panels());
        }

        private long panels() {
            return weights.dims().get(2).value() / VType.LANES;
        }

        private Dim tiles() {
            return y.dims().getFirst().times(Dim.of(blocks().perImage()));
        }
    }

    /**
     * How tiles are divided into tasks.
     *
     * @param algorithm
     *            size of tiles
     * @param channels
     *            of the input
     * @param height
     *            rows of results
     * @param width
     *            columns of results
     * @param panels
     *            of sixteen channels of results
     */
    public record Blocks(Winograd algorithm, long channels, long height, long width, long panels) {
        private long along(long size) {
            int m = algorithm.results();
            return (size + m - 1) / m;
        }

        private long perImage() {
            return along(height) * along(width);
        }

        /** Channels, and what is behind them in the last chunk. */
        private long padded() {
            return (channels + WinogradSums.CHUNK - 1) / WinogradSums.CHUNK * WinogradSums.CHUNK;
        }

        private long square() {
            return (long) algorithm.points() * algorithm.points();
        }

        /** Tiles of a block: even parts of an image that fit, or the whole of it. */
        private long most() {
            long fit = MOST_BYTES / (square() * 4 * padded());
            if (perImage() <= fit) {
                return perImage();
            }
            long most = Math.max(1, fit / WindowSums.ROWS) * WindowSums.ROWS;
            long blocks = (perImage() + most - 1) / most;
            blocks += blocks % 2;
            return ((perImage() + blocks - 1) / blocks + WindowSums.ROWS - 1) / WindowSums.ROWS * WindowSums.ROWS;
        }

        /** {@return elements of memory a worker needs: for transformed input, sums, and tiles on their way} */
        public List<Long> memory() {
            int widest = Math.max(pitch(Form.SCALAR), pitch(Form.V512));
            return List.of(square() * most() * padded(), square() * most() * widest, Math.max(
                    WinogradInput.memory(algorithm, channels, along(width)),
                    WinogradOutput.memory(algorithm, widest)));
        }

        /** Groups of panels whose sums are made at a time: in the scalar form few, since its rows should be long. */
        int groups(Form form) {
            int most = form == Form.SCALAR ? SCALAR_PANELS : WinogradSums.panels(most());
            return (int) Math.max((panels + most - 1) / most, form == Form.SCALAR ? splits() : 1);
        }

        /** Tasks of a block. */
        int splits() {
            return most() == perImage() ? Math.min(SPLITS, groups(Form.V512)) : 1;
        }

        /** Distance of rows of sums. */
        int pitch(Form form) {
            return form == Form.SCALAR
                    ? (int) ((panels + groups(form) - 1) / groups(form)) * VType.LANES : WinogradSums.PITCH;
        }
    }

    private final Product product;
    private final Blocks blocks;
    private final Access access = new Access();
    private final Access.Memory y;
    private final Epilogue.Declared epilogue;

    private WinogradKernel(Product product) {
        this.product = product;
        this.blocks = product.blocks();
        access.memory("x", product.x());
        access.memory("w", product.weights());
        var sizes = blocks.memory();
        for (int i = 0; i < sizes.size(); i++) {
            access.memory(List.of("v", "s", "u").get(i), new Operand(product.memory().get(i), DType.F32, Dim.ZERO,
                    List.of(Dim.of(sizes.get(i))), List.of(Dim.ONE)));
        }
        WindowSums.declare(access, product.work());
        this.y = access.memory("y", product.y());
        this.epilogue = product.epilogue().declare(access);
        var algorithm = product.algorithm();
        long perRow = blocks.along(blocks.width());
        access.parameter("tiles", product.tiles());
        access.parameter("tw", Dim.of(perRow));
        access.parameter("th", Dim.of(blocks.along(blocks.height())));
        access.parameter("most", Dim.of(blocks.most()));
        access.parameter("apart", Dim.of(blocks.most() * WinogradSums.CHUNK));
        access.parameter("plane", Dim.of(blocks.most() * blocks.padded()));
        access.parameter("channels", Dim.of(blocks.channels()));
        access.parameter("piece", Dim.of(WinogradInput.piece(algorithm, blocks.channels(), perRow)));
        access.parameter("span", Dim.of(WinogradInput.span(algorithm, blocks.channels(), perRow)));
        access.parameter("above", Dim.of(product.begin().get(0)));
        access.parameter("before", Dim.of(product.begin().get(1)));
        access.parameter("ih", product.x().dims().get(1));
        access.parameter("iw", product.x().dims().get(2));
        access.parameter("cols", product.y().dims().get(3));
        access.parameter("oh", product.y().dims().get(1));
        access.parameter("ow", product.y().dims().get(2));
        access.parameter("xn", product.x().strides().get(0));
        access.parameter("ys", product.x().strides().get(1));
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
        return kernel.access.params(true).size() <= 200 && kernel.output(Form.V512).fits();
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
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(),
                product.tiles().ceilDiv(kernel.blocks.most()).times(Dim.of(kernel.blocks.splits())));
    }

    private String name() {
        return "winograd.f32.m" + product.algorithm().results() + "." + Naming.of(product.epilogue().expr());
    }

    private WinogradOutput output(Form form) {
        return new WinogradOutput(access, product.algorithm(), form, blocks.pitch(form), y, epilogue, name());
    }

    // ---- the driver: blocks of tiles, groups of panels

    private Kernel driver(Form form) {
        int splits = blocks.splits();
        int groups = blocks.groups(form);
        var inputs = new WinogradInput(access, product.algorithm(), form).kernel(name());
        int m = product.algorithm().results();
        boolean partial = blocks.height() % m != 0 || blocks.width() % m != 0;
        var outputs = output(form).kernel(partial, product.y().dims().get(3).value() % VType.LANES != 0);
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
            // what another task of this worker has transformed is still there
            round.when(
                    Term.of(Prim.OR, Term.of(Prim.EQ, split, Term.i32(0)),
                            Term.of(Prim.EQ, Term.ref("t"), Term.ref("lo"))),
                    x -> x.add(access.call(inputs, List.of(b0, b1))));
            round.loop("g", from, to, 1, group -> group(group, form, outputs));
        }));
        return new Kernel(name() + ".p" + product.panels() + "t" + blocks.most() + (partial ? "x" : "") + "."
                + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true), body);
    }

    /** Sums of some panels for every point, and their way back. */
    private void group(Body b, Form form, Kernel outputs) {
        int groups = blocks.groups(form);
        int few = (int) product.panels() / groups;
        int more = (int) product.panels() % groups;
        var g = Term.ref("g");
        var j0 = b.let("j0", g.times(few).plus(Term.of(Prim.MIN, g, Term.i32(more))));
        var j1 = b.let("j1", j0.plus(few).plus(Term.of(Prim.SELECT, Term.of(Prim.LT, g, Term.i32(more)),
                Term.i32(1), Term.i32(0))));
        b.let("jb", j0);
        var sums = b.let("sums", Term.ref("most").times(blocks.pitch(form)));
        b.loop("e", Term.i32(0), Term.i32(blocks.square()), 1, point -> {
            var e = Term.ref("e");
            point.let("vb", Term.ref("v0").plus(e.times(Term.ref("plane"))));
            point.let("sb", Term.ref("s0").plus(e.times(sums)));
            point.let("wb", Term.ref("w0").plus(e.wide().times(Term.i64(product.panels() * VType.LANES))
                    .times(Term.ref("channels").wide())));
            if (form == Form.SCALAR) {
                WinogradSums.scalar(point, blocks.pitch(form));
                return;
            }
            WinogradSums.make(point, form, blocks.most(), last(), more == 0 ? Set.of(few)
                    : new TreeSet<>(Set.of(few, few + 1)));
        });
        b.add(access.call(outputs, List.of(Term.ref("b0"), Term.ref("b1"), j0.times(VType.LANES),
                Term.of(Prim.MIN, Term.ref("cols"), j1.times(VType.LANES)))));
    }

    /** Tiles of the last block, -1 where that is not known. */
    private long last() {
        long most = blocks.most();
        return product.tiles().isConst() ? product.tiles().value() % most : most == blocks.perImage() ? 0 : -1;
    }
}
