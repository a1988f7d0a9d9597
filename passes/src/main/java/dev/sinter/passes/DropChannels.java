package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Channels between two products or convolutions that the second has no weights for, or that the first makes zeros of, are
 * not computed: pruned channels, and neurons of a feed-forward layer. So many stay that their number is a multiple of
 * what a vector holds. Sums stay the same to the bit, unless a factor of a zero is infinite or no number.
 */
final class DropChannels implements Rule {
    private static final int LANES = 16;

    private final Class<? extends Op> kind;

    private DropChannels(Class<? extends Op> kind) {
        this.kind = kind;
    }

    /** Before products. */
    static DropChannels ofProducts() {
        return new DropChannels(MatMul.class);
    }

    /** Before convolutions. */
    static DropChannels ofConvolutions() {
        return new DropChannels(Conv.class);
    }

    @Override
    public String name() {
        return kind == MatMul.class ? "drop-channels" : "drop-conv-channels";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return kind;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var reader = Product.of(node);
        var value = node.input(0);
        var maker = Product.of(graph.producer(value));
        if (maker == null || reader == null || graph.uses(value) != 1 || graph.isOutput(value)
                || channelsAt(maker.node()) == 0 || channelsAt(maker.node()) != channelsAt(node)) {
            return Optional.empty();
        }
        var made = maker.b().constant();
        var read = reader.b().constant();
        if (made == null || read == null || !made.dtype().isFloat() || !read.dtype().isFloat()) {
            return Optional.empty();
        }
        int channels = (int) read.dims()[inputAxis(node)];
        var extras = extras(maker, channels);
        if (extras == null) {
            return Optional.empty();
        }
        var idle = idle(read, inputAxis(node), channels);
        var zeros = idle(made, outputAxis(maker.node()), channels);
        if (!zeros.isEmpty() && finite(read)) {
            keepZeros(zeros, maker, extras, channels);
            idle.or(zeros);
        }
        int left = (channels - idle.cardinality() + LANES - 1) / LANES * LANES;
        var kept = kept(idle, channels, Math.max(LANES, left));
        return kept.length >= channels ? Optional.empty() : Optional.of(patch(maker, reader, kept, channels, graph));
    }

    /** The axis of channels, counted from the last one, which is 1; 0 if the node is none that we know of. */
    private static int channelsAt(Node node) {
        return switch (node.op()) {
            case MatMul m when node.input(1).shape().rank() == 2 && node.input(0).shape().rank() > 1 -> 1;
            case Conv c when c.groups() == 1 -> c.channelsLast() ? 1 : c.strides().size() + 1;
            default -> 0;
        };
    }

    private static int inputAxis(Node reader) {
        return reader.op() instanceof Conv ? 1 : 0;
    }

    private static int outputAxis(Node maker) {
        return maker.op() instanceof Conv ? 0 : 1;
    }

    /** The bias and the epilogue's operands, each a number for every channel; null if some are not. */
    private static @Nullable List<TensorData> extras(Product maker, int channels) {
        var extras = new ArrayList<TensorData>();
        for (int i = 2; i < maker.node().inputs().size(); i++) {
            var extra = maker.node().input(i);
            var data = extra.constant();
            int at = i < maker.fixed().size() ? 1 : channelsAt(maker.node());
            if (data == null || data.size() != 1 && !(data.size() == channels && data.dims().length >= at
                    && data.dims()[data.dims().length - at] == channels)) {
                return null;
            }
            extras.add(data);
        }
        return extras;
    }

    /** Channels of which all weights are zero; of others few weights are looked at. */
    private static BitSet idle(TensorData weights, int axis, int channels) {
        int stride = stride(weights, axis);
        var idle = new BitSet();
        for (int c = 0; c < channels; c++) {
            idle.set(c, isZero(weights, c * stride, stride, channels * stride));
        }
        return idle;
    }

