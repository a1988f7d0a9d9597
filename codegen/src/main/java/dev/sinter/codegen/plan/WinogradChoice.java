package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Winograd;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether Winograd's algorithm pays for a convolution, by what products, transforms and weights are about to cost. Its
 * weights are larger, and large weights come from memory.
 */
final class WinogradChoice {
    /** Products of a nanosecond in the direct kernel, and in small blocks. */
    private static final double PRODUCTS = 70;
    /** Nanoseconds for a vector of channels of a point, there and back. */
    private static final double TRANSFORM = 2;
    private static final double RETURN = 3;
    /** Bytes of a nanosecond from memory, and what stays in the second-level cache. */
    private static final double MEMORY = 20;
    private static final double CACHED = 1 << 20;
    /** What a change of algorithm must gain. */
    private static final double GAIN = 0.2;
    /** Below so many channels, transforms cost more than they save. */
    private static final long FEWEST = 32;
    private static final String DIRECT = "direct";

    private WinogradChoice() {
    }

    /**
     * Chooses the algorithm for a 3x3 convolution with strides and dilations of one, channels last, result and channels
     * of known sizes.
     *
     * @return how, or null for the direct kernel
     */
    static @Nullable Winograd best(Conv op, Node node, PlanBuilder plan) {
        var result = node.output().shape();
        long channels = node.input(1).shape().dim(1).value();
        long results = result.dim(3).value();
        if (channels < FEWEST || results < FEWEST || channels % 16 != 0) {
            return null;
        }
        var picked = plan.choices().pick(question(Sample.of(op, node.inputs().stream()
                .map(v -> Sample.operand(v, v.shape())).toList()), result, (double) channels, results), node.origin());
        for (var algorithm : Winograd.values()) {
            if (name(algorithm).equals(picked)) {
                return algorithm;
            }
        }
        return null;
    }

    private static String name(Winograd algorithm) {
        return algorithm.name().toLowerCase(Locale.ROOT);
    }

    private static Question question(Sample sample, Shape result, double channels, double results) {
        double images = Sample.elements(new Shape(List.of(result.dim(0), result.dim(3)))) / results;
        long height = result.dim(1).value();
        long width = result.dim(2).value();
        double pairs = channels * results;
        var ways = new ArrayList<Way>();
        ways.add(new Way(DIRECT, images * 9 * height * width * pairs / PRODUCTS + memory(9 * pairs), sample));
        for (var algorithm : Winograd.values()) {
            double m = algorithm.results();
            double tiles = images * Math.ceil(height / m) * Math.ceil(width / m);
            double points = (double) algorithm.points() * algorithm.points();
            ways.add(new Way(name(algorithm), points * tiles * pairs / PRODUCTS + memory(points * pairs)
                    + points * tiles * (channels * TRANSFORM + results * RETURN) / 16, sample));
        }
        return new Question("winograd", ways, GAIN);
    }

    private static double memory(double weights) {
        double bytes = 4 * weights;
        return bytes < CACHED ? 0 : bytes / MEMORY;
    }
}
