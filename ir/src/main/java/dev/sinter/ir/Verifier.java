package dev.sinter.ir;

import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Ops;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks that a graph is well formed: every value and symbol is defined once and before its use (regions may capture
 * outer ones), every op has the number of operands and regions it takes, its type rule agrees with the recorded types,
 * and facts fit the types.
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
        var where = "graph " + Notation.quote(graph.name());
        new Verifier().verify(graph, new Scope(new HashMap<>(), new HashSet<>(), new Symbols(graph.symbols())), where);
    }

    /** What may be used: values by id, symbols that have a value, and what is known of them. */
    private record Scope(Map<Integer, Value> values, Set<String> defined, Symbols symbols) {
        Scope inside(Graph region) {
            var known = new Symbols(symbols);
            known.addAll(region.symbols());
            return new Scope(new HashMap<>(values), new HashSet<>(defined), known);
        }
    }

    private void verify(Graph graph, Scope scope, String where) {
        var names = new HashSet<String>();
        scope.defined().addAll(SymbolUse.definedByInputs(graph));
        for (var input : graph.inputs()) {
            define(input.value(), scope, where + ", input " + Notation.quote(input.name()));
            if (!names.add(input.name())) {
                throw new IrException(where + ": two inputs are named " + Notation.quote(input.name()));
            }
        }
        for (var node : graph.nodes()) {
            verify(node, scope, where + ", " + describe(node));
        }
        names.clear();
        for (var output : graph.outputs()) {
            use(output.value(), scope, where + ", output " + Notation.quote(output.name()));
            if (!names.add(output.name())) {
                throw new IrException(where + ": two outputs are named " + Notation.quote(output.name()));
            }
        }
    }

    private void verify(Node node, Scope scope, String where) {
        for (var input : node.inputs()) {
            use(input, scope, where);
        }
        var arity = Ops.arity(node.op());
        int count = node.inputs().size();
        if (count < arity.min() || count > arity.max()) {
            throw new IrException(where + ": " + arity + " operands were expected, not " + count);
        }
        compare(infer(node, scope.symbols(), where), node.outputs(), scope.symbols(), where);
        Regions.check(node, where);
        for (int i = 0; i < node.regions().size(); i++) {
            var region = node.regions().get(i);
            verify(region, scope.inside(region), where + ", region " + i);
        }
        symbols(node, scope, where);
        for (var output : node.outputs()) {
            define(output, scope, where);
        }
    }

    private static void symbols(Node node, Scope scope, String where) {
        if (node.op() instanceof Define(var names)) {
            for (var name : names) {
                if (!scope.defined().add(name)) {
                    throw new IrException(where + ": symbol " + name + " is defined twice");
                }
            }
        }
        scope.defined().addAll(SymbolUse.definedBy(node));
        for (var name : SymbolUse.of(node)) {
            if (!scope.defined().contains(name) && !scope.symbols().isFixed(name)) {
                throw new IrException(where + ": symbol " + name + " is used but not defined before");
            }
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

    private void define(Value value, Scope scope, String where) {
        if (!ids.add(value.id())) {
            throw new IrException(where + ": " + value + " is defined twice");
        }
        checkFacts(value, where);
        scope.values().put(value.id(), value);
    }

    private static void use(Value value, Scope scope, String where) {
        var definition = scope.values().get(value.id());
        if (definition == null) {
            throw new IrException(where + ": " + value + " is used but not defined before");
        }
        if (!agree(definition.type(), value.type(), scope.symbols())) {
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
            if (!symbols.agree(a.dim(axis), b.dim(axis))) {
                return false;
            }
        }
        return true;
    }

    /** A node as messages name it. */
    static String describe(Node node) {
        var results = node.outputs().stream().map(Value::toString).collect(Collectors.joining(", "));
        var origin = node.origin().names().isEmpty() ? "" : " (" + node.origin() + ")";
        return "node " + results + " = " + node.op().mnemonic() + origin;
    }
}
