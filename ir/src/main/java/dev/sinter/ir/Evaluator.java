package dev.sinter.ir;

import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Ops;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a graph by its ops' reference evaluation: the oracle of tests. Symbols are bound by the inputs and by the nodes
 * that define them, those of a region anew whenever it is entered; each result is checked against its recorded type.
 */
public final class Evaluator {
    private final LibraryEvaluator library;
    private final Map<Integer, TensorData> values = new HashMap<>();
    private Map<String, Dim> bindings = new HashMap<>();

    private Evaluator(LibraryEvaluator library) {
        this.library = library;
    }

    /**
     * Runs a graph without library routines.
     *
     * @param graph
     *            the graph
     * @param inputs
     *            a tensor for each input's name
     * @return a tensor for each output's name, in their order
     * @throws IrException
     *             if an input is missing or does not fit, a bound or equality does not hold, or an op fails; names it
     */
    public static Map<String, TensorData> evaluate(Graph graph, Map<String, TensorData> inputs) {
        return evaluate(graph, inputs, LibraryEvaluator.NONE);
    }

    /**
     * Runs a graph.
     *
     * @param graph
     *            the graph
     * @param inputs
     *            a tensor for each input's name
     * @param library
     *            evaluates library routines
     * @return a tensor for each output's name, in their order
     * @throws IrException
     *             if an input is missing or does not fit, a bound or equality does not hold, or an op fails; names it
     */
    public static Map<String, TensorData> evaluate(Graph graph, Map<String, TensorData> inputs,
            LibraryEvaluator library) {
        var operands = new ArrayList<TensorData>();
        for (var port : graph.inputs()) {
            var data = inputs.get(port.name());
            if (data == null) {
                throw new IrException("input " + port.name() + ": " + port.value().type() + " was expected, none came");
            }
            operands.add(data);
        }
        var results = new Evaluator(library).run(graph, operands);
        var outputs = new LinkedHashMap<String, TensorData>();
        for (int i = 0; i < results.size(); i++) {
            outputs.put(graph.outputs().get(i).name(), results.get(i));
        }
        return outputs;
    }

    /** Runs a graph or a region; what it binds is forgotten afterwards. */
    private List<TensorData> run(Graph graph, List<TensorData> inputs) {
        var outer = bindings;
        bindings = new HashMap<>(outer);
        for (int i = 0; i < inputs.size(); i++) {
            var port = graph.inputs().get(i);
            bind(port.value().type(), inputs.get(i), "input " + port.name());
            values.put(port.value().id(), inputs.get(i));
        }
        checkSymbols(graph.symbols());
        for (int i = 0; i < inputs.size(); i++) {
            check(graph.inputs().get(i).value().type(), inputs.get(i), "input " + graph.inputs().get(i).name());
        }
        graph.nodes().forEach(node -> run(node, graph.symbols()));
        var outputs = graph.outputs().stream().map(port -> values.get(port.value().id())).toList();
        bindings = outer;
        return outputs;
    }

    /** Binds the symbols that are dimensions of a type, where they are not known yet. */
    private void bind(Type type, TensorData data, String where) {
        var dims = data.dims();
        if (!(type instanceof TensorType(var dtype, var shape)) || !shape.isRanked() || shape.rank() != dims.length) {
            return;
        }
        for (int axis = 0; axis < dims.length; axis++) {
            if (shape.dim(axis) instanceof Dim.Sym(var name)) {
                var known = bindings.putIfAbsent(name, Dim.of(dims[axis]));
                if (known != null && known.value() != dims[axis]) {
                    throw new IrException(where + ": " + name + " is " + known + ", axis " + axis + " of " + data.type()
                            + " differs");
                }
            }
        }
    }

