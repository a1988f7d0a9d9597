package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.FillKernel;
import dev.sinter.codegen.kernel.GatherKernel;
import dev.sinter.codegen.kernel.KernelTable;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.codegen.kernel.QuantizeKernel;
import dev.sinter.codegen.kernel.ReduceKernel;
import dev.sinter.codegen.kernel.RowKernel;
import dev.sinter.codegen.kernel.UnsupportedTypeException;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.Scatter;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.Trees;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Turns a graph into a plan: each node into kernel calls, each view into strides. */
public final class Planner {
    private final PlanBuilder plan;
    private final ProductPlanner products;
    private final ComputePlanner computes;
    private final RecurrencePlanner recurrences;
    private final ConvPlanner convs;
    private final ScaledPlanner scaled;

    private Planner(Graph graph, Shared shared, int firstNumber) {
        this.plan = new PlanBuilder(graph, shared, firstNumber);
        this.products = new ProductPlanner(plan, this::contiguous);
        this.computes = new ComputePlanner(plan);
        this.recurrences = new RecurrencePlanner(plan, this::contiguous);
        this.convs = new ConvPlanner(plan, this::contiguous, products, computes);
        this.scaled = new ScaledPlanner(plan, products, computes);
    }

    /**
     * Plans a graph that is one block.
     *
     * @param graph
     *            after the passes
     * @param winograd
     *            whether convolutions may be computed by Winograd's algorithm
     * @param choices
     *            makes the choices by cost
     * @return its plan
     * @throws PlanException
     *             if nodes have types no kernel computes with; names all of them
     */
    public static Plan plan(Graph graph, boolean winograd, Choices choices) {
        var problems = new ArrayList<String>();
        var planner = block(graph, new Shared(winograd, choices), 0, problems);
        if (!problems.isEmpty()) {
            throw new PlanException(problems);
        }
        return planner.build();
    }

    /**
     * Plans a block of a model; what it says of weights is complete when all blocks are planned.
     *
     * @param shared
     *            what the model's blocks share
     * @param firstNumber
     *            number of its first node in the names of methods
     * @param problems
     *            gets a line for each node with types no kernel computes with; then the block can't be built
     */
    static PlanBuilder block(Graph graph, Shared shared, int firstNumber, List<String> problems) {
        var planner = new Planner(graph, shared, firstNumber);
        int before = problems.size();
        for (var node : graph.nodes()) {
            try {
                planner.plan.begin(node, !(node.op() instanceof Constant || node.op() instanceof View));
                planner.lower(node);
            } catch (UnsupportedTypeException e) {
                problems.add(node.op().mnemonic() + " '" + node.origin().first() + "': " + e.getMessage());
                node.outputs().forEach(planner.plan::result);
            }
        }
        if (problems.size() == before) {
            planner.outputs(graph);
        }
        return planner.plan;
    }

    /** Outputs that are inputs, constants, views, or named twice are copied out at the end. */
    private void outputs(Graph graph) {
        for (int i = 0; i < graph.outputs().size(); i++) {
            var value = graph.outputs().get(i).value();
            var wanted = new Place.Io(graph.inputs().size() + i);
            var operand = plan.operand(value);
            if (!operand.place().equals(wanted)) {
                var producer = graph.producers().get(value);
                plan.begin(producer != null ? producer
                        : new Node(new Map(Expr.arg(0, value.dtype())), List.of(value), List.of(value),
                                List.of(), Origin.of("output_" + graph.outputs().get(i).name())),
                        true);
                copy(operand, Operand.rowMajor(wanted, value.dtype(), value.shape()));
            }
        }
    }

    private void copy(Operand from, Operand to) {
        plan.copy(from, to);
    }

    private Operand contiguous(Operand operand) {
        if (operand.isContiguous()) {
            return operand;
        }
        var copy = plan.temporary(operand.dtype(), operand.dims());
        copy(operand, copy);
        return copy;
    }

