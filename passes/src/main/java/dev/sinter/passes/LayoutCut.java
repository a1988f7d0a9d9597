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
    private final GraphIndex graph;
    private final LayoutCosts costs;
    private final MinimumCut cut = new MinimumCut();
    private final Map<Node, Integer> points = new LinkedHashMap<>();

    private LayoutCut(GraphIndex graph, LayoutCosts costs) {
        this.graph = graph;
        this.costs = costs;
    }

    /**
     * Looks at a whole graph.
     *
     * @param graph
     *            the graph
     * @param costs
     *            what nodes and permutations cost
     * @return the nodes to compute with channels last, in topological order
     */
    static Set<Node> of(GraphIndex graph, LayoutCosts costs) {
        var last = new LayoutCut(graph, costs).cut();
        costs.chosen(last);
        return last;
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
            case Conv c when node.output().dtype() == DType.F32 -> either(node, point);
            case MatMul m -> either(node, point);
            // rows are faster than columns
            case Softmax(int axis) when axis == node.output().shape().rank() - 1 ->
                    cut.arc(MinimumCut.FIRST, point, costs.columns(node.output().shape()));
            case View(IndexMap.Permute(var perm)) -> {
                cut.arc(point, MinimumCut.SECOND, costs.move(node.input(0).dtype(), node.input(0).shape(), perm));
                cut.arc(MinimumCut.FIRST, point, made(node.input(0), perm));
            }
            default -> {
            }
        }
    }

    private void either(Node node, int point) {
        cut.arc(point, MinimumCut.SECOND, costs.first(node));
        cut.arc(MinimumCut.FIRST, point, costs.last(node));
    }

    private void value(Value value) {
        var producer = graph.producer(value);
        int made = producer == null ? MinimumCut.FIRST : points.getOrDefault(producer, MinimumCut.FIRST);
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
        moves(value, made, turning, taken);
    }

    /** Connects a value with its users: it is moved at most once in each direction. */
    private void moves(Value value, int made, List<Integer> turning, boolean taken) {
        if (!turning.isEmpty()) {
            int behind = cut.point();
            cut.arc(made, behind, toLast(value));
            turning.forEach(p -> cut.arc(behind, p, MinimumCut.NEVER));
        }
        if (made == MinimumCut.FIRST) {
            return;
        }
        if (taken) {
            cut.arc(MinimumCut.FIRST, made, toFirst(value));
        } else if (!turning.isEmpty()) {
            int second = cut.point();
            cut.arc(second, made, toFirst(value));
            turning.forEach(p -> cut.arc(p, second, MinimumCut.NEVER));
        }
    }

    /** A permutation that is there anyway: it may become nothing, or no longer be nothing. */
    private void reads(Value value, int made, List<Integer> perm) {
        if (made != MinimumCut.FIRST) {
            cut.arc(made, MinimumCut.SECOND, costs.move(value.dtype(), value.shape(), perm));
            cut.arc(MinimumCut.FIRST, made, read(value, perm));
        }
    }

    private double toLast(Value value) {
        return ChannelsLast.isFree(value.shape()) ? 0
                : costs.move(value.dtype(), value.shape(), ChannelsLast.behind(value.shape().rank()));
    }

    private double toFirst(Value value) {
        return ChannelsLast.isFree(value.shape()) ? 0
                : costs.move(value.dtype(), last(value), ChannelsLast.second(value.shape().rank()));
    }

    private static Shape last(Value value) {
        return new Shape(ChannelsLast.behind(value.shape().rank()).stream().map(value.shape()::dim).toList());
    }

    /** What a permutation costs that makes its result with channels last. */
    private double made(Value value, List<Integer> perm) {
        return costs.move(value.dtype(), value.shape(),
                ChannelsLast.behind(perm.size()).stream().map(perm::get).toList());
    }

    /** What a permutation costs whose operand has channels last. */
    private double read(Value value, List<Integer> perm) {
        return costs.move(value.dtype(), last(value),
                perm.stream().map(ChannelsLast.second(perm.size())::get).toList());
    }
}
