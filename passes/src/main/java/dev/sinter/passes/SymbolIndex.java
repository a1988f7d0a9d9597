package dev.sinter.passes;

import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.SymbolUse;
import dev.sinter.ir.op.Ops;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes of a graph define symbols and which nodes use those. Nearly all graphs have no such node, and pay
 * nothing. Nodes are known by the id of their first result.
 */
final class SymbolIndex {
    private final Set<String> outside;
    private final Map<String, Integer> definers = new LinkedHashMap<>();
    private final Map<String, Set<Integer>> users = new HashMap<>();
    private final Set<String> forgotten = new HashSet<>();

    /**
     * The symbols of a graph.
     *
     * @param graph
     *            a graph or region
     * @param around
     *            symbols that are known around it
     */
    SymbolIndex(Graph graph, Set<String> around) {
        outside = new HashSet<>(around);
        outside.addAll(SymbolUse.definedByInputs(graph));
        graph.nodes().forEach(this::define);
    }

    /** Learns what a node defines. */
    void define(Node node) {
        if (Ops.definesSymbols(node.op())) {
            for (var name : SymbolUse.definedBy(node)) {
                if (!outside.contains(name)) {
                    definers.putIfAbsent(name, GraphIndex.key(node));
                }
            }
        }
    }

    /** Learns what a node uses. */
    void link(Node node) {
        for (var name : used(node)) {
            users.computeIfAbsent(name, k -> new LinkedHashSet<>()).add(GraphIndex.key(node));
        }
    }

    /** Forgets what a node uses. */
    void unlink(Node node) {
        for (var name : used(node)) {
            var keys = users.get(name);
            if (keys != null) {
                keys.remove(GraphIndex.key(node));
            }
        }
    }

    /** Forgets a node that is gone for good, and its symbols with it. */
    void forget(Node node) {
        if (Ops.definesSymbols(node.op())) {
            for (var name : SymbolUse.definedBy(node)) {
                if (isDefiner(name, node)) {
                    definers.remove(name);
                    forgotten.add(name);
                }
            }
        }
    }

    /** The symbols that nothing defines any more. */
    Set<String> forgotten() {
        return forgotten;
    }

    /** Forgets symbols. */
    void remove(Set<String> names) {
        definers.keySet().removeAll(names);
        users.keySet().removeAll(names);
    }

    /** Forgets all users. */
    void clearUsers() {
        users.clear();
    }

    private Set<String> used(Node node) {
        if (definers.isEmpty()) {
            return Set.of();
        }
        var names = SymbolUse.of(node);
        names.removeIf(name -> !definers.containsKey(name) || definers.get(name) == GraphIndex.key(node));
        return names;
    }

    /** Whether another node uses a symbol that a node defines. */
    boolean isNeeded(Node node) {
        return Ops.definesSymbols(node.op()) && !usersOf(node).isEmpty();
    }

    /** The nodes that use symbols that a node defines. */
    Set<Integer> usersOf(Node node) {
        var keys = new LinkedHashSet<Integer>();
        if (Ops.definesSymbols(node.op())) {
            for (var name : SymbolUse.definedBy(node)) {
                if (isDefiner(name, node)) {
                    keys.addAll(users.getOrDefault(name, Set.of()));
                }
            }
        }
        return keys;
    }

    /** The nodes that define symbols that a node uses. */
    Set<Integer> definersFor(Node node) {
        var keys = new LinkedHashSet<Integer>();
        used(node).forEach(name -> keys.add(definers.get(name)));
        return keys;
    }

    /** Whether a node is the one that defines a symbol. */
    boolean isDefiner(String name, Node node) {
        Integer key = definers.get(name);
        return key != null && key == GraphIndex.key(node);
    }

    /** The symbols known within the graph, at its end. */
    Set<String> all() {
        var names = new HashSet<>(outside);
        names.addAll(definers.keySet());
        return names;
    }
}
