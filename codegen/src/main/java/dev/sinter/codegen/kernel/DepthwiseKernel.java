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
import java.util.TreeSet;
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
    private static final List<String> PLACE = List.of("xb", "wx", "line");
    private static final List<String> TILE = List.of("xb", "wx", "line", "p0", "p1", "c0", "c1");

    /**
     * One convolution.
     *
     * @param x
     *            {@code f32[N,H,W,C]}, channels contiguous, with what is around the image
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
    public record Product(Operand x, Operand weights, List<Long> window, List<Integer> strides,
            List<Integer> dilations, Operand y, Epilogue epilogue) {
        /**
         * The same convolution of another image.
         *
         * @param other
         *            with what is around it
         * @return the convolution
         */
        public Product of(Operand other) {
            return new Product(other, weights, window, strides, dilations, y, epilogue);
        }

        private Dim width() {
            return y.dims().get(2);
        }

        private boolean hasTail() {
            return y.dims().get(3).value() % VType.LANES != 0;
        }
    }

    private final Product product;
    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.Memory w;
    private final Access.Memory y;
    private final Epilogue.Declared epilogue;
    private final int rows;
    private final int columns;
    private final int step;
    private final int dilation;

    private DepthwiseKernel(Product product) {
        this.product = product;
        this.rows = Math.toIntExact(product.window().get(0));
        this.columns = Math.toIntExact(product.window().get(1));
        this.step = product.strides().get(1);
        this.dilation = product.dilations().get(1);
        this.x = access.memory("x", product.x());
        this.w = access.memory("w", product.weights());
        this.y = access.memory("y", product.y());
        this.epilogue = product.epilogue().declare(access);
        var strides = product.x().strides();
        access.parameter("ow", product.width());
        access.parameter("oh", product.y().dims().get(1));
        access.parameter("channels", product.y().dims().get(3));
        access.parameter("xn", strides.get(0));
        access.parameter("ys", strides.get(1).times(Dim.of(product.strides().get(0))));
        access.parameter("xs", strides.get(2));
        access.parameter("sa", strides.get(1).times(Dim.of(product.dilations().get(0))));
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

    private boolean fit(Form form, int pixels, boolean unrolled) {
        return VectorOperations.of(tile(form, pixels, unrolled, product.hasTail()), form) <= VectorOperations.LIMIT
                && VectorOperations.of(tile(form, pixels, unrolled, false), form) <= VectorOperations.LIMIT;
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
        return new Call(KernelSet.of(kernel::driver), kernel.access.arrays(), kernel.access.args(),
                product.y().dims().get(0).times(product.y().dims().get(1)));
    }

    private String name() {
        return "depthwise.f32.w" + rows + "x" + columns + "s" + step + "d" + dilation + "."
                + Naming.of(product.epilogue().expr());
    }

    // ---- the driver: rows of result images, tiles of two widths

    private Kernel driver(Form form) {
        boolean unrolled = fit(form, 1, true);
        int most = 1;
        for (int pixels = 2; pixels <= PIXELS && form != Form.SCALAR; pixels++) {
            var tile = tile(form, pixels, unrolled, false);
            if (VectorOperations.of(tile, form) <= VectorOperations.LIMIT) {
                most = pixels;
            }
        }
        int widest = most;
        var body = Body.block(b -> b.par("t", line -> {
            var t = Term.ref("t");
            var image = line.let("image", Term.of(Prim.DIV, t, Term.ref("oh")));
            var row = line.let("row", t.minus(image.times(Term.ref("oh"))));
            line.let("xb", x.base().plus(Term.ref("xn").times(image)).plus(Term.ref("ys").times(row)));
            line.let("wx", Term.ref("xs").times(step));
            var ow = Term.ref("ow");
            line.let("line", t.times(ow));
            var tiles = line.let("tiles", Term.of(Prim.DIV, ow.plus(widest - 1), Term.i32(widest)));
            line.when(Term.of(Prim.LT, Term.i32(0), tiles), some -> {
                var low = some.let("low", Term.of(Prim.DIV, ow, tiles));
                var split = some.let("split", Term.of(Prim.REM, ow, tiles).times(low.plus(1)));
                for (int pixels : widths(widest)) {
                    some.when(Term.of(Prim.EQ, low.plus(1), Term.i32(pixels)),
                            z -> call(z, form, pixels, unrolled, Term.i32(0), split));
                    some.when(Term.of(Prim.EQ, low, Term.i32(pixels)),
                            z -> call(z, form, pixels, unrolled, split, ow));
                }
            });
        }));
        return new Kernel(name() + "." + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true),
                body);
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

    private void call(Body b, Form form, int pixels, boolean unrolled, Term from, Term to) {
        var whole = b.let("whole" + pixels + (to.equals(Term.ref("ow")) ? "b" : "a"),
                Term.of(Prim.DIV, Term.ref("channels"), Term.i32(VType.LANES)).times(VType.LANES));
        call(b, tile(form, pixels, unrolled, false), from, to, Term.i32(0), whole);
        if (product.hasTail()) {
            int some = pixels;
            while (some > 1 && (pixels % some != 0
                    || VectorOperations.of(tile(form, some, unrolled, true), form) > VectorOperations.LIMIT)) {
                some--;
            }
            call(b, tile(form, some, unrolled, true), from, to, whole, Term.ref("channels"));
        }
    }

    private void call(Body b, Kernel tile, Term from, Term to, Term c0, Term c1) {
        var place = PLACE.stream().map(p -> Term.ref(p));
        b.add(access.call(tile, Stream.concat(place, Stream.of(from, to, c0, c1)).toList()));
    }

    // ---- the tile

    private Kernel tile(Form form, int pixels, boolean unrolled, boolean masked) {
        var body = Body.block(b -> b.loop("p", Term.ref("p0"), Term.ref("p1"), pixels, some -> {
            some.let("at", Term.ref("xb").plus(Term.ref("p").times(Term.ref("wx"))));
            if (unrolled) {
                some.letAll("line_", List.of(new Range("q", rows)),
                        Term.ref("at").plus(Term.ref("q").times(Term.ref("sa"))));
            }
            some.loop("c", Term.ref("c0"), Term.ref("c1"), VType.LANES, inner -> {
                var mask = masked ? inner.let("lanes", new Term.Lanes(Term.ref("c"), Term.ref("c1"), VType.LANES))
                        : null;
                sums(inner, pixels, unrolled, mask);
                var row = Term.ref("line").plus(Term.ref("p"));
                for (int i = 0; i < pixels; i++) {
                    var pixel = inner.let("row" + i, row.plus(i));
                    var value = epilogue.apply(inner, Term.ref("sum" + i), pixel, Term.ref("c"), mask, null, "v" + i);
                    inner.store("y", y.at(pixel.times(Term.ref("channels")).plus(Term.ref("c"))), value, mask);
                }
            });
        }));
        return access.part(name() + ".p" + pixels + (masked ? ".tail" : "") + "."
                + form.suffix().toLowerCase(Locale.ROOT), TILE, body);
    }

    /** The sums of a tile's pixels, {@code sum0}, {@code sum1}, …, one vector of channels each. */
    private void sums(Body b, int pixels, boolean unrolled, @Nullable Term mask) {
        if (unrolled) {
            var sums = new ArrayList<Term>();
            for (int i = 0; i < pixels; i++) {
                sums.add(Term.f32(0, VType.LANES));
            }
            for (int row = 0; row < rows; row++) {
                line(b, "r" + row, Term.ref("line_", Term.i32(row)), Term.i32(row), sums, mask);
            }
            for (int i = 0; i < pixels; i++) {
                b.let("sum" + i, sums.get(i));
            }
            return;
        }
        var carries = new ArrayList<Stmt.Carry>();
        var inner = new Body();
        var sums = new ArrayList<Term>();
        for (int i = 0; i < pixels; i++) {
            sums.add(Term.ref("sum" + i));
        }
        var from = inner.let("from", Term.ref("at").plus(Term.ref("q").times(Term.ref("sa"))));
        line(inner, "r", from, Term.ref("q"), sums, mask);
        for (int i = 0; i < pixels; i++) {
            carries.add(new Stmt.Carry("sum" + i, List.of(), Term.f32(0, VType.LANES), sums.get(i)));
        }
        b.add(new Stmt.Loop(false, "q", Term.i32(0), Term.i32(rows), 1, carries, inner.stmts()));
    }

    /** One row of windows: neighbours share the columns in which they overlap. */
    private void line(Body b, String name, Term from, Term row, List<Term> sums, @Nullable Term mask) {
        var loaded = new TreeSet<Integer>();
        for (int tap = 0; tap < columns; tap++) {
            var weight = b.let(name + "w" + tap, w.load(
                    row.times(columns).plus(tap).times(Term.ref("channels")).plus(Term.ref("c")), VType.LANES, null));
            for (int i = 0; i < sums.size(); i++) {
                int column = i * step + tap * dilation;
                var value = name + "x" + column;
                if (loaded.add(column)) {
                    b.let(value, new Term.Load("x", from.plus(Term.ref("xs").times(column)).plus(Term.ref("c")),
                            VType.F32X16, mask));
                }
                sums.set(i, b.let(name + "t" + tap + "s" + i, Term.of(Prim.FMA, Term.ref(value), weight,
                        sums.get(i))));
            }
        }
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
