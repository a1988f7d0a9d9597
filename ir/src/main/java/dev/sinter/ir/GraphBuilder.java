package dev.sinter.ir;

import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Collects the nodes of a graph under construction; types come from the ops' type rules. */
public final class GraphBuilder {
    private final String name;
    private final Symbols symbols;
    private final List<Graph.Port> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Graph.Port> outputs = new ArrayList<>();
    private final AtomicInteger nextId;
    private final @Nullable GraphBuilder parent;

    /**
     * An empty graph.
     *
     * @param name
     *            of the model
     */
    public GraphBuilder(String name) {
        this(name, new Symbols(), 0);
    }

    /**
     * A graph that continues another's numbering.
     *
     * @param name
     *            of the model
     * @param symbols
     *            known symbols, used and narrowed in place
     * @param firstId
     *            number of the next value
     */
    public GraphBuilder(String name, Symbols symbols, int firstId) {
        this(name, symbols, new AtomicInteger(firstId), null);
    }

    private GraphBuilder(String name, Symbols symbols, AtomicInteger nextId, @Nullable GraphBuilder parent) {
        this.name = name;
        this.symbols = symbols;
        this.nextId = nextId;
        this.parent = parent;
    }

    /**
     * A body within this graph: it shares the numbering, and knows a copy of the symbols, so that what a body learns
     * (or what a body that is thrown away learns) stays in it until {@link Symbols} of this graph are told.
     *
     * @param body
     *            its name
     * @return an empty graph
     */
    public GraphBuilder region(String body) {
        return new GraphBuilder(body, new Symbols(symbols), nextId, this);
    }

    /** {@return the graph this is a body within, or null} */
    public @Nullable GraphBuilder parent() {
        return parent;
    }

    /** {@return the graph that is no body, at the end of the parents} */
    public GraphBuilder root() {
        return parent == null ? this : parent.root();
    }

    /** {@return the symbols known so far} */
    public Symbols symbols() {
        return symbols;
    }

    /** {@return the nodes added so far} */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /**
     * Adds an input; its symbols are declared.
     *
     * @param port
     *            its name
     * @param type
     *            its type
     * @return the value
     */
    public Value input(String port, Type type) {
        if (type instanceof TensorType t && t.shape().isRanked()) {
            for (var dim : t.shape().dims()) {
                dim.symbols().forEach(s -> symbols.declare(s, Symbols.Bounds.ANY));
            }
        }
        var value = new Value(nextId.getAndIncrement(), type, Facts.NONE);
        inputs.add(new Graph.Port(port, value));
        return value;
    }

    /**
     * Adds a constant.
     *
     * @param data
     *            its elements
     * @param label
     *            name in the model, "" if it has none
     * @return the value
     */
    public Value constant(TensorData data, String label) {
        return add(new Constant(data, label), List.of(), Origin.NONE).getFirst();
    }

    /**
     * Adds a constant of which more is known than its elements tell.
     *
     * @param data
     *            its elements
     * @param label
     *            name in the model, "" if it has none
     * @param facts
     *            its facts, with the constant among them
     * @return the value
     */
    public Value constant(TensorData data, String label, Facts facts) {
        var value = new Value(nextId.getAndIncrement(), data.type(), facts);
        nodes.add(new Node(new Constant(data, label), List.of(), List.of(value), List.of(), Origin.NONE));
        return value;
    }

    /**
     * Adds a node.
     *
     * @param op
     *            what it does
     * @param operands
     *            its operands
     * @param origin
     *            the model nodes it stands for
     * @return its results
     * @throws IrException
     *             if the operands do not fit the op's type rule
     */
    public List<Value> add(Op op, List<Value> operands, Origin origin) {
        return add(op, operands, List.of(), origin);
    }

    /**
     * Adds a node with regions.
     *
     * @param op
     *            what it does
     * @param operands
     *            its operands
     * @param regions
     *            its bodies
     * @param origin
     *            the model nodes it stands for
     * @return its results
     */
    public List<Value> add(Op op, List<Value> operands, List<Graph> regions, Origin origin) {
        var results = new ArrayList<Value>();
        for (var result : op.infer(operands, symbols)) {
            results.add(new Value(nextId.getAndIncrement(), result.type(), result.facts()));
        }
        nodes.add(new Node(op, operands, results, regions, origin));
        return results;
    }

    /**
     * Adds a node with one result.
     *
     * @param op
     *            what it does
     * @param origin
     *            the model nodes it stands for
     * @param operands
     *            its operands
     * @return its result
     */
    public Value apply(Op op, Origin origin, Value... operands) {
        var results = add(op, List.of(operands), origin);
        if (results.size() != 1) {
            throw new IrException(op.mnemonic() + " has " + results.size() + " results, one was expected");
        }
        return results.getFirst();
    }

    /**
     * Names an output.
     *
     * @param port
     *            its name
     * @param value
     *            the value
     */
    public void output(String port, Value value) {
        outputs.add(new Graph.Port(port, value));
    }

    /** {@return the finished graph} */
    public Graph build() {
        return new Graph(name, inputs, nodes, outputs, symbols);
    }
}
