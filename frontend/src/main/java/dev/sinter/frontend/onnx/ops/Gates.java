package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import java.util.List;

/**
 * ONNX Runtime's activations and sums: QuickGelu, BiasAdd.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">Contrib operators</a>
 */
final class Gates {
    static final List<OnnxOp> OPS = List.of(
            microsoft("QuickGelu", Pointwise.of(Gates::quickGelu)),
            microsoft("BiasAdd", Gates::biasAdd));

    private Gates() {
    }

    /** {@code x * sigmoid(alpha * x)}. */
    private static Expr quickGelu(NodeContext node, Expr x) {
        var alpha = Expr.literal(node.attributes().real("alpha", 1.702), x.dtype());
        return Formula.mul(x, Expr.apply(Fn.SIGMOID, Formula.mul(alpha, x)));
    }

    /** The sum of a tensor, a bias of its last axis, and what skipped a layer. */
    private static List<Operand> biasAdd(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var sum = Formula.add(Formula.add(Expr.cast(Expr.arg(0, type), wide), Expr.cast(Expr.arg(1, type), wide)),
                Expr.cast(Expr.arg(2, type), wide));
        return node.results(node.map(Expr.cast(sum, type), node.value(0), node.value(1), node.value(2)));
    }
}
