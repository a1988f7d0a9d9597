package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.List;

/**
 * Tan, Asin, Acos, Atan (7, 22), Sinh, Cosh, Asinh, Acosh, Atanh (9, 22), and the gate SwiGLU (28).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Tan.html">Tan</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__SwiGLU.html">SwiGLU</a>
 */
final class Trigonometry {
    static final List<OnnxOp> OPS = List.of(
            onnx("Tan", 7, Pointwise.of(Fn.TAN)),
            onnx("Asin", 7, Pointwise.of(Fn.ASIN)),
            onnx("Acos", 7, Pointwise.of(Fn.ACOS)),
            onnx("Atan", 7, Pointwise.of(Fn.ATAN)),
            onnx("Sinh", 9, Pointwise.of(Fn.SINH)),
            onnx("Cosh", 9, Pointwise.of(Fn.COSH)),
            onnx("Asinh", 9, Pointwise.of(Fn.ASINH)),
            onnx("Acosh", 9, Pointwise.of(Fn.ACOSH)),
            onnx("Atanh", 9, Pointwise.of(Fn.ATANH)),
            onnx("SwiGLU", 28, Trigonometry::swiglu));

    private Trigonometry() {
    }

    /** {@code swish(a) * b}; both are of one shape. */
    private static List<Operand> swiglu(NodeContext node) {
        var a = node.value(0);
        var b = node.value(1);
        var type = a.dtype();
        if (type != b.dtype() || a.shape().rank() != b.shape().rank()) {
            throw node.error("operands of one type and shape were expected, not " + a.type() + " and " + b.type());
        }
        var wide = NodeContext.wide(type);
        var gate = Pointwise.swish(node, Expr.cast(Expr.arg(0, type), wide));
        var product = Expr.apply(Fn.MUL, gate, Expr.cast(Expr.arg(1, type), wide));
        return node.results(node.map(Expr.cast(product, type), a, b));
    }
}
