package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of every channel with its own window, channels last: vectors run along the channels, and a few neighbouring
 * pixels of a result row share what they load of weights and, where windows overlap, of the image. Taps are taken in order
 * by fma, then the epilogue follows in registers.
 */
public final class DepthwiseKernel {
    /**
     * Most pixels of a tile: enough for weights and shared columns to be loaded seldom, and few enough that almost every
     * width is made of tiles of four and of three, so that a model's convolutions share their methods.
     */
    private static final int PIXELS = 4;

    /**
     * One convolution.
     *
     * @param x
     *            {@code f32[N,H,W,C]}, channels contiguous, with what is around the image
     * @param around
     *            what x is made of, a block of rows at a time; null where it lies in memory
     * @param weights
     *            {@code f32[T,C]}, contiguous
     * @param window
     *            rows and columns of a window
     * @param strides
     *            rows and columns between windows
     * @param dilations
     *            rows and columns between elements of a window
     * @param y
     *            {@code [N,OH,OW,C]}, contiguous
     * @param epilogue
     *            what happens before the store, operands as {@code [N*OH*OW,C]}
     */
    public record Product(Operand x, @Nullable Around around, Operand weights, List<Long> window, List<Integer> strides,
            List<Integer> dilations, Operand y, Epilogue epilogue) {
        /**
         * The same convolution of another image.
         *
         * @param other
         *            with what is around it
         * @param made
         *            what it is made of, or null
         * @return the convolution
         */
        public Product of(Operand other, @Nullable Around made) {
            return new Product(other, made, weights, window, strides, dilations, y, epilogue);
        }

        private Dim width() {
            return y.dims().get(2);
        }

        /** Whether there are fewer channels than a vector has. */
        private boolean isNarrow() {
            return y.dims().get(3).value() < VType.LANES;
        }

        /**
         * Whether a row has more tiles than vectors of channels: then the loop over tiles is the inner one, as loops of few
         * rounds cost more to enter than to run.
         */
        private boolean isAcross() {
            var channels = x.dims().get(3);
            return !isNarrow() && channels.isConst() && x.strides().get(2).isConst() && width().isConst()
                    && DepthwiseKernel.isAcross(width().value(), channels.value() / VType.LANES);
        }

        /** Whether the last vector of channels has some that were computed before, which does no harm. */
        private boolean overlaps() {
            return !isNarrow() && y.dims().get(3).value() % VType.LANES != 0;
        }
    }

    /**
     * An image that gets zeros around it block by block, in memory of each worker, which stays in the second-level cache.
     *
     * @param image
     *            {@code f32[N,H,W,C]}, rows contiguous each
     * @param top
     *            rows of zeros above
     * @param left
     *            columns of zeros before
     * @param rows
     *            rows of results of a block
     */
    public record Around(Operand image, long top, long left, long rows) {
    }

    /** Whether so many pixels are more tiles than there are vectors of channels. */
    static boolean isAcross(long pixels, long vectors) {
        return pixels > vectors * PIXELS;
    }

    /** Elements of a block with what is around it, if a row of windows isn't more. */
    private static final long BLOCK = 128 * 1024;
    /** Rows of results that a block has at least, if there are so many. */
    private static final long LEAST_ROWS = 4;

    /**
     * Rows of results that a block has: few enough for the cache and for several threads, and evenly.
     *
     * @param results
     *            rows of results
     * @param row
     *            elements of a row of the image with what is around it
     * @param span
     *            rows from the first of a window to behind the last
     * @param step
     *            rows between windows
     * @return the number
     */
    public static long blockRows(long results, long row, long span, long step) {
        long most = Math.max(1, (BLOCK / Math.max(1, row) - span) / step + 1);
        long shared = Math.max(LEAST_ROWS, (results + 3) / 4);
        long blocks = Math.max(1, (results + Math.min(most, shared) - 1) / Math.min(most, shared));
        return Math.max(1, (results + blocks - 1) / blocks);
    }

    private final Product product;
    /** What tiles know, however the image is made. */
    private final Access access = new Access();
    /** What drivers know besides. */
    private final Access all = new Access();
    private final Access.Memory x;
    private final DepthwiseTile tile;
    private final boolean across;
    /** Of all names in the driver. */
    private final String prefix;

    DepthwiseKernel(Product product) {
        this(product, "");
    }

