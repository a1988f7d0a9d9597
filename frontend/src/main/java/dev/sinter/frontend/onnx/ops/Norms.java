package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Normalizations without parameters: LpNormalization (1, 22), MeanVarianceNormalization (1 by attributes, 9, 13), LRN
 * (1, 13).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LRN.html">LRN</a>
 */
final class Norms {
    static final List<OnnxOp> OPS = List.of(
            onnx("LpNormalization", 1, Norms::lp),
            onnx("MeanVarianceNormalization", 1, Norms::meanVariance),
            onnx("LRN", 1, Norms::localResponse));

    private Norms() {
    }

    /** Divided by the norm along an axis; zeros stay zeros. */
    static List<Operand> lp(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var x = node.cast(node.value(0), wide);
        int axis = node.axis(node.attributes().integer("axis", -1), x.shape().rank());
        long p = node.attributes().integer("p", 2);
        if (p != 1 && p != 2) {
            throw node.error("p was expected to be 1 or 2, not " + p);
        }
        var arg = Expr.arg(0, wide);
        var sum = node.apply(new Reduce(Reduce.Monoid.SUM, List.of(axis), true),
                node.map(GlobalPools.power(arg, p), x));
        var norm = GlobalPools.root(Expr.arg(1, wide), p);
        var zero = Expr.literal(0, wide);
        var quotient = Expr.apply(Fn.SELECT, Expr.apply(Fn.EQ, norm, zero), zero, Expr.apply(Fn.DIV, arg, norm));
        return node.results(node.cast(node.map(quotient, x, sum), type));
    }

    /** {@code (x - mean) / (deviation + 1e-9)}; before opset 9 attributes say the axes and whether to divide. */
    static List<Operand> meanVariance(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var x = node.cast(node.value(0), wide);
        int rank = x.shape().rank();
        var given = node.attributes().integers("axes");
        boolean old = node.opset() < 9;
        long[] standard = old && node.attributes().flag("across_channels", false) ? new long[]{0, 1, 2, 3}
                : new long[]{0, 2, 3};
        var axes = node.axes(given != null ? given : standard, rank);
        var a = Expr.arg(0, wide);
        var mean = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), x);
        var centered = node.map(Expr.apply(Fn.SUB, a, Expr.arg(1, wide)), x, mean);
        if (old && !node.attributes().flag("normalize_variance", true)) {
            return node.results(node.cast(centered, type));
        }
        var variance = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true),
                node.map(Expr.apply(Fn.MUL, a, a), centered));
        var deviation = Expr.apply(Fn.ADD, Expr.apply(Fn.SQRT, Expr.arg(1, wide)), Expr.literal(1e-9, wide));
        return node.results(node.cast(node.map(Expr.apply(Fn.DIV, a, deviation), centered, variance), type));
    }

    /** Divided by a power of the sum of squares over neighbouring channels. */
    static List<Operand> localResponse(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var attributes = node.attributes();
        long size = attributes.integer("size", 0);
        if (size < 1 || node.shape(0).rank() < 2) {
            throw node.error("a size from 1 and an input with channels were expected, not " + size + " and "
                    + node.type(0));
        }
        var x = node.cast(node.value(0), wide);
        int rank = x.shape().rank();
        var f = new Formula();
        var source = f.operand(0, wide);
        var before = Formula.number((size - 1) / 2);
        var sum = f.sum(Formula.number(size), k -> {
            var at = new ArrayList<Expr>();
            IntStream.range(0, rank).forEach(i -> at.add(Formula.axis(i)));
            at.set(1, Formula.add(Formula.sub(Formula.axis(1), before), k));
            return f.let(source.or(Expr.literal(0, wide), at), e -> Formula.mul(e, e));
        });
        var squares = node.compute(x.shape(), sum, x);
        var share = Expr.literal((double) attributes.real("alpha", 1e-4) / size, wide);
        var base = Expr.apply(Fn.ADD, Expr.literal(attributes.real("bias", 1), wide),
                Expr.apply(Fn.MUL, share, Expr.arg(1, wide)));
        var power = Expr.apply(Fn.POW, base, Expr.literal(attributes.real("beta", 0.75), wide));
        return node.results(node.cast(node.map(Expr.apply(Fn.DIV, Expr.arg(0, wide), power), x, squares), type));
    }
}
