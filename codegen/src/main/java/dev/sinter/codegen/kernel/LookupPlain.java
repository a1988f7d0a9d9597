package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same results of a row and a panel without tables, for other forms than vectors of 512 bits: a bit of sixteen
 * columns' weights at a time.
 *
 * @param planes
 *            planes of a weight
 * @param step
 *            distance of neighbouring weights
 * @param zeros
 *            the buffer of zero points that differ; null if there is one for all
 */
record LookupPlain(int planes, int step, @Nullable Buffer zeros) {
    private static final String WORDS = LookupTile.BITS;
    private static final Buffer WI = Buffer.weight(WORDS, Buffer.Storage.I32);
    private static final int WORDS_OF_UNIT = 64;

    /**
     * Where it takes from and gives to.
     *
     * @param words
     *            the panel's bits
     * @param integers
     *            the row's integers
     * @param units
     *            how many they are
     * @param block
     *            units of a block
     * @param place
     *            scales, factors and results, no sums
     */
    Stmt.Call call(Term words, Term integers, Term units, Term block, LookupScales.Place place) {
        var buffers = new ArrayList<>(List.of(Buffer.heap(LookupTile.INTEGERS, Buffer.Storage.I32), LookupScales.F,
                LookupScales.Q, LookupScales.Z, LookupScales.SC, WI));
        var params = new ArrayList<>(List.of(new Kernel.Param("w0", Elem.I64), new Kernel.Param("sc0", Elem.I64)));
        var args = new ArrayList<>(List.of(words, place.scales()));
        if (zeros != null && place.zeros() != null) {
            buffers.add(zeros);
            params.add(new Kernel.Param("zp0", Elem.I64));
            args.add(place.zeros());
        }
        for (var name : List.of("p0", "units", "block", "f0", "q0", "z0", "width", "offset")) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        args.addAll(List.of(integers, units, block, place.factor(), place.total(), place.results(), place.width(),
                place.offset()));
        var kernel = new Kernel("lookup.plain.p" + planes + (step > 1 ? "d" + step : "")
                + (zeros == null ? "" : "z" + zeros.storage().label()), buffers, params,
                Body.block(b -> b.loop("v", Term.i32(0), Term.i32(4), 1, this::columns)));
        return new Stmt.Call(kernel, List.of(LookupTile.INTEGERS, "f", "q", LookupScales.RESULTS), args);
    }

    private void columns(Body b) {
        var acc = new Stmt.Carry("acc", List.of(), Term.f32(0, VType.LANES), Term.of(Prim.FMA,
                new Term.Convert(Term.ref("sum"), Elem.F32), Term.ref("scale"), Term.ref("acc")));
        b.fold("b", Term.i32(0), Term.of(Prim.DIV, Term.ref("units").plus(Term.ref("block")).plus(-1),
                Term.ref("block")), 1, List.of(acc), this::block);
        b.store(LookupScales.RESULTS, Term.ref("z0").plus(Term.ref("v").times(VType.LANES)), Term.ref("acc"));
    }

    private void block(Body b) {
        var number = Term.ref("b");
        var first = b.let("first", number.times(Term.ref("block")));
        var last = b.let("last", Term.of(Prim.MIN, first.plus(Term.ref("block")), Term.ref("units")));
        b.fold("u", first, last, 1, List.of(carry("codes", LookupRows.splat(0), "codes1")), this::unit);
        var total = b.let("total", new Term.Load("q", Term.ref("q0").plus(number), VType.I32, null));
        var codes = step == 1 ? Term.ref("codes") : Term.of(Prim.MUL, Term.ref("codes"), LookupRows.splat(step));
        var sum = codes.plus(Term.ref("offset").times(total).splat());
        var at = number.wide().times(Term.ref("width").wide()).plus(Term.ref("v").times(VType.LANES).wide());
        if (zeros != null) {
            sum = sum.minus(new Term.Load(zeros.name(), Term.ref("zp0").plus(at), VType.I32X16, null)
                    .times(total.splat()));
        }
        b.let("sum", sum);
        b.let("scale", new Term.Load("f", Term.ref("f0").plus(number), VType.F32, null).splat()
                .times(new Term.Load(LookupScales.SCALES, Term.ref("sc0").plus(at), VType.F32X16, null)));
    }

    private static Stmt.Carry carry(String name, Term init, String next) {
        return new Stmt.Carry(name, List.of(), init, Term.ref(next));
    }

    /** A unit, plane by plane and word by word: four bytes of each lane, of which one is looked at. */
    private void unit(Body b) {
        var u = Term.ref("u");
        b.fold("plane", Term.i32(0), Term.i32(planes), 1, List.of(carry("codes1", Term.ref("codes"), "codes2")),
                plane -> plane.fold("j", Term.i32(0), Term.i32(4), 1,
                        List.of(carry("codes2", Term.ref("codes1"), "codes3")), word -> {
                            var unit = Term.ref("plane").times(Term.ref("units")).plus(u).times(WORDS_OF_UNIT);
                            word.let("x", new Term.Load(WORDS, Term.ref("w0").plus(unit.plus(
                                    Term.ref("j").times(VType.LANES)).wide()), VType.I32X16, null));
                            var next = Term.ref("codes3").plus(Term.of(Prim.AND, Term.ref("bit"), LookupRows.splat(1))
                                    .times(Term.ref("a").splat()));
                            word.fold("i", Term.i32(0), Term.i32(8), 1,
                                    List.of(new Stmt.Carry("codes3", List.of(), Term.ref("codes2"), next)),
                                    LookupPlain::bit);
                        }));
    }

    private static void bit(Body b) {
        var i = Term.ref("i");
        var j = Term.ref("j");
        var k = Term.of(Prim.SELECT, Term.of(Prim.LT, i, Term.i32(6)), j.times(6), j.times(2).plus(18)).plus(i);
        var twice = b.let("twice", new Term.Load(LookupTile.INTEGERS,
                Term.ref("p0").plus(Term.ref("u").times(LookupRows.STRIDE)).plus(k), VType.I32, null));
        b.let("a", Term.of(Prim.SHL, Term.of(Prim.SHR, Term.of(Prim.SHL, twice, Term.i32(16)), Term.i32(16)),
                Term.ref("plane")));
        b.let("bit", Term.of(Prim.USHR, Term.ref("x"), Term.ref("v").times(8).plus(i)));
    }
}
