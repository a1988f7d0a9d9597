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
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sums of convolutions {@code s[r,n] += x[r,k] * w[k,n]}, which wait in scratch while k goes by in parts. A row is a window
 * of an image whose channels come last: it is made of segments, runs of neighbouring elements. The scalar form reads
 * windows where they lie; all convolutions of a model share its few methods.
 */
final class WindowSums {
    /** Columns of scratch in the vector forms: those of the widest task. */
    static final int PITCH = 48;
    /** Panels of the widest tile. */
    static final int PANELS = 3;
    /** Rows of a tile in the widest form; blocks have a multiple of so many rows. */
    static final int ROWS = 7;

    /** What the scalar form has to have in scope: where operands begin, how rows and segments lie, what part is wanted. */
    private static final List<String> SIZES = List.of("xb", "sb", "ow", "oh", "xn", "ys", "xs", "kw", "sa", "sc", "len",
            "kk", "first", "behind", "k0", "k1", "wr0", "i0", "i1", "j0", "j1");

    private WindowSums() {
    }

    /** Rows of tiles a block is divided into: as many as can be, evenly. */
    static Set<Integer> heights(Form form, long rows) {
        var all = new TreeSet<Integer>();
        long most = GemmTile.maxRows(form);
        if (rows > 0) {
            long tiles = (rows + most - 1) / most;
            all.add((int) (rows / tiles));
            if (rows % tiles != 0) {
                all.add((int) (rows / tiles + 1));
            }
        }
        return all;
    }

    /**
     * Sets sums to zero, in a method that all convolutions share: a loop of its own would make HotSpot compile each
     * driver, which is hot for nothing else.
     *
     * @param buffer
     *            that holds them
     * @param from
     *            position of the first
     * @param count
     *            how many, a multiple of sixteen
     */
    static void clear(Body b, String buffer, Term from, Term count) {
        var body = Body.block(x -> x.loop("n", Term.ref("z0"), Term.ref("z1"), VType.LANES,
                n -> n.store("s", Term.ref("n"), Term.f32(0, VType.LANES))));
        var leaf = new Kernel("window.f32.clear", List.of(Buffer.heap("s", Buffer.Storage.F32)),
                List.of(new Kernel.Param("z0", Elem.I32), new Kernel.Param("z1", Elem.I32)), body);
        b.add(new Stmt.Call(leaf, List.of(buffer), List.of(from, from.plus(count))));
    }

    // ---- the scalar form

    /** The scalar form's methods. */
    static final ScalarSums SCALAR = ScalarSums.WIDE;

    /** Declares the scalar form's memory. */
    static void declare(Access access, Place work) {
        access.memory(ScalarSums.MEMORY.name(), ScalarSums.flat(work, DType.F32));
    }

    /**
     * Adds to the sums of rows i0 to i1 and panels j0 to j1, which the body has in scope with all {@code SIZES} and the
     * weights' beginning wb.
     *
     * @param apart
     *            distance of rows of sums
     * @param weights
     *            type of the weights
     */
    static Stmt.Call scalar(int apart, DType weights) {
        var args = new ArrayList<Term>(List.of(Term.ref("wb")));
        SIZES.forEach(p -> args.add(Term.ref(p)));
        args.add(Term.i32(apart));
        return new Stmt.Call(rows(weights), List.of("x", ScalarSums.MEMORY.name(), "s"), args);
    }

    private static Kernel rows(DType type) {
        var buffers = List.of(Buffer.heap("x", Buffer.Storage.F32), Buffer.weight("w", Operand.storage(type)),
                ScalarSums.MEMORY, Buffer.heap("s", Buffer.Storage.F32));
        var weights = new Access.Memory(buffers.get(1), Term.ref("wb"), type);
        var params = new ArrayList<>(List.of(new Kernel.Param("wb", Elem.I64)));
        SIZES.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        params.add(new Kernel.Param("apart", Elem.I32));
        var p = Term.ref("p");
        var panels = Term.ref("j1").minus(Term.ref("j0"));
        var body = Body.block(b -> b.loop("seg", Term.ref("first"), Term.ref("behind"), 1, segment -> {
            var seg = Term.ref("seg");
            var major = segment.let("major", Term.of(Prim.DIV, seg, Term.ref("kw")));
            var from = segment.let("from", Term.ref("xb").plus(major.times(Term.ref("sa")))
                    .plus(seg.minus(major.times(Term.ref("kw"))).times(Term.ref("sc"))));
            segment.loop("p", Term.ref("k0"), Term.ref("k1"), ScalarSums.DEPTH, part -> {
                var count = part.let("count",
                        Term.of(Prim.MIN, Term.i32(ScalarSums.DEPTH), Term.ref("k1").minus(p)));
                part.add(new ScalarFactors(SCALAR).copy(weights, null, Term.ref("wb").plus(Term.ref("j0").wide()
                        .times(Term.ref("kk").wide()).plus(seg.wide().times(Term.ref("len").wide())).plus(p.wide())
                        .times(Term.i64(VType.LANES))), null, Term.ref("wr0"),
                        List.of(panels, Term.ref("kk").times(VType.LANES), count)));
                lines(part, from.plus(p), count, panels.times(VType.LANES));
            });
        }));
        return new Kernel("window." + type.label() + ".sums", buffers, params, body);
    }

    /** The rows of each line of an image lie evenly. */
    private static void lines(Body b, Term from, Term count, Term columns) {
        var i0 = Term.ref("i0");
        var i1 = Term.ref("i1");
        var ow = Term.ref("ow");
        var line = Term.ref("line");
        b.loop("line", Term.of(Prim.DIV, i0, ow), Term.of(Prim.DIV, i1.plus(ow).plus(-1), ow), 1, x -> {
            var image = x.let("image", Term.of(Prim.DIV, line, Term.ref("oh")));
            var start = x.let("start", line.times(ow));
            var at = from.plus(image.times(Term.ref("xn")))
                    .plus(line.minus(image.times(Term.ref("oh"))).times(Term.ref("ys")));
            var o0 = x.let("o0", Term.of(Prim.MAX, Term.i32(0), i0.minus(start)));
            var o1 = x.let("o1", Term.of(Prim.MIN, ow, i1.minus(start)));
            var sum = Term.ref("sb").plus(start.plus(o0).minus(i0).times(Term.ref("apart")));
            x.add(SCALAR.addRows("x", "s", List.of(at.plus(o0.times(Term.ref("xs"))), Term.ref("xs"), Term.ref("wr0"),
                    sum, Term.ref("apart"), o1.minus(o0), count, columns),
                    Term.of(Prim.EQ, Term.ref("seg").plus(Term.ref("p")), Term.i32(0))));
        });
    }
}
