package dev.sinter.ir;

import dev.sinter.ir.op.Constant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Writes a graph as text, one line for each node: {@code %7: f32[B,S,384] = matmul %5, %6  // /encoder/query}. Before
 * the nodes come symbols with their bounds, equalities and inputs, behind them outputs; regions follow their node,
 * indented.
 * Constants of up to {@value #INLINE} elements stand in the text, larger ones in a store beside it. {@link GraphParser}
 * reads the same graph back.
 */
public final class GraphPrinter {
    /** Constants of more elements than this are put into the store. */
    public static final int INLINE = 32;

    private static final String INDENT = "  ";

    /**
     * A printed graph.
     *
     * @param text
     *            its lines
     * @param lines
     *            where each node stands, regions included, the first line being 1
     */
    public record Printed(String text, Map<Node, Integer> lines) {
        /** Keeps the map from being changed. */
        public Printed {
            lines = Collections.unmodifiableMap(lines);
        }
    }

    private final StringBuilder out = new StringBuilder();
    private final Map<Node, Integer> lines = new LinkedHashMap<>();
    private final ConstantSink constants;
    private int line = 1;

    private GraphPrinter(ConstantSink constants) {
        this.constants = constants;
    }

    /**
     * A graph as text for people: large constants are only named.
     *
     * @param graph
     *            the graph
     * @return its text
     */
    public static String print(Graph graph) {
        return print(graph, ConstantSink.NONE);
    }

    /**
     * A graph as text.
     *
     * @param graph
     *            the graph
     * @param constants
     *            where large constants go
     * @return its text
     */
    public static String print(Graph graph, ConstantSink constants) {
        return printWithLines(graph, constants).text();
    }

    /**
     * A graph as text, and where each node stands in it.
     *
     * @param graph
     *            the graph
     * @param constants
     *            where large constants go
     * @return text and lines
     */
    public static Printed printWithLines(Graph graph, ConstantSink constants) {
        var printer = new GraphPrinter(constants);
        printer.graph(graph, "");
        return new Printed(printer.out.toString(), printer.lines);
    }

    /**
     * A node as text, without its regions.
     *
     * @param node
     *            the node
     * @param constants
     *            where large constants go
     * @return its line
     */
    public static String print(Node node, ConstantSink constants) {
        return new GraphPrinter(constants).node(node);
    }

    private void line(String indent, String text) {
        out.append(indent).append(text).append('\n');
        line++;
    }

    private void graph(Graph graph, String indent) {
        var inner = indent + INDENT;
        line(indent, "graph " + Notation.quote(graph.name()) + " {");
        graph.symbols().bounds().forEach((name, bounds) -> line(inner,
                "symbol " + Notation.name(name) + ": " + bounds.min() + ".." + bounds.max()));
        for (var equality : graph.symbols().equalities()) {
            line(inner, "equal " + equality.left() + " == " + equality.right() + " because "
                    + Notation.quote(equality.reason()));
        }
        for (var input : graph.inputs()) {
            line(inner, "input " + Notation.quote(input.name()) + " " + definition(input.value(), Facts.NONE));
        }
        for (var node : graph.nodes()) {
            lines.put(node, line);
            line(inner, node(node));
            node.regions().forEach(region -> graph(region, inner));
        }
        for (var output : graph.outputs()) {
            line(inner, "output " + Notation.quote(output.name()) + " " + output.value());
        }
        line(indent, "}");
    }

    private String node(Node node) {
        var op = node.op();
        var implied = op instanceof Constant c ? Facts.ofConstant(c.data()) : Facts.NONE;
        var text = new StringBuilder();
        text.append(node.outputs().stream().map(v -> definition(v, implied)).collect(Collectors.joining(", ")));
        text.append(" = ").append(op.mnemonic());
        if (op instanceof Constant(var data, var label)) {
            text.append(' ').append(literal(data));
        }
        if (!node.inputs().isEmpty()) {
            text.append(' ').append(node.inputs().stream().map(Value::toString).collect(Collectors.joining(", ")));
        }
        var attributes = op.attributes().texts();
        if (!attributes.isEmpty()) {
            text.append(' ')
                    .append(braces(attributes.entrySet().stream().map(a -> a.getKey() + "=" + a.getValue()).toList()));
        }
        var names = node.origin().names();
        if (!names.isEmpty()) {
            text.append("  // ")
                    .append(names.stream().map(GraphPrinter::originName).collect(Collectors.joining(" + ")));
        }
        return text.toString();
    }

    private static String braces(List<String> items) {
        return "{" + String.join(", ", items) + "}";
    }

    /** A name as it is where that can't be misread; names of ONNX nodes are usually paths. */
    private static String originName(String name) {
        boolean plain = !name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 127 && c != '"');
        return plain ? name : Notation.quote(name);
    }

    private String literal(TensorData data) {
        return data.size() <= INLINE ? Elements.print(data) : "#" + constants.put(data);
    }

    private String definition(Value value, Facts implied) {
        var facts = facts(value.facts(), implied);
        return value + ": " + value.type() + (facts.isEmpty() ? "" : " " + braces(facts));
    }

    /** The facts that the op does not imply. */
    private List<String> facts(Facts facts, Facts implied) {
        var items = new ArrayList<String>();
        var constant = facts.constant();
        if (!Objects.equals(constant, implied.constant())) {
            items.add("constant=" + (constant == null ? "none" : constant.type() + " " + literal(constant)));
        }
        if (!Objects.equals(facts.content(), implied.content())) {
            items.add("content=" + (facts.content() == null ? "none" : facts.content()));
        }
        if (facts.range() != null) {
            items.add("range=[" + facts.range().min() + ", " + facts.range().max() + "]");
        }
        if (facts.weights() != null) {
            items.add("weights=" + Notation.quote(facts.weights().toString()));
        }
        if (facts.layout() != null) {
            items.add("layout=" + Notation.quote(facts.layout()));
        }
        return items;
    }
}
