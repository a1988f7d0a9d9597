package dev.sinter.passes;

import dev.sinter.ir.Facts;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/** Puts one value in place of another in a node, and infers its types again where that may change them. */
final class Substitution {
    private Substitution() {
    }

    static Node apply(Node node, Value old, Value replacement, Symbols symbols) {
        var inputs = node.inputs().stream().map(v -> v.equals(old) ? replacement : v).toList();
        var regions = node.regions().stream().map(r -> inRegion(r, old, replacement, symbols)).toList();
        var outputs = sameKnowledge(old, replacement) ? node.outputs() : infer(node, inputs, symbols);
        return new Node(node.op(), inputs, outputs, regions, node.origin());
    }

    private static Graph inRegion(Graph region, Value old, Value replacement, Symbols symbols) {
        var nodes = region.nodes().stream().map(n -> apply(n, old, replacement, symbols)).toList();
        var outputs = region.outputs().stream()
                .map(p -> p.value().equals(old) ? new Graph.Port(p.name(), replacement) : p).toList();
        return new Graph(region.name(), region.inputs(), nodes, outputs, region.symbols());
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
}
