package dev.sinter.cli.report;

import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which part of a model a node belongs to, such as {@code encoder}, {@code layer.0}, {@code attention}: exporters put it
 * into the nodes' names. A graph of many nodes without such names is divided where only one value leads on.
 */
final class Scopes {
    /** A graph up to this size is readable undivided. */
    private static final int SMALL = 40;
    /** The divisions of a larger one aim at this many nodes each. */
    private static final int PART = 12;

    private final Map<Node, List<String>> byNode = new HashMap<>();

    /**
     * Finds the scopes of a graph's own nodes.
     *
     * @param graph
     *            any graph
     */
    Scopes(Graph graph) {
        var nodes = graph.nodes().stream().filter(n -> !(n.op() instanceof Constant)).toList();
        nodes.forEach(node -> byNode.put(node, common(node.origin())));
        long named = byNode.values().stream().filter(scope -> !scope.isEmpty()).count();
        if (nodes.size() > SMALL && 2 * named < nodes.size()) {
            divide(graph, nodes);
        }
    }

    /** {@return the scope of a node, from the outermost part to the innermost} */
    List<String> of(Node node) {
        return byNode.getOrDefault(node, List.of());
    }

    /** What the scopes of all its ONNX nodes have in common. */
    private static List<String> common(Origin origin) {
        List<String> common = null;
        for (var name : origin.names()) {
            var scope = scope(name);
            if (common == null) {
                common = scope;
            }
            int same = 0;
            while (same < common.size() && same < scope.size() && common.get(same).equals(scope.get(same))) {
                same++;
            }
            common = common.subList(0, same);
        }
        return common == null ? List.of() : List.copyOf(common);
    }

    /** Parts are set apart by slashes; in names without any, as in the model language, by dots that no number follows. */
    private static List<String> scope(String name) {
        var parts = new ArrayList<String>();
        for (var part : name.split(name.contains("/") ? "/" : "\\.(?!\\d)")) {
            if (!part.isBlank()) {
                parts.add(part);
            }
        }
        return parts.isEmpty() ? parts : parts.subList(0, parts.size() - 1);
    }

    private void divide(Graph graph, List<Node> nodes) {
        var last = new HashMap<Value, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            for (var input : nodes.get(i).inputs()) {
                last.put(input, i);
            }
        }
        graph.outputs().forEach(p -> last.put(p.value(), nodes.size()));
        int begin = 0;
        int open = 0; // values computed that nodes further on read
        var closing = new HashMap<Integer, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            open -= closing.getOrDefault(i, 0);
            for (var output : nodes.get(i).outputs()) {
                int end = last.getOrDefault(output, i);
                if (end > i) {
                    open++;
                    closing.merge(end, 1, Integer::sum);
                }
            }
            boolean narrow = open - closing.getOrDefault(i + 1, 0) <= 1;
            if (i + 1 == nodes.size() || i + 1 - begin >= PART && narrow || i + 1 - begin >= 4 * PART) {
                part(nodes.subList(begin, i + 1), begin);
                begin = i + 1;
            }
        }
    }

    private void part(List<Node> nodes, int first) {
        var name = "nodes " + (first + 1) + "–" + (first + nodes.size());
        nodes.forEach(node -> byNode.put(node, List.of(name)));
    }
}
