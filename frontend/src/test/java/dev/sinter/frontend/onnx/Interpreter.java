package dev.sinter.frontend.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a graph by its ops' reference evaluation: slow, plain, the tests' oracle. */
final class Interpreter {
    private Interpreter() {
    }

    /** The outputs for inputs in the graph's order. */
    static List<TensorData> run(Graph graph, List<TensorData> inputs) {
        var symbols = new HashMap<String, Dim>();
        var values = new HashMap<Value, TensorData>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            var port = graph.inputs().get(i);
            bind(port, inputs.get(i), symbols);
            values.put(port.value(), inputs.get(i));
        }
        var sizes = new HashMap<String, Long>();
        symbols.forEach((name, dim) -> sizes.put(name, dim.value()));
        for (var equality : graph.symbols().equalities()) {
            if (equality.left().evaluate(sizes) != equality.right().evaluate(sizes)) {
                throw new IrException(equality + " does not hold for " + sizes);
            }
        }
        for (var node : graph.nodes()) {
            var operands = node.inputs().stream().map(values::get).toList();
            var results = bound(node.op(), symbols).evaluate(operands);
            for (int i = 0; i < results.size(); i++) {
                check(node.outputs().get(i), results.get(i), symbols);
                values.put(node.outputs().get(i), results.get(i));
            }
        }
        return graph.outputs().stream().map(p -> values.get(p.value())).toList();
    }

    private static void bind(Graph.Port port, TensorData data, Map<String, Dim> symbols) {
        var type = port.value().tensor();
        if (type.dtype() != data.dtype() || type.shape().isRanked() && type.shape().rank() != data.dims().length) {
            throw new IrException("input " + port.name() + ": " + type + " was expected, not " + data.type());
        }
        for (int axis = 0; axis < data.dims().length && type.shape().isRanked(); axis++) {
            if (type.shape().dim(axis) instanceof Dim.Sym(var name)) {
                symbols.putIfAbsent(name, Dim.of(data.dims()[axis]));
            }
        }
        if (type.shape().isRanked() && !type.shape().substitute(symbols).equals(data.shape())) {
            throw new IrException("input " + port.name() + ": " + type + " was expected, not " + data.type());
        }
    }

    private static void check(Value value, TensorData data, Map<String, Dim> symbols) {
        if (value.dtype() != data.dtype() || !value.shape().substitute(symbols).equals(data.shape())) {
            throw new IrException(value + ": " + value.type() + " was inferred, the evaluation gave " + data.type());
        }
    }

    private static Op bound(Op op, Map<String, Dim> symbols) {
        return switch (op) {
            case View(IndexMap.Reshape(var shape)) -> new View(new IndexMap.Reshape(shape.substitute(symbols)));
            case View(IndexMap.Expand(var shape)) -> new View(new IndexMap.Expand(shape.substitute(symbols)));
            case View(IndexMap.Slice(var begins, var steps, var sizes)) ->
                    new View(new IndexMap.Slice(bound(begins, symbols), steps, bound(sizes, symbols)));
            case Dims(var elements, var type) -> new Dims(bound(elements, symbols), type);
            default -> op;
        };
    }

    private static List<Dim> bound(List<Dim> dims, Map<String, Dim> symbols) {
        return new Shape(dims).substitute(symbols).dims();
    }

    /** What differs between two tensors by the rule of ONNX's own test runner, or "" if nothing does. */
    static String difference(TensorData got, TensorData want, double rtol, double atol) {
        if (!got.type().equals(want.type())) {
            return want.type() + " was expected, not " + got.type();
        }
        if (want.dtype() == DType.STRING) {
            return got.equals(want) ? "" : "strings differ";
        }
        var differences = new ArrayList<String>();
        for (int i = 0; i < want.size(); i++) {
            double g = got.getDouble(i);
            double w = want.getDouble(i);
            boolean same = g == w || Double.isNaN(g) && Double.isNaN(w) || Math.abs(g - w) <= atol + rtol * Math.abs(w);
            if (!same) {
                differences.add("element " + i + " is " + g + ", expected " + w);
            }
        }
        return differences.isEmpty() ? ""
                : differences.size() + " of " + want.size() + " differ: " + differences.getFirst();
    }
}
