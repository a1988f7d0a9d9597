package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions: Conv (1, 11, 22), ConvInteger and QLinearConv (10), and com.microsoft's FusedConv (with a sum and an
 * activation) and NhwcConv (channels last).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Conv.html">Conv</a>
 */
final class Convolutions {
    static final List<OnnxOp> OPS = List.of(
            onnx("Conv", 1, Convolutions::conv),
            onnx("ConvInteger", 10, Convolutions::integer),
            onnx("QLinearConv", 10, Convolutions::quantized),
            microsoft("FusedConv", Convolutions::fused),
            microsoft("NhwcConv", Convolutions::channelsLast));

    /** Integers up to this size are exact in f32. */
    private static final long EXACT_F32 = 1L << 24;

    private Convolutions() {
    }

    static List<Operand> conv(NodeContext node) {
        return node.results(of(node, node.value(0), node.value(1), node.has(2) ? node.value(2) : null));
    }

    /** A convolution in the operand's type, small floats in f32 and rounded once. */
    private static Value of(NodeContext node, Value x, Value w, @Nullable Value bias) {
        var type = x.dtype();
        var wide = NodeContext.wide(type);
        return node.cast(convolve(node, node.cast(x, wide), node.cast(w, wide),
                bias == null ? null : node.cast(bias, wide)), type);
    }

    /** A convolution of operands of one type, by the node's attributes. */
    private static Value convolve(NodeContext node, Value x, Value w, @Nullable Value bias) {
        var kernel = w.shape().dims().subList(2, w.shape().rank());
        var window = Window.of(node, node.simplify(x.shape()), kernel, false);
        long groups = node.attributes().integer("group", 1);
        var channels = w.shape().dim(1).times(Dim.of(groups));
        node.symbols().requireEqual(x.shape().dim(1), channels, "channels of convolution " + node.origin().first());
        boolean fixed = Stream.concat(window.begin().stream(), window.end().stream()).allMatch(Dim::isConst);
        var source = fixed ? x : padded(node, x, window);
        var op = new Conv((int) groups, integers(window.strides().stream().map(Dim::of)),
                integers(window.dilations().stream().map(Dim::of)), pads(window.begin(), fixed),
                pads(window.end(), fixed), bias != null);
        var y = bias == null ? node.apply(op, source, w) : node.apply(op, source, w, bias);
        return node.reshape(y, window.result(x.shape().dim(0), w.shape().dim(0)));
    }

    private static List<Integer> pads(List<Dim> pads, boolean fixed) {
        return integers(pads.stream().map(d -> fixed ? d : Dim.ZERO));
    }

    private static List<Integer> integers(Stream<? extends Dim> dims) {
        return dims.map(d -> Math.toIntExact(d.value())).toList();
    }

    /** The operand within as many zeros as the windows reach over, for padding that depends on its sizes. */
    private static Value padded(NodeContext node, Value x, Window window) {
        var begin = new ArrayList<>(List.of(Dim.ZERO, Dim.ZERO));
        begin.addAll(window.begin());
        var dims = new ArrayList<>(x.shape().dims().subList(0, 2));
        for (int i = 0; i < window.rank(); i++) {
            dims.add(window.out().get(i).minus(Dim.ONE).times(Dim.of(window.strides().get(i))).plus(window.span(i)));
        }
        return Paddings.filled(node, x, new Shape(dims), begin, node.scalar(x.dtype(), 0));
    }

    /** i32 of u8 or i8 operands less their zero points; padding stands for the zero point. */
    static List<Operand> integer(NodeContext node) {
        return node.results(node.cast(products(node, node.value(0), zero(node, 2), node.value(1), zero(node, 3)),
                DType.I32));
    }

    private static @Nullable Value zero(NodeContext node, int i) {
        return node.has(i) ? node.value(i) : null;
    }

