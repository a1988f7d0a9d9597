package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Call;
import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A product in f32 and what is done to it: in the kernel where that takes it, else by a map behind it.
 *
 * @param node
 *            the product
 * @param expr
 *            what is done; {@code $0} is the product
 * @param operands
 *            its others
 */
record Finished(Node node, Expr expr, List<Operand> operands) {
    /** The epilogue of a kernel; null where an operand's shape or type fits none. */
    @Nullable
    Epilogue epilogue() {
        var dims = node.output().shape().dims();
        var rows = new Shape(dims.subList(0, dims.size() - 1)).size();
        var matrices = ProductPlanner.matrices(operands, dims, rows);
        return matrices != null && expr.dtype() == DType.F32 && Epilogue.fits(expr, matrices)
                ? new Epilogue(expr, matrices) : null;
    }

    /**
     * Plans it.
     *
     * @param product
     *            what a kernel gets for a result {@code [M,N]} and an epilogue
     * @param fits
     *            whether the epilogue is short enough for the kernel
     * @param call
     *            the kernel
     */
    <P> void plan(PlanBuilder plan, BiFunction<Operand, Epilogue, P> product, Predicate<P> fits,
            Function<P, Call> call) {
        var epilogue = epilogue();
        var output = plan.result(node.output());
        if (epilogue != null) {
            var whole = product.apply(output.collapseLeading(1), epilogue);
            if (fits.test(whole)) {
                plan.step(call.apply(whole));
                return;
            }
        }
        var sums = plan.temporary(DType.F32, node.output().shape().dims());
        plan.step(call.apply(product.apply(sums.collapseLeading(1),
                new Epilogue(Expr.arg(0, DType.F32), List.of()))));
        var all = new ArrayList<>(operands);
        all.addFirst(sums);
        plan.map(expr, all, output);
    }
}
