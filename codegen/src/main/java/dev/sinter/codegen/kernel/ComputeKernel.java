package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors said element by element: loops over the result's axes around an expression that reads operands wherever it
 * wants. The leading axes together are the parallel one.
 *
 * @see dev.sinter.ir.op.Compute
 */
public final class ComputeKernel {
    /** Steps of work that are worth a parallel round of their own. */
    private static final long ROUND = 2048;
    /** What a size that is not known is taken for where work is estimated. */
    private static final long USUAL = 32;

    private final Access access = new Access();
    private final Expr expr;
    private final Operand output;
    private final Access.Memory y;
    private final LoopCode code;
    private final List<Integer> axes = new ArrayList<>();

    private ComputeKernel(Expr expr, List<Operand> inputs, Operand output, String what) {
        this.expr = expr;
        this.output = output;
        this.y = access.memory("y", output);
        this.code = new LoopCode(access, inputs, what);
        for (int axis = 0; axis < output.rank(); axis++) {
            if (!output.dims().get(axis).equals(Dim.ONE)) {
                axes.add(axis);
            }
        }
    }

    /**
     * The call that computes a tensor.
     *
     * @param expr
     *            element at the indices i0, i1, …
     * @param inputs
     *            what it reads, strided
     * @param output
     *            where the result goes, strided
     * @param what
     *            name of the node, for messages about indices out of range
     * @return the call
     */
    public static Call of(Expr expr, List<Operand> inputs, Operand output, String what) {
        return new ComputeKernel(expr, inputs, output, what).call();
    }

    /**
     * Whether an expression is short enough for one kernel.
     *
     * @param expr
     *            element at the indices i0, i1, …
     * @param inputs
     *            what it reads
     * @param output
     *            where the result goes
     * @return whether {@link #of} makes a kernel that the back end takes
     */
    public static boolean fits(Expr expr, List<Operand> inputs, Operand output) {
        return MethodSize.fits(of(expr, inputs, output, "").kernels().get(Form.SCALAR));
    }

    private Dim dim(int axis) {
        return output.dims().get(axis);
    }

    private Call call() {
        for (int axis = 0; axis < output.rank(); axis++) {
            if (!axes.contains(axis)) {
                code.bind("i" + axis, new Known(Term.i32(0), 0, DType.I64, Interval.upTo(Dim.ONE)));
            }
        }
        int inner = innerAxes();
        var parallel = axes.subList(0, axes.size() - inner);
        long chunk = chunk();
        Dim count = Dim.ONE;
        for (int axis : parallel) {
            count = count.times(dim(axis));
        }
        boolean chunked = parallel.isEmpty() && axes.size() == 1;
        if (chunked) {
            count = dim(axes.getFirst()).ceilDiv(chunk);
        }
        var kind = LoopCode.isPositive(count) ? Scope.Kind.ALWAYS : Scope.Kind.LOOP;
        var body = code.block(kind, () -> {
            if (chunked) {
                chunk(axes.getFirst(), chunk);
            } else {
                decode(parallel);
                loops(axes.subList(parallel.size(), axes.size()));
            }
        });
        code.scope().body().add(new Stmt.Loop(true, "t", Term.ref("lo"), Term.ref("hi"), 1, List.of(), body));
        var kernel = new Kernel("compute.r" + axes.size() + "." + Naming.of(expr), access.buffers(),
                access.params(true), code.scope().body().stmts());
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), count);
    }

    /** Axes that one parallel round goes through: at least the last one, and enough work. */
    private int innerAxes() {
        int inner = 0;
        long work = work(expr);
        while (inner < axes.size() - 1 && (inner == 0 || work < ROUND)) {
            var size = dim(axes.get(axes.size() - 1 - inner));
            work *= size.isConst() ? Math.clamp(size.value(), 1, ROUND) : USUAL;
            inner++;
        }
        return inner;
    }

    private long chunk() {
        return Math.clamp(2 * ROUND / work(expr), 1, 2 * ROUND);
    }

    /** About how many steps an element takes. */
    private static long work(Expr expr) {
        long sum = 1;
        for (var child : expr.children()) {
            sum += work(child);
        }
        if (expr instanceof Expr.Fold(var counter, var count, var carries, var result)) {
            long rounds = count instanceof Expr.Literal(var value, var bits, var dtype) ? bits : USUAL;
            sum *= Math.clamp(rounds, 1, USUAL);
        }
        return Math.min(sum, 2 * ROUND);
    }

    /** The parallel axes' indices from the number of the round. */
    private void decode(List<Integer> parallel) {
        Term rest = Term.ref("t");
        int level = code.scope().level();
        for (int i = parallel.size() - 1; i >= 0; i--) {
            var size = code.size(dim(parallel.get(i)));
            var index = i == 0 ? rest : code.name(level, Term.of(Prim.REM, rest, size), DType.I32, null).term();
            code.bind("i" + parallel.get(i), code.counter(index, dim(parallel.get(i))));
            if (i > 0) {
                rest = code.name(level, Term.of(Prim.DIV, rest, size), DType.I32, null).term();
            }
        }
    }

    private void loops(List<Integer> rest) {
        if (rest.isEmpty()) {
            store();
        } else {
            code.axis("i" + rest.getFirst(), dim(rest.getFirst()), () -> loops(rest.subList(1, rest.size())));
        }
    }

    private void chunk(int axis, long size) {
        var b = code.scope().body();
        var begin = b.let("begin", Term.ref("t").times((int) size));
        var end = b.let("end", Term.of(Prim.MIN, begin.plus((int) size), code.size(dim(axis))));
        var body = code.block(Scope.Kind.ALWAYS, () -> {
            code.bind("i" + axis, code.counter(Term.ref("i"), dim(axis)));
            store();
        });
        b.add(new Stmt.Loop(false, "i", begin, end, 1, List.of(), body));
    }

    private void store() {
        var index = new ArrayList<Known>();
        for (int axis = 0; axis < output.rank(); axis++) {
            index.add(code.named("i" + axis));
        }
        var value = code.lower(expr);
        var at = code.reads().distance(index, output);
        code.scope().body().store("y", y.at(at.term()), value.plain());
    }
}
