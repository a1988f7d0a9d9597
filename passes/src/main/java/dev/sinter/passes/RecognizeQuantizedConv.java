package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of dequantized 8-bit operands is one of integers, times both scales: the integers' sums are exact in
 * f32 where they stay below 2^24, which the weights tell; else they are taken over some channels at a time, or in f64.
 * A bias that is a multiple of the scales' product is added to the sums. So a value that lies half way between two
 * quantized numbers is rounded as the integers say, not as the order of a sum has it.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QLinearConv.html">QLinearConv</a>
 */
final class RecognizeQuantizedConv implements Rule {
    private static final double EXACT_F32 = 1 << 24;

    @Override
    public String name() {
        return "recognize-quantized-conv";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Conv.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Conv conv) || node.output().dtype() != DType.F32) {
            return Optional.empty();
        }
        var x = Dequantized.of(node.input(0), graph);
        var w = Dequantized.of(node.input(1), graph);
        if (x == null || w == null || !x.isUniform()) {
            return Optional.empty();
        }
        var weights = w.known(graph);
        var scales = w.along(w.scale(), 0);
        if (weights == null || scales == null) {
            return Optional.empty();
        }
        var factor = ScaledSum.factor(x.along(x.scale(), 0), scales);
        var bias = conv.bias() ? Known.of(node.input(2), graph) : null;
        var whole = bias == null ? null : ScaledSum.multiples(bias, factor);
        if (conv.bias() && whole == null) {
            var patch = graph.patch("a convolution of " + x.quantized().dtype() + " with a real bias");
            var sum = sum(conv, node, x, w, weights, null, graph, patch);
            return Optional.of(biased(new ScaledSum(sum, channels(factor, conv)), conv, node, patch));
        }
        var patch = graph.patch("a convolution of " + x.quantized().dtype() + " with " + w.quantized().dtype());
        var sum = sum(conv, node, x, w, weights, whole, graph, patch);
        new ScaledSum(sum, channels(factor, conv)).replace(node.output(), node.origin(), graph, patch);
        return Optional.of(patch.build());
    }

    /** A bias of its own scale, or one that is computed, is added to the real numbers. */
    private static Patch biased(ScaledSum sum, Conv conv, Node node, Patch.Builder patch) {
        var dims = new ArrayList<Dim>(List.of(node.input(2).shape().dim(0)));
        dims.addAll(Collections.nCopies(conv.axes(), Dim.ONE));
        var bias = patch.add(new View(new IndexMap.Reshape(new Shape(dims))), node.origin(), node.input(2));
        var result = patch.map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)), node.origin(),
                List.of(sum.real(patch, node.origin()), bias));
        return patch.replace(node.output(), result).build();
    }

    /** The integers' sums and a bias of integers, rounded to f32 at the end. */
    private static Body sum(Conv conv, Node node, Dequantized x, Dequantized w, TensorData weights,
            @Nullable TensorData bias, GraphIndex graph, Patch.Builder patch) {
        var producer = conv.bias() ? graph.producer(node.input(2)) : null;
        var origin = node.origin().plus(w.map().origin());
        origin = producer == null ? origin : origin.plus(producer.origin());
        var bounds = Bounds.of(weights, bias, x.largest());
        var operands = new ArrayList<Value>();
        if (bounds.most() < EXACT_F32) {
            operands.addAll(List.of(x.centered(DType.F32, patch), patch.constant(weights, "")));
            if (bias != null) {
                operands.add(constant(spread(bias, weights.dims()[0]), DType.F32, patch));
            }
            var result = patch.addAll(like(conv, bias != null), origin, operands).getFirst();
            return new Body(Expr.arg(0, DType.F32), List.of(result));
        }
        if (conv.groups() > 1 || bounds.mostOfChannel() >= EXACT_F32) {
            operands.add(patch.add(like(conv, false), origin, x.centered(DType.F64, patch),
                    constant(weights, DType.F64, patch)));
        } else {
            parts(conv, x.centered(DType.F32, patch), weights, bounds.parts(EXACT_F32), origin, operands, patch);
        }
        boolean narrow = operands.getFirst().dtype() == DType.F32 && bounds.most() <= Integer.MAX_VALUE;
        var type = narrow ? DType.I32 : DType.F64;
        if (bias != null) {
            operands.add(constant(channels(spread(bias, weights.dims()[0]), conv), type, patch));
        }
        var all = Expr.cast(Expr.arg(0, operands.getFirst().dtype()), type);
        for (int i = 1; i < operands.size(); i++) {
            all = Expr.apply(Fn.ADD, all, Expr.cast(Expr.arg(i, operands.get(i).dtype()), type));
        }
        return new Body(Expr.cast(all, DType.F32), operands);
    }

    /** Sums over some of the channels at a time, each exact. */
    private static void parts(Conv conv, Value x, TensorData weights, List<Integer> ends, Origin origin,
            List<Value> sums, Patch.Builder patch) {
        int begin = 0;
        for (int end : ends) {
            boolean whole = ends.size() == 1;
            var part = whole ? x : patch.add(slice(x.shape(), begin, end), origin, x);
            var some = whole ? weights : columns(weights, begin, end);
            sums.add(patch.add(like(conv, false), origin, part, patch.constant(some, "")));
            begin = end;
        }
    }

    private static View slice(Shape shape, int begin, int end) {
        var begins = new ArrayList<Dim>(Collections.nCopies(shape.rank(), Dim.ZERO));
        begins.set(1, Dim.of(begin));
        return new View(new IndexMap.Slice(begins, Collections.nCopies(shape.rank(), 1L),
                shape.with(1, Dim.of(end - begin)).dims()));
    }

    /** Some indices of the second axis. */
    private static TensorData columns(TensorData weights, int begin, int end) {
        var dims = weights.dims().clone();
        int rows = (int) dims[0];
        int row = weights.size() / rows;
        int window = row / (int) dims[1];
        dims[1] = end - begin;
        var some = TensorData.zeros(weights.dtype(), dims);
        int length = (end - begin) * window;
        for (int i = 0; i < rows; i++) {
            System.arraycopy(weights.array(), i * row + begin * window, some.array(), i * length, length);
        }
        return some;
    }

    private static Conv like(Conv conv, boolean bias) {
        return new Conv(conv.groups(), conv.strides(), conv.dilations(), conv.begin(), conv.end(), bias);
    }

    private static Value constant(TensorData data, DType type, Patch.Builder patch) {
        return patch.constant(Known.evaluate(Expr.cast(Expr.arg(0, data.dtype()), type), List.of(data)), "");
    }

    private static TensorData spread(TensorData bias, long channels) {
        var all = TensorData.zeros(bias.dtype(), channels);
        for (int i = 0; i < all.size(); i++) {
            all.set(i, bias.getDouble(bias.size() == 1 ? 0 : i));
        }
        return all;
    }

    /** One factor for all, or one for each channel laid along the second axis. */
    private static TensorData channels(TensorData factor, Conv conv) {
        if (factor.dims().length == 0) {
            return factor;
        }
        var dims = new long[conv.axes() + 1];
        Arrays.fill(dims, 1);
        dims[0] = factor.size();
        return TensorData.of(factor.dtype(), factor.array(), dims);
    }

    /**
     * How large sums of products with weights can become.
     *
     * @param channels
     *            for each result channel, the largest product with each operand channel of its group
     * @param bias
     *            for each result channel, the size of what is added
     */
    private record Bounds(double[][] channels, double[] bias) {
        static Bounds of(TensorData weights, @Nullable TensorData bias, double largest) {
            int rows = (int) weights.dims()[0];
            int columns = (int) weights.dims()[1];
            int window = weights.size() == 0 ? 0 : weights.size() / rows / columns;
            var channels = new double[rows][columns];
            var added = new double[rows];
            for (int i = 0; i < rows; i++) {
                added[i] = bias == null ? 0 : Math.abs(bias.getDouble(bias.size() == 1 ? 0 : i));
                for (int j = 0; j < columns * window; j++) {
                    channels[i][j / window] += largest * Math.abs(weights.getDouble(i * columns * window + j));
                }
            }
            return new Bounds(channels, added);
        }

        /** The size of the largest sum, and of every part of it. */
        double most() {
            double most = 0;
            for (int i = 0; i < bias.length; i++) {
                most = Math.max(most, bias[i] + Arrays.stream(channels[i]).sum());
            }
            return most;
        }

        double mostOfChannel() {
            return Arrays.stream(channels).flatMapToDouble(Arrays::stream).max().orElse(0);
        }

        /** Ends of runs of channels whose sums, without the bias, stay below a limit, as those of each channel do. */
        List<Integer> parts(double limit) {
            var ends = new ArrayList<Integer>();
            var sums = new double[bias.length];
            int columns = channels.length == 0 ? 0 : channels[0].length;
            for (int c = 0; c < columns; c++) {
                boolean full = false;
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += channels[i][c];
                    full |= sums[i] >= limit;
                }
                if (full && c > 0) {
                    ends.add(c);
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] = channels[i][c];
                    }
                }
            }
            ends.add(columns);
            return ends;
        }
    }
}
