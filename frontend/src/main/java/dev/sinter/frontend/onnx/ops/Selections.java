package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parts of tensors: Gather (1, 11 negative indices, 13), Concat (4, 11, 13), Slice (1 attributes, 10 inputs, 11, 13),
 * Split
 * (2 attribute, 11, 13 input, 18 num_outputs).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Slice.html">Slice</a>
 */
final class Selections {
    /** Bounds at or beyond this mean "to the end", as no axis is that long. */
    private static final long FAR = Integer.MAX_VALUE;

    private Selections() {
    }

    static List<Operand> gather(NodeContext node) {
        int axis = node.axis(node.attributes().integer("axis", 0), node.shape(0).rank());
        var data = node.input(0).content();
        var indices = node.input(1).content();
        if (data != null && indices != null && node.shape(0).rank() == 1 && indices.stream().allMatch(Dim::isConst)) {
            var picked = new ArrayList<Dim>();
            for (var index : indices) {
                picked.add(data.get(node.axis(index.value(), data.size())));
            }
            return List.of(Operand.ofContent(new TensorType(node.type(0).dtype(), node.shape(1)), picked));
        }
        return node.results(node.apply(new Gather(axis), node.value(0), node.value(1)));
    }

    static List<Operand> concat(NodeContext node) {
        if (node.inputCount() == 0 || node.opset() >= 4 && !node.attributes().has("axis")) {
            throw node.error("inputs and an axis were expected");
        }
        int axis = node.axis(node.attributes().integer("axis", 1), node.shape(0).rank());
        var joined = joined(node);
        if (joined != null && joined.stream().noneMatch(Objects::isNull)) {
            return List.of(Operand.ofContent(TensorType.of(node.type(0).dtype(), joined.size()),
                    joined.stream().map(Objects::requireNonNull).toList()));
        }
        var result = node.apply(new Concat(axis), node.values().toArray(Value[]::new));
        return List.of(joined != null && joined.stream().anyMatch(Objects::nonNull) && result.constant() == null
                ? Operand.ofPartial(result, joined) : Operand.of(result));
    }

    /** The elements of short integer tensors that are joined, null where data tells them. */
    private static @Nullable List<@Nullable Dim> joined(NodeContext node) {
        var joined = new ArrayList<@Nullable Dim>();
        for (int i = 0; i < node.inputCount(); i++) {
            var type = node.type(i);
            if (node.shape(i).rank() != 1 || !type.shape().isConst() || !Operand.countable(type.dtype())
                    || type.dtype() != node.type(0).dtype()
                    || joined.size() + type.shape().size().value() > Operand.LARGEST_CONTENT) {
                return null;
            }
            var part = node.input(i).partial();
            joined.addAll(part != null ? part : Collections.nCopies((int) type.shape().size().value(), null));
        }
        return joined;
    }

    /** One slice, axis by axis. */
    static List<Operand> slice(NodeContext node) {
        var shape = node.simplify(node.shape(0));
        boolean inputs = node.opset() >= 10;
        if (inputs && (ComputedAxes.isComputed(node, 3) || ComputedAxes.isComputed(node, 4))) {
            return node.results(ComputedSlices.slice(node, shape));
        }
        long[] axes = inputs ? node.has(3) ? node.constants(3) : null : node.attributes().integers("axes");
        long[] steps = inputs && node.has(4) ? node.constants(4) : null;
        var starts = inputs ? bounds(node, 1) : attribute(node, "starts");
        var ends = inputs ? bounds(node, 2) : attribute(node, "ends");
        int n = starts.size();
        if (ends.size() != n || axes != null && axes.length != n || steps != null && steps.length != n
                || n > shape.rank()) {
            throw node.error(
                    "as many starts, ends, axes and steps were expected for " + node.type(0) + ", not " + starts + ", "
                            + ends + ", " + Arrays.toString(axes) + ", " + Arrays.toString(steps));
        }
        var begins = new ArrayList<Dim>(Collections.nCopies(shape.rank(), Dim.ZERO));
        var strides = new ArrayList<>(Collections.nCopies(shape.rank(), 1L));
        var sizes = new ArrayList<>(shape.dims());
        List<Dim> computed = null;
        for (int i = 0; i < n; i++) {
            int axis = node.axis(axes == null ? i : axes[i], shape.rank());
            long step = steps == null ? 1 : steps[i];
            if (step == 0) {
                throw node.error("a step other than 0 was expected at axis " + axis);
            }
            var dim = shape.dim(axis);
            strides.set(axis, step);
            // a backward slice begins at most at the last element and ends before the first
            var begin = bound(node, starts.get(i), dim, step < 0);
            var end = bound(node, ends.get(i), dim, step < 0);
            if (begin == null || end == null) {
                computed = computed != null ? computed : ComputedSlices.bounds(node, shape, axes, steps, n);
                begins.set(axis, computed.get(i));
                sizes.set(axis, computed.get(n + i));
                continue;
            }
            var distance = node.symbols().simplify(step > 0 ? end.minus(begin) : begin.minus(end));
            begins.set(axis, begin);
            var length = Signs.notNegative(distance, node.symbols()) ? distance
                    : node.symbols().simplify(distance.max(Dim.ZERO));
            sizes.set(axis, node.symbols().simplify(length.ceilDiv(Math.abs(step))));
        }
        return take(node, begins, strides, sizes);
    }

