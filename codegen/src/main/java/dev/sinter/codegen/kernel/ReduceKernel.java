package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.op.Reduce.Monoid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reductions over any axes of any type, one result after the other, elements in row-major order. */
public final class ReduceKernel {
    private ReduceKernel() {
    }

    /**
     * The call that reduces.
     *
     * @param monoid
     *            how elements combine
     * @param axes
     *            axes of the input that vanish
     * @param input
     *            strided
     * @param output
     *            strided, of the sizes of the other axes, in order
     * @return the call
     */
    public static Call of(Monoid monoid, List<Integer> axes, Operand input, Operand output) {
        return new Template(monoid, axes, input, output).call();
    }

    private static final class Template {
        private final Monoid monoid;
        private final DType dtype;
        private final Access access = new Access();
        private final Access.Memory x;
        private final Access.Memory y;
        private final List<Term> outerSizes = new ArrayList<>();
        private final List<Term> outerX = new ArrayList<>();
        private final List<Term> outerY = new ArrayList<>();
        private final List<Term> innerSizes = new ArrayList<>();
        private final List<Term> innerX = new ArrayList<>();
        private final Term count;
        private final Dim rounds;

        Template(Monoid monoid, List<Integer> axes, Operand input, Operand output) {
            this.monoid = monoid;
            this.dtype = input.dtype();
            this.x = access.memory("x", input);
            this.y = access.memory("y", output);
            Dim folded = Dim.ONE;
            Dim kept = Dim.ONE;
            int out = 0;
            for (int axis = 0; axis < input.rank(); axis++) {
                var size = input.dims().get(axis);
                var term = access.size("d" + axis, size);
                var stride = access.size("xs" + axis, input.strides().get(axis));
                if (axes.contains(axis)) {
                    folded = folded.times(size);
                    innerSizes.add(term);
                    innerX.add(stride);
                } else {
                    kept = kept.times(size);
                    outerSizes.add(term);
                    outerX.add(stride);
                    outerY.add(access.size("ys" + axis, output.strides().get(out++)));
                }
            }
            this.rounds = kept;
            this.count = access.size("count", folded);
        }

        Call call() {
            var body = Body.block(b -> b.par("t", this::round));
            var name = "reduce." + monoid.name().toLowerCase(Locale.ROOT) + "." + dtype + ".r" + outerSizes.size() + "x"
                    + innerSizes.size();
            return new Call(KernelSet.same(new Kernel(name, access.buffers(), access.params(true), body)),
                    access.arrays(),
                    access.args(), rounds);
        }

        private void round(Body b) {
            Term rest = Term.ref("t");
            Term xBase = Term.i32(0);
            Term yBase = Term.i32(0);
            for (int i = outerSizes.size() - 1; i >= 0; i--) {
                var size = outerSizes.get(i);
                var index = i == 0 ? rest : b.let("i" + i, Term.of(Prim.REM, rest, size));
                xBase = xBase.plus(outerX.get(i).times(index));
                yBase = yBase.plus(outerY.get(i).times(index));
                if (i > 0) {
                    rest = b.let("t" + i, Term.of(Prim.DIV, rest, size));
                }
            }
            var elem = ExprCode.elem(dtype) == Elem.BOOL ? Elem.I32 : ExprCode.elem(dtype);
            var total = folded(b, 0, xBase, neutral(elem), elem);
            if (monoid == Monoid.MEAN) {
                total = Term.of(Prim.DIV, total, new Term.Convert(count, elem));
            }
            b.store("y", y.at(yBase), total);
        }

        private Term neutral(Elem elem) {
            var type = new VType(elem, 1);
            if (elem == Elem.F32 || elem == Elem.F64) {
                return new Term.Lit(RowKernel.neutral(monoid), 0, type);
            }
            return new Term.Lit(0, switch (monoid) {
                case SUM, MEAN -> 0;
                case PROD -> 1;
                case MAX -> dtype.minInteger();
                case MIN -> dtype.maxInteger();
            }, type);
        }

        private Term folded(Body b, int depth, Term base, Term init, Elem elem) {
            if (depth == innerSizes.size()) {
                var v = b.let("v", x.load(base, elem, 1, null));
                return Term.of(RowKernel.prim(monoid), init, v);
            }
            var inner = new Body();
            var acc = "acc" + depth;
            var next = folded(inner, depth + 1, base.plus(innerX.get(depth).times(Term.ref("j" + depth))),
                    Term.ref(acc), elem);
            b.add(new Stmt.Loop(false, "j" + depth, Term.i32(0), innerSizes.get(depth), 1,
                    List.of(new Stmt.Carry(acc, List.of(), init, next)), inner.stmts()));
            return Term.ref(acc);
        }
    }
}
