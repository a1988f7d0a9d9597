package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the nodes that are computed with channels last: convolutions gain by it, and what a transposed value costs is
 * paid once for each value that is wanted in another layout than it is made in. The best choice of all is a minimum cut
 * between what stays as it is and what gains.
 */
final class LayoutCut {
    /** Nanoseconds it takes to move an element. */
    private static final double MOVE = 0.8;
    /** Nanoseconds a multiplication and addition of a convolution gain. */
    private static final double GAIN = 0.05;
    /** What a symbol stands for. Batches do not matter: all costs grow with them. */
    private static final long GUESS = 256;

    private final GraphIndex graph;
    private final MinimumCut cut = new MinimumCut();
    private final Map<Node, Integer> points = new LinkedHashMap<>();

    private LayoutCut(GraphIndex graph) {
        this.graph = graph;
    }

    /**
     * Looks at a whole graph.
     *
     * @param graph
     *            the graph
     * @return the nodes to compute with channels last, in topological order
     */
    static Set<Node> of(GraphIndex graph) {
        return new LayoutCut(graph).cut();
    }

    private Set<Node> cut() {
        var nodes = graph.nodes();
        nodes.stream().filter(this::takesPart).forEach(n -> points.put(n, cut.point()));
        points.forEach(this::own);
        var values = new LinkedHashSet<Value>();
        points.keySet().forEach(n -> {
            values.addAll(n.inputs());
            values.add(n.output());
        });
        values.stream().filter(v -> !v.isConstant()).forEach(this::value);
        var second = cut.second();
        var last = new LinkedHashSet<Node>();
        points.forEach((node, point) -> {
            if (second[point]) {
                last.add(node);
            }
        });
        return last;
    }

    /**
     * A permutation takes part where it makes something that may be wanted in either layout, and for less than what it
     * reads might be given to it in either layout; else it only reads.
     */
    private boolean takesPart(Node node) {
        if (!ChannelsLast.carries(node) || !(node.op() instanceof View(IndexMap.Permute(var perm)))) {
            return ChannelsLast.carries(node);
        }
        boolean wanted = graph.users(node.output()).stream()
                .anyMatch(u -> !isPermute(u) && ChannelsLast.carries(u) && isTurned(u, node.output()));
        var producer = graph.producer(node.input(0));
        boolean given = producer != null && ChannelsLast.carries(producer);
        return wanted && (!given || made(node.input(0), perm) < read(node.input(0), perm));
    }

    private static boolean isPermute(Node node) {
        return node.op() instanceof View(IndexMap.Permute p);
    }

    private static boolean isTurned(Node user, Value value) {
        for (int i = 0; i < user.inputs().size(); i++) {
            if (user.input(i).equals(value) && ChannelsLast.turns(user, i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a user takes the value as it is, at least once. */
    static boolean isTaken(Node user, Value value) {
        for (int i = 0; i < user.inputs().size(); i++) {
            if (user.input(i).equals(value) && !ChannelsLast.turns(user, i)) {
                return true;
            }
        }
        return !user.inputs().contains(value);
    }

    /** What a node itself costs in the two layouts. */
    private void own(Node node, int point) {
        switch (node.op()) {
            case Conv c when node.output().dtype() == DType.F32 ->
                    cut.arc(point, MinimumCut.SECOND, GAIN * steps(node, 1));
            case MatMul m -> cut.arc(point, MinimumCut.SECOND, GAIN * steps(node, 0));
            // rows are faster than columns
            case Softmax(int axis) when axis == node.output().shape().rank() - 1 ->
                    cut.arc(MinimumCut.FIRST, point, 2 * MOVE * size(node.output().shape()));
            case View(IndexMap.Permute(var perm)) -> {
                cut.arc(point, MinimumCut.SECOND, cost(node.input(0).shape(), perm));
                cut.arc(MinimumCut.FIRST, point, made(node.input(0), perm));
            }
            default -> {
            }
        }
    }

    private void value(Value value) {
        var producer = graph.producer(value);
        int made = producer == null ? MinimumCut.FIRST : points.getOrDefault(producer, MinimumCut.FIRST);
        double cost = ChannelsLast.isFree(value.shape()) ? 0 : MOVE * size(value.shape());
        boolean taken = graph.isOutput(value);
        var turning = new ArrayList<Integer>();
        for (var user : graph.users(value)) {
            var point = points.get(user);
            if (point != null && isTurned(user, value)) {
                turning.add(point);
            }
            if (point == null && user.op() instanceof View(IndexMap.Permute(var perm))) {
                reads(value, made, perm);
            } else {
                taken |= point == null || isTaken(user, value);
            }
        }
        moves(made, turning, taken, cost);
    }

    /** Connects a value with its users: it is moved at most once in each direction. */
    private void moves(int made, List<Integer> turning, boolean taken, double cost) {
        if (!turning.isEmpty()) {
            int behind = cut.point();
            cut.arc(made, behind, cost);
            turning.forEach(p -> cut.arc(behind, p, MinimumCut.NEVER));
        }
        if (taken) {
            cut.arc(MinimumCut.FIRST, made, cost);
        } else if (!turning.isEmpty() && made != MinimumCut.FIRST) {
            int second = cut.point();
            cut.arc(second, made, cost);
            turning.forEach(p -> cut.arc(p, second, MinimumCut.NEVER));
        }
    }

    /** A permutation that is there anyway: it may become nothing, or no longer be nothing. */
    private void reads(Value value, int made, List<Integer> perm) {
        if (made != MinimumCut.FIRST) {
            cut.arc(made, MinimumCut.SECOND, cost(value.shape(), perm));
            cut.arc(MinimumCut.FIRST, made, read(value, perm));
        }
    }

    /** What a permutation costs that makes its result with channels last. */
    private static double made(Value value, List<Integer> perm) {
        return cost(value.shape(), ChannelsLast.behind(perm.size()).stream().map(perm::get).toList());
    }

    /** What a permutation costs whose operand has channels last. */
    private static double read(Value value, List<Integer> perm) {
        var last = new Shape(ChannelsLast.behind(perm.size()).stream().map(value.shape()::dim).toList());
        return cost(last, perm.stream().map(ChannelsLast.second(perm.size())::get).toList());
    }

    private static double cost(Shape shape, List<Integer> perm) {
        return PermuteAsReshape.isReshape(shape, perm) ? 0 : MOVE * size(shape);
    }

    /** How many multiplications and additions a product takes, given the operand of constant weights. */
    private static double steps(Node node, int weights) {
        var shape = node.input(weights).shape();
        return size(node.output().shape()) * size(shape) / Math.max(1, shape.dim(0).value());
    }

    private static double size(Shape shape) {
        double size = 1;
        for (var dim : shape.dims()) {
            var guesses = new HashMap<String, Long>();
            dim.symbols().forEach(s -> guesses.put(s, GUESS));
            size *= Math.max(1, dim.evaluate(guesses));
        }
        return size;
    }
}
