package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Softmax attention of one head of one batch entry a round. Keys and values are packed once in panels of sixteen, as the
 * weights of a product are; then blocks of queries go by: their scores in tiles, scaled and masked; the scores'
 * exponentials; the weighted sums of values in tiles, divided by the exponentials' sums. Keys that a mask hides from all
 * queries of a block, and that stand behind all others, are left out. Fewer than {@link #LOW} queries, as a model that
 * writes word by word has, do not pay for packing: their scores are folded from the keys as they lie. Heads lie
 * anywhere, side by side in the operands' rows or apart, so nothing is transposed in memory.
 */
public final class AttentionKernel {
    /**
     * What is attended.
     *
     * @param q
     *            {@code f32[B,heads,S,D]} with strides, last axis contiguous
     * @param k
     *            {@code f32[B,heads,T,D]} likewise
     * @param v
     *            {@code f32[B,heads,T,E]} likewise
     * @param mask
     *            {@code f32[B,heads,S,T]} with strides, last axis contiguous or repeated, or null
     * @param out
     *            {@code f32[B,heads,S,E]} with strides, last axis contiguous
     * @param scale
     *            factor of the scores
     * @param scratch
     *            {@link #scratchSize} elements for each worker
     * @param work
     *            {@link #WORK} elements for each worker, for the scalar form
     * @param sums
     *            {@link #sumsSize} elements for each worker, for the scalar form
     */
    public record Attended(Operand q, Operand k, Operand v, @Nullable Operand mask, Operand out, float scale,
            Place scratch, Place work, Place sums) {
        int heads() {
            return Math.toIntExact(q.dims().get(1).value());
        }
    }

    /** Elements of memory in which the scalar form of a worker works. */
    public static final int WORK = ScalarSums.WIDE.work();
    /** Fewer queries are computed one by one, in every form alike, since it changes the order of the sums. */
    private static final int LOW = 4;
    /** Elements of a block of scores, which stay in the first-level cache with a few panels of keys or values. */
    private static final int BLOCK = 4096;
    private static final int LEAST_ROWS = 8;
    private static final int MOST_ROWS = 32;

    private final AttentionOperands x;
    private final AttentionPacking packing;
    private final AttentionTiles tiles;
    private final AttentionRow row;
    private final AttentionSums sums;

    private AttentionKernel(Attended given) {
        this.x = new AttentionOperands(given);
        this.packing = new AttentionPacking(x);
        this.tiles = new AttentionTiles(x);
        this.row = new AttentionRow(x);
        this.sums = new AttentionSums(x);
    }

    /**
     * Scratch of one worker, in elements.
     *
     * @param d
     *            columns of a head's queries
     * @param e
     *            columns of a head's values
     * @param keys
     *            number of keys T
     * @param rowMasks
     *            whether queries differ in what their mask hides
     * @return room for keys and values in panels, and for a block of queries with masks and scores
     */
    public static Dim scratchSize(int d, int e, Dim keys, boolean rowMasks) {
        var width = keys.ceilDiv(32).max(Dim.ONE).times(Dim.of(32));
        var spans = keys.ceilDiv(AttentionOperands.SPAN).max(Dim.ONE).times(Dim.of(AttentionOperands.SPAN));
        int panels = AttentionOperands.whole(d, VType.LANES) + AttentionOperands.whole(e, AttentionOperands.TILE_WIDTH);
        var masks = rowMasks ? width.times(Dim.of(LEAST_ROWS)).max(Dim.of(BLOCK)) : width;
        return width.times(Dim.of(panels)).plus(masks)
                .plus(spans.times(Dim.of(LEAST_ROWS)).max(Dim.of(MOST_ROWS * AttentionOperands.SPAN)))
                .plus(Dim.of(MOST_ROWS * AttentionOperands.whole(d, VType.LANES) + AttentionOperands.FIXED));
    }

    /**
     * Sums of one worker in the scalar form, in elements.
     *
     * @param e
     *            columns of a head's values
     * @param keys
     *            number of keys T
     * @return room for a block of queries times keys or columns
     */
    public static Dim sumsSize(int e, Dim keys) {
        var width = keys.ceilDiv(32).max(Dim.ONE).times(Dim.of(32));
        return width.times(Dim.of(LEAST_ROWS)).max(Dim.of(BLOCK))
                .max(Dim.of(MOST_ROWS * AttentionOperands.whole(e, VType.LANES)));
    }

    /**
     * The call that attends.
     *
     * @param given
     *            operands
     * @param table
     *            kernels made so far
     * @return the call
     */
    public static Call of(Attended given, KernelTable table) {
        var kernel = new AttentionKernel(given);
        var rounds = given.q().dims().getFirst().times(Dim.of(given.heads()));
        var access = kernel.x.access();
        return new Call(table.shared(kernel.x.shape(), KernelSet.of(kernel::driver)), access.arrays(), access.args(),
                rounds);
    }

    private Kernel driver(Form form) {
        var body = Body.block(b -> b.par("r", round -> {
            var heads = Term.i32(x.heads());
            round.let("h", Term.of(Prim.REM, Term.ref("r"), heads));
            round.let("n", Term.of(Prim.DIV, Term.ref("r"), heads));
            round.let("width", Term.of(Prim.AND, x.t().plus(31), Term.i32(-32)));
            round.let("qp", x.scratch().plus(AttentionOperands.FIXED));
            round.let("kp", Term.ref("qp").plus(MOST_ROWS * x.depth()));
            round.let("vp", Term.ref("kp").plus(Term.ref("width").times(x.d())));
            round.let("scores", Term.ref("vp")
                    .plus(Term.ref("width").times(AttentionOperands.whole(x.e(), AttentionOperands.TILE_WIDTH))));
            var spans = Term.of(Prim.AND, x.t().plus(AttentionOperands.SPAN - 1), Term.i32(-AttentionOperands.SPAN));
            round.let("bias", Term.ref("scores").plus(Term.of(Prim.MAX,
                    Term.i32(MOST_ROWS * AttentionOperands.SPAN), spans.times(LEAST_ROWS))));
            if (!x.masksRows()) {
                packing.bias(round, Term.i32(0), Term.i32(1));
            }
            var keys = round.let("keys", x.masksRows() ? x.t() : packing.visible());
            var few = round.let("few", Term.of(Prim.LT, x.s(), Term.i32(LOW)));
            round.when(few, y -> row.all(y, form, packing, keys));
            round.when(Term.of(Prim.NOT, few), y -> {
                if (form == Form.SCALAR) {
                    sums.keys(y, keys);
                    y.add(sums.values(keys));
                } else {
                    packing.keys(y, keys);
                    y.add(packing.values(keys));
                }
                blocks(y, form, keys);
            });
        }));
        return new Kernel(x.name("." + form.suffix().toLowerCase(Locale.ROOT)), x.access().buffers(),
                x.access().params(true), body);
    }

    /** Blocks of queries: as many as leave the scores in the cache. */
    private void blocks(Body b, Form form, Term keys) {
        var most = Term.of(Prim.AND,
                Term.of(Prim.DIV, Term.i32(BLOCK), Term.of(Prim.MAX, Term.i32(32), Term.ref("width"))),
                Term.i32(-LEAST_ROWS));
        var rows = b.let("rows",
                Term.of(Prim.MAX, Term.i32(LEAST_ROWS), Term.of(Prim.MIN, Term.i32(MOST_ROWS), most)));
        b.loop("block", Term.i32(0), Term.of(Prim.DIV, x.s().plus(rows).plus(-1), rows), 1, block -> {
            var from = block.let("from", Term.ref("block").times(rows));
            int height = form == Form.SCALAR ? 1 : AttentionTiles.rows(form);
            var count = block.let("count", Term.of(Prim.AND,
                    Term.of(Prim.MIN, rows, x.s().minus(from)).plus(height - 1), Term.i32(-height)));
            if (x.masksRows()) {
                packing.bias(block, from, count);
            }
            block.add(packing.queries(from, count));
            var seen = x.masksRows() ? block.let("seen", packing.visible()) : keys;
            block.let("depth", rows.times(AttentionOperands.SPAN));
            if (form == Form.SCALAR) {
                sums.block(block, from, count, seen);
            } else {
                tiles.block(block, form, from, count, seen);
            }
        });
    }
}
