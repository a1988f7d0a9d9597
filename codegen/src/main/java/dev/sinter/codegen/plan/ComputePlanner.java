package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.ComputeKernel;
import dev.sinter.codegen.kernel.CumulateKernel;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.codegen.kernel.RecurrenceKernel;
import dev.sinter.codegen.kernel.ScatterKernel;
import dev.sinter.codegen.kernel.StridedReads;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Plans what is said element by element. */
final class ComputePlanner {
    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;

    /**
     * Prepares.
     *
     * @param contiguous
     *            copies an operand that is not contiguous
     */
    ComputePlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous) {
        this.plan = plan;
        this.contiguous = contiguous;
    }

    void compute(Compute op, Node node) {
        boolean complex = ComplexParts.are(op.expr().dtype());
        var inputs = operands(node).stream().map(ComplexParts::of).toList();
        var output = ComplexParts.of(plan.result(node.output()));
        compute(complex ? ComplexParts.of(op) : op.expr(), new ArrayList<>(inputs), output, what(node));
    }

    /**
     * An expression too long for one method is computed in several steps; one that reads elements a few apart reads a copy
     * in which they are neighbours.
     */
    void compute(Expr whole, List<Operand> operands, Operand output, String what) {
        var expr = whole;
        var strided = StridedReads.of(whole, operands, output);
        if (strided != null) {
            operands.set(strided.operand(), Division.copy(plan, operands.get(strided.operand()), strided));
            expr = strided.expr();
        }
        while (!ComputeKernel.fits(expr, operands, output)) {
            var part = Parts.largest(expr, p -> ComputeKernel.fits(p, operands, output.of(p.dtype())));
            if (part == null) {
                throw new PlanException(
                        List.of(what + ": no part of the expression is short enough for a kernel: " + whole));
            }
            var result = plan.temporary(part.dtype(), output.dims());
            plan.step(ComputeKernel.of(part, operands, result, what));
            var use = new Expr.Read(operands.size(), Formula.axes(output.rank()), null, part.dtype());
            operands.add(result);
            expr = expr.transform(e -> e.equals(part) ? use : e);
        }
        plan.step(ComputeKernel.of(expr, operands, output, what));
    }

    void scatter(Scatter op, Node node) {
        var inputs = operands(node);
        var output = plan.result(node.output());
        plan.step(MapKernel.of(Expr.arg(0, output.dtype()), List.of(inputs.getFirst()), output));
        boolean complex = ComplexParts.are(output.dtype());
        plan.step(ScatterKernel.of(complex ? ComplexParts.of(op) : op,
                inputs.stream().map(ComplexParts::of).toList(), ComplexParts.of(output), what(node)));
    }

    void cumulate(Cumulate op, Node node) {
        plan.step(CumulateKernel.of(op, plan.operand(node.input(0)), plan.result(node.output())));
    }

    void recurrence(Recurrence op, Node node) {
        var projected = plan.operand(node.input(0));
        if (!projected.strides().getLast().equals(Dim.ONE)) {
            projected = contiguous.apply(projected);
        }
        var constant = node.input(1).constant();
        var panels = constant == null ? null : RecurrenceKernel.padded(op, constant);
        var weights = panels == null ? contiguous.apply(plan.operand(node.input(1)))
                : plan.constant(panels, WeightItem.Form.PANEL16);
        var bias = contiguous.apply(plan.operand(node.input(2)));
        var peephole = op.peephole() ? contiguous.apply(plan.operand(node.input(op.peepholeOperand()))) : null;
        var lengths = op.lengths() ? contiguous.apply(plan.operand(node.input(op.lengthsOperand()))) : null;
        var y = plan.result(node.outputs().getFirst());
        var states = new ArrayList<Operand>();
        for (int i = 1; i < node.outputs().size(); i++) {
            var first = plan.operand(node.input(i + 2));
            var state = plan.result(node.outputs().get(i));
            plan.step(MapKernel.of(Expr.arg(0, first.dtype()), List.of(first), state));
            states.add(state);
        }
        var scratch = plan.scratch(y.dtype(), RecurrenceKernel.scratchSize(op, weights.dims().getFirst()));
        plan.step(RecurrenceKernel.of(new RecurrenceKernel.Run(op, projected, weights, bias, peephole, lengths, y,
                states.getFirst(), states.size() > 1 ? states.get(1) : null, scratch, panels != null)));
    }

    private List<Operand> operands(Node node) {
        return node.inputs().stream().map(plan::operand).toList();
    }

    static String what(Node node) {
        return node.op().mnemonic() + " '" + node.origin().first() + "'";
    }
}
