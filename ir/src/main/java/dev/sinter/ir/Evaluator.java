package dev.sinter.ir;

import dev.sinter.ir.op.Ops;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a graph by its ops' reference evaluation: the oracle of tests. Symbols are bound by the inputs; each result is
 * checked against its recorded type.
 */
public final class Evaluator {
    private final Symbols symbols;
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<String, Dim> bindings = new HashMap<>();
    private final Map<Integer, TensorData> values = new HashMap<>();

    private Evaluator(Symbols symbols) {
        this.symbols = symbols;
    }

    /**
     * Runs a graph.
     *
     * @param graph
     *            without regions
     * @param inputs
     *            a tensor for each input's name
     * @return a tensor for each output's name, in their order
     * @throws IrException
     *             if an input is missing or does not fit, a bound or equality does not hold, or an op fails; names it
     */
    public static Map<String, TensorData> evaluate(Graph graph, Map<String, TensorData> inputs) {
        var evaluator = new Evaluator(graph.symbols());
        for (var port : graph.inputs()) {
            var data = inputs.get(port.name());
            if (data == null) {
                throw new IrException("input " + port.name() + ": " + port.value().type() + " was expected, none came");
            }
            evaluator.bind(port.value().tensor(), data, "input " + port.name());
            evaluator.values.put(port.value().id(), data);
        }
        evaluator.checkSymbols();
        for (var port : graph.inputs()) {
            evaluator.check(port.value().type(), inputs.get(port.name()), "input " + port.name());
        }
        graph.nodes().forEach(evaluator::run);
        var outputs = new LinkedHashMap<String, TensorData>();
        graph.outputs().forEach(port -> outputs.put(port.name(), evaluator.values.get(port.value().id())));
        return outputs;
    }

    private void bind(TensorType type, TensorData data, String where) {
        var dims = data.dims();
        if (!type.shape().isRanked() || type.shape().rank() != dims.length) {
            return;
        }
        for (int axis = 0; axis < dims.length; axis++) {
            if (type.shape().dim(axis) instanceof Dim.Sym(var name)) {
                var known = sizes.putIfAbsent(name, dims[axis]);
                if (known != null && known != dims[axis]) {
                    throw new IrException(where + ": " + name + " is " + known + ", axis " + axis + " of " + data.type()
                            + " differs");
                }
                bindings.put(name, Dim.of(dims[axis]));
            }
        }
    }

    private void checkSymbols() {
        sizes.forEach((name, size) -> {
            var bounds = symbols.bounds().getOrDefault(name, Symbols.Bounds.ANY);
            if (size < bounds.min() || size > bounds.max()) {
                throw new IrException(
                        "symbol " + name + ": " + bounds.min() + " to " + bounds.max() + " was expected, not " + size);
            }
        });
        for (var equality : symbols.equalities()) {
            var left = equality.left().substitute(bindings);
            var right = equality.right().substitute(bindings);
            if (left.isConst() && right.isConst() && !left.equals(right)) {
                throw new IrException(equality.reason() + ": dimensions " + equality.left() + " and " + equality.right()
                        + " must agree, they are " + left + " and " + right);
            }
        }
    }

    private void check(Type type, TensorData data, String where) {
        boolean fits = type instanceof TensorType(var dtype, var shape) && dtype == data.dtype()
                && fits(shape, data.dims());
        if (!fits) {
            throw new IrException(where + ": " + type + " was expected, " + data.type() + " came");
        }
    }

    private boolean fits(Shape shape, long[] dims) {
        if (!shape.isRanked()) {
            return true;
        }
        if (shape.rank() != dims.length) {
            return false;
        }
        for (int axis = 0; axis < dims.length; axis++) {
            var dim = shape.dim(axis).substitute(bindings);
            if (dim.isConst() && dim.value() != dims[axis]) {
                return false;
            }
        }
        return true;
    }

    private void run(Node node) {
        var where = Verifier.describe(node);
        if (!node.regions().isEmpty()) {
            throw new IrException(where + ": regions are not evaluated");
        }
        List<TensorData> results;
        try {
            var operands = node.inputs().stream().map(v -> values.get(v.id())).toList();
            results = Ops.substitute(node.op(), bindings).evaluate(operands);
        } catch (IrException e) {
            throw new IrException(where + ": " + e.getMessage(), e);
        }
        for (int i = 0; i < results.size(); i++) {
            var value = node.outputs().get(i);
            check(value.type(), results.get(i), where);
            values.put(value.id(), results.get(i));
        }
    }
}
