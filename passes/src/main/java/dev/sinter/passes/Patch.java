package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Facts;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a rule wants done: new nodes, and which values they replace. Nodes that nothing uses afterwards vanish by
 * themselves, and their origins go over to the new nodes.
 *
 * @param label
 *            one line for people: what was found
 * @param nodes
 *            new nodes, operands before users; may be empty
 * @param replaces
 *            old value to new value; the new one has the same element type and rank
 * @param binds
 *            dimensions that take the place of symbols, everywhere and before values are replaced
 */
public record Patch(String label, List<Node> nodes, Map<Value, Value> replaces, Map<String, Dim> binds) {
    /** Copies; checks that new nodes replace something. Without either, the node is dropped, which nothing may use. */
    public Patch {
        nodes = List.copyOf(nodes);
        replaces = Collections.unmodifiableMap(new LinkedHashMap<>(replaces));
        binds = Collections.unmodifiableMap(new LinkedHashMap<>(binds));
        if (replaces.isEmpty() && !nodes.isEmpty()) {
            throw new IrException("patch '" + label + "' replaces nothing");
        }
    }

    /** Collects the nodes of a patch; ids are fresh and types come from the ops' type rules. */
    public static final class Builder {
        private final GraphIndex graph;
        private final String label;
        private final List<Node> nodes = new ArrayList<>();
        private final Map<Value, Value> replaces = new LinkedHashMap<>();
        private final Map<String, Dim> binds = new LinkedHashMap<>();

        Builder(GraphIndex graph, String label) {
            this.graph = graph;
            this.label = label;
        }

        /**
         * Adds a node.
         *
         * @param op
         *            what it does
         * @param origin
         *            the model nodes it stands for
         * @param operands
         *            its operands
         * @return its results
         * @throws IrException
         *             if the operands do not fit the op's type rule
         */
        public List<Value> addAll(Op op, Origin origin, List<Value> operands) {
            var results = new ArrayList<Value>();
            for (var result : op.infer(operands, graph.symbols())) {
                results.add(new Value(graph.freshId(), result.type(), result.facts()));
            }
            nodes.add(new Node(op, operands, results, List.of(), origin));
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
        public Value add(Op op, Origin origin, Value... operands) {
            return addAll(op, origin, List.of(operands)).getFirst();
        }

        /**
         * Adds an elementwise node.
         *
         * @param expr
         *            over the operands
         * @param origin
         *            the model nodes it stands for
         * @param operands
         *            its operands
         * @return its result
         */
        public Value map(Expr expr, Origin origin, List<Value> operands) {
            return addAll(new dev.sinter.ir.op.Map(expr), origin, operands).getFirst();
        }

        /**
         * Adds a constant.
         *
         * @param data
         *            its elements
         * @param name
         *            name in the model, "" if it has none
         * @return the value
         */
        public Value constant(TensorData data, String name) {
            return add(new Constant(data, name), Origin.NONE);
        }

        /**
         * Adds a constant of which more is known.
         *
         * @param constant
         *            the constant
         * @param facts
         *            what is known of it
         * @return the value
         */
        public Value constant(Constant constant, Facts facts) {
            var value = new Value(graph.freshId(), constant.data().type(), facts);
            nodes.add(new Node(constant, List.of(), List.of(value), List.of(), Origin.NONE));
            return value;
        }

        /**
         * Says that a new value stands for an old one.
         *
         * @param old
         *            value of the graph
         * @param replacement
         *            a value of this patch, or another of the graph
         * @return this
         */
        public Builder replace(Value old, Value replacement) {
            replaces.put(old, replacement);
            return this;
        }

        /**
         * Moves nodes of a region that is given up into the graph.
         *
         * @param moved
         *            the nodes, operands before users
         * @return this
         */
        public Builder include(List<Node> moved) {
            nodes.addAll(moved);
            return this;
        }

        /**
         * Says that a symbol is a dimension.
         *
         * @param symbol
         *            a symbol that a node of the graph defines
         * @param dim
         *            what it is
         * @return this
         */
        public Builder bind(String symbol, Dim dim) {
            binds.put(symbol, dim);
            return this;
        }

        /** {@return the patch} */
        public Patch build() {
            return new Patch(label, nodes, replaces, binds);
        }
    }
}
