package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Call;
import dev.sinter.codegen.kernel.KernelTable;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.codegen.kernel.TurnedCopy;
import dev.sinter.codegen.kernel.TurnedRows;
import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.op.Concat;
import dev.sinter.runtime.StateInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Collects steps, memory and weights; the lifetime of memory is that of the steps that touch it. */
final class PlanBuilder {
    private static final int MAX_NAME = 80;

    private final Graph graph;
    private final Map<Value, Operand> operands = new HashMap<>();
    private final Map<Value, Integer> outputPorts = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Pending> allocations = new ArrayList<>();
    private final WeightTable weights;
    private final List<StateInfo> states;
    private final KernelTable kernels;
    private final boolean winograd;
    private final Choices choices;
    private final Assembly assembly;
    private final List<InPlace> inPlace = new ArrayList<>();
    private @Nullable Node node;
    private int nodeNumber;
    private int stepOfNode;

    /** A step whose result may take the place of an operand. */
    private record InPlace(int step, int operand, int result) {
    }

    private static final class Pending {
        final Storage storage;
        final Dim size;
        final boolean perWorker;
        int first = Integer.MAX_VALUE;
        int last = -1;

        Pending(Storage storage, Dim size, boolean perWorker) {
            this.storage = storage;
            this.size = size;
            this.perWorker = perWorker;
        }
    }

    /**
     * Begins a plan.
     *
     * @param shared
     *            what the blocks of the model share
     * @param firstNumber
     *            number of the first node in the names of methods
     */
    PlanBuilder(Graph graph, Shared shared, int firstNumber) {
        this.graph = graph;
        this.weights = shared.weights();
        this.kernels = shared.kernels();
        this.winograd = shared.winograd();
        this.choices = shared.choices();
        this.assembly = new Assembly(graph);
        this.nodeNumber = firstNumber - 1;
        for (int i = 0; i < graph.inputs().size(); i++) {
            var value = graph.inputs().get(i).value();
            operands.put(value, Operand.rowMajor(new Place.Io(i), value.dtype(), value.shape()));
        }
        this.states = States.of(graph);
        for (var state : states) {
            for (int i = 0; i < graph.inputs().size(); i++) {
                if (graph.inputs().get(i).name().equals(state.input())) {
                    var value = graph.inputs().get(i).value();
                    operands.put(value, States.operand(new Place.Io(i), value, state.axis()));
                }
            }
        }
        for (int i = 0; i < graph.outputs().size(); i++) {
            outputPorts.putIfAbsent(graph.outputs().get(i).value(), graph.inputs().size() + i);
        }
    }

    /** Whether convolutions may be computed by Winograd's algorithm. */
    boolean winograd() {
        return winograd;
    }

    /** Makes the choices by cost. */
    Choices choices() {
        return choices;
    }

    Graph graph() {
        return graph;
    }

    KernelTable kernels() {
        return kernels;
    }

    void begin(Node next, boolean countsAsStep) {
        node = next;
        stepOfNode = 0;
        if (countsAsStep) {
            nodeNumber++;
        }
    }

    /** Where a value lies; a constant is put among the weights the first time it is asked for. */
    Operand operand(Value value) {
        var operand = operands.get(value);
        if (operand == null) {
            var data = value.constant();
            if (data == null) {
                throw new IllegalStateException(value + " has no place yet");
            }
            operand = constant(data);
            operands.put(value, operand);
        }
        return operand;
    }

    void define(Value value, Operand operand) {
        operands.put(value, operand);
    }

    /**
     * Memory for a node's result: a part of the concatenation it is for, the caller's array if it is an output of the
     * model, else arena.
     */
    Operand result(Value value) {
        var known = operands.get(value);
        if (known != null && assembly.isWhole(value)) {
            return known;
        }
        var part = assembly.part(value);
        if (part != null && !isState(part.whole())) {
            var own = part.of(value, result(part.whole().output()));
            if (Assembly.accepts(node, own)) {
                operands.put(value, own);
                return own;
            }
        }
        var port = outputPorts.get(value);
        var place = port != null ? new Place.Io(port) : allocate(value.dtype(), value.shape().size(), false);
        var operand = Operand.rowMajor(place, value.dtype(), value.shape());
        operands.put(value, operand);
        return operand;
    }

