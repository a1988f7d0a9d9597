package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pools over all spatial axes: GlobalAveragePool, GlobalMaxPool (1, 22), GlobalLpPool (1, 2, 22), and com.microsoft's
 * QLinearGlobalAveragePool.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html">GlobalAveragePool</a>
 */
final class GlobalPools {
    static final List<OnnxOp> OPS = List.of(
            onnx("GlobalAveragePool", 1, node -> reduce(node, Reduce.Monoid.MEAN)),
            onnx("GlobalMaxPool", 1, node -> reduce(node, Reduce.Monoid.MAX)),
            onnx("GlobalLpPool", 1, GlobalPools::lp),
            microsoft("QLinearGlobalAveragePool", GlobalPools::quantizedAverage));

    private GlobalPools() {
    }

    private static List<Integer> spatial(Value x) {
        return IntStream.range(2, x.shape().rank()).boxed().toList();
    }

    private static List<Operand> reduce(NodeContext node, Reduce.Monoid monoid) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        return node.results(node.cast(node.apply(new Reduce(monoid, spatial(x), true), x), type));
    }

    /** The norm's exponent: a real number in the first version. */
    static double p(NodeContext node) {
        return node.opset() < 2 ? node.attributes().real("p", 2) : node.attributes().integer("p", 2);
    }

    /** {@code |x|^p} */
    static Expr power(Expr x, double p) {
        if (p == 2) {
            return Expr.apply(Fn.MUL, x, x);
        }
        var size = Expr.apply(Fn.ABS, x);
        return p == 1 ? size : Expr.apply(Fn.POW, size, Expr.literal(p, x.dtype()));
    }

    /** {@code sum^(1/p)} */
    static Expr root(Expr sum, double p) {
        return p == 1 ? sum : p == 2 ? Expr.apply(Fn.SQRT, sum)
                : Expr.apply(Fn.POW, sum, Expr.literal(1 / p, sum.dtype()));
    }

    static List<Operand> lp(NodeContext node) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        double p = p(node);
        var powers = node.map(power(Expr.arg(0, x.dtype()), p), x);
        var sum = node.apply(new Reduce(Reduce.Monoid.SUM, spatial(x), true), powers);
        return node.results(node.cast(node.map(root(Expr.arg(0, x.dtype()), p), sum), type));
    }

    /** com.microsoft: x, its scale and zero point, scale and zero point of y; the mean in f32. */
    static List<Operand> quantizedAverage(NodeContext node) {
        boolean last = node.attributes().flag("channels_last", false);
        var x = node.value(0);
        int rank = x.shape().rank();
        var axes = last ? IntStream.range(1, rank - 1).boxed().toList() : spatial(x);
        var mean = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), dequantized(node, x));
        return node.results(quantized(node, mean, x.dtype()));
    }

    /** {@code (x - inputs[2]) * inputs[1]} in f32. */
    static Value dequantized(NodeContext node, Value x) {
        var expr = Expr.cast(Expr.arg(0, x.dtype()), DType.F32);
        var operands = new ArrayList<>(List.of(x, node.reshape(node.value(1), Shape.SCALAR)));
        if (node.has(2)) {
            operands.add(node.reshape(node.value(2), Shape.SCALAR));
            expr = Expr.apply(Fn.SUB, expr, Expr.cast(Expr.arg(2, x.dtype()), DType.F32));
        }
        return node.map(Expr.apply(Fn.MUL, expr, Expr.arg(1, DType.F32)), operands.toArray(Value[]::new));
    }

    /** {@code saturate(round(y / inputs[3]) + inputs[4])}. */
    static Value quantized(NodeContext node, Value y, DType to) {
        var scaled = Expr.apply(Fn.DIV, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32));
        var scale = node.reshape(node.value(3), Shape.SCALAR);
        var zero = node.has(4) ? node.reshape(node.value(4), Shape.SCALAR) : node.scalar(to, 0);
        return node.map(Convolutions.saturated(scaled, Expr.arg(2, to)), y, scale, zero);
    }
}
