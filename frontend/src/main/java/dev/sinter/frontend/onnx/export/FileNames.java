package dev.sinter.frontend.onnx.export;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Names of values and nodes, each once in the whole file: inputs, outputs and constants are called as in the model
 * where that is possible, nodes after the model's nodes, all others after the node that makes them.
 */
final class FileNames {
    private final Map<Ref, String> values = new IdentityHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final Set<String> nodes = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    /** A value gets a name that nobody else has. */
    void fix(Ref value, String name) {
        values.put(value, name);
        used.add(name);
    }

    boolean isNamed(Ref value) {
        return values.containsKey(value);
    }

    boolean isUsed(String name) {
        return used.contains(name);
    }

    /** A value gets a name, or a similar one if that is taken. */
    void suggest(Ref value, String name) {
        if (!values.containsKey(value)) {
            fix(value, unique(name, used));
        }
    }

    String of(Ref value) {
        var name = values.get(value);
        if (name == null) {
            throw new IllegalStateException("a value was used before it was made: " + value);
        }
        return name;
    }

    /** The name of a node. */
    String node(String origin, String operator) {
        if (!origin.isEmpty() && nodes.add(origin)) {
            return origin;
        }
        var name = unique(origin.isEmpty() ? operator : origin + "/" + operator, nodes);
        nodes.add(name);
        return name;
    }

    private String unique(String name, Set<String> taken) {
        var candidate = name;
        while (taken.contains(candidate)) {
            candidate = name + "_" + next.merge(name, 1, Integer::sum);
        }
        return candidate;
    }
}