    private void lower(Node node) {
        switch (node.op()) {
            case Constant c -> {
            }
            case Dims dims -> dims(dims, node.output());
            case Map map -> map(map, node);
            case Reduce reduce -> reduce(reduce, node);
            case View view ->
                    plan.define(node.output(), Views.of(view.map(), plan.operand(node.input(0)), this::contiguous));
            case Concat concat -> concat(concat.axis(), node);
            case Gather gather -> gather(gather.axis(), node);
            case MatMul m -> products.matmul(m, node);
            case MatMulInteger m -> products.matmulInteger(m, node);
            case ScaledMatMul m -> scaled.scaledMatmul(m, node);
            case QuantizeDynamic q -> quantize(q.centered(), node);
            case Normalize n -> normalize(n, node);
            case Softmax s -> softmax(s.axis(), node);
            case Attention a -> products.attention(a, node);
            case Compute c -> computes.compute(c, node);
            case Conv c -> convs.conv(c, node);
            case Recurrence r -> recurrences.recurrence(r, node);
            case Scatter c -> computes.scatter(c, node);
            case Cumulate c -> computes.cumulate(c, node);
            case Trees t -> TreePlanner.plan(plan, this::contiguous, t, node);
            case Library l -> throw scripted(node);
            case Define d -> throw scripted(node);
            case If i -> throw scripted(node);
            case Loop l -> throw scripted(node);
        }
    }

    private static IllegalStateException scripted(Node node) {
        return new IllegalStateException(node.op().mnemonic() + " '" + node.origin().first()
                + "' belongs to the script, not to a block");
    }

    private void dims(Dims dims, Value output) {
        var out = plan.result(output);
        for (int i = 0; i < dims.elements().size(); i++) {
            var one = new Operand(out.place(), out.dtype(), Dim.of(i), List.of(), List.of());
            plan.step(FillKernel.of(dims.elements().get(i), one));
        }
    }

    private void map(Map map, Node node) {
        var inputs = new ArrayList<Operand>();
        var args = new ArrayList<Expr>();
        for (var input : node.inputs()) {
            var data = input.constant();
            if (data != null && data.size() == 1 && data.dtype() != DType.STRING
                    && data.dtype().kind() != DType.Kind.COMPLEX) {
                args.add(data.dtype().isFloat() ? Expr.literal(data.getDouble(0), data.dtype())
                        : Expr.integer(data.getLong(0), data.dtype()));
            } else {
                args.add(Expr.arg(inputs.size(), input.dtype()));
                inputs.add(plan.operand(input));
            }
        }
        plan.map(map.expr().substitute(args), inputs, plan.result(node.output()));
    }

    private void reduce(Reduce reduce, Node node) {
        var input = plan.operand(node.input(0));
        var output = plan.result(node.output());
        int kept = input.rank() - reduce.axes().size();
        boolean trailing = IntStream.range(kept, input.rank()).boxed().toList().equals(reduce.axes());
        if (reduce.axes().isEmpty()) {
            copy(input, output);
        } else if (trailing && input.dtype() == DType.F32 && input.isContiguous()) {
            var rows = product(input.dims().subList(0, kept));
            var width = product(input.dims().subList(kept, input.rank()));
            plan.step(RowKernel.reduce(reduce.monoid(), matrix(input, rows, width), matrix(output, rows, Dim.ONE)));
        } else {
            var dims = IntStream.range(0, input.rank()).filter(i -> !reduce.axes().contains(i))
                    .mapToObj(input.dims()::get).toList();
            var squeezed =
                    new Operand(output.place(), output.dtype(), output.offset(), dims, Operand.rowMajorStrides(dims));
            plan.step(ReduceKernel.of(reduce.monoid(), reduce.axes(), input, squeezed));
        }
    }

    private static Dim product(List<Dim> dims) {
        return new Shape(dims).size();
    }

    /** A contiguous operand as a matrix. */
    static Operand matrix(Operand operand, Dim rows, Dim columns) {
        return new Operand(operand.place(), operand.dtype(), operand.offset(), List.of(rows, columns),
                List.of(columns, Dim.ONE));
    }

