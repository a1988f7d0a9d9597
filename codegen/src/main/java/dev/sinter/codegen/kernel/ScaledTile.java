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

    /** Decodes panel j into a slot of the memory, one of {@code pitch / 16} side by side. */
    Kernel decode(Form form) {
        return ScaledOperands.shortest(form, this::decode);
    }

    private Kernel decode(int step) {
        var u = new Range("u", 1);
        var body = Body.block(b -> {
            on.begin(b, u, Term.ref("j"), step);
            b.let("to", on.decoded.at(Term.ref("slot").times(LANES)));
            if (on.isMany()) {
                b.loop("g", Term.i32(0), on.blocks(), 1, x -> decodeBlock(x, u, Term.ref("g"), step));
            } else {
                decodeBlock(b, u, Term.i32(0), step);
            }
        });
        return on.access().part(on.name() + ".decode" + (step == LowBits.STEP ? "" : ".s" + step),
                List.of("j", "slot", "pitch"),
                body);
    }

    private void decodeBlock(Body b, Range u, Term g, int step) {
        var extent = on.extent(b, g);
        on.zeros(b, u, g);
        var main = ScaledOperands.main(b, extent, step);
        decodeSteps(b, u, "p", extent.begin(), main, extent.gap(), step);
        if (on.isOdd() && step > 1) {
            decodeSteps(b, u, "p1", main, extent.end(), extent.gap(), 1);
        }
    }

    private void decodeSteps(Body b, Range u, String p, Term from, Term to, Term gap, int step) {
        b.loop(p, from, to, step, x -> {
            on.form().words(x, u, on.w, Term.ref("wb", Term.ref("u")), Term.ref(p).plus(gap), step);
            for (int f = 0; f < step; f++) {
                int number = f;
                x.unroll(List.of(u), s -> s.store(ScaledOperands.DECODED,
                        Term.ref("to").plus(Term.ref(p).plus(number).times(Term.ref("pitch"))), on.field(number)));
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
