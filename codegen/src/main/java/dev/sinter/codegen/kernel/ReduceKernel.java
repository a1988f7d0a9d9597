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
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Reduce.Monoid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reductions over any axes of any type, one result after the other, elements in row-major order. Results that lie
 * behind each other, as their elements do, are computed in lanes.
 */
public final class ReduceKernel {
    /** Vectors of results at a time: as many sums are on their way at once. */
    private static final int VECTORS = 4;

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

    /** Axes next to each other that lie behind each other as one; axes of one element vanish. */
    private record Axes(List<Term> sizes, List<Term> inputs, List<Term> outputs) {
        static Axes of(Access access, String name, List<Dim> dims, List<Dim> inputs, List<Dim> outputs) {
            var sizes = new ArrayList<Dim>();
            var ins = new ArrayList<Dim>();
            var outs = new ArrayList<Dim>();
            for (int i = 0; i < dims.size(); i++) {
                if (dims.get(i).equals(Dim.ONE)) {
                    continue;
                }
                int last = sizes.size() - 1;
                boolean joins = last >= 0 && ins.get(last).equals(inputs.get(i).times(dims.get(i)))
                        && outs.get(last).equals(outputs.get(i).times(dims.get(i)));
                if (joins) {
                    sizes.set(last, sizes.get(last).times(dims.get(i)));
                    ins.set(last, inputs.get(i));
                    outs.set(last, outputs.get(i));
                } else {
                    sizes.add(dims.get(i));
                    ins.add(inputs.get(i));
                    outs.add(outputs.get(i));
                }
            }
            return new Axes(terms(access, name + "d", sizes), terms(access, name + "x", ins),
                    terms(access, name + "y", outs));
        }

        private static List<Term> terms(Access access, String name, List<Dim> values) {
            var terms = new ArrayList<Term>();
            for (int i = 0; i < values.size(); i++) {
                terms.add(access.parameter(name + i, values.get(i)));
            }
            return terms;
        }

        int count() {
            return sizes.size();
        }
    }

    private static final class Template {
        private final Monoid monoid;
        private final DType dtype;
        private final Access access = new Access();
        private final Access.Memory x;
        private final Access.Memory y;
        private final Axes kept;
        private final Axes folded;
        private final Term count;
        private final Dim rounds;
        /** Vectors of results at a time; 0 where each is computed by itself. */
        private final int vectors;
        /** Results that lie behind each other; 1 without lanes. */
        private final Dim run;
        private final Term width;

        Template(Monoid monoid, List<Integer> axes, Operand input, Operand output) {
            this.monoid = monoid;
            this.dtype = input.dtype();
            this.x = access.memory("x", input);
            this.y = access.memory("y", output);
            var keptAxes = new ArrayList<Integer>();
            Dim all = Dim.ONE;
            Dim results = Dim.ONE;
            for (int axis = 0; axis < input.rank(); axis++) {
                if (axes.contains(axis)) {
                    all = all.times(input.dims().get(axis));
                } else {
                    keptAxes.add(axis);
                    results = results.times(input.dims().get(axis));
                }
            }
            int last = lanes(keptAxes, input, output);
            this.run = last < 0 ? Dim.ONE : input.dims().get(keptAxes.get(last));
            this.vectors = last < 0 ? 0 : run.isConst() && run.value() >= VECTORS * VType.LANES ? VECTORS : 1;
            this.width = access.parameter("run", run);
            var outer = last < 0 ? keptAxes : keptAxes.subList(0, last);
            this.kept = Axes.of(access, "k", pick(input.dims(), outer), pick(input.strides(), outer),
                    output.strides().subList(0, outer.size()));
            this.folded = Axes.of(access, "f", pick(input.dims(), axes), pick(input.strides(), axes),
                    pick(input.strides(), axes));
            this.rounds = last < 0 ? results
                    : new Shape(pick(input.dims(), outer)).size().times(run.ceilDiv((long) vectors * VType.LANES));
            this.count = access.parameter("count", all);
        }

        /** The kept axis that can run in lanes: the last of more than one element, if there is room for a vector. */
        private int lanes(List<Integer> keptAxes, Operand input, Operand output) {
            int last = keptAxes.size() - 1;
            while (last >= 0 && input.dims().get(keptAxes.get(last)).equals(Dim.ONE)) {
                last--;
            }
            boolean vector = last >= 0 && (dtype == DType.F32 || dtype == DType.I32 && monoid != Monoid.MEAN)
                    && input.strides().get(keptAxes.get(last)).equals(Dim.ONE)
                    && output.strides().get(last).equals(Dim.ONE);
            var size = vector ? input.dims().get(keptAxes.get(last)) : Dim.ONE;
            return !vector || size.isConst() && size.value() < VType.LANES ? -1 : last;
        }

        private static List<Dim> pick(List<Dim> all, List<Integer> axes) {
            return axes.stream().map(all::get).toList();
        }

