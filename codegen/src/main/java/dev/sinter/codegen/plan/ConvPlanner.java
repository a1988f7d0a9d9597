package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Plans convolutions: which kernel takes one, in which layout, and what becomes of its epilogue. */
final class ConvPlanner {
    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;
    private final ProductPlanner products;
    private final ComputePlanner computes;
    private final ExpandedPlanner expanded;
    private final SparseConvPlanner sparse;

    ConvPlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous, ProductPlanner products,
            ComputePlanner computes) {
        this.plan = plan;
        this.contiguous = contiguous;
        this.products = products;
        this.computes = computes;
        this.expanded = new ExpandedPlanner(plan, contiguous, products);
        this.sparse = new SparseConvPlanner(plan, contiguous, products);
    }

    void conv(Conv op, Node node) {
        if (expanded.waits(op, node)) {
            return;
        }
        var before = expanded.before(node);
        if (before != null) {
            if (expanded.plan(before, node)) {
                return;
            }
            plan.begin(before, false);
            alone((Conv) before.op(), before);
            plan.begin(node, false);
        }
        alone(op, node);
    }

    private void alone(Conv op, Node node) {
        if (sparse.plan(op, node)) {
            return;
        }
        var output = plan.result(node.output());
        if (WindowPlanner.takes(op, node)) {
            if (!WindowPlanner.plan(plan, contiguous, products, op, node, op.epilogue(), output)) {
                apart(op, node, output,
                        (x, sums) -> WindowPlanner.plan(plan, contiguous, products, op, node, null, sums));
            }
        } else if (!PlanarConvPlanner.takes(op, node)) {
            apart(op, node, output, (x, sums) -> computes.compute(
                    op.comprehension(node.inputs().stream().map(Value::tensor).toList()).expr(), operands(node), sums,
                    ComputePlanner.what(node)));
        } else if (op.channelsLast()) {
            apart(op, node, output, (x, sums) -> planar(op, node, x, sums));
        } else {
            apart(op, node, output,
                    (x, sums) -> PlanarConvPlanner.plan(plan, contiguous, op, node, x, sums));
        }
    }

    /** Computes the sums of a convolution. */
    private interface Sums {
        void plan(Operand x, Operand sums);
    }

    /** The sums first, then the epilogue over all of them. */
    private void apart(Conv op, Node node, Operand output, Sums kernel) {
        var x = plan.operand(node.input(0));
        if (op.epilogue() == null) {
            kernel.plan(x, output);
            return;
        }
        var operands = new ArrayList<Operand>();
        var epilogue = products.literals(op.epilogue(), node.inputs().subList(op.firstExtra(), node.inputs().size()),
                operands);
        var sums = plan.temporary(x.dtype(), output.dims());
        kernel.plan(x, sums);
        operands.addFirst(sums);
        plan.map(epilogue, operands, output);
    }

    /** Channels last through planes: the kernel's own copy of the input turns it, another one turns the result. */
    private void planar(Conv op, Node node, Operand x, Operand sums) {
        var toFirst = new ArrayList<>(List.of(0, op.channelAxis()));
        for (int i = 0; i < op.axes(); i++) {
            toFirst.add(op.spatialAxis(i));
        }
        var turned = Views.permute(sums, toFirst);
        var planes = plan.temporary(DType.F32, turned.dims());
        PlanarConvPlanner.plan(plan, contiguous, op, node, Views.permute(x, toFirst), planes);
        plan.map(Expr.arg(0, DType.F32), List.of(planes), turned);
    }

    private List<Operand> operands(Node node) {
        return new ArrayList<>(node.inputs().stream().map(plan::operand).toList());
    }
}
