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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Convolution as a product without patches. The input is padded and, where windows are more than one element apart,
 * divided into its residues, so that neighbouring results always read neighbouring elements: result {@code q} of a
 * plane that is as wide as the input's is the sum of {@code w[m,k] * x[q + offset[k]]}. Vectors run along q; what lies
 * in the columns beyond the result's width is not used. A tile of result channels times vectors stays in registers;
 * each sum begins with the bias and takes k in ascending order by fma.
 *
 * <p>
 * All sizes are parameters: the convolutions of a model share their methods.
 */
public final class ConvKernel {
    /** Result channels of a task: a multiple of most tiles' heights. */
    private static final int CHANNELS = 84;
    /** Elements of a plane that a task goes through: a multiple of every tile's width. */
    private static final int COLUMNS = 192;

    /**
     * One convolution.
     *
     * @param x
     *            {@code f32[N,G,C/G*plane]}, planes contiguous
     * @param weights
     *            {@code f32[G,M/G,K]}, contiguous
     * @param bias
     *            {@code f32[M]}, contiguous, or null
     * @param offsets
     *            {@code i32[K]}, contiguous: how far the k-th element of a window is from its first
     * @param y
     *            {@code f32[N,G,M/G,Q]}, planes contiguous
     */
    public record Product(Operand x, Operand weights, @Nullable Operand bias, Operand offsets, Operand y) {
    }

    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.Memory w;
    private final Access.@Nullable Memory bias;
    private final Access.Memory offsets;
    private final Access.Memory y;
    private final Term groups;
    private final Term rows;
    private final Term columns;
    private final Term k;
    private final Term xn;
    private final Term xg;
    private final Term yn;
    private final Term yg;
    private final Term yc;

    private ConvKernel(Product product) {
        this.x = access.memory("x", product.x());
        this.w = access.memory("w", product.weights());
        this.bias = product.bias() == null ? null : access.memory("b", product.bias());
        this.offsets = access.memory("o", product.offsets());
        this.y = access.memory("y", product.y());
        this.groups = access.parameter("G", product.weights().dims().get(0));
        this.rows = access.parameter("M", product.weights().dims().get(1));
        this.k = access.parameter("K", product.weights().dims().get(2));
        this.columns = access.parameter("Q", product.y().dims().get(3));
        this.xn = access.parameter("xn", product.x().strides().get(0));
        this.xg = access.parameter("xg", product.x().strides().get(1));
        this.yn = access.parameter("yn", product.y().strides().get(0));
        this.yg = access.parameter("yg", product.y().strides().get(1));
        this.yc = access.parameter("yc", product.y().strides().get(2));
    }

    /**
     * The call that convolves.
     *
     * @param product
     *            operands
     * @return the call
     */
    public static Call of(Product product) {
        var conv = new ConvKernel(product);
        var tasks = product.y().dims().get(0).times(product.weights().dims().get(0))
                .times(product.weights().dims().get(1).ceilDiv(CHANNELS))
                .times(product.y().dims().get(3).ceilDiv(COLUMNS));
        return new Call(KernelSet.of(conv::driver), conv.access.arrays(), conv.access.args(), tasks);
    }

    private String name(Form form, String part) {
        return "conv.f32" + (bias == null ? "" : ".bias") + "." + form.suffix().toLowerCase(Locale.ROOT) + part;
    }

    // ---- the driver: blocks of channels and columns, tiles of two heights

    private Kernel driver(Form form) {
        var body = Body.block(b -> b.par("t", round -> {
            var strips = round.let("strips", Term.of(Prim.DIV, columns.plus(COLUMNS - 1), Term.i32(COLUMNS)));
            var blocks = round.let("blocks", Term.of(Prim.DIV, rows.plus(CHANNELS - 1), Term.i32(CHANNELS)));
            var strip = round.let("strip", Term.of(Prim.REM, Term.ref("t"), strips));
            var t1 = round.let("t1", Term.of(Prim.DIV, Term.ref("t"), strips));
            var block = round.let("block", Term.of(Prim.REM, t1, blocks));
            var t2 = round.let("t2", Term.of(Prim.DIV, t1, blocks));
            var group = round.let("group", Term.of(Prim.REM, t2, groups));
            var batch = round.let("batch", Term.of(Prim.DIV, t2, groups));
            round.let("xb", xn.times(batch).plus(xg.times(group)));
            round.let("yb", yn.times(batch).plus(yg.times(group)));
            round.let("first", rows.times(group));
            var i0 = round.let("i0", block.times(CHANNELS));
            var i1 = round.let("i1", Term.of(Prim.MIN, i0.plus(CHANNELS), rows));
            var j0 = round.let("j0", strip.times(COLUMNS));
            var j1 = round.let("j1", Term.of(Prim.MIN, j0.plus(COLUMNS), columns));
            var count = round.let("count", i1.minus(i0));
            int most = GemmTile.maxRows(form);
            var tiles = round.let("tiles", Term.of(Prim.DIV, count.plus(most - 1), Term.i32(most)));
            var low = round.let("low", Term.of(Prim.DIV, count, tiles));
            var split = round.let("split", i0.plus(Term.of(Prim.REM, count, tiles).times(low.plus(1))));
            for (int height = 1; height <= most; height++) {
                int r = height;
                round.when(Term.of(Prim.EQ, low.plus(1), Term.i32(r)), a -> tiles(a, form, r, i0, split, j0, j1));
                round.when(Term.of(Prim.EQ, low, Term.i32(r)), a -> tiles(a, form, r, split, i1, j0, j1));
            }
        }));
        return new Kernel(name(form, ""), access.buffers(), access.params(true), body);
    }