    /** Whether a node appends to a state that a session may keep. */
    boolean isState(Node appending) {
        return appending.op() instanceof Concat && stateOf(appending) != null;
    }

    private @Nullable StateInfo stateOf(Node appending) {
        var port = outputPorts.get(appending.output());
        var output = port == null ? null : graph.outputs().get(port - graph.inputs().size()).name();
        return states.stream().filter(s -> s.output().equals(output)).findFirst().orElse(null);
    }

    /** The memory of a state behind what is appended to it. */
    Operand stateResult(Node appending) {
        var state = Objects.requireNonNull(stateOf(appending));
        var value = appending.output();
        var operand = States.operand(new Place.Io(outputPorts.get(value)), value, state.axis());
        operands.put(value, operand);
        return operand;
    }

    /** Memory for an intermediate of one node. */
    Operand temporary(DType dtype, List<Dim> dims) {
        var shape = new Shape(dims);
        return Operand.rowMajor(allocate(dtype, shape.size(), false), dtype, shape);
    }

    Place scratch(DType dtype, Dim size) {
        return allocate(dtype, size, true);
    }

    private Place allocate(DType dtype, Dim size, boolean perWorker) {
        // a complex number is two elements
        var length = dtype.kind() == DType.Kind.COMPLEX ? size.times(Dim.of(2)) : size;
        allocations.add(new Pending(Operand.storage(dtype), length, perWorker));
        return new Place.Arena(allocations.size() - 1);
    }

    Place weight(TensorData data, WeightItem.Form form) {
        long offset = weights.put(data, form).byteOffset();
        return data.dtype() == DType.STRING ? new Place.Text(offset, data.size()) : new Place.Weight(offset);
    }

    /** A constant among the weights, row-major. */
    Operand constant(TensorData data) {
        return constant(data, WeightItem.Form.PLAIN);
    }

    /** A constant laid out in some form, as an operand of its own sizes. */
    Operand constant(TensorData data, WeightItem.Form form) {
        return Operand.rowMajor(weight(data, form), data.dtype(), data.shape());
    }

    /** A copy of a view. */
    void copy(Operand from, Operand to) {
        step(TurnedCopy.fits(from, to) ? TurnedCopy.of(from, to, constant(TurnedRows.shuffles()))
                : MapKernel.of(Expr.arg(0, from.dtype()), List.of(from), to));
    }

    /** Elementwise work; an expression too long for one kernel is computed in several steps. */
    void map(Expr expr, List<Operand> inputs, Operand output) {
        if (ComplexParts.are(expr.dtype()) && !(expr instanceof Expr.Arg)) {
            map(ComplexParts.ofMap(expr), ComplexParts.ofMap(inputs), ComplexParts.of(output));
            return;
        }
        if (expr instanceof Expr.Arg(var i, var t) && TurnedCopy.fits(inputs.get(i), output)) {
            copy(inputs.get(i), output);
            return;
        }
        var rest = expr;
        var operands = new ArrayList<>(inputs);
        while (!MapKernel.fits(rest, operands, output)) {
            var part = largestPart(rest, rest, operands, output);
            if (part == null) {
                throw new PlanException(List.of(node.op().mnemonic() + " '" + node.origin().first()
                        + "': no part of the expression is short enough for a kernel: " + rest));
            }
            var result = temporary(part.dtype(), output.dims());
            step(MapKernel.of(part, operands, result));
            var use = Expr.arg(operands.size(), part.dtype());
            operands.add(result);
            rest = rest.transform(e -> e.equals(part) ? use : e);
        }
        elementwise(MapKernel.of(rest, operands, output), operands, output);
    }

    /**
     * A step that reads elements of some operands only where it then stores the result's, so that the result may take
     * the place of one that nobody needs any more.
     */
    void elementwise(Call call, List<Operand> operands, Operand output) {
        for (var operand : operands) {
            if (isReplaced(operand, output) && operands.stream()
                    .allMatch(o -> !o.place().equals(operand.place()) || isReplaced(o, output))) {
                inPlace.add(new InPlace(steps.size(), ((Place.Arena) operand.place()).allocation(),
                        ((Place.Arena) output.place()).allocation()));
            }
        }
        step(call);
    }

