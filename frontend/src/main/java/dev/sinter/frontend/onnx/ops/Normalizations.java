package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Softmax, LogSoftmax (1 flattened to two axes, 11, 13 along one axis), LayerNormalization (17), and com.microsoft's
 * SkipLayerNormalization.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Softmax.html">Softmax</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LayerNormalization.html">LayerNormalization</a>
 */
final class Normalizations {
    /** Work along the last or another axis. */
    private interface AlongAxis {
        Value of(Value x, int axis);
    }

    private Normalizations() {
    }

    static List<Operand> softmax(NodeContext node) {
        return alongAxis(node, (x, axis) -> node.apply(new Softmax(axis), x));
    }

    static List<Operand> logSoftmax(NodeContext node) {
        return alongAxis(node, (x, axis) -> {
            var type = x.dtype();
            var a = Expr.arg(0, type);
            var b = Expr.arg(1, type);
            var max = node.apply(new Reduce(Reduce.Monoid.MAX, List.of(axis), true), x);
            var shifted = node.map(Expr.apply(Fn.SUB, a, b), x, max);
            var sum = node.apply(new Reduce(Reduce.Monoid.SUM, List.of(axis), true),
                    node.map(Expr.apply(Fn.EXP, a), shifted));
            return node.map(Expr.apply(Fn.SUB, a, Expr.apply(Fn.LOG, b)), shifted, sum);
        });
    }

    /** Since opset 13 along one axis; before, along all axes from that one on together. */
    private static List<Operand> alongAxis(NodeContext node, AlongAxis work) {
        var x = node.value(0);
        var shape = node.shape(0);
        int axis = node.axis(node.attributes().integer("axis", node.opset() < 13 ? 1 : -1), shape.rank());
        if (node.opset() >= 13 || axis == shape.rank() - 1) {
            return node.results(work.of(x, axis));
        }
        var rows = Reshapes.product(shape, 0, axis);
        var columns = Reshapes.product(shape, axis, shape.rank());
        var joined = work.of(node.reshape(x, new Shape(List.of(rows, columns))), 1);
        return node.results(node.reshape(joined, shape));
    }

    static List<Operand> layerNormalization(NodeContext node) {
        int rank = node.shape(0).rank();
        int axis = node.axis(node.attributes().integer("axis", -1), rank);
        float epsilon = node.attributes().real("epsilon", 1e-5);
        var bias = node.has(2) ? node.value(2) : null;
        var x = node.value(0);
        boolean statistics = node.wants(1) || node.wants(2);
        var normalized = new Shape(node.shape(0).dims().subList(axis, rank));
        if (!statistics && x.dtype() == DType.F32 && node.shape(1).equals(normalized)
                && (bias == null || bias.shape().equals(normalized))) {
            return node.results(normalize(node, x, axis, normalized, epsilon, node.value(1), bias));
        }
        return decomposed(node, x, axis, epsilon, node.value(1), bias);
    }

    /** The op works along the last axis; several normalized axes are joined for it. */
    private static Value normalize(NodeContext node, Value x, int axis, Shape normalized, float epsilon, Value gamma,
            @org.jspecify.annotations.Nullable Value beta) {
        var row = Shape.of(normalized.size());
        var dims = new ArrayList<Dim>(x.shape().dims().subList(0, axis));
        dims.add(normalized.size());
        var operands = new ArrayList<>(List.of(node.reshape(x, new Shape(dims)), node.reshape(gamma, row)));
        if (beta != null) {
            operands.add(node.reshape(beta, row));
        }
        return node.reshape(node.applyAll(new Normalize(epsilon, beta != null), operands).getFirst(), x.shape());
    }

    /** The specification's own definition: statistics in f32, scale and bias in the operand's type. */
    private static List<Operand> decomposed(NodeContext node, Value x, int axis, float epsilon, Value gamma,
            @org.jspecify.annotations.Nullable Value beta) {
        var type = x.dtype();
        var stash = node.attributes().integer("stash_type", 1) == 1 ? DType.F32 : type;
        var axes = IntStream.range(axis, x.shape().rank()).boxed().toList();
        var a = Expr.arg(0, stash);
        var b = Expr.arg(1, stash);
        var wide = node.cast(x, stash);
        var mean = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), wide);
        var centered = node.map(Expr.apply(Fn.SUB, a, b), wide, mean);
        var variance =
                node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), node.map(Expr.apply(Fn.MUL, a, a), centered));
        var deviation = Expr.apply(Fn.SQRT, Expr.apply(Fn.ADD, a, Expr.literal(epsilon, stash)));
        var inverse = node.map(Expr.apply(Fn.RECIPROCAL, deviation), variance);
        var normal = node.cast(node.map(Expr.apply(Fn.MUL, a, b), centered, inverse), type);
        var scaled = node.map(Expr.apply(Fn.MUL, Expr.arg(0, type), Expr.arg(1, type)), normal, gamma);
        var result = beta == null ? scaled
                : node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.arg(1, type)), scaled, beta);
        return node.results(result, mean, inverse);
    }

    /**
     * com.microsoft: layer normalization of the sum of input, skip and an optional bias; the sum is the fourth result.
     */
    static List<Operand> skipLayerNormalization(NodeContext node) {
        var type = node.type(0).dtype();
        var sum = node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.arg(1, type)), node.value(0), node.value(1));
        if (node.has(4)) {
            sum = node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.arg(1, type)), sum, node.value(4));
        }
        if (node.wants(1) || node.wants(2)) {
            throw node.error("the mean and deviation results are not supported");
        }
        int last = sum.shape().rank() - 1;
        float epsilon = node.attributes().real("epsilon", 1e-12);
        var row = Shape.of(sum.shape().dim(last));
        var beta = node.has(3) ? node.value(3) : null;
        var result = type == DType.F32
                ? normalize(node, sum, last, row, epsilon, node.value(2), beta)
                : decomposed(node, sum, last, epsilon, node.value(2), beta).getFirst().value(node.builder(),
                        node.origin());
        return node.results(result, result, result, sum);
    }
}