    /** Rows of the last axis, contiguous each; copied first if leading axes do not follow each other. */
    private Operand rows(Operand operand) {
        var rows = operand.strides().getLast().equals(Dim.ONE) ? operand.collapseLeading(1) : null;
        return rows != null ? rows : contiguous(operand).collapseLeading(1);
    }

    private void concat(int axis, Node node) {
        boolean state = plan.isState(node);
        var output = state ? plan.stateResult(node) : plan.result(node.output());
        Dim at = Dim.ZERO;
        for (var input : node.inputs()) {
            var from = plan.operand(input);
            var part = state && at.equals(Dim.ZERO) ? States.moved(from, axis) : from;
            var to = new Operand(output.place(), output.dtype(),
                    output.offset().plus(at.times(output.strides().get(axis))), part.dims(), output.strides());
            if (!part.equals(to)) {
                copy(part, to);
            }
            at = at.plus(from.dims().get(axis));
        }
    }

    private void gather(int axis, Node node) {
        var data = contiguous(plan.operand(node.input(0)));
        var indices = contiguous(plan.operand(node.input(1)));
        var output = plan.result(node.output());
        var a = product(data.dims().subList(0, axis));
        var n = data.dims().get(axis);
        var c = product(data.dims().subList(axis + 1, data.rank()));
        var table = new Operand(data.place(), data.dtype(), data.offset(), List.of(a, n, c),
                List.of(n.times(c), c, Dim.ONE));
        var flat = new Operand(indices.place(), indices.dtype(), indices.offset(), List.of(indices.size()),
                List.of(Dim.ONE));
        var what = "gather '" + node.origin().first() + "': an index from -" + n + " to " + n + " - 1 was expected";
        plan.step(GatherKernel.of(table, flat, output, what));
    }

    private void quantize(boolean centered, Node node) {
        var input = contiguous(plan.operand(node.input(0)));
        var parameters = plan.temporary(DType.F32, List.of(Dim.of(2)));
        var flat = new Operand(input.place(), input.dtype(), input.offset(), List.of(input.size()), List.of(Dim.ONE));
        plan.step(QuantizeKernel.range(flat, parameters));
        plan.step(QuantizeKernel.codes(input, parameters, plan.result(node.outputs().getFirst())));
        plan.define(node.outputs().get(1), new Operand(parameters.place(), DType.F32, Dim.ZERO, List.of(), List.of()));
        if (!centered) {
            var zero = new Operand(parameters.place(), DType.F32, Dim.ONE, List.of(), List.of());
            plan.step(MapKernel.of(Expr.cast(Expr.arg(0, DType.F32), DType.U8), List.of(zero),
                    plan.result(node.outputs().get(2))));
        }
    }

    private void normalize(Normalize normalize, Node node) {
        var output = plan.result(node.output());
        var rows = rows(plan.operand(node.input(0)));
        var results = output.collapseLeading(1);
        var factors = contiguous(plan.operand(node.input(1)));
        var offsets = normalize.bias() ? contiguous(plan.operand(node.input(2))) : null;
        var operands = offsets == null ? List.of(rows, factors) : List.of(rows, factors, offsets);
        plan.elementwise(RowKernel.normalize(rows, factors, offsets, results, normalize.epsilon()), operands, results);
    }

    private void softmax(int axis, Node node) {
        var input = plan.operand(node.input(0));
        var output = plan.result(node.output());
        int last = input.rank() - 1;
        if (axis == last) {
            var rows = rows(input);
            var results = output.collapseLeading(1);
            plan.elementwise(RowKernel.softmax(rows, results), List.of(rows), results);
            return;
        }
        var perm = new ArrayList<>(IntStream.rangeClosed(0, last).boxed().toList());
        Collections.swap(perm, axis, last);
        var turned = contiguous(Views.permute(input, perm));
        var result = plan.temporary(input.dtype(), turned.dims());
        plan.step(RowKernel.softmax(turned.collapseLeading(1), result.collapseLeading(1)));
        copy(Views.permute(result, perm), output);
    }
}