        Call call() {
            var body = Body.block(b -> b.par("t", this::round));
            var name = "reduce." + monoid.name().toLowerCase(Locale.ROOT) + "." + dtype + ".r" + kept.count() + "x"
                    + folded.count() + (vectors == 0 ? "" : ".v" + vectors);
            return new Call(KernelSet.same(new Kernel(name, access.buffers(), access.params(true), body)),
                    access.arrays(), access.args(), rounds);
        }

        private void round(Body b) {
            Term rest = Term.ref("t");
            Term column = Term.i32(0);
            if (vectors > 0) {
                int step = vectors * VType.LANES;
                var blocks = b.let("blocks", Term.of(Prim.DIV, width.plus(step - 1), Term.i32(step)));
                rest = b.let("row", Term.of(Prim.DIV, Term.ref("t"), blocks));
                column = b.let("column", Term.ref("t").minus(rest.times(blocks)).times(step));
            }
            Term xBase = Term.i32(0);
            Term yBase = Term.i32(0);
            for (int i = kept.count() - 1; i >= 0; i--) {
                var size = kept.sizes().get(i);
                var index = i == 0 ? rest : b.let("i" + i, Term.of(Prim.REM, rest, size));
                xBase = xBase.plus(kept.inputs().get(i).times(index));
                yBase = yBase.plus(kept.outputs().get(i).times(index));
                if (i > 0) {
                    rest = b.let("t" + i, Term.of(Prim.DIV, rest, size));
                }
            }
            if (vectors == 0) {
                result(b, "", 0, b.let("xb", xBase), b.let("yb", yBase));
            } else {
                lanes(b, column, b.let("xb", xBase), b.let("yb", yBase));
            }
        }

        /** A block of results, the last one shifted back to end where they do; one by one if they are fewer. */
        private void lanes(Body b, Term column, Term xBase, Term yBase) {
            int step = vectors * VType.LANES;
            var at = b.let("at", Term.of(Prim.MIN, column, width.minus(Term.i32(step))));
            if (run.isConst()) {
                result(b, "", vectors, xBase.plus(at), yBase.plus(at));
                return;
            }
            var enough = Term.of(Prim.LE, Term.i32(step), width);
            b.when(enough, whole -> result(whole, "", vectors, xBase.plus(at), yBase.plus(at)));
            b.when(Term.of(Prim.NOT, enough), few -> few.loop("c", Term.i32(0), width, 1,
                    one -> result(one, "s", 0, xBase.plus(Term.ref("c")), yBase.plus(Term.ref("c")))));
        }

        /** One result, or several vectors of them: a family with subscript u. */
        private void result(Body b, String prefix, int wide, Term xBase, Term yBase) {
            var over = wide == 0 ? List.<Stmt.Range>of() : List.of(new Stmt.Range("u", wide));
            var subs = wide == 0 ? new Term[0] : new Term[]{Term.ref("u")};
            var total = folded(b, prefix, 0, xBase, neutral(lanes(wide)), over, subs);
            if (wide == 0) {
                b.store("y", y.at(yBase), result(total, 1));
            } else {
                b.unroll(over, each -> each.store("y", y.at(yBase.plus(Term.ref("u").times(VType.LANES))),
                        result(total, VType.LANES)));
            }
        }

        private static int lanes(int wide) {
            return wide == 0 ? 1 : VType.LANES;
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

        private Term result(Term total, int lanes) {
            var elem = elem();
            var all = total;
            if (monoid == Monoid.MEAN) {
                Term number = new Term.Convert(count, elem);
                all = Term.of(dtype == DType.U64 ? Prim.UDIV : Prim.DIV, total, lanes > 1 ? number.splat() : number);
            }
            return CastCode.isSmall(dtype) ? new Term.Convert(Term.of(CastCode.rounding(Fn.CAST, dtype), all), Elem.F32)
                    : all;
        }

        private Term neutral(int lanes) {
            var type = new VType(elem(), lanes);
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

        private Term folded(Body b, String prefix, int depth, Term base, Term init, List<Stmt.Range> over,
                Term[] subs) {
            if (depth == folded.count()) {
                var natural = dtype == DType.BOOL ? Elem.I32 : ExprCode.elem(dtype);
                var at = subs.length == 0 ? base : base.plus(subs[0].times(VType.LANES));
                b.letAll(prefix + "v", over, x.load(at, natural, lanes(subs.length), null));
                var v = Term.ref(prefix + "v", subs);
                return combined(init, natural == elem() ? v : b.let(prefix + "w", new Term.Convert(v, elem())));
            }
            var inner = new Body();
            var acc = prefix + "acc" + depth;
            var index = Term.ref(prefix + "j" + depth);
            var start = inner.let(prefix + "b" + depth, base.plus(folded.inputs().get(depth).times(index)));
            var next = folded(inner, prefix, depth + 1, start, Term.ref(acc, subs), over, subs);
            b.add(new Stmt.Loop(false, prefix + "j" + depth, Term.i32(0), folded.sizes().get(depth), 1,
                    List.of(new Stmt.Carry(acc, over, init, next)), inner.stmts()));
            return Term.ref(acc, subs);
        }
    }
}
