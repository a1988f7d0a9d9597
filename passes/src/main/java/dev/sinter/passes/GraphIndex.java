package dev.sinter.passes;

import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A graph under rewriting: who makes a value and who uses it, in constant time. Rules read it; only the engine changes
 * it. Nodes are known by the id of their first result.
 */
public final class GraphIndex {
    /** A node, its place in the order of the graph, and the number of its making among equals. */
    private record Entry(Node node, double order, int sequence) {
        Entry with(Node other) {
            return new Entry(other, order, sequence);
        }
    }

    /** Constants of more elements are compared by identity only. */
    private static final int COMPARED_ELEMENTS = 4096;

    private final Graph base;
    private final Symbols symbols;
    private final Map<Integer, Entry> entries = new LinkedHashMap<>();
    private final Map<Value, Node> producers = new HashMap<>();
    private final Map<Value, LinkedHashMap<Integer, Integer>> users = new HashMap<>();
    private final Map<Value, Integer> portUses = new HashMap<>();
    private final Map<TensorData, Value> smallConstants = new HashMap<>();
    private List<Graph.Port> outputs;
    private int nextId;
    private int nextSequence;

    GraphIndex(Graph graph) {
        base = graph;
        symbols = new Symbols(graph.symbols());
        outputs = graph.outputs();
        nextId = graph.nextId();
        for (var port : outputs) {
            portUses.merge(port.value(), 1, Integer::sum);
        }
        for (var node : graph.nodes()) {
            put(node, nextSequence);
        }
    }

    // ---- for rules

    /** {@return what is known of symbols; type rules may learn more} */
    public Symbols symbols() {
        return symbols;
    }

    /**
     * The node that makes a value.
     *
     * @param value
     *            a value
     * @return its node, or null for an input of the graph
     */
    public @Nullable Node producer(Value value) {
        return producers.get(value);
    }

    /**
     * The node that makes a value, if it is of a kind.
     *
     * @param value
     *            a value
     * @param op
     *            the kind
     * @return its node, or null
     */
    public @Nullable Node producer(Value value, Class<? extends Op> op) {
        var node = producers.get(value);
        return node != null && op.isInstance(node.op()) ? node : null;
    }

    /**
     * The nodes that take a value.
     *
     * @param value
     *            a value
     * @return each node once
     */
    public List<Node> users(Value value) {
        var found = new ArrayList<Node>();
        for (var key : users.getOrDefault(value, new LinkedHashMap<>()).keySet()) {
            found.add(entry(key).node());
        }
        return found;
    }

    /**
     * How many times a value is used, as an operand, inside regions, or as an output of the graph.
     *
     * @param value
     *            a value
     * @return the number
     */
    public int uses(Value value) {
        int count = portUses.getOrDefault(value, 0);
        for (var times : users.getOrDefault(value, new LinkedHashMap<>()).values()) {
            count += times;
        }
        return count;
    }

    /**
     * The order of two nodes.
     *
     * @param first
     *            a node
     * @param second
     *            another
     * @return whether the first stands before the second
     */
    public boolean isBefore(Node first, Node second) {
        var a = entry(key(first));
        var b = entry(key(second));
        return a.order() < b.order() || a.order() == b.order() && a.sequence() < b.sequence();
    }

    /**
     * Whether the graph hands a value out.
     *
     * @param value
     *            a value
     * @return whether it is an output
     */
    public boolean isOutput(Value value) {
        return portUses.containsKey(value);
    }

    /**
     * The first constant node with these elements, for small constants.
     *
     * @param data
     *            elements
     * @return its value, or null
     */
    public @Nullable Value constantLike(TensorData data) {
        return data.size() <= COMPARED_ELEMENTS ? smallConstants.get(data) : null;
    }

    /**
     * Starts a patch.
     *
     * @param label
     *            one line: what was found
     * @return an empty patch
     */
    public Patch.Builder patch(String label) {
        return new Patch.Builder(this, label);
    }

    // ---- for the engine

    int freshId() {
        return nextId++;
    }

    int size() {
        return entries.size();
    }

    Collection<Integer> keys() {
        return List.copyOf(entries.keySet());
    }

    static int key(Node node) {
        return node.outputs().getFirst().id();
    }

    @Nullable
    Node node(int key) {
        var entry = entries.get(key);
        return entry == null ? null : entry.node();
    }

    private Entry entry(int key) {
        var entry = entries.get(key);
        if (entry == null) {
            throw new IrException("no node makes %" + key);
        }
        return entry;
    }

    double order(int key) {
        return entry(key).order();
    }

    void put(Node node, double order) {
        entries.put(key(node), new Entry(node, order, nextSequence++));
        link(node);
    }

    private void link(Node node) {
        node.outputs().forEach(v -> producers.put(v, node));
        forEachOperand(node,
                v -> users.computeIfAbsent(v, k -> new LinkedHashMap<>()).merge(key(node), 1, Integer::sum));
        if (node.op() instanceof Constant(var data, var label) && data.size() <= COMPARED_ELEMENTS) {
            smallConstants.putIfAbsent(data, node.output());
        }
    }

