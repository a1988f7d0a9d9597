package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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

    private final Graph base;
    private final Symbols symbols;
    private final SymbolIndex definitions;
    private final AtomicInteger ids;
    private final Map<Integer, Entry> entries = new LinkedHashMap<>();
    private final ValueIndex values = new ValueIndex();
    private @Nullable TwinIndex twins;
    private List<Graph.Port> outputs;
    private int nextSequence;

    /** A whole model. */
    GraphIndex(Graph graph) {
        this(graph, Set.of(), new AtomicInteger(graph.nextId()));
    }

    /**
     * A model, or a region of one.
     *
     * @param graph
     *            the graph
     * @param around
     *            symbols that are defined around it
     * @param ids
     *            number of the next value
     */
    GraphIndex(Graph graph, Set<String> around, AtomicInteger ids) {
        base = graph;
        this.ids = ids;
        symbols = new Symbols(graph.symbols());
        definitions = new SymbolIndex(graph, around);
        outputs = graph.outputs();
        outputs.forEach(port -> values.handOut(port.value()));
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
        return values.producer(value);
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
        var node = values.producer(value);
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
        for (var key : values.users(value)) {
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
        return values.uses(value);
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
        return values.isHandedOut(value);
    }

    /**
     * Whether a node defines a symbol.
     *
     * @param symbol
     *            a symbol
     * @param node
     *            a node
     * @return whether the symbol has its value from this node
     */
    public boolean isDefiner(String symbol, Node node) {
        return definitions.isDefiner(symbol, node);
    }

    /**
     * The nodes of the same op and operands.
     *
     * @param node
     *            a node
     * @return those nodes and the node itself; none for a node without operands or one that defines symbols
     */
    public List<Node> twins(Node node) {
        if (twins == null) {
            twins = new TwinIndex(entries.values().stream().map(Entry::node).toList());
        }
        return twins.of(node).stream().map(k -> entry(k).node()).toList();
    }

    /**
     * The first constant node with these elements, for small constants.
     *
     * @param data
     *            elements
     * @return its value, or null
     */
    public @Nullable Value constantLike(TensorData data) {
        return values.constantLike(data);
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
        return ids.getAndIncrement();
    }

    AtomicInteger ids() {
        return ids;
    }

    /** {@return the symbols a region of this graph may use} */
    Set<String> symbolsWithin() {
        return definitions.all();
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
        definitions.define(node);
        entries.put(key(node), new Entry(node, order, nextSequence++));
        link(node);
    }

    private void link(Node node) {
        values.link(node);
        definitions.link(node);
        if (twins != null) {
            twins.link(node);
        }
    }

    private void unlink(Node node) {
        values.unlink(node);
        definitions.unlink(node);
        if (twins != null) {
            twins.unlink(node);
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

    /** Puts other regions into a node; tells of what nothing uses then. */
    void setRegions(int key, List<Graph> regions, Consumer<Node> removed) {
        var old = entry(key);
        var captured = new LinkedHashSet<Value>();
        Operands.forEach(old.node(), captured::add);
        var needed = definitions.definersFor(old.node());
        set(old, new Node(old.node().op(), old.node().inputs(), old.node().outputs(), regions, old.node().origin()));
        captured.forEach(v -> removeDeadProducer(v, removed));
        needed.stream().map(this::node).filter(n -> n != null).forEach(n -> removeDead(n, removed));
    }

    private void removeDeadProducer(Value value, Consumer<Node> removed) {
        var producer = values.producer(value);
        if (producer != null) {
            removeDead(producer, removed);
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
            for (var key : values.users(next.getKey())) {
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

    /** Puts dimensions in place of symbols everywhere; gives the keys of the nodes that changed. */
    List<Integer> bind(Map<String, Dim> bindings) {
        symbols.bind(bindings);
        definitions.remove(bindings.keySet());
        var changed = new ArrayList<Integer>();
        for (var entry : List.copyOf(entries.values())) {
            var node = Substitution.bind(entry.node(), bindings);
            if (node != entry.node()) {
                entries.put(key(node), entry.with(node));
                changed.add(key(node));
            }
        }
        values.clearNodes();
        definitions.clearUsers();
        twins = null;
        entries.values().forEach(e -> link(e.node()));
        outputs = outputs.stream().map(p -> new Graph.Port(p.name(), p.value().substitute(bindings))).toList();
        return changed;
    }

    private void replacePorts(Value old, Value replacement) {
        if (values.replaceHandedOut(old, replacement)) {
            outputs = outputs.stream()
                    .map(p -> p.value().equals(old) ? new Graph.Port(p.name(), replacement) : p).toList();
        }
    }

    boolean isDead(Node node) {
        return node.outputs().stream().allMatch(v -> uses(v) == 0) && !definitions.isNeeded(node);
    }

    /** Removes a node and whatever is unused then; tells of each removed node. */
    void removeDead(Node root, Consumer<Node> removed) {
        var pending = new ArrayDeque<Node>();
        pending.add(root);
        while (!pending.isEmpty()) {
            var node = pending.remove();
            var now = node(key(node));
            if (now == null || !isDead(now)) {
                continue;
            }
            var definers = definitions.definersFor(now);
            entries.remove(key(now));
            unlink(now);
            definers.stream().map(this::node).filter(n -> n != null).forEach(pending::add);
            definitions.forget(now);
            removed.accept(now);
            Operands.forEach(now, v -> {
                var producer = values.producer(v);
                if (producer != null) {
                    pending.add(producer);
                }
            });
        }
    }

    /** The nodes that must stand before a node: they make its operands or define its symbols. */
    private Set<Integer> needs(Node node) {
        var needs = new HashSet<>(definitions.definersFor(node));
        Operands.forEach(node, v -> {
            var producer = values.producer(v);
            if (producer != null) {
                needs.add(key(producer));
            }
        });
        return needs;
    }

    /** {@return the nodes as they are now, in topological order, as near to the old order as that allows} */
    List<Node> nodes() {
        var ordered = entries.values().stream()
                .sorted(Comparator.comparingDouble(Entry::order).thenComparingInt(Entry::sequence))
                .map(Entry::node).toList();
        return TopologicalOrder.of(ordered, this::needs);
    }

    /** The graph as it is now. */
    Graph toGraph() {
        return new Graph(base.name(), base.inputs(), nodes(), outputs, definitions.forgotten().isEmpty() ? symbols
                : symbols.only(name -> !definitions.forgotten().contains(name)));
    }
}
