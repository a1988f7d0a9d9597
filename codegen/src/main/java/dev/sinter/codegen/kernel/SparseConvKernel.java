package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Convolution with sparse constant weights, channels first: result {@code q} of channel m is the sum of
 * {@code w[m,i] * x[q + place[i]]} over the weights kept. Planes of the input and of the result have rows of one length,
 * with zeros between rows and between planes, so that each weight meets neighbouring elements of a plane, whatever the
 * window; vectors run along a plane ({@link SparseConvTile}). A task is a block of some vectors of a plane times
 * {@value #OUTPUTS} results; what comes to lie between rows of the result is set to zero.
 *
 * <p>
 * Each sum begins with the bias and takes weights in ascending order by fma. A result channel without weights is its
 * bias, an input channel without weights is not read.
 */
public final class SparseConvKernel {
    /** Result channels of a task. */
    public static final int OUTPUTS = 64;

    /**
     * Sparse weights.
     *
     * @param group
     *            neighbouring results that keep the same inputs; divides their number
     * @param parts
     *            parts of the inputs, one after the other, each of which stays in the first-level cache for a block of
     *            planes
     * @param ends
     *            {@code i32[2*parts*M/group+1]}: where blocks begin, and of which group they are, part after part; the groups
     *            of a task's {@value #OUTPUTS} results in any order
     * @param blocks
     *            {@code i32[blocks,1+group]}: how far an input lies from its result, and the bits of its weights
     * @param bias
     *            {@code f32[M]}, contiguous; or null
     */
    public record Weights(int group, int parts, Operand ends, Operand blocks, @Nullable Operand bias) {
    }

    /**
     * One convolution.
     *
     * @param x
     *            {@code [N]}: the first element of each image's first plane
     * @param weights
     *            the other factors
     * @param y
     *            {@code [N,M]}: the first element of each plane
     * @param vectors
     *            vectors of sixteen elements of a plane that hold results
     * @param gap
     *            vectors of zeros behind them
     * @param mask
     *            {@code i32[16*vectors]}, all bits of elements that are results and none of others; null if all may have
     *            any value
     * @param epilogue
     *            what happens before the store, rows being planes
     */
    public record Product(Operand x, Weights weights, Operand y, int vectors, int gap, @Nullable Operand mask,
            Epilogue epilogue) {
        /** The same with another epilogue. */
        public Product with(Epilogue other) {
            return new Product(x, weights, y, vectors, gap, mask, other);
        }
    }

    private final Product product;
    private final Access access = new Access();
    private final SparseConvTile.Memories memories;
    private final Term m;
    private final Term xn;
    private final Term yn;
    private final Term count;
    private final Term more;
    private final Term gap;
    private final Term last;
    private final Blocks blocks;

    /** A plane's vectors in blocks that differ by at most one, {@code more} of which have {@code few + 1}. */
    private record Blocks(int count, int few, int more) {
        static Blocks of(int vectors, int most) {
            int count = (vectors + most - 1) / most;
            return new Blocks(count, vectors / count, vectors % count);
        }
    }

    private SparseConvKernel(Product product) {
        this.product = product;
        var weights = product.weights;
        var x = access.memory("x", product.x);
        var ends = access.memory("pt", weights.ends);
        var inputs = access.memory("ix", weights.blocks);
        var kept = access.memory("kv", new Operand(weights.blocks.place(), DType.F32, weights.blocks.offset(),
                weights.blocks.dims(), weights.blocks.strides()));
        var bias = weights.bias == null ? null : access.memory("b", weights.bias);
        var mask = product.mask == null ? null : access.memory("mk", product.mask);
        var y = access.memory("y", product.y);
        var epilogue = product.epilogue.declareShared(access);
        var pitch = access.parameter("plane", product.y.strides().get(1));
        this.memories = new SparseConvTile.Memories(x, ends, inputs, kept, bias, mask, y, pitch, epilogue);
        this.m = access.parameter("M", product.y.dims().get(1));
        this.xn = access.parameter("xn", product.x.strides().getFirst());
        this.yn = access.parameter("yn", product.y.strides().getFirst());
        this.blocks = Blocks.of(product.vectors, SparseConvTile.most(weights.group));
        this.count = access.parameter("blocks", Dim.of(blocks.count));
        this.more = access.parameter("more", Dim.of(blocks.more));
        this.last = access.parameter("last", Dim.of(weights.parts - 1));
        this.gap = access.parameter("gap", Dim.of((long) product.gap * VType.LANES));
    }

    /**
     * The call that convolves.
     *
     * @param product
     *            operands
     * @return the call
     */
    public static Call of(Product product) {
        var conv = new SparseConvKernel(product);
        var chunks = product.y.dims().get(1).ceilDiv(OUTPUTS);
        return new Call(KernelSet.of(conv::driver), conv.access.arrays(), conv.access.args(),
                product.y.dims().getFirst().times(Dim.of(conv.blocks.count)).times(chunks));
    }

    /**
     * Whether an epilogue is short enough for a kernel.
     *
     * @param product
     *            the convolution
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        if (product.epilogue.expr().dtype() != DType.F32) {
            return false;
        }
        var conv = new SparseConvKernel(product);
        return VectorOperations.fit(conv.tiles(Form.V512).results());
    }

    /** {@return vectors of a plane that a task takes at most, of a plane of so many} */
    public static int block(int group, int vectors) {
        var blocks = Blocks.of(vectors, SparseConvTile.most(group));
        return blocks.few + (blocks.more == 0 ? 0 : 1);
    }

    private String name() {
        return "sparse.conv.g" + product.weights.group + "." + Naming.of(product.epilogue.expr());
    }

    private SparseConvTile tiles(Form form) {
        return new SparseConvTile(form, product.weights.group, name(), access, memories, product.epilogue.isPlain());
    }

    private Kernel driver(Form form) {
        int group = product.weights.group;
        var tiles = tiles(form);
        var body = Body.block(b -> b.par("t", task -> {
            var chunks = task.let("chunks", Term.of(Prim.DIV, m.plus(OUTPUTS - 1), Term.i32(OUTPUTS)));
            var g0 = task.let("g0", Term.of(Prim.REM, Term.ref("t"), chunks).times(OUTPUTS / group));
            var g1 = task.let("g1", Term.of(Prim.MIN, g0.plus(OUTPUTS / group), Term.of(Prim.DIV, m, Term.i32(group))));
            var rest = task.let("rest", Term.of(Prim.DIV, Term.ref("t"), chunks));
            var block = task.let("block", Term.of(Prim.REM, rest, count));
            var image = task.let("image", Term.of(Prim.DIV, rest, count));
            var j = task.let("j0", block.times(blocks.few).plus(Term.of(Prim.MIN, block, more)).times(VType.LANES));
            var spot = new SparseConvTile.Spot(task.let("xb", xn.times(image).plus(j)),
                    task.let("yb", yn.times(image).plus(j)), task.let("row", m.times(image)), j, g0, g1,
                    Term.i32(0));
            if (blocks.more == 0) {
                parts(task, tiles, spot, blocks.few);
            } else {
                task.when(Term.of(Prim.LT, block, more), x -> parts(x, tiles, spot, blocks.few + 1));
                task.when(Term.of(Prim.LE, more, block), x -> parts(x, tiles, spot, blocks.few));
            }
            if (product.gap > 0) {
                var width = Term.i32(blocks.few * VType.LANES);
                task.when(Term.of(Prim.EQ, block, count.plus(-1)), x -> x.add(access.call(tiles.zeros(),
                        List.of(spot.yb().plus(width), g0, g1, gap))));
            }
        }));
        return new Kernel(name() + ".b" + blocks.few + (blocks.more == 0 ? "" : "m")
                + (product.weights.parts == 1 ? "" : "p") + "." + form.suffix().toLowerCase(Locale.ROOT),
                access.buffers(), access.params(true), body);
    }

    private void parts(Body b, SparseConvTile tiles, SparseConvTile.Spot spot, int vectors) {
        if (product.weights.parts == 1) {
            tiles.sums(b, spot, vectors, SparseConvTile.Part.WHOLE);
            return;
        }
        var groups = Term.of(Prim.DIV, m, Term.i32(product.weights.group));
        var part = "part" + vectors;
        tiles.sums(b, spot, vectors, SparseConvTile.Part.FIRST);
        b.loop(part, Term.i32(1), last, 1, x -> tiles.sums(x, spot.of(groups.times(Term.ref(part))), vectors,
                SparseConvTile.Part.FURTHER));
        tiles.sums(b, spot.of(groups.times(last)), vectors, SparseConvTile.Part.LAST);
    }
}
