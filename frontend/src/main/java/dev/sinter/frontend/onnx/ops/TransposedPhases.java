package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A transposed convolution as an ordinary one. With stride s, results whose places have the same remainder by s, a
 * phase, are a convolution of stride one with every s-th tap, the last one first. All phases are computed by one
 * convolution, as further results, and then laid side by side; windows are as large as the largest phase's, taps that a
 * phase does not have are zero.
 *
 * <p>
 * Along an axis with kernel k, stride s and zeros {@code begin} cut off, result {@code o} has
 * {@code q = o + begin, p = q mod s, t = q / s} and is the sum of {@code x[t - j] * w[p + s * j]} over j.
 */
final class TransposedPhases {
    /** What is the same along all axes but differs in size. */
    private record Axis(long taps, long stride, long dilation, long window, long first, long skipped, long behind,
            Dim places, Dim out) {
    }

    private final NodeContext node;
    private final List<Axis> axes;
    private final long groups;
    /** Results of a group. */
    private final long results;
    /** Channels of a group. */
    private final long channels;

    private TransposedPhases(NodeContext node, List<Axis> axes, long groups, long channels, long results) {
        this.node = node;
        this.axes = axes;
        this.groups = groups;
        this.channels = channels;
        this.results = results;
    }

    /**
     * The results, or null where sizes are not known, or where an axis has both strides and dilations.
     *
     * @param x
     *            {@code [N,C,S..]}
     * @param w
     *            {@code [C,M/groups,K..]}
     * @param begin
     *            what is cut off before each axis
     * @param out
     *            sizes of results
     */
    static @Nullable Value of(NodeContext node, Value x, Value w, @Nullable Value bias, long groups,
            List<Long> strides, List<Long> dilations, List<Dim> begin, List<Dim> out) {
        var sizes = w.shape().dims();
        if (!sizes.stream().allMatch(d -> d.isConst() && d.value() > 0) || sizes.getFirst().value() % groups != 0) {
            return null;
        }
        var axes = new ArrayList<Axis>();
        for (int i = 0; i < strides.size(); i++) {
            var axis = axis(node, x.shape().dim(i + 2), sizes.get(i + 2).value(), strides.get(i), dilations.get(i),
                    begin.get(i), out.get(i));
            if (axis == null) {
                return null;
            }
            axes.add(axis);
        }
        return new TransposedPhases(node, axes, groups, sizes.getFirst().value() / groups, sizes.get(1).value())
                .result(x, w, bias);
    }

    private static @Nullable Axis axis(NodeContext node, Dim in, long taps, long stride, long dilation, Dim begin,
            Dim out) {
        var size = node.symbols().simplify(out);
        var more = node.symbols().simplify(begin.plus(out).minus(in.times(Dim.of(stride))));
        if (stride > 1 && dilation > 1 || !begin.isConst() || begin.value() < 0 || !more.isConst()
                || size.isConst() && size.value() < 1) {
            return null;
        }
        long window = (taps + stride - 1) / stride;
        long first = begin.value() / stride;
        long behind = Math.ceilDiv(more.value(), stride);
        return new Axis(taps, stride, dilation, window, first, begin.value() - first * stride, behind,
                node.symbols().simplify(in.plus(Dim.of(behind - first))), size);
    }

    private long phases() {
        return axes.stream().mapToLong(Axis::stride).reduce(1, Math::multiplyExact);
    }

    private Value result(Value x, Value w, @Nullable Value bias) {
        var op = new Conv((int) groups, Collections.nCopies(axes.size(), 1), ints(axes.stream().map(Axis::dilation)),
                ints(axes.stream().map(a -> (a.window - 1) * a.dilation - a.first)),
                ints(axes.stream().map(Axis::behind)), bias != null);
        var y = bias == null ? node.apply(op, x, weights(w)) : node.apply(op, x, weights(w), repeated(bias));
        return beside(x.shape().dim(0), y);
    }

    private static List<Integer> ints(Stream<Long> values) {
        return values.map(Math::toIntExact).toList();
    }

    /** {@code [groups * phases * M/groups, C/groups, windows..]}: of each result the taps of its phase, the last first. */
    private Value weights(Value w) {
        var shape = new ArrayList<>(List.of(Dim.of(groups * phases() * results), Dim.of(channels)));
        axes.forEach(a -> shape.add(Dim.of(a.window)));
        var f = new Formula();
        var group = Formula.div(Formula.axis(0), Formula.number(phases() * results));
        var phase = Formula.mod(Formula.div(Formula.axis(0), Formula.number(results)), Formula.number(phases()));
        var at = new ArrayList<Expr>(List.of(
                Formula.add(Formula.mul(group, Formula.number(channels)), Formula.axis(1)),
                Formula.mod(Formula.axis(0), Formula.number(results))));
        long behind = phases();
        for (int i = 0; i < axes.size(); i++) {
            var axis = axes.get(i);
            behind /= axis.stride;
            var p = Formula.mod(Formula.div(phase, Formula.number(behind)), Formula.number(axis.stride));
            at.add(Formula.add(p, Formula.mul(Formula.number(axis.stride),
                    Formula.sub(Formula.number(axis.window - 1), Formula.axis(i + 2)))));
        }
        var zero = Formula.literal(0, w.dtype());
        return node.compute(new Shape(shape), f.operand(0, w.dtype()).or(zero, at), w);
    }

    /** The bias of each phase. */
    private Value repeated(Value bias) {
        var parts = node.expand(node.reshape(bias, Shape.of(Dim.of(groups), Dim.ONE, Dim.of(results))),
                Shape.of(Dim.of(groups), Dim.of(phases()), Dim.of(results)));
        return node.reshape(parts, Shape.of(Dim.of(groups * phases() * results)));
    }

    /** Phases laid side by side, with channels last on the way, and what is cut off left out. */
    private Value beside(Dim batch, Value y) {
        int n = axes.size();
        var apart = new ArrayList<>(List.of(batch, Dim.of(groups)));
        axes.forEach(a -> apart.add(Dim.of(a.stride)));
        apart.add(Dim.of(results));
        axes.forEach(a -> apart.add(a.places));
        var order = new ArrayList<>(List.of(0));
        var whole = new ArrayList<>(List.of(batch));
        var first = new ArrayList<>(List.of(0));
        for (int i = 0; i < n; i++) {
            order.add(n + 3 + i);
            order.add(2 + i);
            whole.add(axes.get(i).places.times(Dim.of(axes.get(i).stride)));
        }
        order.addAll(List.of(1, n + 2));
        whole.add(Dim.of(groups * results));
        var last = node.reshape(node.permute(node.reshape(y, new Shape(apart)), order), new Shape(whole));
        first.add(n + 1);
        for (int i = 0; i < n; i++) {
            first.add(i + 1);
        }
        var all = node.permute(last, first);
        var begins = new ArrayList<>(List.of(Dim.ZERO, Dim.ZERO));
        var dims = new ArrayList<>(List.of(batch, Dim.of(groups * results)));
        axes.forEach(a -> {
            begins.add(Dim.of(a.skipped));
            dims.add(a.out);
        });
        boolean cut = axes.stream().anyMatch(a -> a.skipped != 0 || !a.places.times(Dim.of(a.stride)).equals(a.out));
        return !cut ? all
                : node.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(n + 2, 1L), dims)), all);
    }
}
