package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who makes a value and who uses it. */
final class ValueIndex {
    /** Constants of more elements are compared by identity only. */
    private static final int COMPARED_ELEMENTS = 4096;

    private final Map<Value, Node> producers = new HashMap<>();
    private final Map<Value, Map<Integer, Integer>> users = new HashMap<>(); // times by key, in the order of coming
    private final Map<Value, Integer> handedOut = new HashMap<>();
    private final Map<TensorData, Value> smallConstants = new HashMap<>();

    @Nullable
    Node producer(Value value) {
        return producers.get(value);
    }

    /** Keys of the nodes that take a value, each once. */
    List<Integer> users(Value value) {
        return List.copyOf(users.getOrDefault(value, Map.of()).keySet());
    }

    /** How many times a value is used, by nodes and as an output of the graph. */
    int uses(Value value) {
        int count = handedOut.getOrDefault(value, 0);
        for (var times : users.getOrDefault(value, Map.of()).values()) {
            count += times;
        }
        return count;
    }

    /** Whether a value is an output of the graph. */
    boolean isHandedOut(Value value) {
        return handedOut.containsKey(value);
    }

    /** The first small constant with these elements. */
    @Nullable
    Value constantLike(TensorData data) {
        return isSmall(data) ? smallConstants.get(data) : null;
    }

    private static boolean isSmall(TensorData data) {
        return data.size() <= COMPARED_ELEMENTS;
    }

    /** A value is an output of the graph, once more. */
    void handOut(Value value) {
        handedOut.merge(value, 1, Integer::sum);
    }

    /** Makes one value an output in place of another; tells whether that was one. */
    boolean replaceHandedOut(Value old, Value replacement) {
        var count = handedOut.remove(old);
        if (count != null) {
            handedOut.merge(replacement, count, Integer::sum);
        }
        return count != null;
    }

    void link(Node node) {
        node.outputs().forEach(v -> producers.put(v, node));
        Operands.forEach(node, v -> users.computeIfAbsent(v, k -> new LinkedHashMap<>())
                .merge(GraphIndex.key(node), 1, Integer::sum));
        if (node.op() instanceof Constant(var data, _) && isSmall(data)) {
            smallConstants.putIfAbsent(data, node.output());
        }
    }

    void unlink(Node node) {
        node.outputs().forEach(producers::remove);
        Operands.forEach(node, v -> {
            var map = users.get(v);
            if (map != null) {
                map.computeIfPresent(GraphIndex.key(node), (k, n) -> n == 1 ? null : n - 1);
            }
        });
        if (node.op() instanceof Constant(var data, _) && isSmall(data)) {
            smallConstants.remove(data, node.output());
        }
    }

    /** Forgets all nodes; the outputs of the graph stay. */
    void clearNodes() {
        producers.clear();
        users.clear();
        smallConstants.clear();
    }
}
