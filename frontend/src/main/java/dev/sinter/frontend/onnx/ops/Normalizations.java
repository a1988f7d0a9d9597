package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Normalizations along the last axes: Softmax, LogSoftmax (1 flattened to two axes, 11, 13 along one axis),
 * LayerNormalization (17), RMSNormalization (23), and ONNX Runtime's SimplifiedLayerNormalization,
 * SkipLayerNormalization and SkipSimplifiedLayerNormalization.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Softmax.html">Softmax</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LayerNormalization.html">LayerNormalization</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RMSNormalization.html">RMSNormalization</a>
 */
final class Normalizations {
    static final List<OnnxOp> OPS = List.of(
            OnnxOps.onnx("Softmax", 1, Normalizations::softmax),
            OnnxOps.onnx("LogSoftmax", 1, Normalizations::logSoftmax),
            OnnxOps.onnx("LayerNormalization", 17, Normalizations::layerNormalization),
            // ONNX Runtime used the name in the standard domain before opset 17 had it, and the next one still
            OnnxOps.onnx("LayerNormalization", 1, 16, Normalizations::layerNormalization),
            OnnxOps.onnx("SimplifiedLayerNormalization", 1, Normalizations::rmsNormalization),
            OnnxOps.onnx("RMSNormalization", 23, Normalizations::rmsNormalization),
            OnnxOps.microsoft("SimplifiedLayerNormalization", Normalizations::rmsNormalization),
            OnnxOps.microsoft("SkipLayerNormalization", Normalizations::skipLayerNormalization),
            OnnxOps.microsoft("SkipSimplifiedLayerNormalization", Normalizations::skipRmsNormalization));

    /** Work along the last or another axis. */
    private interface AlongAxis {
        Value of(Value x, int axis);
    }

    private Normalizations() {
    }

    static List<Operand> softmax(NodeContext node) {
        var type = node.type(0).dtype();
        return alongAxis(node, (x, axis) -> x.dtype() != type && isShort(x, axis) ? stepwise(node, x, axis, type)
                : node.apply(new Softmax(axis), x));
    }

    /** Whether a row is so short that adding it up in a small type does no harm. */
    static boolean isShort(Value x, int axis) {
        return x.shape().dim(axis) instanceof Dim.Const(long size) && size <= 32;
    }

    /**
     * Softmax as its definition's steps, each rounded to a small type; sums of bf16 after each element, in ascending
     * order. That is what the published values of f16 and bf16 hold. Longer rows are better taken in f32.
     */
    static Value stepwise(NodeContext node, Value x, int axis, DType small) {
        var type = x.dtype();
        var a = Expr.arg(0, type);
        var b = Expr.arg(1, type);
        var max = node.apply(new Reduce(Reduce.Monoid.MAX, List.of(axis), true), x);
        var powers = node.map(rounded(Expr.apply(Fn.EXP, rounded(Expr.apply(Fn.SUB, a, b), small)), small), x, max);
        var f = new Formula();
        var sum = f.fold(Formula.size(x.shape().dim(axis)), null, k -> {
            var at = Formula.axes(x.shape().rank());
            at.set(axis, k);
            return f.operand(0, type).at(at);
        }, (all, power) -> small == DType.BF16 ? rounded(Formula.add(all, power), small) : Formula.add(all, power));
        var dims = new ArrayList<>(x.shape().dims());
        dims.set(axis, Dim.ONE);
        return node.map(Expr.apply(Fn.DIV, a, b), powers,
                node.compute(new Shape(dims), rounded(sum, small), powers));
    }