    private void checkSymbols(Symbols symbols) {
        bindings.forEach((name, size) -> {
            var bounds = symbols.bounds().getOrDefault(name, Symbols.Bounds.ANY);
            if (size.value() < bounds.min() || size.value() > bounds.max()) {
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

    private void run(Node node, Symbols symbols) {
        var where = Verifier.describe(node);
        List<TensorData> results;
        try {
            results = results(node, node.inputs().stream().map(v -> values.get(v.id())).toList());
        } catch (IrException e) {
            throw new IrException(where + ": " + e.getMessage(), e);
        }
        if (results.size() != node.outputs().size()) {
            throw new IrException(
                    where + ": " + node.outputs().size() + " results were expected, " + results.size() + " came");
        }
        if (define(node, results, where)) {
            checkSymbols(symbols);
        }
        for (int i = 0; i < results.size(); i++) {
            var value = node.outputs().get(i);
            check(value.type(), results.get(i), where);
            values.put(value.id(), results.get(i));
        }
    }

    private List<TensorData> results(Node node, List<TensorData> operands) {
        return switch (node.op()) {
            case If i -> run(node.regions().get(truth(operands.getFirst()) ? 0 : 1), List.of());
            case Loop loop -> loop(loop, node.regions().getFirst(), operands);
            case Library(var routine, var arguments, var types) ->
                    library.evaluate(routine, arguments.texts(), operands);
            default -> Ops.substitute(node.op(), bindings).evaluate(operands);
        };
    }

    /** Binds the symbols a node defines; tells whether it is one that does. */
    private boolean define(Node node, List<TensorData> results, String where) {
        if (node.op() instanceof Define(var names)) {
            for (int i = 0; i < names.size(); i++) {
                bindings.put(names.get(i), Dim.of(results.getFirst().getLong(i)));
            }
            return true;
        }
        boolean defines = Ops.definesSymbols(node.op());
        for (int i = 0; defines && i < results.size(); i++) {
            bind(node.outputs().get(i).type(), results.get(i), where);
        }
        return defines;
    }

    private static boolean truth(TensorData data) {
        if (data.size() != 1) {
            throw new IrException("a truth value was expected, not " + data.type());
        }
        return data.getLong(0) != 0;
    }

    private List<TensorData> loop(Loop loop, Graph body, List<TensorData> operands) {
        long most = operands.getFirst().getLong(0);
        boolean goOn = truth(operands.get(1));
        var carried = operands.subList(2, 2 + loop.carried());
        var slices = new ArrayList<List<TensorData>>();
        for (int i = loop.carried(); i < loop.results().size(); i++) {
            slices.add(new ArrayList<>());
        }
        for (long round = 0; round < most && goOn; round++) {
            var inputs = new ArrayList<TensorData>();
            inputs.add(single(DType.I64, round, body.inputs().get(0).value()));
            inputs.add(single(DType.BOOL, goOn ? 1 : 0, body.inputs().get(1).value()));
            inputs.addAll(carried);
            var outputs = run(body, inputs);
            goOn = truth(outputs.getFirst());
            carried = outputs.subList(1, 1 + loop.carried());
            for (int i = 0; i < slices.size(); i++) {
                slices.get(i).add(outputs.get(1 + loop.carried() + i));
            }
        }
        var results = new ArrayList<>(carried);
        for (int i = 0; i < slices.size(); i++) {
            results.add(stack(slices.get(i), loop.results().get(loop.carried() + i)));
        }
        return results;
    }

    /** One element, of rank 1 where that is wanted. */
    private static TensorData single(DType dtype, long value, Value wanted) {
        boolean scalar = !(wanted.type() instanceof TensorType(var d, var shape)) || !shape.isRanked()
                || shape.rank() == 0;
        var data = scalar ? TensorData.zeros(dtype) : TensorData.zeros(dtype, 1);
        data.set(0, value);
        return data;
    }

    /** Slices of one shape behind each other along a new first axis; none of sizes that nothing tells are empty. */
    private TensorData stack(List<TensorData> slices, Type type) {
        if (!(type instanceof TensorType(var dtype, var shape))) {
            throw new IrException("slices of " + type + " can't be collected");
        }
        if (slices.isEmpty()) {
            var dims = shape.isRanked() ? new long[shape.rank()] : new long[1];
            for (int axis = 1; axis < dims.length; axis++) {
                var dim = shape.dim(axis).substitute(bindings);
                dims[axis] = dim.isConst() ? dim.value() : 0;
            }
            return TensorData.zeros(dtype, dims);
        }
        var first = slices.getFirst();
        var dims = new long[first.dims().length + 1];
        dims[0] = slices.size();
        System.arraycopy(first.dims(), 0, dims, 1, dims.length - 1);
        var all = TensorData.zeros(first.dtype(), dims);
        int length = Array.getLength(first.array());
        for (int i = 0; i < slices.size(); i++) {
            if (!slices.get(i).type().equals(first.type())) {
                throw new IrException("slices of one type were expected, not " + first.type() + " and "
                        + slices.get(i).type());
            }
            System.arraycopy(slices.get(i).array(), 0, all.array(), i * length, length);
        }
        return all;
    }
}
