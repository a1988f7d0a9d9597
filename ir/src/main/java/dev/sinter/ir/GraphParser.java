package dev.sinter.ir;

import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Ops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of {@link GraphPrinter} back: ids, types, facts, symbols, origins and regions. Types are taken as
 * written; {@link Verifier} checks them. Empty lines, and lines that begin with {@code //}, are skipped.
 */
public final class GraphParser {
    private final List<String> lines;
    private final ConstantSource constants;
    private int next;
    private int current;

    private GraphParser(String text, ConstantSource constants) {
        this.lines = text.lines().map(String::strip).toList();
        this.constants = constants;
    }

    /**
     * Reads a graph whose constants all stand in the text.
     *
     * @param text
     *            of the graph
     * @return the graph
     * @throws IrException
     *             if the text is malformed; names the line
     */
    public static Graph parse(String text) {
        return parse(text, ConstantSource.NONE);
    }

    /**
     * Reads a graph.
     *
     * @param text
     *            of the graph
     * @param constants
     *            where large constants were put
     * @return the graph
     * @throws IrException
     *             if the text is malformed or a constant is missing; names the line
     */
    public static Graph parse(String text, ConstantSource constants) {
        var parser = new GraphParser(text, constants);
        try {
            var graph = parser.graph(Map.of());
            if (parser.peek() != null) {
                parser.current = parser.next;
                throw new IrException("nothing more was expected, not: " + parser.peek());
            }
            return graph;
        } catch (IrException | IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException
                | NegativeArraySizeException e) {
            throw new IrException("line " + (parser.current + 1) + ": " + e.getMessage(), e);
        }
    }

    /** The next line with something on it, or null. */
    private @Nullable String peek() {
        while (next < lines.size() && (lines.get(next).isEmpty() || lines.get(next).startsWith("//"))) {
            next++;
        }
        return next < lines.size() ? lines.get(next) : null;
    }

    private Cursor line() {
        var line = peek();
        if (line == null) {
            current = lines.size();
            throw new IrException("a line of a graph was expected, not the end");
        }
        current = next;
        return new Cursor(line);
    }

    private Graph graph(Map<Integer, Value> outer) {
        var header = line();
        header.expect("graph");
        var name = header.quoted();
        header.expect("{");
        header.finish(name);
        next++;
        var defined = new HashMap<>(outer);
        var symbols = new Symbols();
        var inputs = new ArrayList<Graph.Port>();
        var nodes = new ArrayList<Node>();
        var outputs = new ArrayList<Graph.Port>();
        for (var in = line(); !in.take("}"); in = line()) {
            if (in.take("symbol ")) {
                symbol(in, symbols);
            } else if (in.take("equal ")) {
                equality(in, symbols);
            } else if (in.take("input ")) {
                inputs.add(new Graph.Port(in.quoted(), define(definition(in), defined)));
            } else if (in.take("output ")) {
                outputs.add(new Graph.Port(in.quoted(), use(in, defined)));
            } else {
                nodes.add(node(in, defined));
                continue;
            }
            in.finish(name);
            next++;
        }
        next++;
        return new Graph(name, inputs, nodes, outputs, symbols);
    }

    private static void symbol(Cursor in, Symbols symbols) {
        var name = in.name();
        in.expect(":");
        long min = in.integer();
        in.expect("..");
        symbols.declare(name, new Symbols.Bounds(min, in.integer()));
    }

    private static void equality(Cursor in, Symbols symbols) {
        var left = Notation.dim(in);
        in.expect("==");
        var right = Notation.dim(in);
        in.expect("because");
        symbols.requireEqual(left, right, in.quoted());
    }

    private Node node(Cursor in, Map<Integer, Value> defined) {
        var results = new ArrayList<Definition>();
        while (in.peek('%')) {
            results.add(definition(in));
            in.take(",");
        }
        in.expect("=");
        var mnemonic = in.name();
        TensorData data = null;
        if (mnemonic.equals("constant")) {
            var type = results.isEmpty() ? null : results.getFirst().type();
            data = literal(in, type);
        }
        var inputs = new ArrayList<Value>();
        while (in.peek('%')) {
            inputs.add(use(in, defined));
            in.take(",");
        }
        var op = Ops.of(mnemonic, new Attributes(in.peek('{') ? in.braces(Cursor::balanced) : Map.of()), inputs, data);
        var origin = in.take("//") ? origin(in) : Origin.NONE;
        in.finish(op);
        next++;
        var regions = new ArrayList<Graph>();
        for (var line = peek(); line != null && line.startsWith("graph "); line = peek()) {
            regions.add(graph(defined));
        }
        var implied = data == null ? Facts.NONE : Facts.ofConstant(data);
        var outputs = results.stream().map(r -> define(r, defined, implied)).toList();
        return new Node(op, inputs, outputs, regions, origin);
    }

    private static Origin origin(Cursor in) {
        var names = new ArrayList<String>();
        do {
            names.add(in.peek('"') ? in.quoted() : in.word());
        } while (in.take("+ "));
        return new Origin(names);
    }

    /** A value as written where it is defined. */
    private record Definition(int id, Type type, Attributes facts) {
    }

    private static int id(Cursor in) {
        in.expect("%");
        return (int) in.integer();
    }

    private static Definition definition(Cursor in) {
        int id = id(in);
        in.expect(":");
        var type = Notation.type(in);
        return new Definition(id, type, new Attributes(in.peek('{') ? in.braces(Cursor::balanced) : Map.of()));
    }

    private Value define(Definition d, Map<Integer, Value> defined) {
        return define(d, defined, Facts.NONE);
    }

    private Value define(Definition d, Map<Integer, Value> defined, Facts implied) {
        var value = new Value(d.id(), d.type(), facts(d.facts(), implied));
        if (defined.put(d.id(), value) != null) {
            throw new IrException(value + " is defined twice");
        }
        return value;
    }

    private static Value use(Cursor in, Map<Integer, Value> defined) {
        int id = id(in);
        var value = defined.get(id);
        if (value == null) {
            throw new IrException("%" + id + " is used but not defined before");
        }
        return value;
    }

    private TensorData literal(Cursor in, @Nullable Type type) {
        if (in.take("#")) {
            return constants.get(in.number());
        }
        if (type instanceof TensorType(var dtype, var shape) && shape.isConst()) {
            return Elements.parse(in, dtype, shape.toLongs());
        }
        throw in.error("a constant of known sizes", String.valueOf(type));
    }

    private Facts facts(Attributes written, Facts implied) {
        if (written.texts().isEmpty()) {
            return implied;
        }
        var constant = written.has("constant") ? constant(written.get("constant")) : implied.constant();
        var content = written.has("content") ? content(written.get("content")) : implied.content();
        var range = written.has("range") ? range(written.get("range")) : null;
        var weights = written.has("weights") ? WeightFacts.parse(Notation.unquote(written.get("weights"))) : null;
        var layout = written.has("layout") ? Notation.unquote(written.get("layout")) : null;
        return new Facts(constant, content, range, weights, layout);
    }

    private @Nullable TensorData constant(String text) {
        if (text.equals("none")) {
            return null;
        }
        var in = new Cursor(text);
        var type = Notation.type(in);
        return in.finish(literal(in, type));
    }

    private static @Nullable List<Dim> content(String text) {
        return text.equals("none") ? null : Notation.dims(text);
    }

    private static Facts.Range range(String text) {
        var in = new Cursor(text);
        var bounds = in.finish(in.list(in::number));
        if (bounds.size() != 2) {
            throw in.error("a smallest and a largest value", text);
        }
        return new Facts.Range(Double.parseDouble(bounds.getFirst()), Double.parseDouble(bounds.getLast()));
    }
}
