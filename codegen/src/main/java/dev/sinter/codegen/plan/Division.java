package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.DivideKernel;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.codegen.kernel.StridedReads;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;

/** Plans copies of operands that are divided along their last axis. */
final class Division {
    private Division() {
    }

    /** A copy of an operand as reads want it. */
    static Operand copy(PlanBuilder plan, Operand operand, StridedReads reads) {
        long size = Math.ceilDiv(operand.dims().getLast().value(), reads.stride());
        var dims = new ArrayList<>(operand.dims().subList(0, operand.rank() - 1));
        dims.add(Dim.of(reads.stride()));
        dims.add(Dim.of(size));
        var copy = plan.temporary(DType.F32, dims);
        if (reads.beyond() != null && operand.dims().getLast().value() % reads.stride() != 0) {
            plan.step(MapKernel.of(reads.beyond(), List.of(), copy));
        }
        var rows = new ArrayList<>(copy.dims());
        var steps = new ArrayList<>(copy.strides());
        rows.remove(rows.size() - 2);
        steps.remove(steps.size() - 2);
        step(plan, image(operand), image(new Operand(copy.place(), DType.F32, copy.offset(), rows, steps)),
                reads.stride(), reads.stride(), Dim.of(size));
        return copy;
    }

    /** {@link DivideKernel#of}, with the constant it wants. */
    static void step(PlanBuilder plan, Operand x, Operand y, long stride, long parts, Dim apart) {
        plan.step(DivideKernel.of(x, y, stride, parts, apart, plan.constant(DivideKernel.positions())));
    }

    /** An operand of at most four axes with as many. */
    private static Operand image(Operand operand) {
        var dims = new ArrayList<>(operand.dims());
        var steps = new ArrayList<>(operand.strides());
        while (dims.size() < 4) {
            dims.addFirst(Dim.ONE);
            steps.addFirst(Dim.ZERO);
        }
        return new Operand(operand.place(), operand.dtype(), operand.offset(), dims, steps);
    }
}