    private static Expr rounded(Expr value, DType small) {
        return Expr.cast(Expr.cast(value, small), value.dtype());
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
        var type = node.type(0).dtype();
        var shape = node.shape(0);
        if (shape.rank() == 0) {
            throw node.error("a tensor of at least one axis was expected, not " + node.type(0));
        }
        var x = node.cast(node.value(0), NodeContext.wide(type));
        long given = node.attributes().integer("axis", node.opset() < 13 ? 1 : -1);
        // flattened, the axis may be the one behind the last
        int axis = node.opset() < 13 && given == shape.rank() ? shape.rank() : node.axis(given, shape.rank());
        if (node.opset() >= 13 || axis == shape.rank() - 1) {
            return node.results(node.cast(work.of(x, axis), type));
        }
        var rows = Reshapes.product(shape, 0, axis);
        var columns = Reshapes.product(shape, axis, shape.rank());
        var joined = work.of(node.reshape(x, new Shape(List.of(rows, columns))), 1);
        return node.results(node.cast(node.reshape(joined, shape), type));
    }

    static List<Operand> layerNormalization(NodeContext node) {
        int rank = node.shape(0).rank();
        int axis = node.axis(node.attributes().integer("axis", -1), rank);
        float epsilon = node.attributes().real("epsilon", 1e-5);
        var bias = node.has(2) ? node.value(2) : null;
        var x = node.value(0);
        boolean statistics = node.wants(1) || node.wants(2);
        return statistics ? decomposed(node, x, axis, epsilon, node.value(1), bias)
                : node.results(normalized(node, x, axis, epsilon, node.value(1), bias));
    }

    /** The normalized tensor alone: one op where operands are f32 and scale and bias lie as the axes do. */
    static Value normalized(NodeContext node, Value x, int axis, float epsilon, Value gamma, @Nullable Value beta) {
        var row = new Shape(x.shape().dims().subList(axis, x.shape().rank()));
        boolean plain = x.dtype() == DType.F32 && gamma.dtype() == DType.F32 && gamma.shape().equals(row)
                && (beta == null || beta.shape().equals(row)) && node.attributes().integer("stash_type", 1) == 1;
        return plain ? normalize(node, x, axis, row, epsilon, gamma, beta)
                : decomposed(node, x, axis, epsilon, gamma, beta).getFirst().value(node.builder(), node.origin());
    }

    /** The op works along the last axis; several normalized axes are joined for it. */
    private static Value normalize(NodeContext node, Value x, int axis, Shape normalized, float epsilon, Value gamma,
            @Nullable Value beta) {
        var row = Shape.of(normalized.size());
        var dims = new ArrayList<Dim>(x.shape().dims().subList(0, axis));
        dims.add(normalized.size());
        var operands = new ArrayList<>(List.of(node.reshape(x, new Shape(dims)), node.reshape(gamma, row)));
        if (beta != null) {
            operands.add(node.reshape(beta, row));
        }
        return node.reshape(node.applyAll(new Normalize(epsilon, beta != null), operands).getFirst(), x.shape());
    }

    /** The type that statistics are taken in and that they are given back in. */
    private static DType stash(NodeContext node, DType type) {
        long code = node.attributes().integer("stash_type", 1);
        var stash = OnnxTypes.dtype(code, "attribute 'stash_type'");
        // a double is not cut to a float
        return type == DType.F64 ? type : stash;
    }

