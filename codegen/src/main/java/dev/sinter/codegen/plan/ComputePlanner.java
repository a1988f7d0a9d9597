package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.ComputeKernel;
import dev.sinter.codegen.kernel.CumulateKernel;
import dev.sinter.codegen.kernel.ScatterKernel;
import dev.sinter.codegen.kernel.StridedReads;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.List;

/** Plans what is said element by element. */
final class ComputePlanner {
    private final PlanBuilder plan;

    ComputePlanner(PlanBuilder plan) {
        this.plan = plan;
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
        plan.copy(inputs.getFirst(), output);
        boolean complex = ComplexParts.are(output.dtype());
        plan.step(ScatterKernel.of(complex ? ComplexParts.of(op) : op,
                inputs.stream().map(ComplexParts::of).toList(), ComplexParts.of(output), what(node)));
    }

    void cumulate(Cumulate op, Node node) {
        plan.step(CumulateKernel.of(op, plan.operand(node.input(0)), plan.result(node.output())));
    }

    private List<Operand> operands(Node node) {
        return node.inputs().stream().map(plan::operand).toList();
    }

    static String what(Node node) {
        return node.op().mnemonic() + " '" + node.origin().first() + "'";
    }
}
