package dev.sinter.passes;

import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import java.util.HashSet;
import java.util.function.Consumer;

/** What a node takes, its regions included. */
final class Operands {
    private Operands() {
    }

    /** Operands, and outer values that regions capture; with repeats. */
    static void forEach(Node node, Consumer<Value> action) {
        node.inputs().forEach(action);
        for (var region : node.regions()) {
            var inside = new HashSet<Value>();
            region.inputs().forEach(p -> inside.add(p.value()));
            for (var inner : region.nodes()) {
                forEach(inner, v -> {
                    if (!inside.contains(v)) {
                        action.accept(v);
                    }
                });
                inside.addAll(inner.outputs());
            }
            region.outputs().stream().map(Graph.Port::value).filter(v -> !inside.contains(v)).forEach(action);
        }
    }
}
