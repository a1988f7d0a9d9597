package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Lanewise;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.Unrolling;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Tensors said element by element: loops over the result's axes around an expression that reads operands wherever it
 * wants. The leading axes together are the parallel one. The last axis runs in lanes where what they read follows each
 * other; else it is a loop as the others are.
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

    /** The axis that runs in lanes; -1 if none does. */
    private final int lane;
    private final boolean unrolled;

    private ComputeKernel(Expr expr, List<Operand> inputs, Operand output, String what, boolean vector,
            boolean unrolled) {
        this.expr = expr;
        this.output = output;
        this.unrolled = unrolled;
        this.y = access.memory("y", output);
        this.code = new LoopCode(access, inputs, what);
        for (int axis = 0; axis < output.rank(); axis++) {
            if (!output.dims().get(axis).equals(Dim.ONE)) {
                axes.add(axis);
            }
        }
        this.lane = vector ? axes.getLast() : -1;
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
        if (hasLanes(expr, output)) {
            try {
                var call = new ComputeKernel(expr, inputs, output, what, true, true).call();
                if (fits(call)) {
                    return call;
                }
                call = new ComputeKernel(expr, inputs, output, what, true, false).call();
                if (fits(call)) {
                    return call;
                }
            } catch (NotLanewiseException e) {
                // then each element by itself
            }
        }
        return new ComputeKernel(expr, inputs, output, what, false, false).call();
    }

    private static boolean hasLanes(Expr expr, Operand output) {
        for (int axis = output.rank() - 1; axis >= 0; axis--) {
            var size = output.dims().get(axis);
            if (!size.equals(Dim.ONE)) {
                return (expr.dtype() == DType.F32 || expr.dtype() == DType.I32)
                        && output.strides().get(axis).equals(Dim.ONE)
                        && !(size.isConst() && size.value() < VType.LANES);
            }
        }
        return false;
    }

    private static boolean fits(Call call) {
        var kernel = call.kernels().get(Form.SCALAR);
        return VectorOperations.fit(kernel) && MethodSize.fits(Lanewise.scalar(Unrolling.expand(kernel)));
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
        var kernel = new Kernel("compute." + (lane < 0 ? "scalar." : "") + "r" + axes.size() + "." + Naming.of(expr),
                access.buffers(),
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
        } else if (rest.getFirst() == lane) {
            lanes(Term.i32(0), code.size(dim(lane)));
        } else {
            code.axis("i" + rest.getFirst(), dim(rest.getFirst()), () -> loops(rest.subList(1, rest.size())));
        }
    }

    private void chunk(int axis, long size) {
        var b = code.scope().body();
        var begin = b.let("begin", Term.ref("t").times((int) size));
        var end = b.let("end", Term.of(Prim.MIN, begin.plus((int) size), code.size(dim(axis))));
        if (axis == lane) {
            lanes(begin, end);
        } else {
            elements(axis, begin, end);
        }
    }

    /** A loop over single elements. */
    private void elements(int axis, Term from, Term to) {
        var var = code.fresh("i");
        var body = code.block(Scope.Kind.LOOP, () -> {
            code.bind("i" + axis, code.counter(Term.ref(var), dim(axis)));
            store();
        });
        code.scope().body().add(new Stmt.Loop(false, var, from, to, 1, List.of(), body));
    }

    // ---- lanes

    /**
     * A part of the last axis: whole vectors where all reads along it are within their operands, the last of them
     * shifted back to end where the part does, and single elements before and behind, or all of them if they are too few
     * for a vector.
     */
    private void lanes(Term from, Term to) {
        var reach = new Reach(code, expr, "i" + lane, dim(lane));
        var limits = reach.prove();
        boolean limited = limits[0] != null || limits[1] != null;
        boolean all = !limited && from.equals(Term.i32(0)) && dim(lane).isConst() && dim(lane).value() >= VType.LANES;
        if (all) {
            variants(reach, from, to);
            return;
        }
        var low = limits[0] == null ? from : named(Term.of(Prim.MAX, from, limits[0]));
        var high = limits[1] == null ? to : named(Term.of(Prim.MIN, to, limits[1]));
        var enough = code.name(code.scope().level(), Term.of(Prim.LE, low.plus(VType.LANES), high), DType.BOOL, null)
                .term();
        var first = named(Term.of(Prim.SELECT, enough, low, from));
        var end = named(Term.of(Prim.SELECT, enough, high, from));
        variants(reach, first, end);
        reach.forget();
        if (!limited) {
            elements(lane, end, to);
            return;
        }
        var part = code.fresh("p");
        var before = Term.of(Prim.EQ, Term.ref(part), Term.i32(0));
        var parts = code.block(Scope.Kind.LOOP,
                () -> elements(lane, Term.of(Prim.SELECT, before, from, end), Term.of(Prim.SELECT, before, first, to)));
        code.scope().body().add(new Stmt.Loop(false, part, Term.i32(0), Term.i32(2), 1, List.of(), parts));
    }

    private Term named(Term term) {
        return code.name(code.scope().level(), term, DType.I32, null).term();
    }

    /** With the other axes' indices surely within, and without. */
    private void variants(Reach reach, Term from, Term to) {
        var inside = reach.condition();
        if (inside == null || inside instanceof Term.Lit) {
            code.folds().unrolling(unrolled && inside != null);
            vectors(from, to);
        } else {
            code.folds().unrolling(unrolled);
            var within = code.block(Scope.Kind.BRANCH, () -> {
                reach.assume(true);
                vectors(from, to);
            });
            code.folds().unrolling(false);
            reach.assume(false);
            var partly = code.block(Scope.Kind.BRANCH, () -> vectors(from, to));
            code.scope().body().add(new Stmt.If(inside, within));
            code.scope().body().add(new Stmt.If(Term.of(Prim.NOT, inside), partly));
        }
        code.folds().unrolling(false);
    }

    private void vectors(Term from, Term to) {
        var var = code.fresh("i");
        boolean whole = from.equals(Term.i32(0)) && to instanceof Term.Lit(var value, var bits, var type)
                && bits % VType.LANES == 0;
        var body = code.block(Scope.Kind.LOOP, () -> {
            var at = whole ? Term.ref(var)
                    : code.scope().body().let(code.fresh("at"),
                            Term.of(Prim.MIN, Term.ref(var), to.plus(-VType.LANES)));
            code.bind("i" + lane, code.counter(at, dim(lane)).stepping(1));
            store();
        });
        code.scope().body().add(new Stmt.Loop(false, var, from, to, VType.LANES, List.of(), body));
    }

    private void store() {
        var index = new ArrayList<Known>();
        for (int axis = 0; axis < output.rank(); axis++) {
            index.add(Objects.requireNonNull(code.named("i" + axis)));
        }
        var lowered = code.lower(expr);
        var value = lane >= 0 && index.get(lane).varies() ? code.everywhere(lowered).term() : lowered.plain();
        var at = code.reads().distance(index, output);
        code.scope().body().store("y", y.at(at.term()), value);
    }
}
