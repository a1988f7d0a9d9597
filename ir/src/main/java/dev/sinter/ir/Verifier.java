package dev.sinter.ir;

import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Ops;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks that a graph is well formed: every value is defined once and before its use (regions may capture outer
 * values), every op has the number of operands it takes, its type rule agrees with the recorded types, and facts fit
 * the types.
 */
public final class Verifier {
    private final Set<Integer> ids = new HashSet<>();

    private Verifier() {
    }

    /**
     * Checks a graph.
     *
     * @param graph
     *            the graph, regions included
     * @throws IrException
     *             at the first rule broken; names the node, what was expected and what came
     */
    public static void verify(Graph graph) {
        new Verifier().verify(graph, Map.of(), "graph " + Notation.quote(graph.name()));
    }

    private void verify(Graph graph, Map<Integer, Value> outer, String where) {
        var defined = new HashMap<>(outer);
        var symbols = new Symbols(graph.symbols());
        var names = new HashSet<String>();
        for (var input : graph.inputs()) {
            define(input.value(), defined, where + ", input " + Notation.quote(input.name()));
            if (!names.add(input.name())) {
                throw new IrException(where + ": two inputs are named " + Notation.quote(input.name()));
            }
        }
        for (var node : graph.nodes()) {
            verify(node, defined, symbols, where + ", " + describe(node));
        }
        names.clear();
        for (var output : graph.outputs()) {
            use(output.value(), defined, graph.symbols(), where + ", output " + Notation.quote(output.name()));
            if (!names.add(output.name())) {
                throw new IrException(where + ": two outputs are named " + Notation.quote(output.name()));
            }
        }
    }

    private void verify(Node node, Map<Integer, Value> defined, Symbols symbols, String where) {
        for (var input : node.inputs()) {
            use(input, defined, symbols, where);
        }
        var arity = Ops.arity(node.op());
        int count = node.inputs().size();
        if (count < arity.min() || count > arity.max()) {
            throw new IrException(where + ": " + arity + " operands were expected, not " + count);
        }
        compare(infer(node, symbols, where), node.outputs(), symbols, where);
        for (int i = 0; i < node.regions().size(); i++) {
            verify(node.regions().get(i), defined, where + ", region " + i);
        }
        for (var output : node.outputs()) {
            define(output, defined, where);
        }
    }

    private static List<Op.Result> infer(Node node, Symbols symbols, String where) {
        try {
            return node.op().infer(node.inputs(), symbols);
        } catch (IrException | IndexOutOfBoundsException e) {
            throw new IrException(where + ": " + e.getMessage(), e);
        }
    }

    private static void compare(List<Op.Result> inferred, List<Value> recorded, Symbols symbols, String where) {
        if (inferred.size() != recorded.size()) {
            throw new IrException(where + ": " + inferred.size() + " results were expected, not " + recorded.size());
        }
        for (int i = 0; i < inferred.size(); i++) {
            var value = recorded.get(i);
            if (!agree(inferred.get(i).type(), value.type(), symbols)) {
                throw new IrException(where + ": " + value + " is recorded as " + value.type()
                        + ", the type rule gives " + inferred.get(i).type());
            }
        }
    }

    private void define(Value value, Map<Integer, Value> defined, String where) {
        if (!ids.add(value.id())) {
            throw new IrException(where + ": " + value + " is defined twice");
        }
        checkFacts(value, where);
        defined.put(value.id(), value);
    }

    private static void use(Value value, Map<Integer, Value> defined, Symbols symbols, String where) {
        var definition = defined.get(value.id());
        if (definition == null) {
            throw new IrException(where + ": " + value + " is used but not defined before");
        }
        if (!agree(definition.type(), value.type(), symbols)) {
            throw new IrException(
                    where + ": " + value + " is used as " + value.type() + " but defined as " + definition.type());
        }
    }

    private static void checkFacts(Value value, String where) {
        var data = value.constant();
        if (data != null && !(value.type() instanceof TensorType t && t.dtype() == data.dtype()
                && fits(t.shape(), data.shape()))) {
            throw new IrException(where + ": " + value + " is " + value.type() + ", its constant is " + data.type());
        }
        var content = value.facts().content();
        if (content != null && value.type() instanceof TensorType t && t.shape().isConst()
                && t.shape().size().value() != content.size()) {
            throw new IrException(
                    where + ": " + value + " is " + t + ", its content has " + content.size() + " elements");
        }
    }

    private static boolean fits(Shape shape, Shape sizes) {
        if (!shape.isRanked()) {
            return true;
        }
        if (shape.rank() != sizes.rank()) {
            return false;
        }
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (shape.dim(axis).isConst() && !shape.dim(axis).equals(sizes.dim(axis))) {
                return false;
            }
        }
        return true;
    }

    /** Whether types are equal, or tensors whose dimensions are known to be; an unknown rank agrees with any. */
    private static boolean agree(Type a, Type b, Symbols symbols) {
        if (a instanceof TensorType(var dtype, var left) && b instanceof TensorType(var other, var right)) {
            return dtype == other && agree(left, right, symbols);
        }
        return a.equals(b);
    }

    private static boolean agree(Shape a, Shape b, Symbols symbols) {
        if (!a.isRanked() || !b.isRanked()) {
            return true;
        }
        if (a.rank() != b.rank()) {
            return false;
        }
        for (int axis = 0; axis < a.rank(); axis++) {
            if (!agree(a.dim(axis), b.dim(axis), symbols)) {
                return false;
            }
        }
        return true;
    }

    private static boolean agree(Dim a, Dim b, Symbols symbols) {
        return a.equals(b) || symbols.simplify(a).equals(symbols.simplify(b)) || symbols.equalities().stream()
                .anyMatch(e -> e.left().equals(a) && e.right().equals(b) || e.left().equals(b) && e.right().equals(a));
    }

    /** A node as messages name it. */
    static String describe(Node node) {
        var results = node.outputs().stream().map(Value::toString).collect(Collectors.joining(", "));
        var origin = node.origin().names().isEmpty() ? "" : " (" + node.origin() + ")";
        return "node " + results + " = " + node.op().mnemonic() + origin;
    }
}
