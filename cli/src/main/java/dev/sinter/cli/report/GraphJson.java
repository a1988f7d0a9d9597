package dev.sinter.cli.report;

import dev.sinter.cli.JsonObject;
import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.Zeros;
import dev.sinter.ir.cost.Work;
import dev.sinter.ir.op.Constant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A graph as the page gets it: nodes but for constants, and which value goes where. Regions are parts of their node. */
final class GraphJson {
    /** Large constants are only mentioned. */
    private static final ConstantSink NO_STORE = data -> "0";

    private final Map<String, Long> sizes;
    private final Scopes scopes;
    private final NodeFacts facts;
    private final List<JsonObject> nodes = new ArrayList<>();
    private final List<List<Object>> edges = new ArrayList<>();
    private final Map<Value, Integer> producers = new HashMap<>();
    private final Map<Value, Constant> constants = new HashMap<>();

    /** What is known of a graph's nodes beside the graph. */
    interface NodeFacts {
        /** Nothing more is known. */
        NodeFacts NONE = (node, json) -> {
        };

        /** Adds to what the page gets of a node. */
        void add(Node node, JsonObject json);
    }

    private GraphJson(Graph graph, Map<String, Long> sizes, NodeFacts facts) {
        this.sizes = sizes;
        this.facts = facts;
        this.scopes = new Scopes(graph);
    }

    /**
     * Describes a graph.
     *
     * @param graph
     *            the graph
     * @param sizes
     *            values of symbols to compute shapes and work with
     * @param facts
     *            what else is known of its nodes
     * @return nodes and edges
     */
    static JsonObject of(Graph graph, Map<String, Long> sizes, NodeFacts facts) {
        var json = new GraphJson(graph, sizes, facts);
        json.graph(graph, List.of(), null);
        return new JsonObject().put("nodes", json.nodes).put("edges", json.edges);
    }

    /** Adds a graph, or a region within the scope of its node. */
    private void graph(Graph graph, List<String> within, @Nullable Integer owner) {
        var inputs = new PortGroups(graph.inputs());
        for (var input : graph.inputs()) {
            producers.put(input.value(), nodes.size());
            nodes.add(port("input", input, inputs.scope(input, within)));
        }
        for (var node : graph.nodes()) {
            if (node.op() instanceof Constant constant) {
                node.outputs().forEach(v -> constants.put(v, constant));
            } else {
                node(node, within);
            }
        }
        var outputs = new PortGroups(graph.outputs());
        for (var output : graph.outputs()) {
            int number = nodes.size();
            nodes.add(port("output", output, outputs.scope(output, within)));
            edge(output.value(), number);
            if (owner != null) {
                edges.add(List.of(number, owner, NodeText.type(output.value().type(), sizes)));
            }
        }
    }

    private JsonObject port(String kind, Graph.Port port, List<String> scope) {
        return new JsonObject().put("op", kind).put("kind", "port").put("title", port.name()).put("name", kind)
                .put("scope", scope).put("outs", List.of(value(port.value()))).put("origins", List.of())
                .put("ir", port.value() + ": " + port.value().type());
    }

    private void node(Node node, List<String> within) {
        int number = nodes.size();
        var scope = new ArrayList<>(within);
        scope.addAll(scopes.of(node));
        node.outputs().forEach(v -> producers.put(v, number));
        nodes.add(json(node, scope));
        node.inputs().stream().distinct().forEach(v -> edge(v, number));
        for (int i = 0; i < node.regions().size(); i++) {
            var inside = new ArrayList<>(scope);
            var name = node.regions().size() == 1 ? "body" : i == 0 ? "then" : "else";
            inside.add(node.op().mnemonic() + " " + NodeText.name(node) + ": " + name);
            graph(node.regions().get(i), inside, number);
        }
    }

    private void edge(Value value, int to) {
        var from = producers.get(value);
        if (from != null) {
            edges.add(List.of(from, to, NodeText.type(value.type(), sizes)));
        }
    }

    private JsonObject json(Node node, List<String> scope) {
        var work = Work.of(node, sizes);
        double weights = 0;
        for (var input : node.inputs()) {
            if (constants.containsKey(input)) {
                weights += Work.bytes(input.type(), sizes);
            }
        }
        var json = new JsonObject().put("op", node.op().mnemonic()).put("kind", NodeText.kind(node))
                .put("title", NodeText.title(node)).put("name", NodeText.name(node)).put("scope", scope)
                .put("origins", node.origin().names())
                .put("ir", GraphPrinter.print(node, NO_STORE))
                .put("ins", node.inputs().stream().map(this::value).toList())
                .put("outs", node.outputs().stream().map(this::value).toList())
                .put("operations", work.operations()).put("bytes", work.bytes()).put("weights", weights)
                .put("zeros", zeros(node)).put("precision", NodeText.precision(node))
                .put("layout", NodeText.layout(node));
        facts.add(node, json);
        return json;
    }

    /** Part of a node's constant elements that are 0; null where there are none. */
    private @Nullable Double zeros(Node node) {
        double all = 0;
        double zeros = 0;
        for (var input : node.inputs()) {
            var constant = constants.get(input);
            if (constant != null) {
                double size = elements(input.type());
                all += size;
                zeros += zeros(input, constant) * size;
            }
        }
        return all == 0 ? null : (Double) (zeros / all);
    }

    /** A jar has large constants only packed; what it does not say of them is nothing special. */
    private static double zeros(Value value, Constant constant) {
        var weights = value.facts().weights();
        return weights != null ? weights.zeros()
                : value.type().equals(constant.data().type()) ? Zeros.part(constant.data()) : 0;
    }

    /** Of a constant, whose sizes are known. */
    private static double elements(Type type) {
        return type instanceof TensorType(_, Shape shape)
                ? shape.dims().stream().mapToDouble(d -> d.evaluate(Map.of())).reduce(1, (a, b) -> a * b) : 0;
    }

    private JsonObject value(Value value) {
        var json = new JsonObject().put("id", value.id()).put("type", value.type().toString())
                .put("at", NodeText.type(value.type(), sizes)).put("bytes", Work.bytes(value.type(), sizes));
        var constant = constants.get(value);
        if (constant != null) {
            json.put("constant", constant.label());
        }
        var weights = value.facts().weights();
        return weights == null ? json : json.put("pattern", weights.words());
    }
}
