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
import dev.sinter.ir.Fn;
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
            b.store("y", y.at(yBase), result(folded(b, 0, xBase, neutral())));
        }

        /** What elements are folded in: wide enough that nothing is rounded or wrapped but the result. */
        private Elem elem() {
            if (CastCode.isSmall(dtype)) {
                return Elem.F64;
            }
            if (dtype == DType.BOOL) {
                return Elem.I32;
            }
            return monoid == Monoid.MEAN && dtype.isInteger() ? Elem.I64 : ExprCode.elem(dtype);
        }

        private Term result(Term total) {
            var elem = elem();
            var all = total;
            if (monoid == Monoid.MEAN) {
                all = Term.of(dtype == DType.U64 ? Prim.UDIV : Prim.DIV, total, new Term.Convert(count, elem));
            }
            return CastCode.isSmall(dtype) ? new Term.Convert(Term.of(CastCode.rounding(Fn.CAST, dtype), all), Elem.F32)
                    : all;
        }

        private Term neutral() {
            var type = new VType(elem(), 1);
            if (dtype.isFloat()) {
                return new Term.Lit(RowKernel.neutral(monoid), 0, type);
            }
            return new Term.Lit(0, switch (monoid) {
                case SUM, MEAN -> 0;
                case PROD -> 1;
                case MAX -> dtype.minInteger();
                case MIN -> dtype.maxInteger();
            }, type);
        }

        private Term combined(Term all, Term v) {
            if (dtype == DType.U64 && (monoid == Monoid.MAX || monoid == Monoid.MIN)) {
                return new IntegerCode(dtype, 1, t -> t).of(Fn.valueOf(monoid.name()), List.of(all, v));
            }
            return Term.of(RowKernel.prim(monoid), all, v);
        }

        private Term folded(Body b, int depth, Term base, Term init) {
            if (depth == innerSizes.size()) {
                var natural = dtype == DType.BOOL ? Elem.I32 : ExprCode.elem(dtype);
                var v = b.let("v", x.load(base, natural, 1, null));
                return combined(init, natural == elem() ? v : b.let("w", new Term.Convert(v, elem())));
            }
            var inner = new Body();
            var acc = "acc" + depth;
            var next = folded(inner, depth + 1, base.plus(innerX.get(depth).times(Term.ref("j" + depth))),
                    Term.ref(acc));
            b.add(new Stmt.Loop(false, "j" + depth, Term.i32(0), innerSizes.get(depth), 1,
                    List.of(new Stmt.Carry(acc, List.of(), init, next)), inner.stmts()));
            return Term.ref(acc);
        }
    }
}
