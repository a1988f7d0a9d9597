package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Cost;
import dev.sinter.ir.cost.PrunedConv;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What convolutions cost in either layout, and what permutations between layouts cost; nanoseconds. */
final class LayoutCosts {
    /** Elements a permutation moves in a nanosecond, one by one and in squares. */
    private static final double MOVED = 1.25;
    private static final double TURNED = 3;
    /** The least size of the axes along which elements lie before and after that makes squares. */
    private static final int SIDE = 16;

    /** A node's question, and what its ways cost: channels first, then last. */
    record Asked(Question question, List<Cost> costs) {
    }

    private final GraphIndex graph;
    private final Choices choices;
    private final Map<Node, Asked> known;
    private final Map<Node, Asked> asked = new LinkedHashMap<>();
    private final Map<Sample, Double> moves = new HashMap<>();

    /**
     * Nothing is asked yet.
     *
     * @param graph
     *            where the nodes are
     * @param choices
     *            whom to ask
     * @param known
     *            what was asked of other graphs, with perhaps the same nodes: counting zeros of weights takes its time
     */
    LayoutCosts(GraphIndex graph, Choices choices, Map<Node, Asked> known) {
        this.graph = graph;
        this.choices = choices;
        this.known = known;
    }

    // ---- convolutions and products of their kind

    /** What a node costs with channels first. */
    double first(Node node) {
        return costs(node).getFirst().nanos();
    }

    /** What a node costs with channels last. */
    double last(Node node) {
        return costs(node).getLast().nanos();
    }

    private List<Cost> costs(Node node) {
        return asked.computeIfAbsent(node, n -> known.computeIfAbsent(n, m -> {
            var question = question(m);
            return new Asked(question, choices.costs(question));
        })).costs();
    }

    private Question question(Node node) {
        double steps = steps(node);
        var pruned = PrunedConv.of(node);
        return new Question("layout", List.of(
                pruned == null ? new Way("channels-first", steps / PrunedConv.FIRST, Sample.of(node))
                        : new Way("channels-first", first(node, pruned), Sample.ofPruned(node)),
                new Way("channels-last", pruned == null ? steps / PrunedConv.LAST : pruned.last(),
                        last(node.op(), node))),
                0);
    }

    private double first(Node node, PrunedConv pruned) {
        return Math.min(pruned.dense(), pruned.best()
                + pruned.copies(graph.producer(node.input(0)) == null, graph.isOutput(node.output())));
    }

    /** As {@link ChannelsLast} turns the node, its operands in the layout in which it wants them. */
    private static Sample last(Op op, Node node) {
        var operands = new ArrayList<Sample.Operand>();
        for (int i = 0; i < node.inputs().size(); i++) {
            var value = node.input(i);
            boolean extra = i >= (op instanceof Conv c ? c.firstExtra() : 2);
            operands.add(Sample.operand(value, extra || ChannelsLast.turns(node, i)
                    ? turned(value, extra ? node.output().shape().rank() : value.shape().rank()) : value.shape()));
        }
        if (op instanceof Conv conv) {
            return Sample.of(conv.in(Conv.Layout.CHANNELS_LAST), operands);
        }
        var weights = operands.getFirst().type();
        operands.set(0, operands.get(1));
        operands.set(1, new Sample.Operand(new TensorType(weights.dtype(),
                Shape.of(weights.shape().dim(1), weights.shape().dim(0))), true));
        return Sample.of(op, operands);
    }

    /** An operand's shape with channels last; one of fewer axes gets more, unless it is a single element. */
    private static Shape turned(Value value, int rank) {
        var dims = new ArrayList<>(value.shape().dims());
        if (dims.stream().allMatch(Dim.ONE::equals)) {
            return value.shape();
        }
        while (dims.size() < rank) {
            dims.addFirst(Dim.ONE);
        }
        return new Shape(ChannelsLast.behind(rank).stream().map(dims::get).toList());
    }

    /** How many multiplications and additions a node takes. */
    private static double steps(Node node) {
        var weights = node.input(node.op() instanceof MatMul ? 0 : 1).shape();
        return Sample.elements(node.output().shape()) * Sample.elements(weights)
                / Math.max(1, weights.dim(0).value());
    }

    /** Remembers what became of the nodes asked for. */
    void chosen(Set<Node> last) {
        asked.forEach((node, a) -> {
            var picked = a.costs().get(last.contains(node) ? 1 : 0);
            boolean least = a.costs().stream().allMatch(c -> picked.nanos() <= c.nanos());
            choices.made(a.question(), node.origin(), a.costs(), picked.way(),
                    least ? "less time" : "permutations around it would cost more");
        });
    }

    // ---- permutations

    /** What a permutation costs that is not a mere reshape. */
    double move(DType dtype, Shape shape, List<Integer> perm) {
        if (PermuteAsReshape.isReshape(shape, perm)) {
            return 0;
        }
        var sample = Sample.of(new View(new IndexMap.Permute(perm)),
                List.of(new Sample.Operand(new TensorType(dtype, shape), false)));
        return moves.computeIfAbsent(sample, s -> choices.costs(new Question("permute",
                List.of(new Way("copy", Sample.elements(shape) / (inSquares(dtype, shape, perm) ? TURNED : MOVED), s)),
                0)).getFirst().nanos());
    }

    private static boolean inSquares(DType dtype, Shape shape, List<Integer> perm) {
        int last = shape.rank() - 1;
        return dtype == DType.F32 && perm.getLast() != last && isWide(shape.dim(last))
                && isWide(shape.dim(perm.getLast()));
    }

    private static boolean isWide(Dim size) {
        return !size.isConst() || size.value() >= SIDE;
    }

    /** What it costs to compute a softmax along other elements than neighbours. */
    double columns(Shape shape) {
        return 2 * Sample.elements(shape) / MOVED;
    }
}
