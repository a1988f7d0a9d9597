package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Puts nodes behind those whose outputs they read. The format asks for that order, but converters to half precision
 * write casts of a graph's inputs at the end. Nodes in order stay as they are.
 *
 * @see <a href="https://onnx.ai/onnx/repo-docs/IR.html#graphs">Graphs</a>
 */
final class NodeOrder {
    private final List<NodeProto> nodes;
    /** The numbers of the nodes that each node waits for. */
    private final List<Set<Integer>> waits = new ArrayList<>();

    private NodeOrder(List<NodeProto> nodes) {
        this.nodes = nodes;
        var producers = new HashMap<String, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            for (var output : nodes.get(i).getOutputList()) {
                producers.putIfAbsent(output, i);
            }
        }
        producers.remove("");
        for (var node : nodes) {
            var needed = new HashSet<Integer>();
            collect(node, producers, needed);
            waits.add(needed);
        }
    }

    /** The nodes, each behind those it reads from as far as there is no cycle. */
    static List<NodeProto> of(List<NodeProto> nodes) {
        var order = new NodeOrder(nodes);
        return order.isSorted() ? nodes : order.sorted();
    }

    private static void collect(NodeProto node, Map<String, Integer> producers, Set<Integer> needed) {
        for (var input : node.getInputList()) {
            var producer = producers.get(input);
            if (producer != null) {
                needed.add(producer);
            }
        }
        for (var attribute : node.getAttributeList()) {
            if (attribute.getType() == AttributeProto.AttributeType.GRAPH) {
                collect(attribute.getG(), producers, needed);
            }
            attribute.getGraphsList().forEach(g -> collect(g, producers, needed));
        }
    }

    /** A body reads what is around it by name, also for its outputs. */
    private static void collect(GraphProto body, Map<String, Integer> producers, Set<Integer> needed) {
        body.getNodeList().forEach(n -> collect(n, producers, needed));
        for (var output : body.getOutputList()) {
            var producer = producers.get(output.getName());
            if (producer != null) {
                needed.add(producer);
            }
        }
    }

    private boolean isSorted() {
        for (int i = 0; i < nodes.size(); i++) {
            int own = i;
            if (waits.get(i).stream().anyMatch(p -> p >= own)) {
                return false;
            }
        }
        return true;
    }

    /** The first of the nodes that can be next, again and again; nodes of cycles are last and fail there. */
    private List<NodeProto> sorted() {
        var readers = new ArrayList<List<Integer>>();
        nodes.forEach(n -> readers.add(new ArrayList<>()));
        var missing = new int[nodes.size()];
        var ready = new PriorityQueue<Integer>();
        for (int i = 0; i < missing.length; i++) {
            missing[i] = waits.get(i).size();
            for (int producer : waits.get(i)) {
                readers.get(producer).add(i);
            }
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        var sorted = new ArrayList<NodeProto>();
        while (!ready.isEmpty()) {
            int next = ready.remove();
            sorted.add(nodes.get(next));
            for (int reader : readers.get(next)) {
                if (--missing[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        for (int i = 0; i < missing.length; i++) {
            if (missing[i] > 0) {
                sorted.add(nodes.get(i));
            }
        }
        return sorted;
    }
}
