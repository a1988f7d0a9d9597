package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrix products: MatMul (1, 9, 13), Gemm (7 broadcast C, 9, 11 C optional, 13), MatMulInteger (10).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gemm.html">Gemm</a>
 */
final class Matrices {
    private Matrices() {
    }

    static List<Operand> matmul(NodeContext node) {
        return node.results(product(node, node.value(0), node.value(1)));
    }

    /** Small floats are summed up in f32 and rounded once: sums in their own precision are of no use. */
    private static Value product(NodeContext node, Value a, Value b) {
        var type = a.dtype();
        if (type != b.dtype()) {
            throw node.error("matrices of one element type were expected, not " + a.type() + " and " + b.type());
        }
        var wide = NodeContext.wide(type);
        return node.cast(node.apply(MatMul.plain(wide), node.cast(a, wide), node.cast(b, wide)), type);
    }

    /** {@code alpha * A' * B' + beta * C}, where C broadcasts. */
    static List<Operand> gemm(NodeContext node) {
        var product = product(node, matrix(node, 0, "transA"), matrix(node, 1, "transB"));
        var expr = scaled(node, "alpha", Expr.arg(0, product.dtype()));
        if (!node.has(2)) {
            return node.results(expr instanceof Expr.Arg ? product : node.map(expr, product));
        }
        var c = node.value(2);
        return node
                .results(node.map(Expr.apply(Fn.ADD, expr, scaled(node, "beta", Expr.arg(1, c.dtype()))), product, c));
    }

    private static Value matrix(NodeContext node, int i, String transposed) {
        var value = node.value(i);
        if (node.shape(i).rank() != 2) {
            throw node.error("two axes were expected, input " + i + " is " + node.type(i));
        }
        return node.attributes().flag(transposed, false) ? node.permute(value, List.of(1, 0)) : value;
    }

    private static Expr scaled(NodeContext node, String attribute, Expr expr) {
        float factor = node.attributes().real(attribute, 1);
        if (factor == 1) {
            return expr;
        }
        if (expr.dtype().isFloat()) {
            return Expr.apply(Fn.MUL, Expr.literal(factor, expr.dtype()), expr);
        }
        // a real factor of integers: multiplied in f64, then cut
        return Expr.cast(Expr.apply(Fn.MUL, Expr.literal(factor, DType.F64), Expr.cast(expr, DType.F64)), expr.dtype());
    }

    /** Zero points are scalars, or one per row of A or column of B. */
    static List<Operand> matmulInteger(NodeContext node) {
        var operands = new ArrayList<>(List.of(node.value(0), node.value(1)));
        for (int i = 2; i <= 3; i++) {
            if (node.has(i)) {
                operands.add(node.value(i));
            }
        }
        var op = new MatMulInteger(node.has(2), node.has(3), Expr.arg(0, DType.I32));
        return node.results(node.applyAll(op, operands).getFirst());
    }
}
