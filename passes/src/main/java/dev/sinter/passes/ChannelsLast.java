package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Nodes computed with channels last: where a result has axes {@code [N,C,S…]}, the new node's has {@code [N,S…,C]}.
 * Tensors of one or two axes are the same in both layouts.
 */
final class ChannelsLast {
    private final Patch.Builder patch;
    /** What stands for values of the graph, with channels last. */
    private final java.util.Map<Value, Value> turned = new HashMap<>();

    ChannelsLast(Patch.Builder patch) {
        this.patch = patch;
    }

    // ---- the two layouts

    /** The permutation that moves the second axis to the end. */
    static List<Integer> behind(int rank) {
        var perm = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        if (rank > 2) {
            perm.add(perm.remove(1));
        }
        return perm;
    }

    /** The permutation that moves the last axis behind the first. */
    static List<Integer> second(int rank) {
        var perm = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        if (rank > 2) {
            perm.add(1, perm.removeLast());
        }
        return perm;
    }

    /** Which axis an axis is with channels last. */
    private static int place(int axis, int rank) {
        return axis == 0 || rank < 3 ? axis : axis == 1 ? rank - 1 : axis - 1;
    }

    private static Shape turned(Shape shape) {
        return new Shape(turned(shape.dims()));
    }

    private static <T> List<T> turned(List<T> axes) {
        return behind(axes.size()).stream().map(axes::get).toList();
    }

    // ---- which nodes

    /** Whether a node can be computed with channels last. */
    static boolean carries(Node node) {
        if (node.outputs().size() != 1 || !isRanked(node.output()) || !node.inputs().stream().allMatch(
                ChannelsLast::isRanked)) {
            return false;
        }
        var out = node.output().shape();
        return switch (node.op()) {
            // there is no kernel for volumes with channels last
            case Conv c -> !c.channelsLast() && node.input(1).isConstant()
                    && (c.axes() < 3 || node.output().dtype() != DType.F32);
            case Map m -> out.rank() > 2 && node.inputs().stream().allMatch(v -> v.shape().rank() <= out.rank());
            case Compute c -> out.rank() > 2;
            case Concat c -> out.rank() > 2;
            case Softmax s -> out.rank() > 2;
            case Reduce(var monoid, var axes, var keep) ->
                    node.input(0).shape().rank() > 2 && (keep || !axes.contains(0) && !axes.contains(1));
            case MatMul m -> out.rank() == 3 && node.input(0).isConstant() && node.input(0).shape().rank() == 2
                    && node.input(1).shape().rank() == 3;
            case View(IndexMap.Slice s) -> out.rank() > 2;
            case View(IndexMap.Expand e) -> out.rank() > 2 && node.input(0).shape().rank() == out.rank();
            case View(IndexMap.Permute p) -> out.rank() > 2;
            case View(IndexMap.Reshape r) -> keepsChannels(node.input(0).shape(), out);
            default -> false;
        };
    }

    private static boolean isRanked(Value value) {
        return value.type() instanceof TensorType t && t.shape().isRanked();
    }

    /** Whether a reshape only parts or joins spatial axes. */
    private static boolean keepsChannels(Shape from, Shape to) {
        return from.rank() > 1 && to.rank() > 1 && from.rank() + to.rank() > 4 && from.dim(0).equals(to.dim(0))
                && from.dim(1).equals(to.dim(1));
    }

    /** Whether a node with channels last takes an operand with channels last, and not as it is. */
    static boolean turns(Node node, int operand) {
        int rank = node.input(operand).shape().rank();
        boolean same = rank == node.output().shape().rank();
        return switch (node.op()) {
            case Conv c -> operand == 0 || operand >= c.firstExtra() && same;
            case Map m -> same;
            case MatMul m -> operand > 0 && same;
            case Compute c -> rank > 2 && !node.input(operand).isConstant();
            case View(IndexMap.Permute p) -> false;
            default -> true;
        };
    }

    /** Whether elements have the same order in both layouts. */
    static boolean isFree(Shape shape) {
        return shape.rank() < 3 || shape.dim(1).equals(Dim.ONE)
                || shape.dims().subList(2, shape.rank()).stream().allMatch(Dim.ONE::equals);
    }