    /** One that another kernel calls, whose names there have a prefix. */
    DepthwiseKernel(Product product, String prefix) {
        this.product = product;
        this.prefix = prefix;
        this.x = access.memory("x", product.x());
        var w = access.memory("w", product.weights());
        var y = access.memory("y", product.y());
        this.tile = new DepthwiseTile(name(product), access, w, y, product.epilogue().declare(access),
                new DepthwiseTile.Window(Math.toIntExact(product.window().get(0)),
                        Math.toIntExact(product.window().get(1)), product.strides().get(1),
                        product.dilations().get(1)));
        this.across = product.isAcross();
        var strides = product.x().strides();
        access.parameter("ow", product.width());
        access.parameter("oh", product.y().dims().get(1));
        access.parameter("channels", product.y().dims().get(3));
        access.parameter("xn", strides.get(0));
        access.parameter("ys", strides.get(1).times(Dim.of(product.strides().get(0))));
        access.parameter("xs", strides.get(2));
        access.parameter("sa", strides.get(1).times(Dim.of(product.dilations().get(0))));
        all.include("", access);
        var around = product.around();
        if (around != null) {
            var image = around.image();
            var c = image.dims().get(3);
            all.memory("u", image);
            all.parameter("un", image.strides().get(0));
            all.parameter("high", Dim.of(around.rows()));
            all.parameter("down", Dim.of(product.strides().get(0)));
            all.parameter("span", Dim.of((product.window().get(0) - 1) * product.dilations().get(0) + 1));
            all.parameter("top", Dim.of(around.top()));
            all.parameter("height", image.dims().get(1));
            all.parameter("before", c.times(Dim.of(around.left())));
            all.parameter("run", image.dims().get(2).times(c));
            all.parameter("whole", strides.get(1));
            all.parameter("us", image.strides().get(1));
        }
    }

    /**
     * Whether a kernel takes a convolution and its epilogue.
     *
     * @param product
     *            what is convolved
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        var kernel = new DepthwiseKernel(product);
        return Arrays.stream(Form.values()).allMatch(form -> kernel.fit(form, 1, true) || kernel.fit(form, 1, false));
    }

    /** A tile under a mask may be one that HotSpot's first compiler gives up on: there is no smaller one. */
    private boolean fit(Form form, int pixels, boolean unrolled) {
        if (!product.isNarrow()) {
            return operations(form, pixels, unrolled) <= VectorOperations.LIMIT;
        }
        return VectorOperations.emitted(tile.along(form, pixels, unrolled, true), form) <= VectorOperations.LIMIT;
    }

    private int operations(Form form, int pixels, boolean unrolled) {
        return VectorOperations.of(tile.along(form, pixels, unrolled, product.isNarrow()), form);
    }

    /** Most pixels of a tile that the back end takes. */
    private int widest(Form form, boolean unrolled) {
        int most = 1;
        for (int pixels = 2; pixels <= PIXELS && form != Form.SCALAR; pixels++) {
            if (VectorOperations.of(tile(form, pixels, unrolled), form) <= VectorOperations.LIMIT) {
                most = pixels;
            }
        }
        return most;
    }

    private boolean unrolls(Form form) {
        return operations(form, 1, true) <= VectorOperations.LIMIT
                || operations(form, 1, false) > VectorOperations.LIMIT && fit(form, 1, true);
    }

    /**
     * The call that convolves.
     *
     * @param product
     *            operands
     * @return the call
     */
    public static Call of(Product product) {
        var kernel = new DepthwiseKernel(product);
        var lines = product.y().dims().get(1);
        var around = product.around();
        return new Call(KernelSet.of(kernel::driver), kernel.all.arrays(), kernel.all.args(),
                product.y().dims().get(0).times(around == null ? lines : lines.ceilDiv(around.rows())));
    }

    static String name(Product product) {
        return "depthwise.f32.w" + product.window().get(0) + "x" + product.window().get(1) + "s"
                + product.strides().get(1) + "d" + product.dilations().get(1) + "."
                + Naming.of(product.epilogue().expr());
    }

    /** What its parts are given. */
    Access access() {
        return access;
    }

    // ---- the driver: rows of result images, tiles of two widths

    private Kernel driver(Form form) {
        boolean made = product.around() != null;
        var body = Body.block(b -> b.par("t", round -> {
            if (made) {
                block(round, line -> line(line, form));
                return;
            }
            var t = Term.ref("t");
            var image = round.let("image", Term.of(Prim.DIV, t, Term.ref("oh")));
            var row = round.let("row", t.minus(image.times(Term.ref("oh"))));
            round.let("xb", x.base().plus(Term.ref("xn").times(image)).plus(Term.ref("ys").times(row)));
            round.let("line", t.times(Term.ref("ow")));
            line(round, form);
        }));
        return new Kernel(
                name(product) + (across ? ".c" + product.y().dims().get(3) : "") + (made ? ".around." : ".")
                        + form.suffix().toLowerCase(Locale.ROOT),
                all.buffers(), all.params(true), body);
    }

    /** A block of rows: what it needs of the image with what is around it, and then its lines. */
    private static void block(Body b, Consumer<Body> lines) {
        var high = Term.ref("high");
        var oh = Term.ref("oh");
        var blocks = b.let("blocks", Term.of(Prim.DIV, oh.plus(high).plus(-1), high));
        var image = b.let("image", Term.of(Prim.DIV, Term.ref("t"), blocks));
        var from = b.let("from", Term.ref("t").minus(image.times(blocks)).times(high));
        var to = b.let("to", Term.of(Prim.MIN, oh, from.plus(high)));
        var count = to.minus(from).plus(-1).times(Term.ref("down")).plus(Term.ref("span"));
        b.add(PadKernel.rows(List.of("u", "x"), Term.ref("u0").plus(image.times(Term.ref("un"))),
                from.times(Term.ref("down")).minus(Term.ref("top")), count, List.of(Term.ref("height"),
                        Term.ref("before"), Term.ref("run"), Term.ref("whole"), Term.ref("us")),
                Term.ref("x0")));
        b.loop("row", from, to, 1, line -> {
            line.let("xb", Term.ref("x0").plus(Term.ref("row").minus(from).times(Term.ref("ys"))));
            line.let("line", image.times(oh).plus(Term.ref("row")).times(Term.ref("ow")));
            lines.accept(line);
        });
    }

