package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements of a tensor replaced one after the other. Where the first axis of the updates is also an axis of the tensor,
 * its rounds touch different elements and may run at once.
 *
 * @see Scatter
 */
public final class ScatterKernel {
    private final Scatter op;
    private final Operand output;
    private final String what;
    private final Access access = new Access();
    private final Access.Memory y;
    private final LoopCode code;

    private ScatterKernel(Scatter op, List<Operand> inputs, Operand output, String what) {
        this.op = op;
        this.output = output;
        this.what = what;
        this.y = access.memory("y", output);
        this.code = new LoopCode(access, inputs, what);
    }

    /**
     * The call that replaces elements.
     *
     * @param op
     *            what is replaced
     * @param inputs
     *            operands of the op; the first as it was
     * @param output
     *            a copy of the first operand, changed in place
     * @param what
     *            name of the node, for messages about indices out of range
     * @return the call
     */
    public static Call of(Scatter op, List<Operand> inputs, Operand output, String what) {
        return new ScatterKernel(op, inputs, output, what).call();
    }

    private Call call() {
        boolean parallel = op.domain().rank() > 0 && op.index().contains(Compute.axis(0));
        if (parallel) {
            var size = op.domain().dim(0);
            var kind = LoopCode.isPositive(size) ? Scope.Kind.ALWAYS : Scope.Kind.LOOP;
            var body = code.block(kind, () -> {
                code.bind("i0", code.counter(Term.ref("t"), size));
                axis(1);
            });
            code.scope().body().add(new Stmt.Loop(true, "t", Term.ref("lo"), Term.ref("hi"), 1, List.of(), body));
        } else {
            axis(0);
        }
        var kernel = new Kernel("scatter.r" + op.domain().rank() + "." + Naming.of(op.value()), access.buffers(),
                access.params(parallel), code.scope().body().stmts());
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(),
                parallel ? op.domain().dim(0) : null);
    }

    private void axis(int axis) {
        if (axis == op.domain().rank()) {
            update();
        } else {
            code.axis("i" + axis, op.domain().dim(axis), () -> axis(axis + 1));
        }
    }

    private void update() {
        var index = new ArrayList<Known>();
        for (int axis = 0; axis < output.rank(); axis++) {
            var at = code.lower(op.index().get(axis));
            var test = code.reads().test(at, output, axis);
            if (test != null) {
                code.reads().check(test, at, what + ": an index along axis " + axis + " from 0 to "
                        + output.dims().get(axis) + " - 1 was expected");
            }
            index.add(at);
        }
        int level = code.scope().level();
        var b = code.scope().body();
        var dtype = output.dtype();
        var at = code.reads().distance(index, output);
        // named here and now: it changes with every update
        var old = b.let("old", y.load(at.term(), 1));
        code.bind("old", new Known(old, level, dtype, dtype == DType.I64 ? Interval.ANY : null));
        var value = code.lower(op.value());
        b.store("y", y.at(at.term()), value.plain());
    }
}