    /** Whether all elements of parts of a size, some distance apart, are zero. */
    private static boolean isZero(TensorData weights, int first, int size, int distance) {
        for (int from = first; from < weights.size(); from += distance) {
            for (int i = from; i < from + size; i++) {
                if (weights.getDouble(i) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int stride(TensorData data, int axis) {
        int stride = 1;
        for (int i = axis + 1; i < data.dims().length; i++) {
            stride *= Math.toIntExact(data.dims()[i]);
        }
        return stride;
    }

    private static boolean finite(TensorData weights) {
        for (int i = 0; i < weights.size(); i++) {
            if (!Double.isFinite(weights.getDouble(i))) {
                return false;
            }
        }
        return true;
    }

    /** Of channels without weights, leaves those that are zero: no bias, and nothing behind makes something of 0. */
    private static void keepZeros(BitSet zeros, Product maker, List<TensorData> extras, int channels) {
        int biases = maker.fixed().size() - 2;
        var type = maker.b().dtype();
        var operands = new ArrayList<TensorData>();
        operands.add(biases > 0 ? vector(extras.getFirst(), channels) : TensorData.zeros(type, channels));
        extras.subList(biases, extras.size()).forEach(e -> operands.add(vector(e, channels)));
        var results = new Map(maker.epilogue()).evaluate(operands).getFirst();
        for (int c = zeros.nextSetBit(0); c >= 0; c = zeros.nextSetBit(c + 1)) {
            if (results.getDouble(c) != 0) {
                zeros.clear(c);
            }
        }
    }

    private static TensorData vector(TensorData data, int channels) {
        var vector = TensorData.zeros(data.dtype(), channels);
        for (int c = 0; c < channels; c++) {
            System.arraycopy(data.array(), data.size() == 1 ? 0 : c, vector.array(), c, 1);
        }
        return vector;
    }

    /** Channels that are not idle, and the first idle ones to make up the number. */
    private static int[] kept(BitSet idle, int channels, int wanted) {
        int spare = wanted - (channels - idle.cardinality());
        for (int c = idle.nextSetBit(0); c >= 0 && spare > 0; c = idle.nextSetBit(c + 1)) {
            idle.clear(c);
            spare--;
        }
        return IntStream.range(0, channels).filter(c -> !idle.get(c)).toArray();
    }

    private static Patch patch(Product maker, Product reader, int[] kept, int channels, GraphIndex graph) {
        var patch = graph.patch(channels - kept.length + " of " + channels + " channels of " + reader.a()
                + " have no effect");
        var makes = new ArrayList<>(maker.node().inputs());
        makes.set(1, taken(maker.b(), outputAxis(maker.node()), kept, graph, patch));
        for (int i = 2; i < makes.size(); i++) {
            var extra = makes.get(i);
            int rank = extra.shape().rank();
            if (rank > 0 && extra.shape().size().value() > 1) {
                int at = i < maker.fixed().size() ? 1 : channelsAt(maker.node());
                makes.set(i, taken(extra, rank - at, kept, graph, patch));
            }
        }
        var value = patch.addAll(maker.node().op(), maker.node().origin(), makes).getFirst();
        var reads = new ArrayList<>(reader.node().inputs());
        reads.set(0, value);
        reads.set(1, taken(reader.b(), inputAxis(reader.node()), kept, graph, patch));
        var result = patch.addAll(reader.node().op(), reader.node().origin(), reads).getFirst();
        return patch.replace(reader.node().output(), result).build();
    }

    /** Some of a constant's elements along an axis. */
    private static Value taken(Value value, int axis, int[] kept, GraphIndex graph, Patch.Builder patch) {
        var data = value.constant();
        int stride = stride(data, axis);
        var dims = data.dims().clone();
        int extent = Math.toIntExact(dims[axis]);
        dims[axis] = kept.length;
        var result = TensorData.zeros(data.dtype(), dims);
        int to = 0;
        for (int before = 0; before < data.size(); before += extent * stride) {
            for (int c : kept) {
                System.arraycopy(data.array(), before + c * stride, result.array(), to, stride);
                to += stride;
            }
        }
        var producer = graph.producer(value);
        return patch.constant(result, producer != null && producer.op() instanceof Constant c ? c.label() : "");
    }
}