    /**
     * A line of results, of which {@code xb} and {@code line} say where it is; of channels {@code c0} to {@code c1} where
     * names have a prefix, which these have, too.
     */
    void line(Body line, Form form) {
        // twice as many pixels make up for a loop over the window's rows
        boolean unrolled = unrolls(form)
                && (isAcross(form) || widest(form, false) < 2 * widest(form, true));
        int widest = widest(form, unrolled);
        line.let(prefix + "wx", ref("xs").times(product.strides().get(1)));
        var ow = ref("ow");
        var tiles = line.let(prefix + "tiles", Term.of(Prim.DIV, ow.plus(widest - 1), Term.i32(widest)));
        line.when(Term.of(Prim.LT, Term.i32(0), tiles), some -> {
            var low = some.let(prefix + "low", Term.of(Prim.DIV, ow, tiles));
            var split = some.let(prefix + "split", Term.of(Prim.REM, ow, tiles).times(low.plus(1)));
            for (int pixels : widths(widest)) {
                some.when(Term.of(Prim.EQ, low.plus(1), Term.i32(pixels)),
                        z -> call(z, form, pixels, unrolled, Term.i32(0), split));
                some.when(Term.of(Prim.EQ, low, Term.i32(pixels)),
                        z -> call(z, form, pixels, unrolled, split, ow));
            }
        });
    }

    /** Widths of tiles a row has. */
    private TreeSet<Integer> widths(int widest) {
        var all = new TreeSet<Integer>();
        if (product.width().isConst() && product.width().value() > 0) {
            long width = product.width().value();
            long tiles = (width + widest - 1) / widest;
            all.add((int) (width / tiles));
            if (width % tiles != 0) {
                all.add((int) (width / tiles) + 1);
            }
        } else {
            IntStream.rangeClosed(1, widest).forEach(all::add);
        }
        return all;
    }

    private Term ref(String name) {
        return Term.ref(prefix + name);
    }

    private void call(Body b, Form form, int pixels, boolean unrolled, Term from, Term to) {
        var channels = ref("channels");
        if (product.isNarrow()) {
            call(b, tile.along(form, 1, unrolled, true), from, to, Term.i32(0), channels);
            return;
        }
        var some = tile(form, pixels, unrolled);
        if (!prefix.isEmpty()) {
            call(b, some, from, to, ref("c0"), ref("c1"));
            return;
        }
        if (!product.overlaps()) {
            call(b, some, from, to, Term.i32(0), channels);
            return;
        }
        var whole = b.let("whole" + pixels + (to.equals(Term.ref("ow")) ? "b" : "a"),
                Term.of(Prim.DIV, channels, Term.i32(VType.LANES)).times(VType.LANES));
        call(b, some, from, to, Term.i32(0), whole);
        call(b, some, from, to, channels.minus(Term.i32(VType.LANES)), channels);
    }

    /** A tile of whole vectors of channels. */
    private Kernel tile(Form form, int pixels, boolean unrolled) {
        return unrolled && isAcross(form) ? across(form, pixels) : tile.along(form, pixels, unrolled, false);
    }

    /** Whether the loop over pixels is the inner one in all methods of a form. */
    private boolean isAcross(Form form) {
        return across && form != Form.SCALAR && VectorOperations.of(across(form, 1), form) <= VectorOperations.LIMIT;
    }

    private Kernel across(Form form, int pixels) {
        return tile.across(form, pixels, Math.toIntExact(product.x().strides().get(2).value()));
    }

    private void call(Body b, Kernel part, Term from, Term to, Term c0, Term c1) {
        var place = DepthwiseTile.PLACE.stream().map(this::ref);
        b.add(access.call(part, prefix, Map.of(), Stream.concat(place, Stream.of(from, to, c0, c1)).toList()));
    }

    /**
     * Weights as the kernel wants them, {@code [M,1,window…]} turned to {@code [T,M]}.
     *
     * @param weights
     *            f32
     * @return the matrix
     */
    public static TensorData matrix(TensorData weights) {
        int channels = (int) weights.dims()[0];
        int taps = channels == 0 ? 0 : weights.size() / channels;
        var from = weights.floatArray();
        var to = TensorData.zeros(DType.F32, taps, channels);
        for (int c = 0; c < channels; c++) {
            for (int tap = 0; tap < taps; tap++) {
                to.floatArray()[tap * channels + c] = from[c * taps + tap];
            }
        }
        return to;
    }
}