    /** Bounds as far as they are known; null where data tells them. */
    private static List<@Nullable Dim> bounds(NodeContext node, int i) {
        var known = node.input(i).partial();
        if (known != null) {
            return known;
        }
        return Collections.nCopies(ComputedAxes.count(node, i), null);
    }

    private static List<@Nullable Dim> attribute(NodeContext node, String name) {
        var values = node.attributes().integers(name);
        if (values == null) {
            throw node.error("attribute '" + name + "' was expected, it is missing");
        }
        return Arrays.stream(values).<@Nullable Dim>mapToObj(Dim::of).toList();
    }

    /** A bound counted from the front and held within the axis; null where its sign is not known. */
    private static @Nullable Dim bound(NodeContext node, @Nullable Dim bound, Dim dim, boolean backward) {
        var symbols = node.symbols();
        if (bound == null) {
            return null;
        }
        var given = symbols.simplify(bound);
        var least = Dim.of(backward ? -1 : 0);
        var most = backward ? dim.minus(Dim.ONE) : dim;
        if (given instanceof Dim.Const(long v) && Math.abs(v) >= FAR || given.equals(Dim.of(Long.MIN_VALUE))) {
            return given.value() > 0 ? most : least;
        }
        var front = given;
        if (Signs.negative(given, symbols)) {
            front = dim.plus(given);
        } else if (!Signs.notNegative(given, symbols)) {
            return null;
        }
        return symbols.simplify(symbols.simplify(front.min(most)).max(least));
    }

    private static List<Operand> take(NodeContext node, List<Dim> begins, List<Long> steps, List<Dim> sizes) {
        var content = node.input(0).content();
        if (content != null && sizes.size() == 1 && begins.getFirst().isConst() && sizes.getFirst().isConst()) {
            var part = new ArrayList<Dim>();
            for (long i = 0; i < sizes.getFirst().value(); i++) {
                part.add(content.get(Math.toIntExact(begins.getFirst().value() + i * steps.getFirst())));
            }
            return List.of(Operand.ofContent(TensorType.of(node.type(0).dtype(), part.size()), part));
        }
        if (sizes.equals(node.shape(0).dims()) && steps.stream().allMatch(s -> s == 1)) {
            return List.of(node.input(0));
        }
        return node.results(node.apply(new View(new IndexMap.Slice(begins, steps, sizes)), node.value(0)));
    }

    static List<Operand> split(NodeContext node) {
        var shape = node.simplify(node.shape(0));
        int axis = node.axis(node.attributes().integer("axis", 0), shape.rank());
        var parts = parts(node, shape, axis);
        var results = new ArrayList<Operand>();
        var begins = new ArrayList<Dim>(Collections.nCopies(shape.rank(), Dim.ZERO));
        var total = Dim.ZERO;
        for (var part : parts) {
            begins.set(axis, total);
            results.addAll(take(node, begins, Collections.nCopies(shape.rank(), 1L), shape.with(axis, part).dims()));
            total = total.plus(part);
        }
        node.symbols().requireEqual(total, shape.dim(axis), "split of " + new Shape(shape.dims()) + " into " + parts);
        return results;
    }

    private static List<Dim> parts(NodeContext node, Shape shape, int axis) {
        var sizes = node.opset() < 13 ? node.attributes().integers("split") : null;
        if (sizes != null) {
            return Arrays.stream(sizes).<Dim>mapToObj(Dim::of).toList();
        }
        // an input before opset 2 and since opset 13
        if (node.has(1)) {
            return node.content(1);
        }
        long count =
                node.opset() >= 18 ? node.attributes().integer("num_outputs", node.outputCount()) : node.outputCount();
        if (count < 1 || count > node.outputCount()) {
            throw node.error("as many outputs as num_outputs=" + count + " were expected, not " + node.outputCount());
        }
        // since opset 18 the last part may be smaller; before, a remainder is an error
        var part = shape.dim(axis).ceilDiv(count);
        var parts = new ArrayList<>(Collections.nCopies((int) count - 1, part));
        parts.add(shape.dim(axis).minus(part.times(Dim.of(count - 1))));
        if (node.opset() < 18 && !parts.getLast().equals(part)) {
            node.symbols().requireEqual(parts.getLast(), part, "split of " + shape + " into " + count + " equal parts");
        }
        return parts;
    }
}