    /** Whether each element of the result lies where that operand's does, if the two have one place. */
    private static boolean isReplaced(Operand operand, Operand output) {
        return operand.place() instanceof Place.Arena && output.place() instanceof Place.Arena
                && operand.storage() == output.storage() && operand.dims().equals(output.dims())
                && operand.offset().equals(output.offset()) && operand.isContiguous() && output.isContiguous();
    }

    /** The largest part of an expression that fits one kernel and whose result vectors can store. */
    private static @Nullable Expr largestPart(Expr whole, Expr expr, List<Operand> operands, Operand output) {
        if (!(expr instanceof Expr.Apply(var fn, var args, var dtype))) {
            return null;
        }
        if (expr != whole && dtype != DType.BOOL && !(fn == Fn.CAST && args.getFirst() instanceof Expr.Arg)) {
            var result =
                    new Operand(output.place(), dtype, Dim.ZERO, output.dims(), Operand.rowMajorStrides(output.dims()));
            if (MapKernel.fits(expr, operands, result)) {
                return expr;
            }
        }
        return args.stream().map(a -> largestPart(whole, a, operands, output)).filter(Objects::nonNull)
                .max(Comparator.comparingInt(Expr::cost)).orElse(null);
    }

    void step(Call call) {
        for (var place : call.arrays()) {
            if (place instanceof Place.Arena(int allocation)) {
                var pending = allocations.get(allocation);
                pending.first = Math.min(pending.first, steps.size());
                pending.last = steps.size();
            }
        }
        steps.add(new Step(methodName(), node, call.kernels(), call.arrays(), call.args(), call.count()));
        stepOfNode++;
    }

    /** {@code n007_matmul_encoder_layer_0_query}; further steps of a node are told apart by a number. */
    private String methodName() {
        var origin = node.origin().first().replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^_+|_+$", "");
        var name = String.format(Locale.ROOT, "n%03d_%s%s", nodeNumber, node.op().mnemonic(),
                origin.isEmpty() ? "" : "_" + origin);
        var cut = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        return stepOfNode == 0 ? cut : cut + "_" + (stepOfNode + 1);
    }

    /** For each allocation the one whose memory it has: its own, or that of an operand it took the place of. */
    private int[] shared() {
        var owner = new int[allocations.size()];
        Arrays.setAll(owner, i -> i);
        for (var pair : inPlace) {
            int from = owner[pair.operand];
            var kept = allocations.get(from);
            var moved = allocations.get(pair.result);
            if (owner[pair.result] == pair.result && from != pair.result && kept.last == pair.step
                    && moved.first == pair.step && kept.size.equals(moved.size)
                    && !kept.perWorker && !moved.perWorker) {
                owner[pair.result] = from;
                kept.last = moved.last;
                moved.first = Integer.MAX_VALUE;
                moved.last = -1;
            }
        }
        return owner;
    }

    private static Place moved(Place place, int[] owner) {
        return place instanceof Place.Arena(int allocation) ? new Place.Arena(owner[allocation]) : place;
    }

    private static Step moved(Step step, int[] owner) {
        var args = step.args().stream().map(arg -> arg instanceof Arg.Offset(var place, var extra)
                ? new Arg.Offset(moved(place, owner), extra) : arg).toList();
        return new Step(step.name(), step.node(), step.kernels(),
                step.arrays().stream().map(place -> moved(place, owner)).toList(), args, step.count());
    }

    Plan build() {
        var owner = shared();
        steps.replaceAll(step -> moved(step, owner));
        var all = new ArrayList<Allocation>();
        for (var p : allocations) {
            int first = p.last < 0 ? 0 : p.first;
            all.add(new Allocation(p.storage, p.last < 0 ? Dim.ZERO : p.size, first, Math.max(first, p.last),
                    p.perWorker));
        }
        return new Plan(graph, steps, all, weights.items(), weights.bytes());
    }

    /** {@return number of the next node} */
    int nextNumber() {
        return nodeNumber + 1;
    }
}