    /** Sums of products of integers, exact: in f32, over some of the channels at a time if need be, else in f64. */
    private static Value products(NodeContext node, Value x, @Nullable Value xZero, Value w, @Nullable Value wZero) {
        var ends = exactParts(w, wZero);
        boolean whole = ends.size() == 1;
        if (ends.isEmpty() || !whole && node.attributes().integer("group", 1) > 1) {
            return convolve(node, centered(node, x, xZero, DType.F64), centered(node, w, wZero, DType.F64), null);
        }
        var left = centered(node, x, xZero, DType.F32);
        var right = centered(node, w, wZero, DType.F32);
        if (whole) {
            return convolve(node, left, right, null);
        }
        node.symbols().requireEqual(x.shape().dim(1), w.shape().dim(1), "channels of " + node.origin().first());
        var sum = Expr.cast(Expr.arg(0, DType.F32), DType.I32);
        var parts = new ArrayList<Value>();
        int begin = 0;
        for (int end : ends) {
            if (begin > 0) {
                sum = Expr.apply(Fn.ADD, sum, Expr.cast(Expr.arg(parts.size(), DType.F32), DType.I32));
            }
            parts.add(convolve(node, channels(node, left, begin, end), channels(node, right, begin, end), null));
            begin = end;
        }
        return node.map(sum, parts.toArray(Value[]::new));
    }

