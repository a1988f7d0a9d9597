package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Normalizations with a scale and bias for each channel: BatchNormalization (1, 6, 7, 9, 14 training_mode, 15),
 * InstanceNormalization (1, 6, 22), GroupNormalization (18 scales by group, 21 by channel), com.microsoft's GroupNorm.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BatchNormalization.html">BatchNormalization</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GroupNormalization.html">GroupNormalization</a>
 */
final class ChannelNormalizations {
    static final List<OnnxOp> OPS = List.of(
            onnx("BatchNormalization", 1, ChannelNormalizations::batch),
            onnx("InstanceNormalization", 1, ChannelNormalizations::instance),
            onnx("GroupNormalization", 18, ChannelNormalizations::group),
            microsoft("GroupNorm", ChannelNormalizations::groupNorm));

    /** A mean and the mean of the squared distances from it. */
    private record Moments(Value mean, Value variance) {
    }

    private ChannelNormalizations() {
    }

    private static Expr a(DType type) {
        return Expr.arg(0, type);
    }

    private static Expr b(DType type) {
        return Expr.arg(1, type);
    }

    private static Moments moments(NodeContext node, Value x, List<Integer> axes) {
        var type = x.dtype();
        var mean = node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), x);
        var difference = Expr.apply(Fn.SUB, a(type), b(type));
        var squares = node.map(Expr.apply(Fn.MUL, difference, difference), x, mean);
        return new Moments(mean, node.apply(new Reduce(Reduce.Monoid.MEAN, axes, true), squares));
    }

    /** {@code (x - mean) / sqrt(variance + epsilon)} */
    private static Value standardized(NodeContext node, Value x, Moments moments, float epsilon) {
        var type = x.dtype();
        var root = Expr.apply(Fn.SQRT, Expr.apply(Fn.ADD, Expr.arg(2, type), Expr.literal(epsilon, type)));
        var inverse = Expr.apply(Fn.RECIPROCAL, root);
        return node.map(Expr.apply(Fn.MUL, Expr.apply(Fn.SUB, a(type), b(type)), inverse), x, moments.mean(),
                moments.variance());
    }

    /** A parameter of one element for each channel, or for each place of a sample, laid along x's axes. */
    private static Value aligned(NodeContext node, Value parameter, int rank, DType type) {
        var wide = node.cast(parameter, type);
        if (rank < 2) {
            return node.reshape(wide, Shape.of(1));
        }
        var own = parameter.shape();
        var dims = new ArrayList<>(Collections.nCopies(rank, Dim.ONE));
        for (int i = 0; i < own.rank(); i++) {
            dims.set(i + 1, own.dim(i));
        }
        return node.reshape(wide, new Shape(dims));
    }

    /** Running statistics, or those of the batch in training, when the running ones are results, too. */
    static List<Operand> batch(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        int rank = node.shape(0).rank();
        float epsilon = node.attributes().real("epsilon", 1e-5);
        var x = node.cast(node.value(0), wide);
        var scale = aligned(node, node.value(1), rank, wide);
        var bias = aligned(node, node.value(2), rank, wide);
        var mean = aligned(node, node.value(3), rank, wide);
        var variance = aligned(node, node.value(4), rank, wide);
        if (!isTraining(node)) {
            return node.results(node.cast(affine(node, x, scale, bias, new Moments(mean, variance), epsilon), type));
        }
        // without "spatial" (up to opset 8) each place of a sample has statistics of its own
        boolean spatial = node.opset() >= 9 || node.attributes().flag("spatial", true);
        var axes = rank < 2 || !spatial ? List.of(0)
                : IntStream.range(0, rank).filter(i -> i != 1).boxed().toList();
        var current = moments(node, x, axes);
        var y = affine(node, x, scale, bias, current, epsilon);
        var runningMean = running(node, mean, current.mean(), 3);
        var runningVariance = running(node, variance, current.variance(), 4);
        return node.results(node.cast(y, type), runningMean, runningVariance,
                node.cast(node.reshape(current.mean(), node.shape(3)), node.type(3).dtype()),
                node.cast(node.reshape(current.variance(), node.shape(4)), node.type(4).dtype()));
    }

    /** Said by an attribute since opset 14, by the number of results before. */
    private static boolean isTraining(NodeContext node) {
        if (node.opset() >= 14) {
            return node.attributes().flag("training_mode", false);
        }
        boolean more = IntStream.range(1, node.outputCount()).anyMatch(node::wants);
        return more && !(node.opset() < 7 && node.attributes().flag("is_test", false));
    }

    private static Value running(NodeContext node, Value old, Value current, int i) {
        var type = old.dtype();
        float momentum = node.attributes().real("momentum", 0.9);
        var kept = Expr.apply(Fn.MUL, a(type), Expr.literal(momentum, type));
        var added = Expr.apply(Fn.MUL, b(type), Expr.literal(1 - momentum, type));
        var mixed = node.map(Expr.apply(Fn.ADD, kept, added), old, current);
        return node.cast(node.reshape(mixed, node.shape(i)), node.type(i).dtype());
    }

    /** One factor and one summand for each channel, which are constants in inference. */
    private static Value affine(NodeContext node, Value x, Value scale, Value bias, Moments moments, float epsilon) {
        var type = x.dtype();
        var root = Expr.apply(Fn.SQRT, Expr.apply(Fn.ADD, b(type), Expr.literal(epsilon, type)));
        var factor = node.map(Expr.apply(Fn.DIV, a(type), root), scale, moments.variance());
        var product = Expr.apply(Fn.MUL, b(type), Expr.arg(2, type));
        var summand = node.map(Expr.apply(Fn.SUB, a(type), product), bias, moments.mean(), factor);
        var scaled = Expr.apply(Fn.MUL, a(type), b(type));
        return node.map(Expr.apply(Fn.ADD, scaled, Expr.arg(2, type)), x, factor, summand);
    }

    static List<Operand> instance(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        int rank = node.shape(0).rank();
        var x = node.cast(node.value(0), wide);
        var normal = standardized(node, x, moments(node, x, IntStream.range(2, rank).boxed().toList()),
                node.attributes().real("epsilon", 1e-5));
        return node.results(node.cast(scaled(node, normal, aligned(node, node.value(1), rank, wide),
                aligned(node, node.value(2), rank, wide)), type));
    }

    private static Value scaled(NodeContext node, Value x, Value scale, Value bias) {
        var type = x.dtype();
        var product = Expr.apply(Fn.MUL, a(type), b(type));
        return node.map(Expr.apply(Fn.ADD, product, Expr.arg(2, type)), x, scale, bias);
    }

    /** Channels, the second axis, parted into groups: {@code [N, G, C/G * S..]}. */
    private static Value grouped(NodeContext node, Value x, Dim groups) {
        var shape = node.simplify(x.shape());
        var perGroup = shape.dim(1).floorDiv(groups);
        var rest = perGroup.times(new Shape(shape.dims().subList(2, shape.rank())).size());
        return node.reshape(x, Shape.of(shape.dim(0), groups, rest));
    }

    static List<Operand> group(NodeContext node) {
        var type = node.type(0).dtype();
        var shape = node.shape(0);
        long count = node.attributes().integer("num_groups", 1);
        if (count < 1) {
            throw node.error("attribute 'num_groups' was expected to be 1 or more, not " + count);
        }
        var groups = Dim.of(count);
        var stash = OnnxTypes.dtype(node.attributes().integer("stash_type", 1), "attribute 'stash_type'");
        var first = type == DType.F64 ? type : NodeContext.wide(stash);
        float epsilon = node.attributes().real("epsilon", 1e-5);
        var parts = grouped(node, node.cast(node.value(0), first), groups);
        // rounded to the operand's type between the two stages
        var normal = node.cast(node.cast(standardized(node, parts, moments(node, parts, List.of(2)), epsilon), type),
                NodeContext.wide(type));
        var wide = normal.dtype();
        boolean byGroup = node.opset() < 21;
        var x = byGroup ? normal : node.reshape(normal, shape);
        var y = scaled(node, x, aligned(node, node.value(1), x.shape().rank(), wide),
                aligned(node, node.value(2), x.shape().rank(), wide));
        return node.results(node.cast(node.reshape(y, shape), type));
    }

    /** com.microsoft: channels last unless said otherwise, an optional activation {@code x * sigmoid(x)}. */
    static List<Operand> groupNorm(NodeContext node) {
        var type = node.type(0).dtype();
        int rank = node.shape(0).rank();
        boolean last = node.attributes().flag("channels_last", true);
        var x = node.cast(node.value(0), DType.F32);
        x = last ? node.permute(x, Convolutions.channelsSecond(rank)) : x;
        var parts = grouped(node, x, Dim.of(node.attributes().integer("groups", 1)));
        var normal = standardized(node, parts, moments(node, parts, List.of(2)),
                node.attributes().real("epsilon", 1e-5));
        var y = scaled(node, node.reshape(normal, x.shape()), aligned(node, node.value(1), rank, DType.F32),
                aligned(node, node.value(2), rank, DType.F32));
        if (node.attributes().integer("activation", 0) == 1) {
            y = node.map(Expr.apply(Fn.MUL, a(DType.F32), Expr.apply(Fn.SIGMOID, a(DType.F32))), y);
        }
        return node.results(node.cast(last ? node.permute(y, Convolutions.channelsBehind(rank)) : y, type));
    }
}
