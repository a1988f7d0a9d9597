package dev.sinter.ir.cost;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.WeightAnalysis;
import dev.sinter.ir.Zeros;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What it costs to compute a convolution with constant weights, channels first, without its zeros: estimates that the
 * choice of layouts and that of kernels share.
 */
public final class PrunedConv {
    /** Part of the weights that must be zero. */
    private static final double FEWEST = 0.25;
    /** Products of a nanosecond with all weights, channels first. */
    public static final double FIRST = 15.6;
    /** Products of a nanosecond with all weights, channels last. */
    public static final double LAST = 56;
    /** So many times fewer products, or what takes as long, Winograd's algorithm needs for whole tiles of 4x4 results. */
    private static final double WINOGRAD = 3;
    private static final int TILE = 4;
    /** So many times more weights it has, and below how many channels it is not used. */
    private static final double WEIGHTS = 4;
    private static final int FEWEST_CHANNELS = 32;
    /** Bytes of a nanosecond from memory, and what stays in the second-level cache. */
    private static final double MEMORY = 20;
    private static final double CACHED = 1 << 20;
    private static final int LANES = 16;
    /** Nanoseconds for a vector of results, beside its products. */
    private static final double RESULT = 3;
    /** Nanoseconds for an element that is copied to where strided windows are one element apart. */
    private static final double DIVIDE = 0.3;
    /** Nanoseconds for an element that is copied from an image to planes with zeros between them, or back. */
    private static final double COPY = 0.17;

    /** Results that keep the same inputs, and products of a nanosecond then, zeros within groups included. */
    private record Grouping(int group, double products) {
    }

    private static final List<Grouping> GROUPINGS =
            List.of(new Grouping(1, 31), new Grouping(2, 43), new Grouping(4, 50), new Grouping(8, 52));

    private final Node node;
    private final Conv op;
    private final double weights;
    private final List<Grouping> groupings = new ArrayList<>();
    private final List<Integer> blocks = new ArrayList<>();

    private PrunedConv(Node node, Conv op, TensorData data) {
        this.node = node;
        this.op = op;
        this.weights = data.size();
        for (var grouping : GROUPINGS) {
            if (data.dims()[0] % grouping.group == 0) {
                groupings.add(grouping);
                blocks.add(blocks(data, grouping.group));
            }
        }
    }

    /**
     * Looks at a node.
     *
     * @param node
     *            any node
     * @return null unless it is a convolution whose zeros can be left out, with enough of them
     */
    public static @Nullable PrunedConv of(Node node) {
        if (!(node.op() instanceof Conv op) || op.channelsLast() || op.axes() > 2 || op.groups() != 1
                || node.input(0).dtype() != DType.F32 || node.input(1).constant() == null
                || !isKnown(node.input(0).shape()) || !isKnown(node.output().shape())) {
            return null;
        }
        var data = node.input(1).constant();
        // with so few zeros nothing is gained, and nobody wants to read about it
        return data.size() == 0 || Zeros.part(data) < FEWEST ? null : new PrunedConv(node, op, data);
    }

    private static boolean isKnown(Shape shape) {
        return shape.dims().subList(1, shape.rank()).stream().allMatch(d -> d.isConst() && d.value() > 0);
    }

    private static int blocks(TensorData data, int group) {
        var values = data.floatArray();
        int results = (int) data.dims()[0];
        int inputs = values.length / results;
        int blocks = 0;
        for (int first = 0; first < results; first += group) {
            for (int i = 0; i < inputs; i++) {
                boolean keeps = false;
                for (int m = first; m < first + group; m++) {
                    keeps |= values[m * inputs + i] != 0;
                }
                blocks += keeps ? 1 : 0;
            }
        }
        return blocks;
    }

    /** {@return in groups of how many neighbouring results weights can be kept together} */
    public List<Integer> groups() {
        return groupings.stream().map(Grouping::group).toList();
    }

    /** {@return nanoseconds with all weights, channels first} */
    public double dense() {
        return images() * plane() * weights / FIRST;
    }

    /** {@return nanoseconds with all weights, channels last, by whatever algorithm} */
    public double last() {
        double products = images() * area() * weights;
        // weights come from memory while products go on; those of Winograd's algorithm are too many for that
        double direct = Math.max(products / LAST, memory(weights));
        return isWinograd()
                ? Math.min(direct, products / wholeTiles() / (LAST * WINOGRAD) + memory(WEIGHTS * weights)) : direct;
    }

    private static double memory(double weights) {
        double bytes = Float.BYTES * weights;
        return bytes < CACHED ? 0 : bytes / MEMORY;
    }

    private boolean isWinograd() {
        var w = node.input(1).shape();
        return op.axes() == 2 && w.dim(2).value() == 3 && w.dim(3).value() == 3
                && op.strides().stream().allMatch(s -> s == 1) && op.dilations().stream().allMatch(d -> d == 1)
                && Math.min(w.dim(0).value(), w.dim(1).value()) >= FEWEST_CHANNELS;
    }

    /** The part of tiles' results that is wanted. */
    private double wholeTiles() {
        double part = 1;
        for (var dim : node.output().shape().dims().subList(2, 4)) {
            part *= dim.value() / (Math.ceil((double) dim.value() / TILE) * TILE);
        }
        return part;
    }

    /**
     * Estimates.
     *
     * @param group
     *            one of {@link #groups}
     * @return nanoseconds
     */
    public double nanos(int group) {
        int i = groups().indexOf(group);
        double lanes = Math.ceil(plane() / LANES) * LANES;
        double results = node.output().shape().dim(1).value();
        boolean divided = op.strides().stream().anyMatch(s -> s > 1);
        return images()
                * (lanes * (blocks.get(i) * (double) group / groupings.get(i).products + results / LANES * RESULT)
                        + (divided ? Sample.elements(node.input(0).shape()) / images() * DIVIDE : 0));
    }

    /** {@return nanoseconds of the best grouping} */
    public double best() {
        return groups().stream().mapToDouble(this::nanos).min().orElse(Double.MAX_VALUE);
    }

    /**
     * What copies of whole images cost: without zeros of its weights a convolution reads and makes planes with zeros
     * between rows, which neighbours of its kind hand on, but callers of the model do not.
     *
     * @param given
     *            whether the input is the model's
     * @param taken
     *            whether the output is the model's
     * @return nanoseconds
     */
    public double copies(boolean given, boolean taken) {
        boolean divided = op.strides().stream().anyMatch(s -> s > 1);
        return COPY * ((given && !divided ? Sample.elements(node.input(0).shape()) : 0)
                + (taken ? Sample.elements(node.output().shape()) : 0));
    }

    private double images() {
        return Sample.elements(node.output().shape()) / (node.output().shape().dim(1).value() * area());
    }

    private double area() {
        var shape = node.output().shape();
        return shape.dims().subList(2, shape.rank()).stream().mapToDouble(Dim::value).reduce(1, (a, b) -> a * b);
    }

    /** Elements of a plane of results, those between rows included. */
    private double plane() {
        var shape = node.output().shape();
        int last = shape.rank() - 1;
        double between = Math.max(op.begin().getLast(), op.end().getLast());
        return area() / shape.dim(last).value() * (shape.dim(last).value() + Math.max(0, between));
    }
}
