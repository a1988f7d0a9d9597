package dev.sinter.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model, or the body of a control-flow node: values, and nodes in an order in which each operand is defined before
 * it is used. Immutable; rewriting makes new graphs.
 *
 * @param name
 *            of the model
 * @param inputs
 *            what a caller gives
 * @param nodes
 *            in topological order
 * @param outputs
 *            what a caller gets
 * @param symbols
 *            symbolic sizes, their bounds and what must hold of them; never changed once the graph is made
 */
public record Graph(String name, List<Port> inputs, List<Node> nodes, List<Port> outputs, Symbols symbols) {
    /**
     * A named input or output.
     *
     * @param name
     *            what callers call it
     * @param value
     *            the value
     */
    public record Port(String name, Value value) {
    }

    /** Copies the lists and the symbols. */
    public Graph {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
        symbols = new Symbols(symbols);
    }

    /** {@return for every value made by a node, that node} */
    public Map<Value, Node> producers() {
        var producers = new HashMap<Value, Node>();
        for (var node : nodes) {
            for (var output : node.outputs()) {
                producers.put(output, node);
            }
        }
        return producers;
    }

    /** {@return how many times each value is used, as an operand, inside a region, or as an output of the graph} */
    public Map<Value, Integer> uses() {
        var uses = new HashMap<Value, Integer>();
        countUses(uses);
        return uses;
    }

    private void countUses(Map<Value, Integer> uses) {
        for (var node : nodes) {
            node.inputs().forEach(v -> uses.merge(v, 1, Integer::sum));
            node.regions().forEach(region -> region.countUses(uses));
        }
        outputs.forEach(p -> uses.merge(p.value(), 1, Integer::sum));
    }

    /** {@return a number above every value's id, regions included} */
    public int nextId() {
        int next = 0;
        for (var input : inputs) {
            next = Math.max(next, input.value().id() + 1);
        }
        for (var node : nodes) {
            for (var output : node.outputs()) {
                next = Math.max(next, output.id() + 1);
            }
            for (var region : node.regions()) {
                next = Math.max(next, region.nextId());
            }
        }
        return next;
    }

    /**
     * The input of that name.
     *
     * @param wanted
     *            a name
     * @return the port, or null
     */
    public @Nullable Port input(String wanted) {
        return inputs.stream().filter(p -> p.name().equals(wanted)).findFirst().orElse(null);
    }
}
