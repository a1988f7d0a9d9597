package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;

/**
 * Several rows of a {@link ScaledKernel}: panels are decoded into memory that stays in cache, and multiplied from there.
 *
 * @param on
 *            what is multiplied
 */
record ScaledTile(ScaledOperands on) {
    private static final int LANES = VType.LANES;

    /** Decodes panels from j on into memory, side by side, so that each line of the cache is written once. */
    Kernel decode(Form form, int panels) {
        return on.inRegisters(form) ? on.shortest(form, step -> decode(form, panels, step)) : decodeLanes(panels);
    }

    /** Looks up one weight after the other. */
    private Kernel decodeLanes(int panels) {
        var body = Body.block(b -> b.loop("slot", Term.i32(0), Term.i32(panels), 1, x -> {
            on.begin(x, Term.ref("j").plus(Term.ref("slot")));
            x.loop("p", Term.i32(0), on.k, 1, y -> {
                var to = y.let("to",
                        on.decoded.at(Term.ref("p").times(panels).plus(Term.ref("slot")).times(LANES)));
                y.loop("l", Term.i32(0), Term.i32(LANES), 1, z -> z.store(ScaledOperands.DECODED,
                        to.plus(Term.ref("l")), on.value(Term.ref("p"), Term.ref("l"))));
            });
        }));
        return on.access().part(on.name() + ".decode.lanes.c" + panels, List.of("j"), body);
    }

    private Kernel decode(Form form, int panels, int step) {
        var u = new Range("u", panels);
        var body = Body.block(b -> {
            on.begin(b, form, u, Term.ref("j").plus(Term.ref("u")), step);
            if (on.isMany()) {
                b.loop("g", Term.i32(0), on.blocks(), 1, x -> decodeBlock(form, x, u, Term.ref("g"), step));
            } else {
                decodeBlock(form, b, u, Term.i32(0), step);
            }
        });
        return on.access().part(on.name() + ".decode.c" + panels + (step == on.step() ? "" : "s" + step),
                List.of("j"), body);
    }

    private void decodeBlock(Form form, Body b, Range u, Term g, int step) {
        var extent = on.extent(b, g);
        on.zeros(b, u, g);
        var main = ScaledOperands.main(b, extent, step);
        decodeSteps(form, b, u, "p", extent.begin(), main, extent.gap(), step);
        if (on.isOdd() && step > 1) {
            decodeSteps(form, b, u, "p1", main, extent.end(), extent.gap(), 1);
        }
    }

    private void decodeSteps(Form form, Body b, Range u, String p, Term from, Term to, Term gap, int step) {
        b.loop(p, from, to, step, x -> {
            on.form().words(x, u, on.w, Term.ref("wb", Term.ref("u")), Term.ref(p).plus(gap), step);
            for (int f = 0; f < step; f++) {
                int number = f;
                x.unroll(List.of(u), s -> s.store(ScaledOperands.DECODED,
                        on.decoded.at(Term.ref(p).plus(number).times(u.end()).plus(Term.ref("u")).times(LANES)),
                        on.field(form, number)));
            }
        });
    }

    /** Rows times decoded panels. */
    Kernel tile(int rows, int panels, boolean masked) {
        var t = new Range("t", rows);
        var u = new Range("u", panels);
        var panel = Term.ref("j").plus(Term.ref("u"));
        var column = panel.times(LANES);
        var body = Body.block(b -> {
            on.scales(b, u, panel);
            var mask = on.lanes(b, u, column, masked);
            b.loop("i", Term.ref("i0"), Term.ref("i1"), rows, x -> {
                var row = Term.ref("i").plus(Term.ref("t"));
                x.letAll("ab", List.of(t), on.a.at(on.lda.times(row)));
                if (on.isMany()) {
                    manyBlocks(x, t, u);
                    x.loop("tt", Term.i32(0), Term.i32(rows), 1, y -> y.unroll(List.of(u), s -> s.store("c",
                            on.c.at(on.ldc.times(Term.ref("i").plus(Term.ref("tt"))).plus(column)),
                            new Term.Load(ScaledOperands.TOTALS, total(Term.ref("tt"), u), VType.F32X16, null), mask)));
                    return;
                }
                sums(x, t, u, Term.i32(0), on.k);
                on.scalesOf(x, u, Term.i32(0));
                var sum = on.added(Term.ref("acc", Term.ref("t"), Term.ref("u")), row, Term.i32(0), Term.ref("zero"));
                x.unroll(List.of(t, u), s -> s.store("c", on.c.at(on.ldc.times(row).plus(column)), sum, mask));
            });
        });
        return on.access().part(on.name() + ".r" + rows + "c" + panels + (masked ? ".tail" : ""),
                List.of("i0", "i1", "j"), body);
    }

    private Term total(Term t, Range u) {
        return on.totals.at(t.times(u.end()).plus(Term.ref("u")).times(LANES));
    }

    private void manyBlocks(Body b, Range t, Range u) {
        b.loop("zi", Term.i32(0), Term.i32((long) t.end() * u.end() * LANES), LANES,
                x -> x.store(ScaledOperands.TOTALS, on.totals.at(Term.ref("zi")), Term.f32(0, LANES)));
        b.loop("g", Term.i32(0), on.blocks(), 1, x -> {
            var extent = on.extent(x, Term.ref("g"));
            sums(x, t, u, extent.begin(), extent.end());
            on.scalesOf(x, u, Term.ref("g"));
            x.unroll(List.of(t, u), s -> s.store(ScaledOperands.TOTALS, total(Term.ref("t"), u),
                    on.added(Term.ref("acc", Term.ref("t"), Term.ref("u")), Term.ref("i").plus(Term.ref("t")),
                            Term.ref("g"),
                            new Term.Load(ScaledOperands.TOTALS, total(Term.ref("t"), u), VType.F32X16, null))));
        });
    }

    private void sums(Body b, Range t, Range u, Term from, Term to) {
        var nothing = b.let("zero", Term.f32(0, LANES));
        var step = RegisterTile.STEP;
        Term weight = new Term.Load(ScaledOperands.DECODED,
                on.decoded.at(step.times(u.end() * LANES)).plus(Term.ref("u").times(LANES)),
                VType.F32X16, null);
        RegisterTile.accumulate(b, t, u, nothing, from, to, u.end() == 1 ? RegisterTile.alone(weight) : weight,
                new Term.Load("a", Term.ref("ab", Term.ref("t")).plus(step), VType.F32, null));
    }
}
