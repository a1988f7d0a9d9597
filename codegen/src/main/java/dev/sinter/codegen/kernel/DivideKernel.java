package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows divided into their residues: element x of a row becomes element x / s of the row's part x mod s. Rows of two
 * residues are parted in vectors of 512 bits.
 */
public final class DivideKernel {
    private static final int SIDE = VType.LANES;

    private DivideKernel() {
    }

    /** {@return positions by which two vectors are parted, a constant of every such call} */
    public static TensorData positions() {
        var order = TensorData.zeros(DType.I32, 2, SIDE);
        for (int i = 0; i < 2 * SIDE; i++) {
            order.set(i, i % SIDE * 2 + i / SIDE);
        }
        return order;
    }

    /**
     * The call that divides rows.
     *
     * @param x
     *            {@code f32[A,B,H,W]}, rows contiguous
     * @param y
     *            {@code f32[A,B,H,S]}: the first part of each row, contiguous; of its S elements those are stored that x has
     * @param stride
     *            how many residues there are
     * @param parts
     *            how many of them are wanted
     * @param apart
     *            distance of a row's parts
     * @param positions
     *            {@link #positions}
     * @return the call
     */
    public static Call of(Operand x, Operand y, long stride, long parts, Dim apart, Operand positions) {
        var access = new Access();
        var from = access.memory("x", x);
        var to = access.memory("y", y);
        var order = access.memory("ps", positions);
        var b = access.parameter("B", x.dims().get(1));
        var h = access.parameter("H", x.dims().get(2));
        var w = access.parameter("W", x.dims().get(3));
        var distance = access.parameter("apart", apart);
        var xs = new ArrayList<Term>();
        var ys = new ArrayList<Term>();
        for (int axis = 0; axis < 3; axis++) {
            xs.add(access.parameter("xs" + axis, x.strides().get(axis)));
            ys.add(access.parameter("ys" + axis, y.strides().get(axis)));
        }
        var own = List.of("from", "to");
        return new Call(KernelSet.of(form -> {
            boolean vectors = form == Form.V512 && stride == 2;
            var name = "divide.s" + stride + "p" + parts + "." + form.suffix().toLowerCase(Locale.ROOT);
            var row = access.part(name + ".row", own, Body.block(line -> {
                var done = vectors ? pairs(line, order, w, distance, parts == 2) : Term.i32(0);
                for (int part = 0; part < parts; part++) {
                    rest(line, part, (int) stride, done, w, distance);
                }
            }));
            var body = Body.block(all -> all.par("t", task -> {
                var first = task.let("a", Term.of(Prim.DIV, Term.ref("t"), b));
                var second = task.let("b", Term.of(Prim.REM, Term.ref("t"), b));
                task.loop("h", Term.i32(0), h, 1, line -> line.add(access.call(row,
                        List.of(place(from, xs, first, second), place(to, ys, first, second)))));
            }));
            return new Kernel(name, access.buffers(), access.params(true), body);
        }), access.arrays(), access.args(), x.dims().get(0).times(x.dims().get(1)));
    }

    private static Term place(Access.Memory memory, List<Term> steps, Term a, Term b) {
        return memory.at(steps.get(0).times(a).plus(steps.get(1).times(b)).plus(steps.get(2).times(Term.ref("h"))));
    }

    /** The elements that come in pairs of vectors; says how many of each part they are. */
    private static Term pairs(Body b, Access.Memory order, Term w, Term apart, boolean both) {
        var done = b.let("done", Term.of(Prim.DIV, w, Term.i32(2 * SIDE)).times(SIDE));
        var even = b.let("even", order.load(Term.i32(0), SIDE));
        var odd = both ? b.let("odd", order.load(Term.i32(SIDE), SIDE)) : even;
        b.loop("v", Term.i32(0), done, SIDE, pair -> {
            var at = pair.let("at", Term.ref("from").plus(Term.ref("v").times(2)));
            var first = pair.let("first", bits(at));
            var second = pair.let("second", bits(at.plus(SIDE)));
            var to = Term.ref("to").plus(Term.ref("v"));
            pair.store("y", to, new Term.Bits(Term.of(Prim.LOOKUP, even, first, second), Elem.F32));
            if (both) {
                pair.store("y", to.plus(apart), new Term.Bits(Term.of(Prim.LOOKUP, odd, first, second), Elem.F32));
            }
        });
        return done;
    }

    private static Term bits(Term at) {
        return new Term.Bits(new Term.Load("x", at, VType.F32X16, null), Elem.I32);
    }

    private static void rest(Body b, int part, int stride, Term done, Term w, Term apart) {
        var q = "q" + part;
        var end = Term.of(Prim.DIV, w.plus(stride - 1 - part), Term.i32(stride));
        b.loop(q, done, end, 1, one -> one.store("y", Term.ref("to").plus(apart.times(part)).plus(Term.ref(q)),
                new Term.Load("x", Term.ref("from").plus(Term.ref(q).times(stride)).plus(part), VType.F32, null)));
    }
}
