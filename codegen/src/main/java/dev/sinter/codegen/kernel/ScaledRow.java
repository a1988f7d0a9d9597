package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;

/**
 * One row of a {@link ScaledKernel}: its weights are decoded in registers, for a few panels at a time.
 *
 * @param on
 *            what is multiplied
 */
record ScaledRow(ScaledOperands on) {
    private static final int LANES = VType.LANES;

    /** The most panels, and of every group a part, with which a method stays short. */
    int widest(Form form) {
        for (int panels : new int[]{4, 3, 2}) {
            if (form != Form.SCALAR
                    && VectorOperations.of(row(form, panels, false), form) <= VectorOperations.LIMIT) {
                return panels;
            }
        }
        return 1;
    }

    /** The kernel of a row, from panel j0 to j1. */
    Kernel row(Form form, int panels, boolean masked) {
        return panels > 1 ? row(form, panels, masked, on.step())
                : on.shortest(form, step -> row(form, panels, masked, step));
    }

    private Kernel row(Form form, int panels, boolean masked, int step) {
        var u = new Range("u", panels);
        var panel = Term.ref("j").plus(Term.ref("u"));
        var body = Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), panels, x -> {
            on.begin(x, form, u, panel, step);
            x.let("ab", on.a.at(on.lda.times(Term.ref("i"))));
            x.let("nothing", Term.f32(0, LANES));
            if (on.isMany()) {
                var next = on.added(Term.ref("acc", Term.ref("u")), Term.ref("i"), Term.ref("g"),
                        Term.ref("sum", Term.ref("u")));
                x.fold("g", Term.i32(0), on.blocks(), 1,
                        List.of(new Stmt.Carry("sum", List.of(u), Term.ref("nothing"), next)),
                        g -> blockOfRow(form, g, u, Term.ref("g"), step));
            } else {
                blockOfRow(form, x, u, Term.i32(0), step);
                x.letAll("sum", List.of(u),
                        on.added(Term.ref("acc", Term.ref("u")), Term.ref("i"), Term.i32(0), Term.ref("nothing")));
            }
            var column = panel.times(LANES);
            var mask = on.lanes(x, u, column, masked);
            x.unroll(List.of(u), s -> s.store("c", on.c.at(on.ldc.times(Term.ref("i")).plus(column)),
                    Term.ref("sum", Term.ref("u")), mask));
        }));
        return on.access().part(on.name() + ".row.c" + panels + (step == on.step() ? "" : "s" + step)
                + (masked ? ".tail" : ""), List.of("i", "j0", "j1"), body);
    }

    /** The sums {@code acc} of a block of one row. */
    private void blockOfRow(Form form, Body b, Range u, Term g, int step) {
        var extent = on.extent(b, g);
        on.zeros(b, u, g);
        var main = ScaledOperands.main(b, extent, step);
        boolean odd = on.isOdd() && step > 1;
        steps(form, b, u, odd ? "some" : "acc", Term.ref("nothing"), extent.begin(), main, extent.gap(), step);
        if (odd) {
            steps(form, b, u, "acc", Term.ref("some", Term.ref("u")), main, extent.end(), extent.gap(), 1);
        }
        on.scalesOf(b, u, g);
    }

    private void steps(Form form, Body b, Range u, String sum, Term init, Term from, Term to, Term gap, int step) {
        var p = sum + "p";
        var panel = Term.ref("u");
        var stepBody = new Body();
        on.form().words(stepBody, u, on.w, Term.ref("wb", panel), Term.ref(p).plus(gap), step);
        Term next = Term.ref(sum, panel);
        for (int f = 0; f < step; f++) {
            stepBody.let("factor" + f, new Term.Load("a", Term.ref("ab").plus(Term.ref(p)).plus(f), VType.F32, null)
                    .splat());
            stepBody.letAll("weight" + f, List.of(u), on.field(form, f));
            var fma = Term.of(Prim.FMA, Term.ref("factor" + f), Term.ref("weight" + f, panel), next);
            if (f < step - 1) {
                stepBody.letAll("part" + f, List.of(u), fma);
                next = Term.ref("part" + f, panel);
            } else {
                next = fma;
            }
        }
        b.fold(p, from, to, step, List.of(new Stmt.Carry(sum, List.of(u), init, next)),
                x -> stepBody.stmts().forEach(x::add));
    }
}
