package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;

/**
 * CausalConvWithState (27): each channel's window over what came before and what is new; small floats in f32.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__CausalConvWithState.html">CausalConvWithState</a>
 */
final class CausalConvolutions {
    static final List<OnnxOp> OPS = List.of(onnx("CausalConvWithState", 27, CausalConvolutions::convolution));

    private CausalConvolutions() {
    }

    private static List<Operand> convolution(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var x = node.cast(node.value(0), wide);
        var weights = node.simplify(node.shape(1));
        if (x.shape().rank() != 3 || weights.rank() != 3 || !weights.dim(0).isConst() || !weights.dim(2).isConst()) {
            throw node.error("three axes and weights of known sizes were expected, not " + node.type(0) + " and "
                    + node.type(1));
        }
        long before = weights.dim(2).value() - 1;
        var batch = x.shape().dim(0);
        var channels = x.shape().dim(1);
        var past = node.has(3) ? node.cast(node.value(3), wide)
                : node.expand(node.scalar(wide, 0), Shape.of(batch, channels, Dim.of(before)));
        var all = before == 0 ? x : node.apply(new Concat(2), past, x);
        var operands = new ArrayList<>(List.of(all, node.cast(node.value(1), wide)));
        if (node.has(2)) {
            operands.add(node.cast(node.value(2), wide));
        }
        var op = new Conv(Math.toIntExact(weights.dim(0).value()), List.of(1), List.of(1), List.of(0), List.of(0),
                node.has(2));
        var sum = node.reshape(node.applyAll(op, operands).getFirst(), x.shape());
        var present = before == 0 ? past : node.apply(new View(new IndexMap.Slice(
                List.of(Dim.ZERO, Dim.ZERO, x.shape().dim(2)), List.of(1L, 1L, 1L),
                List.of(batch, channels, Dim.of(before)))), all);
        return node.results(node.cast(activated(node, sum), type), node.cast(present, type));
    }

    private static Value activated(NodeContext node, Value x) {
        var activation = node.attributes().text("activation", "none");
        var a = Expr.arg(0, x.dtype());
        return switch (activation) {
            case "none" -> x;
            case "silu", "swish" -> node.map(Expr.apply(Fn.MUL, a, Expr.apply(Fn.SIGMOID, a)), x);
            default -> throw node.error("activation none, silu or swish was expected, not '" + activation + "'");
        };
    }
}
