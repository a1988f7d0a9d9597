package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.View;
import java.util.List;

/**
 * com.microsoft's EmbedLayerNormalization: the sum of word, position and segment embeddings, normalized.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contrib operators</a>
 */
final class Embeddings {
    static final List<OnnxOp> OPS = List.of(microsoft("EmbedLayerNormalization", Embeddings::embed));

    private Embeddings() {
    }

    /**
     * Operands: word ids {@code [B,S]}, segment ids or nothing, tables of words, positions and segments, gamma, beta,
     * mask or nothing, position ids or nothing. Results: the normalized sum, the number of words under the mask, the
     * sum.
     */
    static List<Operand> embed(NodeContext node) {
        var ids = node.simplify(node.shape(0));
        var type = node.type(2).dtype();
        var wide = NodeContext.wide(type);
        var sum = Expr.apply(Fn.ADD, Expr.cast(Expr.arg(0, type), wide), Expr.cast(Expr.arg(1, type), wide));
        var words = node.apply(new Gather(0), node.value(2), node.value(0));
        var positions = positions(node, ids.dim(1));
        var all = node.has(1)
                ? node.map(Expr.cast(Expr.apply(Fn.ADD, sum, Expr.cast(Expr.arg(2, type), wide)), type), words,
                        positions, node.apply(new Gather(0), node.value(4), node.value(1)))
                : node.map(Expr.cast(sum, type), words, positions);
        var y = Normalizations.normalized(node, all, 2, node.attributes().real("epsilon", 1e-12), node.value(5),
                node.has(6) ? node.value(6) : null);
        return node.results(y, lengths(node, ids.dim(0)), all);
    }

    private static Value positions(NodeContext node, Dim length) {
        var table = node.value(3);
        if (node.has(8)) {
            return node.apply(new Gather(0), table, node.value(8));
        }
        return node.apply(new View(new IndexMap.Slice(List.of(Dim.ZERO, Dim.ZERO), List.of(1L, 1L),
                List.of(length, table.shape().dim(1)))), table);
    }

    /** How many elements of each row of the mask are 1; 0 without a mask. */
    private static Value lengths(NodeContext node, Dim batch) {
        if (!node.has(7)) {
            return node.expand(node.scalar(DType.I32, 0), Shape.of(batch));
        }
        var mask = node.value(7);
        var one = Expr.apply(Fn.EQ, Expr.arg(0, mask.dtype()), Expr.integer(1, mask.dtype()));
        return node.apply(new Reduce(Reduce.Monoid.SUM, List.of(1), false), node.map(Expr.cast(one, DType.I32), mask));
    }
}
