package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Ops;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nodes by op and operands, so that equal ones are found at once. Those that define symbols are never equal. */
final class TwinIndex {
    private record Key(Op op, List<Value> inputs) {
    }

    private final Map<Key, Set<Integer>> nodes = new HashMap<>();

    TwinIndex(Collection<Node> all) {
        all.forEach(this::link);
    }

    private static boolean isKnown(Node node) {
        return !node.inputs().isEmpty() && !Ops.definesSymbols(node.op());
    }

    void link(Node node) {
        if (isKnown(node)) {
            nodes.computeIfAbsent(new Key(node.op(), node.inputs()), k -> new LinkedHashSet<>())
                    .add(GraphIndex.key(node));
        }
    }

    void unlink(Node node) {
        var twins = isKnown(node) ? nodes.get(new Key(node.op(), node.inputs())) : null;
        if (twins != null) {
            twins.remove(GraphIndex.key(node));
        }
    }

    /** The keys of nodes of the same op and operands, the node itself among them. */
    Set<Integer> of(Node node) {
        return isKnown(node) ? nodes.getOrDefault(new Key(node.op(), node.inputs()), Set.of()) : Set.of();
    }
}
