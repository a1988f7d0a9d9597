package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.ops.TreeTable.Mode;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce.Monoid;
import dev.sinter.ir.op.Trees;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Decision trees as the core op {@link Trees} takes them: every comparison becomes {@code x <= limit}, its children
 * exchanged where it asks for more, two of them in a row where it asks for equality.
 */
final class TreeForest {
    /** A node in the making; children are numbers of such nodes. */
    private record Split(long feature, float limit, boolean missing, int holds, int fails) {
    }

    private final TreeTable table;
    private final List<Split> splits = new ArrayList<>();
    private int[] order = {};
    private int[] place = {};

    private TreeForest(TreeTable table) {
        this.table = table;
    }

    /**
     * The votes of the trees put together {@code f32[N,targets]}; null where a tree asks for members of a set or for
     * features that samples do not have.
     *
     * @param x
     *            {@code f32[N,F]}
     * @param weights
     *            what each node adds to each target, the monoid's neutral element where nothing
     */
    static @Nullable Value apply(NodeContext node, TreeTable table, Value x, TensorData weights, Monoid monoid) {
        var features = x.shape().dim(1);
        table.height(); // says so if there is a cycle
        boolean known = features.isConst()
                && IntStream.range(0, table.size()).allMatch(r -> isPlain(table, r, features.value()));
        return known ? new TreeForest(table).apply(node, x, weights, monoid) : null;
    }

    private static boolean isPlain(TreeTable table, int row, long features) {
        var mode = table.mode(row);
        boolean inner = table.yes(row) != row && table.no(row) != row;
        return table.feature(row) < features && mode != Mode.MEMBER && (mode == Mode.LEAF || inner);
    }

    private Value apply(NodeContext node, Value x, TensorData weights, Monoid monoid) {
        int targets = (int) weights.dims()[1];
        var op = new Trees(monoid, targets);
        for (int row = 0; row < table.size(); row++) {
            splits.add(new Split(0, 0, false, row, row));
        }
        for (int row = 0; row < table.size(); row++) {
            split(row);
        }
        sort();
        long[] first = firsts(weights, op);
        boolean one = targets == 1 || first.length > 0;
        var begins = one && targets > 1 ? first : new long[table.trees()];
        int n = order.length;
        return node.apply(op, x, longs(node, IntStream.of(order).mapToLong(i -> splits.get(i).feature()), n),
                node.constant(limits()), node.constant(missing()),
                longs(node, IntStream.of(order).flatMap(this::children).mapToLong(i -> place[i]), n, 2),
                longs(node, Arrays.stream(table.roots()).map(r -> place[(int) r]), table.trees()),
                longs(node, Arrays.stream(begins), table.trees()),
                node.constant(one ? single(weights, op) : votes(weights, op)));
    }

    private static Value longs(NodeContext node, LongStream values, long... dims) {
        return node.constant(TensorData.longs(values.toArray(), dims));
    }

    private IntStream children(int split) {
        return IntStream.of(splits.get(split).holds(), splits.get(split).fails());
    }

    /** The comparison of a node as one or two of the kind that is known. */
    private void split(int row) {
        float value = (float) table.value(row);
        float below = below(value);
        boolean missing = table.missing(row);
        int yes = table.yes(row);
        int no = table.no(row);
        var mode = Float.isNaN(value) && table.mode(row) != Mode.LEAF
                ? table.mode(row) == Mode.NEQ ? Mode.NEQ : Mode.LEQ : table.mode(row);
        switch (mode) {
            case LEQ -> set(row, value, missing, yes, no);
            case LT -> set(row, below, missing, yes, no);
            case GT -> set(row, value, !missing, no, yes);
            case GTE -> set(row, below, !missing, no, yes);
            case EQ -> {
                set(row, value, missing, splits.size(), no);
                splits.add(new Split(table.feature(row), below, false, no, yes));
            }
            case NEQ -> {
                set(row, value, false, splits.size(), yes);
                splits.add(new Split(table.feature(row), below, false, yes, no));
            }
            case LEAF -> {
                // leads to itself
            }
            case MEMBER -> throw new IllegalArgumentException("members of sets are not compared");
        }
    }

    private void set(int row, float limit, boolean missing, int holds, int fails) {
        splits.set(row, new Split(table.feature(row), limit, missing, holds, fails));
    }

    /** The largest number below a limit; NaN, which nothing is below, where there is none. */
    private static float below(float value) {
        return value == Float.NEGATIVE_INFINITY ? Float.NaN : Math.nextDown(value);
    }

    /** Puts the nodes that roots lead to in an order in which children stand behind their parents. */
    private void sort() {
        place = new int[splits.size()];
        Arrays.fill(place, -1);
        var done = new ArrayList<Integer>();
        var open = new ArrayList<Integer>();
        for (long root : table.roots()) {
            open.add((int) root);
            while (!open.isEmpty()) {
                int at = open.getLast();
                boolean opened = place[at] == 0;
                if (place[at] < 0) {
                    place[at] = 0;
                    children(at).filter(c -> place[c] < 0).forEach(open::add);
                } else {
                    open.removeLast();
                }
                if (opened) {
                    place[at] = 1;
                    done.add(at);
                }
            }
        }
        order = done.reversed().stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < order.length; i++) {
            place[order[i]] = i;
        }
    }

    private TensorData limits() {
        var limits = TensorData.zeros(DType.F32, order.length);
        for (int i = 0; i < order.length; i++) {
            limits.set(i, splits.get(order[i]).limit());
        }
        return limits;
    }

    private TensorData missing() {
        var missing = TensorData.zeros(DType.BOOL, order.length);
        for (int i = 0; i < order.length; i++) {
            missing.set(i, splits.get(order[i]).missing() ? 1L : 0L);
        }
        return missing;
    }

    /** For each tree the one target that its leaves vote for; nothing if a tree votes for several. */
    private long[] firsts(TensorData weights, Trees op) {
        var firsts = new long[table.trees()];
        for (int tree = 0; tree < firsts.length; tree++) {
            long first = -1;
            for (int leaf : leaves((int) table.roots()[tree])) {
                for (int target = 0; target < op.targets(); target++) {
                    if (weights.getDouble(leaf * op.targets() + target) != op.neutral()) {
                        if (first >= 0 && first != target) {
                            return new long[0];
                        }
                        first = target;
                    }
                }
            }
            firsts[tree] = Math.max(0, first);
        }
        return firsts;
    }

    /** The leaves below a node. */
    private List<Integer> leaves(int root) {
        var leaves = new ArrayList<Integer>();
        var open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            int at = open.removeLast();
            if (splits.get(at).holds() == at) {
                leaves.add(at);
            } else {
                children(at).forEach(open::add);
            }
        }
        return leaves;
    }

    private TensorData votes(TensorData weights, Trees op) {
        int width = op.targets();
        var votes = new float[order.length * width];
        for (int i = 0; i < votes.length; i++) {
            int row = order[i / width];
            votes[i] = row < table.size() ? (float) weights.getDouble(row * width + i % width) : op.neutral();
        }
        return TensorData.floats(votes, order.length, width);
    }

    /** The only vote of each node. */
    private TensorData single(TensorData weights, Trees op) {
        var votes = votes(weights, op);
        var single = new float[order.length];
        for (int i = 0; i < single.length; i++) {
            single[i] = op.neutral();
            for (int target = 0; target < op.targets(); target++) {
                float vote = (float) votes.getDouble(i * op.targets() + target);
                single[i] = vote == op.neutral() ? single[i] : vote;
            }
        }
        return TensorData.floats(single, order.length, 1);
    }
}