    private void unlink(Node node) {
        node.outputs().forEach(producers::remove);
        forEachOperand(node, v -> {
            var map = users.get(v);
            if (map != null) {
                map.computeIfPresent(key(node), (k, n) -> n == 1 ? null : n - 1);
            }
        });
        if (node.op() instanceof Constant(var data, var label) && data.size() <= COMPARED_ELEMENTS) {
            smallConstants.remove(data, node.output());
        }
    }

    /** Operands, and outer values that regions capture; with repeats. */
    private static void forEachOperand(Node node, java.util.function.Consumer<Value> action) {
        node.inputs().forEach(action);
        for (var region : node.regions()) {
            var inside = new java.util.HashSet<Value>();
            region.inputs().forEach(p -> inside.add(p.value()));
            for (var inner : region.nodes()) {
                forEachOperand(inner, v -> {
                    if (!inside.contains(v)) {
                        action.accept(v);
                    }
                });
                inside.addAll(inner.outputs());
            }
            region.outputs().stream().map(Graph.Port::value).filter(v -> !inside.contains(v)).forEach(action);
        }
    }

    void addOrigin(int key, Origin extra) {
        var old = entry(key);
        var node = old.node();
        var merged = node.origin().plus(extra);
        if (!merged.equals(node.origin())) {
            set(old, new Node(node.op(), node.inputs(), node.outputs(), node.regions(), merged));
        }
    }

    private void set(Entry old, Node node) {
        unlink(old.node());
        entries.put(key(node), old.with(node));
        link(node);
    }

    /** Puts one value in place of another everywhere; gives the keys of the nodes that changed. */
    List<Integer> replace(Value old, Value replacement) {
        var changed = new ArrayList<Integer>();
        var pending = new ArrayDeque<Map.Entry<Value, Value>>();
        pending.add(Map.entry(old, replacement));
        while (!pending.isEmpty()) {
            var next = pending.remove();
            for (var key : List.copyOf(users.getOrDefault(next.getKey(), new LinkedHashMap<>()).keySet())) {
                var entry = entry(key);
                var node = Substitution.apply(entry.node(), next.getKey(), next.getValue(), symbols);
                set(entry, node);
                changed.add(key);
                for (int i = 0; i < node.outputs().size(); i++) {
                    var before = entry.node().outputs().get(i);
                    var after = node.outputs().get(i);
                    if (before != after) {
                        pending.add(Map.entry(before, after));
                    }
                }
            }
            replacePorts(next.getKey(), next.getValue());
        }
        return changed;
    }

    private void replacePorts(Value old, Value replacement) {
        var count = portUses.remove(old);
        if (count != null) {
            portUses.merge(replacement, count, Integer::sum);
            outputs = outputs.stream()
                    .map(p -> p.value().equals(old) ? new Graph.Port(p.name(), replacement) : p).toList();
        }
    }

    boolean isDead(Node node) {
        return node.outputs().stream().allMatch(v -> uses(v) == 0);
    }

    /** Removes a node and whatever is unused then; tells of each removed node. */
    void removeDead(Node root, java.util.function.Consumer<Node> removed) {
        var pending = new ArrayDeque<Node>();
        pending.add(root);
        while (!pending.isEmpty()) {
            var node = pending.remove();
            var now = node(key(node));
            if (now == null || !isDead(now)) {
                continue;
            }
            entries.remove(key(now));
            unlink(now);
            removed.accept(now);
            forEachOperand(now, v -> {
                var producer = producers.get(v);
                if (producer != null) {
                    pending.add(producer);
                }
            });
        }
    }

    /** The graph as it is now, in topological order, as near to the old order as that allows. */
    Graph toGraph() {
        var waiting = new HashMap<Integer, Integer>();
        var ready = new PriorityQueue<Entry>(
                Comparator.comparingDouble(Entry::order).thenComparingInt(Entry::sequence));
        for (var entry : entries.values()) {
            var needs = new java.util.HashSet<Integer>();
            forEachOperand(entry.node(), v -> {
                var producer = producers.get(v);
                if (producer != null) {
                    needs.add(key(producer));
                }
            });
            waiting.put(key(entry.node()), needs.size());
            if (needs.isEmpty()) {
                ready.add(entry);
            }
        }
        var nodes = new ArrayList<Node>();
        while (!ready.isEmpty()) {
            var node = ready.remove().node();
            nodes.add(node);
            var released = new java.util.LinkedHashSet<Integer>();
            node.outputs().forEach(v -> released.addAll(users.getOrDefault(v, new LinkedHashMap<>()).keySet()));
            for (var key : released) {
                if (waiting.merge(key, -1, Integer::sum) == 0) {
                    ready.add(entry(key));
                }
            }
        }
        if (nodes.size() != entries.size()) {
            throw new IrException("rewriting left a cycle among " + (entries.size() - nodes.size()) + " nodes");
        }
        return new Graph(base.name(), base.inputs(), nodes, outputs, symbols);
    }
}