    /** Wide tiles first, then single vectors, the last one masked. */
    private void tiles(Body b, Form form, int height, Term i0, Term i1, Term j0, Term j1) {
        int wide = GemmTile.panels(form, height);
        Term from = j0;
        for (int vectors : wide > 1 ? new int[]{wide, 1} : new int[]{1}) {
            int width = vectors * VType.LANES;
            var end = from.plus(Term.of(Prim.DIV, j1.minus(from), Term.i32(width)).times(width));
            call(b, tile(form, height, vectors, false), i0, i1, from, end);
            from = end;
        }
        var rest = from;
        b.when(Term.of(Prim.LT, rest, j1), x -> call(x, tile(form, height, 1, true), i0, i1, rest, j1));
    }

    private static final List<String> PLACE = List.of("xb", "yb", "first");
    private static final List<String> TILE = List.of("xb", "yb", "first", "i0", "i1", "j0", "j1");

    private void call(Body b, Kernel tile, Term i0, Term i1, Term j0, Term j1) {
        var place = PLACE.stream().map(p -> Term.ref(p));
        b.add(access.call(tile, Stream.concat(place, Stream.of(i0, i1, j0, j1)).toList()));
    }

    // ---- the tile

    private Kernel tile(Form form, int height, int vectors, boolean masked) {
        var body = Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), vectors * VType.LANES, strip -> {
            var mask = masked ? strip.let("lanes", new Term.Lanes(Term.ref("j"), Term.ref("j1"), VType.LANES)) : null;
            strip.loop("i", Term.ref("i0"), Term.ref("i1"), height, inner -> sums(inner, height, vectors, mask));
        }));
        return access.part(name(form, ".r" + height + "c" + vectors + (masked ? ".tail" : "")), TILE, body);
    }

    private void sums(Body b, int height, int vectors, @Nullable Term mask) {
        var t = new Range("r", height);
        var u = new Range("u", vectors);
        var row = Term.ref("i").plus(Term.ref("r"));
        var column = Term.ref("j").plus(Term.ref("u").times(VType.LANES));
        var channel = Term.ref("first").plus(row);
        b.letAll("wb", List.of(t), w.at(channel.times(k)));
        b.letAll("start", List.of(t), bias == null ? Term.f32(0, VType.LANES) : bias.load(channel, 1).splat());
        var sum = Term.ref("acc", Term.ref("r"), Term.ref("u"));
        var carry = new Stmt.Carry("acc", List.of(t, u), Term.ref("start", Term.ref("r")),
                Term.of(Prim.FMA, Term.ref("v", Term.ref("r")), Term.ref("z", Term.ref("u")), sum));
        b.fold("p", Term.i32(0), k, 1, List.of(carry), inner -> {
            var p = Term.ref("p");
            var at = inner.let("at", Term.ref("xb").plus(offsets.load(p, 1)).plus(Term.ref("j")));
            inner.letAll("z", List.of(u), x.loadLanes(at.plus(Term.ref("u").times(VType.LANES)), VType.LANES, mask));
            var weight = w.buffer().isWeight() ? p.wide() : p;
            inner.letAll("v", List.of(t),
                    new Term.Load("w", Term.ref("wb", Term.ref("r")).plus(weight), VType.F32, null).splat());
        });
        b.unroll(List.of(t, u), inner -> inner.store("y",
                y.at(Term.ref("yb").plus(yc.times(row)).plus(column)), sum, mask));
    }
}
