package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;

/** Zeros around images whose channels come last: whole rows of zeros, and rows with zeros at both ends. */
public final class PadKernel {
    private PadKernel() {
    }

    /**
     * The call that copies images into larger ones.
     *
     * @param x
     *            {@code f32[N,H,W,C]}, rows of an image contiguous each
     * @param top
     *            rows of zeros above
     * @param left
     *            columns of zeros before
     * @param y
     *            {@code f32[N,H',W',C]}, contiguous
     * @return the call
     */
    public static Call of(Operand x, long top, long left, Operand y) {
        var access = new Access();
        var from = access.memory("x", x);
        var to = access.memory("y", y);
        var c = x.dims().get(3);
        var lines = access.parameter("lines", y.dims().get(1));
        var height = access.parameter("height", x.dims().get(1));
        var above = access.parameter("above", Dim.of(top));
        var before = access.parameter("before", c.times(Dim.of(left)));
        var run = access.parameter("run", x.dims().get(2).times(c));
        var whole = access.parameter("whole", y.dims().get(2).times(c));
        var xn = access.parameter("xn", x.strides().get(0));
        var ys = access.parameter("ys", x.strides().get(1));
        var body = Body.block(b -> b.par("t", line -> {
            var image = line.let("image", Term.of(Prim.DIV, Term.ref("t"), lines));
            var row = line.let("row", Term.ref("t").minus(image.times(lines)).minus(above));
            var at = line.let("at", to.at(Term.ref("t").times(whole)));
            var inside = line.let("inside", Term.of(Prim.AND, Term.of(Prim.LE, Term.i32(0), row),
                    Term.of(Prim.LT, row, height)));
            // an empty row is all zeros before its image
            var begin = line.let("begin", Term.of(Prim.SELECT, inside, before, whole));
            var end = line.let("end", Term.of(Prim.SELECT, inside, before.plus(run), whole));
            zeros(line, "a", at, Term.i32(0), begin);
            var source = line.let("source",
                    from.at(xn.times(image)).plus(row.times(ys)).minus(begin));
            var full = line.let("full",
                    begin.plus(Term.of(Prim.AND, end.minus(begin), Term.i32(-VType.LANES))));
            line.loop("q", begin, full, VType.LANES, x16 -> x16.store("y", at.plus(Term.ref("q")),
                    new Term.Load("x", source.plus(Term.ref("q")), VType.F32X16, null)));
            line.loop("p", full, end, VType.LANES, x16 -> {
                var mask = x16.let("some", new Term.Lanes(Term.ref("p"), end, VType.LANES));
                x16.store("y", at.plus(Term.ref("p")),
                        new Term.Load("x", source.plus(Term.ref("p")), VType.F32X16, mask), mask);
            });
            zeros(line, "b", at, end, whole);
        }));
        var kernel = new Kernel("pad.f32", access.buffers(), access.params(true), body);
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), y.dims().get(0).times(y.dims().get(1)));
    }

    private static void zeros(Body b, String name, Term at, Term begin, Term end) {
        b.loop("z" + name, begin, end, VType.LANES, x -> {
            var mask = x.let("m" + name, new Term.Lanes(Term.ref("z" + name), end, VType.LANES));
            x.add(new Stmt.Store("y", at.plus(Term.ref("z" + name)), Term.f32(0, VType.LANES), mask));
        });
    }
}
