package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Trees;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * {@code trees}: TreeEnsembleRegressor, every node a comparison with a limit.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html">TreeEnsembleRegressor</a>
 */
final class Forests {
    private final Trees op;
    private final List<TensorData> tables = new ArrayList<>();
    private final List<Long> tree = new ArrayList<>();
    private final List<Long> id = new ArrayList<>();
    private final List<Long> feature = new ArrayList<>();
    private final List<String> mode = new ArrayList<>();
    private final List<Float> limit = new ArrayList<>();
    private final List<Long> holds = new ArrayList<>();
    private final List<Long> fails = new ArrayList<>();
    private final List<Long> missing = new ArrayList<>();
    private final List<Long> voteTree = new ArrayList<>();
    private final List<Long> voteNode = new ArrayList<>();
    private final List<Long> voteTarget = new ArrayList<>();
    private final List<Float> vote = new ArrayList<>();
    private final BitSet targets = new BitSet();

    private Forests(Trees op, Node node) {
        this.op = op;
        for (int i = 0; i < node.inputs().size(); i++) {
            tables.add(i == Trees.X ? TensorData.zeros(DType.F32, 0)
                    : Objects.requireNonNull(node.input(i).constant()));
        }
    }

    static Ref export(Trees op, Node node, Site site) {
        var forest = new Forests(op, node);
        for (int i = 0; i < forest.tables.get(Trees.ROOTS).size(); i++) {
            forest.add(i);
        }
        if (op.monoid() != Reduce.Monoid.SUM && forest.targets.cardinality() < op.targets()) {
            throw new Unexportable("a vote for each of " + op.targets() + " targets was expected where the "
                    + op.monoid() + " is taken");
        }
        return site.op("ai.onnx.ml", 3, "TreeEnsembleRegressor", List.of(Types.tensor(DType.F32)),
                Site.list(site.value(node.input(Trees.X))), forest.attributes()).getFirst();
    }

    private void add(long number) {
        long root = tables.get(Trees.ROOTS).getLong((int) number);
        var open = new ArrayDeque<Long>();
        open.push(root);
        var seen = new BitSet();
        while (!open.isEmpty()) {
            int row = Math.toIntExact(open.pop());
            if (seen.get(row)) {
                continue;
            }
            seen.set(row);
            long yes = tables.get(Trees.CHILDREN).getLong(2 * row);
            long no = tables.get(Trees.CHILDREN).getLong(2 * row + 1);
            boolean leaf = yes == row;
            tree.add(number);
            id.add((long) row);
            mode.add(leaf ? "LEAF" : "BRANCH_LEQ");
            feature.add(leaf ? 0 : tables.get(Trees.FEATURE).getLong(row));
            limit.add(leaf ? 0 : (float) tables.get(Trees.LIMIT).getDouble(row));
            missing.add(leaf ? 0 : tables.get(Trees.MISSING).getLong(row));
            holds.add(leaf ? 0 : yes);
            fails.add(leaf ? 0 : no);
            if (leaf) {
                votes(number, row);
            } else {
                open.push(no);
                open.push(yes);
            }
        }
    }

    /** What a leaf adds; in sums nothing need be said of 0, but every leaf has one vote. */
    private void votes(long number, int row) {
        var all = tables.get(Trees.VOTES);
        int width = (int) all.dims()[1];
        long first = tables.get(Trees.FIRST).getLong((int) number);
        for (int i = 0; i < width; i++) {
            float weight = (float) all.getDouble(row * width + i);
            if (weight != 0 || i == 0 || op.monoid() != Reduce.Monoid.SUM) {
                voteTree.add(number);
                voteNode.add((long) row);
                voteTarget.add(first + i);
                vote.add(weight);
                targets.set((int) first + i);
            }
        }
    }

    private AttributeProto[] attributes() {
        return List.of(Attribute.of("n_targets", op.targets()), Attribute.of("aggregate_function", op.monoid().name()),
                Attribute.of("post_transform", "NONE"), Attribute.integers("nodes_treeids", tree),
                Attribute.integers("nodes_nodeids", id), Attribute.integers("nodes_featureids", feature),
                Attribute.texts("nodes_modes", mode), Attribute.reals("nodes_values", limit),
                Attribute.integers("nodes_truenodeids", holds), Attribute.integers("nodes_falsenodeids", fails),
                Attribute.integers("nodes_missing_value_tracks_true", missing),
                Attribute.integers("target_treeids", voteTree), Attribute.integers("target_nodeids", voteNode),
                Attribute.integers("target_ids", voteTarget), Attribute.reals("target_weights", vote))
                .toArray(AttributeProto[]::new);
    }
}
