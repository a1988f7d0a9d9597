package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;

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
        access.parameter("height", x.dims().get(1));
        var above = access.parameter("above", Dim.of(top));
        access.parameter("before", c.times(Dim.of(left)));
        access.parameter("run", x.dims().get(2).times(c));
        var whole = access.parameter("whole", y.dims().get(2).times(c));
        var xn = access.parameter("xn", x.strides().get(0));
        access.parameter("ys", x.strides().get(1));
        var body = Body.block(b -> b.par("t", line -> {
            var image = line.let("image", Term.of(Prim.DIV, Term.ref("t"), lines));
            var row = line.let("row", Term.ref("t").minus(image.times(lines)).minus(above));
            line(line, "y", to.at(Term.ref("t").times(whole)), from.at(xn.times(image)), row);
        }));
        var kernel = new Kernel("pad.f32", access.buffers(), access.params(true), body);
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), y.dims().get(0).times(y.dims().get(1)));
    }

    /**
     * The call that copies images whose channels do not lie together: element by element, a channel of a row at a time.
     *
     * @param x
     *            {@code f32[N,H,W,C]}
     * @param top
     *            rows of zeros above
     * @param left
     *            columns of zeros before
     * @param y
     *            {@code f32[N,H',W',C]}, contiguous
     * @return the call
     */
    public static Call ofPlanes(Operand x, long top, long left, Operand y) {
        var access = new Access();
        var from = access.memory("x", x);
        var to = access.memory("y", y);
        var channels = access.size("channels", x.dims().get(3));
        var lines = access.parameter("lines", y.dims().get(1));
        var height = access.parameter("height", x.dims().get(1));
        var width = access.parameter("width", x.dims().get(2));
        var above = access.parameter("above", Dim.of(top));
        var before = access.parameter("before", x.dims().get(3).times(Dim.of(left)));
        var whole = access.parameter("whole", y.dims().get(2).times(x.dims().get(3)));
        var steps = new ArrayList<Term>();
        for (int axis = 0; axis < 4; axis++) {
            steps.add(access.stride("xs" + axis, x.strides().get(axis)));
        }
        var body = Body.block(b -> b.par("t", line -> {
            var image = line.let("image", Term.of(Prim.DIV, Term.ref("t"), lines));
            var row = line.let("row", Term.ref("t").minus(image.times(lines)).minus(above));
            var inside = line.let("inside", isInside(row, height));
            var count = line.let("count", Term.of(Prim.SELECT, inside, width, Term.i32(0)));
            var begin = line.let("begin", Term.of(Prim.SELECT, inside, before, whole));
            var at = line.let("at", to.at(Term.ref("t").times(whole)));
            zeros(line, "a", at, Term.i32(0), begin);
            zeros(line, "b", at, begin.plus(count.times(channels)), whole);
            var source = line.let("source", steps.get(0).times(image).plus(steps.get(1).times(row)));
            line.loop("c", Term.i32(0), channels, 1, plane -> {
                var c = Term.ref("c");
                var first = plane.let("first", source.plus(steps.get(3).times(c)));
                plane.loop("q", Term.i32(0), count, 1, x1 -> x1.store("y",
                        at.plus(begin).plus(c).plus(Term.ref("q").times(channels)),
                        from.load(first.plus(Term.ref("q").times(steps.get(2))), 1)));
            });
        }));
        var kernel = new Kernel("pad.f32.planes", access.buffers(), access.params(true), body);
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), y.dims().get(0).times(y.dims().get(1)));
    }

    private static Term isInside(Term row, Term height) {
        return Term.of(Prim.AND, Term.of(Prim.LE, Term.i32(0), row), Term.of(Prim.LT, row, height));
    }

    /** Sizes that a row is made with: rows of an image, elements before a row's and its own, of a whole one, distance. */
    private static final List<String> SIZES = List.of("height", "before", "run", "whole", "ys");

    /**
     * Some rows of an image with zeros around it.
     *
     * @param image
     *            where the image begins in x
     * @param first
     *            the first row wanted, negative above the image
     * @param count
     *            of rows
     * @param sizes
     *            rows of the image, zeros before a row, its elements, those with all zeros, distance of the image's rows
     * @param to
     *            where the rows begin in y
     * @return the call of a kernel that all images share
     */
    static Stmt.Call rows(List<String> buffers, Term image, Term first, Term count, List<Term> sizes, Term to) {
        var names = new ArrayList<>(List.of("image", "first", "count"));
        names.addAll(SIZES);
        names.add("to");
        var body = Body.block(b -> b.loop("r", Term.i32(0), Term.ref("count"), 1, line -> line(line, "y",
                Term.ref("to").plus(Term.ref("r").times(Term.ref("whole"))), Term.ref("image"),
                line.let("row", Term.ref("first").plus(Term.ref("r"))))));
        var kernel = new Kernel("pad.f32.rows", List.of(Buffer.heap("x", Buffer.Storage.F32),
                Buffer.heap("y", Buffer.Storage.F32)), names.stream().map(n -> new Kernel.Param(n, Elem.I32)).toList(),
                body);
        var args = new ArrayList<>(List.of(image, first, count));
        args.addAll(sizes);
        args.add(to);
        return new Stmt.Call(kernel, buffers, args);
    }

    /**
     * Zeros around some rows of an image that are stored in between.
     *
     * @param buffer
     *            of the rows
     * @param first
     *            the first row wanted, negative above the image
     * @param count
     *            of rows
     * @param sizes
     *            rows of the image, zeros before a row, its elements, those with all zeros
     * @param to
     *            where the rows begin
     * @return the call of a kernel that all images share
     */
    static Stmt.Call frame(String buffer, Term first, Term count, List<Term> sizes, Term to) {
        var names = new ArrayList<>(List.of("first", "count"));
        names.addAll(SIZES.subList(0, 4));
        names.add("to");
        var body = Body.block(b -> b.loop("r", Term.i32(0), Term.ref("count"), 1, line -> {
            var whole = Term.ref("whole");
            var at = line.let("at", Term.ref("to").plus(Term.ref("r").times(whole)));
            var inside = line.let("inside", isInside(Term.ref("first").plus(Term.ref("r")), Term.ref("height")));
            zeros(line, "a", at, Term.i32(0), Term.of(Prim.SELECT, inside, Term.ref("before"), whole));
            zeros(line, "b", at, Term.of(Prim.SELECT, inside, Term.ref("before").plus(Term.ref("run")), whole), whole);
        }));
        var kernel = new Kernel("pad.f32.frame", List.of(Buffer.heap("y", Buffer.Storage.F32)),
                names.stream().map(n -> new Kernel.Param(n, Elem.I32)).toList(), body);
        var args = new ArrayList<>(List.of(first, count));
        args.addAll(sizes);
        args.add(to);
        return new Stmt.Call(kernel, List.of(buffer), args);
    }

    /** One row: an image's with zeros at both ends, or zeros only. */
    private static void line(Body line, String y, Term to, Term image, Term row) {
        var before = Term.ref("before");
        var whole = Term.ref("whole");
        var at = line.let("at", to);
        var inside = line.let("inside", isInside(row, Term.ref("height")));
        // an empty row is all zeros before its image
        var begin = line.let("begin", Term.of(Prim.SELECT, inside, before, whole));
        var end = line.let("end", Term.of(Prim.SELECT, inside, before.plus(Term.ref("run")), whole));
        zeros(line, "a", at, Term.i32(0), begin);
        var source = line.let("source", image.plus(row.times(Term.ref("ys"))).minus(begin));
        var full = line.let("full",
                begin.plus(Term.of(Prim.AND, end.minus(begin), Term.i32(-VType.LANES))));
        line.loop("q", begin, full, VType.LANES, x16 -> x16.store(y, at.plus(Term.ref("q")),
                new Term.Load("x", source.plus(Term.ref("q")), VType.F32X16, null)));
        line.loop("p", full, end, VType.LANES, x16 -> {
            var mask = x16.let("some", new Term.Lanes(Term.ref("p"), end, VType.LANES));
            x16.store(y, at.plus(Term.ref("p")),
                    new Term.Load("x", source.plus(Term.ref("p")), VType.F32X16, mask), mask);
        });
        zeros(line, "b", at, end, whole);
    }

    private static void zeros(Body b, String name, Term at, Term begin, Term end) {
        b.loop("z" + name, begin, end, VType.LANES, x -> {
            var mask = x.let("m" + name, new Term.Lanes(Term.ref("z" + name), end, VType.LANES));
            x.add(new Stmt.Store("y", at.plus(Term.ref("z" + name)), Term.f32(0, VType.LANES), mask));
        });
    }
}