    // ---- turning

    /**
     * Adds a node with channels last.
     *
     * @param node
     *            one that {@link #carries}
     * @return whether its result has the sizes it should have
     */
    boolean turn(Node node) {
        var op = op(node);
        var operands = new ArrayList<Value>();
        for (int i = 0; i < node.inputs().size(); i++) {
            operands.add(operand(node, i));
        }
        if (node.op() instanceof MatMul) {
            operands.set(0, operands.get(1));
            operands.set(1, patch.add(new View(new IndexMap.Permute(List.of(1, 0))), Origin.NONE, node.input(0)));
        }
        var result = patch.addAll(op, node.origin(), operands).getFirst();
        turned.put(node.output(), result);
        return result.shape().equals(turned(node.output().shape()));
    }

    /** The result of a node that was turned, with channels first again. */
    Value first(Node node) {
        var last = Objects.requireNonNull(turned.get(node.output()));
        int rank = last.shape().rank();
        return rank < 3 ? last
                : patch.add(new View(new IndexMap.Permute(second(rank))), node.origin(), last);
    }

    private Value operand(Node node, int i) {
        var value = node.input(i);
        if (turns(node, i)) {
            return turned.computeIfAbsent(value, v -> last(v, node.origin()));
        }
        return switch (node.op()) {
            case Map m -> aligned(value, node);
            case MatMul m when i > 1 -> aligned(value, node);
            case Conv c when i >= c.firstExtra() -> aligned(value, node);
            default -> value;
        };
    }

    private Value last(Value value, Origin origin) {
        int rank = value.shape().rank();
        return rank < 3 ? value : patch.add(new View(new IndexMap.Permute(behind(rank))), origin, value);
    }

    /** An operand of fewer axes than the result, which it is broadcast to. */
    private Value aligned(Value value, Node node) {
        int rank = node.output().shape().rank();
        if (value.shape().dims().stream().allMatch(Dim.ONE::equals)) {
            return value;
        }
        var dims = new ArrayList<>(Collections.nCopies(rank - value.shape().rank(), Dim.ONE));
        dims.addAll(value.shape().dims());
        var shape = new Shape(dims);
        // an operand along one axis has its elements in the same order in both layouts
        boolean vector = dims.stream().filter(d -> !d.equals(Dim.ONE)).count() == 1;
        var whole = patch.add(new View(new IndexMap.Reshape(vector ? turned(shape) : shape)), node.origin(), value);
        return vector ? whole : last(whole, node.origin());
    }

    private static Op op(Node node) {
        int rank = node.output().shape().rank();
        return switch (node.op()) {
            case Conv c -> c.in(Conv.Layout.CHANNELS_LAST);
            case Concat(int axis) -> new Concat(place(axis, rank));
            case Softmax(int axis) -> new Softmax(place(axis, rank));
            case Reduce(var monoid, var axes, var keep) -> new Reduce(monoid,
                    axes.stream().map(a -> place(a, node.input(0).shape().rank())).sorted().toList(), keep);
            case Compute(var shape, var expr) -> new Compute(turned(shape), expr.transform(e -> turned(e, node)));
            case View(IndexMap.Slice(var begins, var steps, var sizes)) ->
                    new View(new IndexMap.Slice(turned(begins), turned(steps), turned(sizes)));
            case View(IndexMap.Expand(var shape)) -> new View(new IndexMap.Expand(turned(shape)));
            case View(IndexMap.Reshape(var shape)) -> new View(new IndexMap.Reshape(turned(shape)));
            case View(IndexMap.Permute(var perm)) -> new View(new IndexMap.Permute(turned(perm)));
            default -> node.op();
        };
    }

    /** Indices of the result and of operands in their new order. */
    private static Expr turned(Expr expr, Node node) {
        if (expr instanceof Expr.Read(var operand, var index, var otherwise, var type) && turns(node, operand)) {
            return new Expr.Read(operand, turned(index), otherwise, type);
        }
        int rank = node.output().shape().rank();
        for (int axis = 0; axis < rank; axis++) {
            if (expr.equals(Compute.axis(axis))) {
                return Compute.axis(place(axis, rank));
            }
        }
        return expr;
    }
}
