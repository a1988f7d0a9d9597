package dev.sinter.frontend.onnx.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Decision trees as rows of numbers, one row for each node of all trees. A leaf leads to itself, so that a walk that
 * takes as many steps as the highest tree is high stays there.
 */
final class TreeTable {
    /** How a node compares its feature with its value. */
    enum Mode {
        LEQ,
        LT,
        GTE,
        GT,
        EQ,
        NEQ,
        MEMBER,
        LEAF;

        /** The mode of that name in the file. */
        static Mode of(String name) {
            for (var mode : values()) {
                if (name.equals(mode.name()) || name.equals("BRANCH_" + mode.name())) {
                    return mode;
                }
            }
            throw new IllegalArgumentException("node mode '" + name + "' is not known");
        }
    }

    /**
     * What a leaf adds to a result.
     *
     * @param target
     *            which result
     * @param weight
     *            how much
     */
    record Vote(int target, double weight) {
    }

    /** A node; children are rows. */
    private record Row(Mode mode, long feature, double value, boolean missing, double[] members, List<Vote> votes) {
    }

    private final List<Row> rows = new ArrayList<>();
    private final List<int[]> children = new ArrayList<>();
    private final List<Integer> roots = new ArrayList<>();

    /** Adds a node; its children are said later. */
    int add(Mode mode, long feature, double value, boolean missing, double... members) {
        rows.add(new Row(mode, feature, value, missing, members, new ArrayList<>()));
        int row = rows.size() - 1;
        children.add(new int[]{row, row});
        return row;
    }

    /** Says where a node leads if its comparison holds, and if not. */
    void link(int row, int yes, int no) {
        children.set(row, new int[]{yes, no});
    }

    void root(int row) {
        roots.add(row);
    }

    void vote(int row, int target, double weight) {
        rows.get(row).votes().add(new Vote(target, weight));
    }

    int size() {
        return rows.size();
    }

    int trees() {
        return roots.size();
    }

    Mode mode(int row) {
        return rows.get(row).mode();
    }

    long feature(int row) {
        return rows.get(row).feature();
    }

    double value(int row) {
        return rows.get(row).value();
    }

    boolean missing(int row) {
        return rows.get(row).missing();
    }

    /** Where a node leads if its comparison holds. */
    int yes(int row) {
        return children.get(row)[0];
    }

    /** Where a node leads if its comparison fails. */
    int no(int row) {
        return children.get(row)[1];
    }

    long[] roots() {
        return roots.stream().mapToLong(Integer::longValue).toArray();
    }

    long[] features() {
        return rows.stream().mapToLong(Row::feature).toArray();
    }

    double[] values() {
        return rows.stream().mapToDouble(Row::value).toArray();
    }

    long[] missing() {
        return rows.stream().mapToLong(r -> r.missing() ? 1 : 0).toArray();
    }

    long[] modes() {
        return rows.stream().mapToLong(r -> r.mode().ordinal()).toArray();
    }

    /** For each node where it leads if its comparison fails, then where it leads if it holds. */
    long[] children() {
        return children.stream().flatMapToLong(c -> LongStream.of(c[1], c[0])).toArray();
    }

    boolean tracksMissing() {
        return rows.stream().anyMatch(Row::missing);
    }

    /** The modes of nodes that compare. */
    List<Mode> usedModes() {
        return rows.stream().map(Row::mode).filter(m -> m != Mode.LEAF).distinct().sorted().toList();
    }

    /** Values nodes of mode MEMBER look for, one node's after the other's. */
    double[] members() {
        return rows.stream().flatMapToDouble(r -> Arrays.stream(r.members())).toArray();
    }

    /** Where each node's members begin, and how many they are. */
    long[] memberRanges() {
        var ranges = new long[2 * rows.size()];
        int at = 0;
        for (int i = 0; i < rows.size(); i++) {
            ranges[2 * i] = at;
            ranges[2 * i + 1] = rows.get(i).members().length;
            at += rows.get(i).members().length;
        }
        return ranges;
    }

    List<Vote> votes(int row) {
        return rows.get(row).votes();
    }

    /** Steps from a root to the farthest leaf. */
    int height() {
        var heights = new HashMap<Integer, Integer>();
        return roots.stream().mapToInt(r -> height(r, heights)).max().orElse(0);
    }

    /** Without recursion: trees may be thousands of levels high. */
    private int height(int root, Map<Integer, Integer> depths) {
        var waiting = new ArrayList<Integer>(List.of(root));
        depths.put(root, 0);
        int highest = 0;
        while (!waiting.isEmpty()) {
            int row = waiting.removeLast();
            int depth = depths.get(row);
            if (depth > rows.size()) {
                throw new IllegalArgumentException("the nodes of a tree form a cycle");
            }
            for (int child : children.get(row)) {
                if (child != row && depths.getOrDefault(child, -1) < depth + 1) {
                    depths.put(child, depth + 1);
                    highest = Math.max(highest, depth + 1);
                    waiting.add(child);
                }
            }
        }
        return highest;
    }
}