    /** The definition: statistics in stash_type, scale and bias in the operand's; small floats rounded after each. */
    private static List<Operand> decomposed(NodeContext node, Value x, int axis, float epsilon, Value gamma,
            @Nullable Value beta) {
        var stash = stash(node, x.dtype());
        var wide = NodeContext.wide(stash);
        var axes = IntStream.range(axis, x.shape().rank()).boxed().toList();
        var a = Expr.arg(0, wide);
        var b = Expr.arg(1, wide);
        var source = node.cast(x, wide);
        var mean = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), source);
        var centered = node.map(Expr.apply(Fn.SUB, a, b), source, mean);
        var inverse = inverseRoot(node, centered, axes, epsilon);
        var result = scaled(node, centered, inverse, x.dtype(), gamma, beta);
        return node.results(result, node.cast(mean, stash), node.cast(inverse, stash));
    }

    /** {@code 1 / sqrt(mean(x^2) + epsilon)} */
    private static Value inverseRoot(NodeContext node, Value x, List<Integer> axes, float epsilon) {
        var type = x.dtype();
        var arg = Expr.arg(0, type);
        var squares = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true),
                node.map(Expr.apply(Fn.MUL, arg, arg), x));
        var root = Expr.apply(Fn.SQRT, Expr.apply(Fn.ADD, arg, Expr.literal(epsilon, type)));
        return node.map(Expr.apply(Fn.RECIPROCAL, root), squares);
    }

    /** {@code x * inverse}, rounded to a type, then scaled and moved in that type. */
    private static Value scaled(NodeContext node, Value x, Value inverse, DType to, Value gamma,
            @Nullable Value beta) {
        var wide = NodeContext.wide(to);
        var normal = Expr.cast(Expr.cast(Expr.apply(Fn.MUL, Expr.arg(0, x.dtype()), Expr.arg(1, x.dtype())), to), wide);
        var scaled = Expr.apply(Fn.MUL, normal, Expr.cast(Expr.arg(2, gamma.dtype()), wide));
        if (beta == null) {
            return node.map(Expr.cast(scaled, to), x, inverse, gamma);
        }
        var rounded = Expr.cast(Expr.cast(scaled, to), wide);
        return node.map(Expr.cast(Expr.apply(Fn.ADD, rounded, Expr.cast(Expr.arg(3, beta.dtype()), wide)), to), x,
                inverse, gamma, beta);
    }

    /** Without the mean taken off: the second result is the reciprocal of the root. */
    static List<Operand> rmsNormalization(NodeContext node) {
        int rank = node.shape(0).rank();
        int axis = node.axis(node.attributes().integer("axis", -1), rank);
        return rms(node, node.value(0), axis, node.attributes().real("epsilon", 1e-5), node.value(1));
    }

    private static List<Operand> rms(NodeContext node, Value x, int axis, float epsilon, Value gamma) {
        var stash = stash(node, x.dtype());
        var axes = IntStream.range(axis, x.shape().rank()).boxed().toList();
        var source = node.cast(x, NodeContext.wide(stash));
        var inverse = inverseRoot(node, source, axes, epsilon);
        return node.results(scaled(node, source, inverse, x.dtype(), gamma, null), node.cast(inverse, stash));
    }

    /** Input and skip, which may lack the batch, and an optional bias; rounded once. */
    private static Value sum(NodeContext node, int biasAt) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var a = Expr.cast(Expr.arg(0, type), wide);
        var sum = Expr.apply(Fn.ADD, a, Expr.cast(Expr.arg(1, type), wide));
        return node.has(biasAt)
                ? node.map(Expr.cast(Expr.apply(Fn.ADD, sum, Expr.cast(Expr.arg(2, type), wide)), type),
                        node.value(0), node.value(1), node.value(biasAt))
                : node.map(Expr.cast(sum, type), node.value(0), node.value(1));
    }

    /**
     * com.microsoft: layer normalization of the sum of input, skip and an optional bias; the sum is the fourth result.
     */
    static List<Operand> skipLayerNormalization(NodeContext node) {
        var sum = sum(node, 4);
        int last = sum.shape().rank() - 1;
        float epsilon = node.attributes().real("epsilon", 1e-12);
        var beta = node.has(3) ? node.value(3) : null;
        if (!node.wants(1) && !node.wants(2)) {
            var result = normalized(node, sum, last, epsilon, node.value(2), beta);
            return node.results(result, result, result, sum);
        }
        var all = decomposed(node, sum, last, epsilon, node.value(2), beta);
        return List.of(all.get(0), all.get(1), all.get(2), Operand.of(sum));
    }

    /** com.microsoft: the same without the mean; the second result is not computed by anyone. */
    static List<Operand> skipRmsNormalization(NodeContext node) {
        if (node.wants(1)) {
            throw node.error("the mean is not taken by this normalization and can be no result");
        }
        var sum = sum(node, 3);
        var all = rms(node, sum, sum.shape().rank() - 1, node.attributes().real("epsilon", 1e-12), node.value(2));
        return List.of(all.get(0), all.get(1), all.get(1), Operand.of(sum));
    }
}
