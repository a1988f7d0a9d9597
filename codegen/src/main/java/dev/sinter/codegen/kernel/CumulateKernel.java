package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Reduce.Monoid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Running totals along an axis, the other axes in parallel.
 *
 * @see Cumulate
 */
public final class CumulateKernel {
    private final Cumulate op;
    private final DType dtype;
    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.Memory y;
    private final List<Term> sizes = new ArrayList<>();
    private final List<Term> from = new ArrayList<>();
    private final List<Term> to = new ArrayList<>();
    private final Term length;
    private final Term step;
    private final Term stepTo;
    private final Dim rounds;

    private CumulateKernel(Cumulate op, Operand input, Operand output) {
        this.op = op;
        this.dtype = input.dtype();
        this.x = access.memory("x", input);
        this.y = access.memory("y", output);
        this.length = access.size("n", input.dims().get(op.axis()));
        this.step = access.size("xs", input.strides().get(op.axis()));
        this.stepTo = access.size("ys", output.strides().get(op.axis()));
        Dim count = Dim.ONE;
        for (int axis = 0; axis < input.rank(); axis++) {
            if (axis != op.axis()) {
                sizes.add(access.size("d" + axis, input.dims().get(axis)));
                from.add(access.size("xs" + axis, input.strides().get(axis)));
                to.add(access.size("ys" + axis, output.strides().get(axis)));
                count = count.times(input.dims().get(axis));
            }
        }
        this.rounds = count;
    }

    /**
     * The call that computes running totals.
     *
     * @param op
     *            which
     * @param input
     *            strided
     * @param output
     *            of the same sizes, strided
     * @return the call
     */
    public static Call of(Cumulate op, Operand input, Operand output) {
        return new CumulateKernel(op, input, output).call();
    }

    private Call call() {
        var body = Body.block(b -> b.par("t", this::round));
        var name = "cumulate." + op.monoid().name().toLowerCase(Locale.ROOT) + "." + dtype + ".r" + (sizes.size() + 1)
                + (op.exclusive() ? ".exclusive" : "") + (op.reverse() ? ".reverse" : "");
        return new Call(KernelSet.same(new Kernel(name, access.buffers(), access.params(true), body)),
                access.arrays(), access.args(), rounds);
    }

    private void round(Body b) {
        Term rest = Term.ref("t");
        Term source = Term.i32(0);
        Term target = Term.i32(0);
        for (int i = sizes.size() - 1; i >= 0; i--) {
            var index = i == 0 ? rest : b.let("i" + i, Term.of(Prim.REM, rest, sizes.get(i)));
            source = source.plus(from.get(i).times(index));
            target = target.plus(to.get(i).times(index));
            if (i > 0) {
                rest = b.let("t" + i, Term.of(Prim.DIV, rest, sizes.get(i)));
            }
        }
        var first = b.let("first", source);
        var place = b.let("place", target);
        var inner = new Body();
        var j = op.reverse() ? inner.let("j", length.minus(Term.i32(1)).minus(Term.ref("k"))) : Term.ref("k");
        var v = inner.let("v", x.load(first.plus(step.times(j)), 1));
        var total = new ExprCode(inner, 1, List.of(Term.ref("total"), v), "e")
                .lower(Expr.apply(fn(), Expr.arg(0, dtype), Expr.arg(1, dtype)));
        inner.store("y", y.at(place.plus(stepTo.times(j))), op.exclusive() ? Term.ref("total") : total);
        b.add(new Stmt.Loop(false, "k", Term.i32(0), length, 1,
                List.of(new Stmt.Carry("total", List.of(), neutral(b), total)), inner.stmts()));
    }

    private Fn fn() {
        return switch (op.monoid()) {
            case SUM -> Fn.ADD;
            case PROD -> Fn.MUL;
            case MAX -> Fn.MAX;
            case MIN -> Fn.MIN;
            case MEAN -> throw new IllegalArgumentException("running means are not known");
        };
    }

    private Term neutral(Body b) {
        var value = dtype.isFloat() || op.monoid() == Monoid.SUM || op.monoid() == Monoid.PROD
                ? Expr.literal(RowKernel.neutral(op.monoid()), dtype)
                : Expr.integer(op.monoid() == Monoid.MAX ? dtype.minInteger() : dtype.maxInteger(), dtype);
        return new ExprCode(b, 1, List.of(), "neutral").lower(value);
    }
}
