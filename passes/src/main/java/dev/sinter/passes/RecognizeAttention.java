package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes softmax attention: heads split off by reshape and permute, scores {@code q k^T}, a factor or divisor on the
 * scores or on q or k, an additive or selecting mask, softmax over the last axis, the product with v, and the heads put
 * side by side again. A factor or divisor on the scores alone is kept as it is; elsewhere it moves to the scores, which
 * changes rounding within attention's definition. Keys and values may come with their heads apart, as from a cache.
 */
final class RecognizeAttention implements Rule {
    private static final List<Integer> HEADS_FIRST = List.of(0, 2, 1, 3);

    @Override
    public String name() {
        return "recognize-attention";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return View.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof View(IndexMap.Reshape r))) {
            return Optional.empty();
        }
        var permute = graph.producer(node.input(0), View.class);
        if (permute == null || !permute.op().equals(new View(new IndexMap.Permute(HEADS_FIRST)))) {
            return Optional.empty();
        }
        var product = plainProduct(permute.input(0), graph);
        var softmax = product == null ? null : graph.producer(product.input(0), Softmax.class);
        if (product == null || softmax == null || !softmax.op().equals(new Softmax(3))) {
            return Optional.empty();
        }
        var v = Heads.read(product.input(1), HEADS_FIRST, false, graph);
        var scores = AttentionScores.read(softmax.input(0), graph);
        if (v == null || scores == null) {
            return Optional.empty();
        }
        return patch(node, softmax, permute, scores, v, graph);
    }

    static @Nullable Node plainProduct(Value value, GraphIndex graph) {
        var node = graph.producer(value, MatMul.class);
        return node != null && node.op() instanceof MatMul m && m.isPlain() && value.dtype() == DType.F32
                && value.shape().isRanked() && value.shape().rank() == 4 ? node : null;
    }

    private static Optional<Patch> patch(Node node, Node softmax, Node permute, AttentionScores scores, Heads v,
            GraphIndex graph) {
        var q = scores.q();
        var k = scores.k();
        var joined = permute.output().shape();
        boolean fits = q.heads() == k.heads() && q.heads() == v.heads() && q.split().dim(3).equals(k.split().dim(3))
                && Broadcast.fits(k.split().with(1, Dim.ONE), q.split()) && k.split().dim(0).equals(q.split().dim(0))
                && v.split().dim(0).equals(q.split().dim(0)) && v.split().dim(1).equals(k.split().dim(1))
                && joined.equals(q.split().with(3, v.split().dim(3)));
        var shape = Shape.of(q.split().dim(0), Dim.of(q.heads()), q.split().dim(1), k.split().dim(1));
        if (!fits || !scores.masksFit(shape)) {
            return Optional.empty();
        }
        var patch = graph.patch(q.heads() + " heads");
        var origin = scores.origin().plus(node.origin());
        var operands = new ArrayList<Value>();
        for (var heads : List.of(q, k, v)) {
            operands.add(reshaped(heads.operand(), heads.joined(), origin, patch));
        }
        if (scores.isMasked()) {
            var masking = graph.producer(softmax.input(0));
            operands.add(scores.addedMask(masking == null ? Origin.NONE : masking.origin(), patch));
        }
        var op = new Attention(q.heads(), scores.factor(), scores.divide(), scores.isMasked());
        var result = patch.addAll(op, origin, operands).getFirst();
        return Optional.of(
                patch.replace(node.output(), reshaped(result, node.output().shape(), node.origin(), patch)).build());
    }

    private static Value reshaped(Value value, Shape shape, Origin origin, Patch.Builder patch) {
        return value.shape().equals(shape) ? value : patch.add(new View(new IndexMap.Reshape(shape)), origin, value);
    }
}
