package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads decision trees from a node's attributes. */
final class TreeReader {
    private final NodeContext node;
    private final TreeTable table = new TreeTable();

    private TreeReader(NodeContext node) {
        this.node = node;
    }

    /** TreeEnsembleClassifier's and TreeEnsembleRegressor's lists; votes are said by attributes with a prefix. */
    static TreeTable byName(NodeContext node, String votes) {
        try {
            return new TreeReader(node).readByName(votes);
        } catch (IllegalArgumentException e) {
            throw node.error(e.getMessage());
        }
    }

    /** TreeEnsemble's lists, inner nodes and leaves apart. */
    static TreeTable byPosition(NodeContext node) {
        try {
            return new TreeReader(node).readByPosition();
        } catch (IllegalArgumentException e) {
            throw node.error(e.getMessage());
        }
    }

    /** A node's name: its tree and its number there. */
    private record Id(long tree, long number) {
    }

    private TreeTable readByName(String votes) {
        var trees = integers("nodes_treeids");
        var numbers = integers("nodes_nodeids");
        var features = integers("nodes_featureids");
        var values = reals(node, "nodes_values");
        var modes = node.attributes().texts("nodes_modes");
        var missing = node.attributes().integers("nodes_missing_value_tracks_true");
        if (modes == null || modes.length != trees.length || numbers.length != trees.length
                || features.length != trees.length || values.length != trees.length) {
            throw new IllegalArgumentException("as many tree ids, node ids, features, values and modes were expected");
        }
        var rows = new LinkedHashMap<Id, Integer>();
        for (int i = 0; i < trees.length; i++) {
            boolean tracks = missing != null && i < missing.length && missing[i] != 0;
            rows.put(new Id(trees[i], numbers[i]),
                    table.add(TreeTable.Mode.of(modes[i]), Math.max(0, features[i]), values[i], tracks));
        }
        link(trees, modes, rows);
        votes(votes, rows);
        return table;
    }

    private void link(long[] trees, String[] modes, Map<Id, Integer> rows) {
        var yes = integers("nodes_truenodeids");
        var no = integers("nodes_falsenodeids");
        Set<Integer> children = new HashSet<>();
        var inOrder = new ArrayList<>(rows.values());
        for (int i = 0; i < trees.length; i++) {
            if (!modes[i].equals("LEAF")) {
                int holds = row(rows, trees[i], yes[i]);
                int fails = row(rows, trees[i], no[i]);
                table.link(inOrder.get(i), holds, fails);
                children.add(holds);
                children.add(fails);
            }
        }
        var rooted = new HashSet<Long>();
        rows.forEach((id, row) -> {
            if (!children.contains(row) && rooted.add(id.tree())) {
                table.root(row);
            }
        });
    }

    private static int row(Map<Id, Integer> rows, long tree, long number) {
        var row = rows.get(new Id(tree, number));
        if (row == null) {
            throw new IllegalArgumentException("tree " + tree + " has no node " + number);
        }
        return row;
    }

    private void votes(String prefix, Map<Id, Integer> rows) {
        var trees = integers(prefix + "_treeids");
        var numbers = integers(prefix + "_nodeids");
        var targets = integers(prefix + "_ids");
        var weights = reals(node, prefix + "_weights");
        for (int i = 0; i < trees.length; i++) {
            table.vote(row(rows, trees[i], numbers[i]), Math.toIntExact(targets[i]), weights[i]);
        }
    }

    private long[] integers(String attribute) {
        var values = node.attributes().integers(attribute);
        if (values == null) {
            throw new IllegalArgumentException("attribute '" + attribute + "' was expected, it is missing");
        }
        return values;
    }

    /** A list of f32, or a tensor of the same name with a suffix; nothing where neither is given. */
    static double[] reals(NodeContext node, String attribute) {
        var tensor = node.attributes().tensor(attribute + "_as_tensor");
        if (tensor != null) {
            return doubles(tensor);
        }
        var values = node.attributes().reals(attribute);
        var reals = new double[values == null ? 0 : values.length];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = values[i];
        }
        return reals;
    }

    private static double[] doubles(TensorData data) {
        var reals = new double[data.size()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = data.getDouble(i);
        }
        return reals;
    }

    private double[] tensor(String attribute) {
        var data = node.attributes().tensor(attribute);
        if (data == null) {
            throw new IllegalArgumentException("attribute '" + attribute + "' was expected, it is missing");
        }
        return doubles(data);
    }

    private TreeTable readByPosition() {
        var features = integers("nodes_featureids");
        var modes = tensor("nodes_modes");
        var splits = tensor("nodes_splits");
        var missing = node.attributes().integers("nodes_missing_value_tracks_true");
        var members = members(modes);
        for (int i = 0; i < features.length; i++) {
            table.add(TreeTable.Mode.values()[(int) modes[i]], features[i], splits[i],
                    missing != null && missing.length > i && missing[i] != 0, members.getOrDefault(i, new double[0]));
        }
        var targets = integers("leaf_targetids");
        var weights = tensor("leaf_weights");
        for (int i = 0; i < targets.length; i++) {
            int row = table.add(TreeTable.Mode.LEAF, 0, 0, false);
            table.vote(row, Math.toIntExact(targets[i]), weights[i]);
        }
        var yes = integers("nodes_truenodeids");
        var no = integers("nodes_falsenodeids");
        var yesLeaf = integers("nodes_trueleafs");
        var noLeaf = integers("nodes_falseleafs");
        for (int i = 0; i < features.length; i++) {
            table.link(i, Math.toIntExact(yes[i] + (yesLeaf[i] != 0 ? features.length : 0)),
                    Math.toIntExact(no[i] + (noLeaf[i] != 0 ? features.length : 0)));
        }
        for (long root : integers("tree_roots")) {
            table.root(Math.toIntExact(root));
        }
        return table;
    }

    /** The sets of nodes that test for members, in their order, apart by NaN. */
    private Map<Integer, double[]> members(double[] modes) {
        var sets = new HashMap<Integer, double[]>();
        if (!node.attributes().has("membership_values")) {
            return sets;
        }
        var all = tensor("membership_values");
        int at = 0;
        for (int i = 0; i < modes.length; i++) {
            if ((int) modes[i] == TreeTable.Mode.MEMBER.ordinal()) {
                int end = at;
                while (end < all.length && !Double.isNaN(all[end])) {
                    end++;
                }
                sets.put(i, Arrays.copyOfRange(all, at, end));
                at = end + 1;
            }
        }
        return sets;
    }
}
