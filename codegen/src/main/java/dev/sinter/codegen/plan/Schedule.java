package dev.sinter.codegen.plan;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Define;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cuts the nodes of a graph or region into levels: nodes of the script of level n, then one block, then those of level
 * n + 1. A script node comes as early as it can; a node of a block comes as late as it can, so that few values pass
 * from block to block, and blocks are large.
 */
final class Schedule {
    private final List<Node> nodes;
    private final int[] levels;
    private int last;

    /**
     * Cuts.
     *
     * @param known
     *            symbols that have values before
     */
    Schedule(Graph graph, Set<String> known) {
        this.nodes = graph.nodes().stream().filter(n -> !(n.op() instanceof Constant)).toList();
        this.levels = new int[nodes.size()];
        var needs = new ArrayList<int[]>();
        var producers = new HashMap<Value, Integer>();
        var binders = new HashMap<String, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            var node = nodes.get(i);
            var before = new ArrayList<Integer>();
            Uses.values(node).stream().filter(producers::containsKey).map(producers::get).forEach(before::add);
            Uses.symbols(node).stream().filter(binders::containsKey).map(binders::get).forEach(before::add);
            needs.add(before.stream().mapToInt(Integer::intValue).distinct().toArray());
            for (var output : node.outputs()) {
                producers.put(output, i);
            }
            if (Uses.isScripted(node)) {
                binds(node, known, binders, i);
            }
        }
        early(needs);
        late(needs);
    }

    private static void binds(Node node, Set<String> known, Map<String, Integer> binders, int index) {
        var found = new ArrayList<String>();
        for (var output : node.outputs()) {
            if (output.type() instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
                shape.dims().stream().filter(Dim.Sym.class::isInstance).forEach(d -> found.addAll(d.symbols()));
            }
        }
        if (node.op() instanceof Define define) {
            found.addAll(define.symbols());
        }
        found.stream().filter(s -> !known.contains(s)).forEach(s -> binders.putIfAbsent(s, index));
    }

    /** A script node runs one level behind the last script node it needs, directly or through a block. */
    private void early(List<int[]> needs) {
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Arrays.stream(needs.get(i)).map(n -> levels[n]).max().orElse(0)
                    + (Uses.isScripted(nodes.get(i)) ? 1 : 0);
            last = Math.max(last, levels[i]);
        }
    }

    private void late(List<int[]> needs) {
        var latest = new int[levels.length];
        Arrays.fill(latest, last);
        for (int i = levels.length - 1; i >= 0; i--) {
            boolean scripted = Uses.isScripted(nodes.get(i));
            levels[i] = scripted ? levels[i] : latest[i];
            int limit = scripted ? levels[i] - 1 : levels[i];
            for (int n : needs.get(i)) {
                latest[n] = Math.min(latest[n], limit);
            }
        }
    }

    /** {@return number of the last level} */
    int last() {
        return last;
    }

    /** The script's nodes that begin a level, or the block's nodes that end it, in the graph's order. */
    List<Node> nodes(int level, boolean scripted) {
        var chosen = new ArrayList<Node>();
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] == level && Uses.isScripted(nodes.get(i)) == scripted) {
                chosen.add(nodes.get(i));
            }
        }
        return chosen;
    }
}
