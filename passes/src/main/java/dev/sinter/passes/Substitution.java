package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Facts;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Ops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts values or dimensions in place of others in a node, and infers its types again where that may change them. */
final class Substitution {
    private Substitution() {
    }

    /** Puts one value in place of another. */
    static Node apply(Node node, Value old, Value replacement, Symbols symbols) {
        return apply(node, Map.of(old, replacement), symbols);
    }

    private static Node apply(Node node, Map<Value, Value> replaced, Symbols symbols) {
        var inputs = node.inputs().stream().map(v -> replaced.getOrDefault(v, v)).toList();
        var regions = node.regions().stream().map(r -> inRegion(r, replaced)).toList();
        boolean same = true;
        for (int i = 0; i < inputs.size(); i++) {
            same &= inputs.get(i) == node.input(i) || sameKnowledge(inputs.get(i), node.input(i));
        }
        var outputs = same ? node.outputs() : infer(node, inputs, symbols);
        return new Node(node.op(), inputs, outputs, regions, node.origin());
    }

    private static Graph inRegion(Graph region, Map<Value, Value> replaced) {
        var now = new HashMap<>(replaced);
        var symbols = new Symbols(region.symbols());
        var nodes = new ArrayList<Node>();
        for (var node : region.nodes()) {
            var changed = apply(node, now, symbols);
            nodes.add(changed);
            for (int i = 0; i < changed.outputs().size(); i++) {
                if (changed.outputs().get(i) != node.outputs().get(i)) {
                    now.put(node.outputs().get(i), changed.outputs().get(i));
                }
            }
        }
        var outputs = region.outputs().stream()
                .map(p -> new Graph.Port(p.name(), now.getOrDefault(p.value(), p.value()))).toList();
        return new Graph(region.name(), region.inputs(), nodes, outputs, symbols);
    }

    /** Outputs by the type rule; the very same objects where nothing changed. */
    private static List<Value> infer(Node node, List<Value> inputs, Symbols symbols) {
        var results = node.op().infer(inputs, symbols);
        var outputs = new ArrayList<Value>();
        for (int i = 0; i < results.size(); i++) {
            var before = node.outputs().get(i);
            var facts = results.get(i).facts().equals(Facts.NONE) ? before.facts() : results.get(i).facts();
            var after = new Value(before.id(), results.get(i).type(), facts);
            outputs.add(sameKnowledge(before, after) ? before : after);
        }
        return outputs;
    }

    private static boolean sameKnowledge(Value a, Value b) {
        return a.type().equals(b.type()) && a.facts().equals(b.facts());
    }

    /** Puts dimensions in place of symbols; the very same node where it has none of them. */
    static Node bind(Node node, Map<String, Dim> bindings) {
        var inputs = bindValues(node.inputs(), bindings);
        var outputs = bindValues(node.outputs(), bindings);
        var regions = node.regions().stream().map(r -> bind(r, bindings)).toList();
        var op = Ops.symbols(node.op()).stream().anyMatch(bindings::containsKey) || Ops.definesSymbols(node.op())
                ? Ops.substitute(node.op(), bindings) : node.op();
        boolean same = inputs == node.inputs() && outputs == node.outputs() && op.equals(node.op())
                && regions.isEmpty();
        return same ? node : new Node(op, inputs, outputs, regions, node.origin());
    }

    private static Graph bind(Graph region, Map<String, Dim> bindings) {
        var symbols = new Symbols(region.symbols());
        symbols.bind(bindings);
        return new Graph(region.name(), bindPorts(region.inputs(), bindings),
                region.nodes().stream().map(n -> bind(n, bindings)).toList(), bindPorts(region.outputs(), bindings),
                symbols);
    }

    private static List<Graph.Port> bindPorts(List<Graph.Port> ports, Map<String, Dim> bindings) {
        return ports.stream().map(p -> new Graph.Port(p.name(), p.value().substitute(bindings))).toList();
    }

    /** The very same list where nothing changed. */
    private static List<Value> bindValues(List<Value> values, Map<String, Dim> bindings) {
        var changed = values.stream().map(v -> v.substitute(bindings)).toList();
        for (int i = 0; i < changed.size(); i++) {
            if (changed.get(i) != values.get(i)) {
                return changed;
            }
        }
        return values;
    }
}