    /** Some indices of the second axis. */
    private static Value channels(NodeContext node, Value value, int begin, int end) {
        int rank = value.shape().rank();
        var begins = new ArrayList<Dim>(Collections.nCopies(rank, Dim.ZERO));
        begins.set(1, Dim.of(begin));
        return node.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(rank, 1L),
                value.shape().with(1, Dim.of(end - begin)).dims())), value);
    }

    /** Where to cut the channels so that the sums over each part are exact in f32; nothing if that is not possible. */
    private static List<Integer> exactParts(Value w, @Nullable Value wZero) {
        if (!w.shape().isConst()) {
            return List.of();
        }
        int rows = Math.toIntExact(w.shape().dim(0).value());
        int count = Math.toIntExact(w.shape().dim(1).value());
        var weights = w.constant();
        var zeros = wZero == null ? null : wZero.constant();
        boolean known = weights != null && (wZero == null || zeros != null);
        int window = rows * count == 0 ? 0 : Math.toIntExact(w.shape().size().value() / rows / count);
        var ends = new ArrayList<Integer>();
        var sums = new long[rows];
        for (int channel = 0; channel < count; channel++) {
            var more = new long[rows];
            boolean fits = true;
            for (int row = 0; row < rows; row++) {
                long zero = !known || zeros == null ? 0 : zeros.getLong(zeros.size() == 1 ? 0 : row);
                for (int k = 0; k < window; k++) {
                    more[row] += known ? 255 * Math.abs(weights.getLong((row * count + channel) * window + k) - zero)
                            : 255 * 255;
                }
                if (more[row] >= EXACT_F32) {
                    return List.of();
                }
                fits &= sums[row] + more[row] < EXACT_F32;
            }
            if (!fits) {
                ends.add(channel);
                Arrays.fill(sums, 0);
            }
            for (int row = 0; row < rows; row++) {
                sums[row] += more[row];
            }
        }
        ends.add(count);
        return ends;
    }

    /** Whether 32 bits surely hold the sum of a window's products and of a known bias. */
    private static boolean staysNarrow(Value w, Value bias) {
        var added = bias.constant();
        if (added == null || !w.shape().isConst() || w.shape().dim(0).value() == 0) {
            return false;
        }
        long largest = w.shape().size().value() / w.shape().dim(0).value() * 255 * 255;
        for (int i = 0; i < added.size(); i++) {
            if (largest + Math.abs(added.getLong(i)) > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** Elements less their zero point: one for all, or one for each index of the first axis. */
    private static Value centered(NodeContext node, Value x, @Nullable Value zero, DType type) {
        var element = Expr.cast(Expr.arg(0, x.dtype()), type);
        if (zero == null) {
            return node.map(element, x);
        }
        return node.map(Expr.apply(Fn.SUB, element, Expr.cast(Expr.arg(1, zero.dtype()), type)), x,
                along(node, zero, x.shape().rank(), 0));
    }

    /** A scalar, or a vector laid along one axis of tensors of some rank. */
    static Value along(NodeContext node, Value parameter, int rank, int axis) {
        var shape = parameter.shape();
        if (shape.rank() == 0 || shape.isConst() && shape.size().value() == 1) {
            return node.reshape(parameter, Shape.SCALAR);
        }
        var dims = new ArrayList<>(Collections.nCopies(rank, Dim.ONE));
        dims.set(axis, shape.size());
        return node.reshape(parameter, new Shape(dims));
    }

    /** Operands: x, its scale and zero point, w, its scale and zero point, scale and zero point of y, bias in i32. */
    static List<Operand> quantized(NodeContext node) {
        int rank = node.shape(0).rank();
        var sums = products(node, node.value(0), node.value(2), node.value(3), node.value(5));
        var type = sums.dtype();
        if (node.has(8)) {
            boolean narrow = type != DType.F64 && staysNarrow(node.value(3), node.value(8));
            type = narrow ? DType.I32 : DType.F64;
            var wide = node.cast(sums, type);
            var bias = along(node, node.value(8), rank, 1);
            sums = node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.cast(Expr.arg(1, bias.dtype()), type)), wide,
                    bias);
        }
        var a = Expr.cast(Expr.arg(0, node.value(1).dtype()), DType.F32);
        var b = Expr.cast(Expr.arg(1, node.value(4).dtype()), DType.F32);
        var c = Expr.cast(Expr.arg(2, node.value(6).dtype()), DType.F32);
        var factor = node.map(Expr.apply(Fn.DIV, Expr.apply(Fn.MUL, a, b), c),
                node.reshape(node.value(1), Shape.SCALAR), along(node, node.value(4), rank, 1),
                node.reshape(node.value(6), Shape.SCALAR));
        var scaled = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, type), DType.F32), Expr.arg(1, DType.F32));
        var zero = node.reshape(node.value(7), Shape.SCALAR);
        return node.results(node.map(saturated(scaled, Expr.arg(2, zero.dtype())), sums, factor, zero));
    }

    /** An f32 rounded, moved by a zero point and cut to its type. */
    static Expr saturated(Expr scaled, Expr zero) {
        var to = zero.dtype();
        var moved = Expr.apply(Fn.ADD, Expr.apply(Fn.ROUND, scaled), Expr.cast(zero, DType.F32));
        var low = Expr.apply(Fn.MAX, moved, Expr.literal(to.minInteger(), DType.F32));
        return Expr.cast(Expr.apply(Fn.MIN, low, Expr.literal(to.maxInteger(), DType.F32)), to);
    }

    /** com.microsoft: a convolution, a tensor added to it where given, and an activation. */
    static List<Operand> fused(NodeContext node) {
        var y = of(node, node.value(0), node.value(1), node.has(2) ? node.value(2) : null);
        if (node.has(3)) {
            y = node.map(Expr.apply(Fn.ADD, Expr.arg(0, y.dtype()), Expr.arg(1, y.dtype())), y, node.value(3));
        }
        var type = y.dtype();
        var wide = NodeContext.wide(type);
        return node.results(node.map(Expr.cast(activation(node, Expr.cast(Expr.arg(0, type), wide)), type), y));
    }

    private static Expr activation(NodeContext node, Expr x) {
        var name = node.attributes().text("activation", "");
        var given = node.attributes().reals("activation_params");
        var p = given == null ? new float[0] : given;
        var zero = Expr.literal(0, x.dtype());
        return switch (name) {
            case "" -> x;
            case "Relu" -> Expr.apply(Fn.MAX, x, zero);
            case "Tanh" -> Expr.apply(Fn.TANH, x);
            case "Sigmoid" -> Expr.apply(Fn.SIGMOID, x);
            case "LeakyRelu" -> Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, x, zero),
                    Expr.apply(Fn.MUL, x, Expr.literal(p.length > 0 ? p[0] : 0.01, x.dtype())), x);
            case "Clip" -> Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, x, Expr.literal(p[0], x.dtype())),
                    Expr.literal(p[1], x.dtype()));
            case "HardSigmoid" -> {
                var line = Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, x, Expr.literal(p[0], x.dtype())),
                        Expr.literal(p[1], x.dtype()));
                yield Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, line, zero), Expr.literal(1, x.dtype()));
            }
            default -> throw node.error("activation '" + name + "' is not supported");
        };
    }

    /** com.microsoft: the channels are the last axis of operand and result. */
    static List<Operand> channelsLast(NodeContext node) {
        int rank = node.shape(0).rank();
        var y = of(node, node.permute(node.value(0), channelsSecond(rank)), node.value(1),
                node.has(2) ? node.value(2) : null);
        return node.results(node.permute(y, channelsBehind(rank)));
    }

    /** The permutation that moves the last axis behind the first. */
    static List<Integer> channelsSecond(int rank) {
        var perm = new ArrayList<>(List.of(0, rank - 1));
        for (int i = 1; i < rank - 1; i++) {
            perm.add(i);
        }
        return perm;
    }

    /** The permutation that moves the second axis to the end. */
    static List<Integer> channelsBehind(int rank) {
        var perm = new ArrayList<>(List.of(0));
        for (int i = 2; i < rank; i++) {
            perm.add(i);
        }
        perm.add(1);
        return perm;
    }
}
