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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Windows of few channels, such as those of a model's first layer, which the vector forms read where they lie: those of
 * neighbouring results lie a few elements apart, a distance that is part of a tile's method, so that one address does for
 * all of its rows as it does for copied ones ({@link PackedSums}). To copy segments this short costs as much as half of
 * the products.
 *
 * @param distance
 *            elements between neighbouring windows
 * @param single
 *            whether a window has but one segment
 */
record NearWindows(int distance, boolean single) {
    /** Most elements of a window's segment: two vectors. */
    private static final long LONGEST = 2L * VType.LANES;
    /** Panels that copies of long windows would be used for too seldom. */
    private static final long FEW_PANELS = 4;
    /** Elements of x a tile's loads may reach beyond its address. */
    private static final long MOST_DISTANCE = 64;

    /**
     * Whether windows are read where they lie: not if they are one vector each, which is copied quickly, and longer ones of
     * one segment only where the copies would be used for few results.
     *
     * @param segments
     *            of a window
     * @param length
     *            of a segment
     * @param distance
     *            between neighbouring windows
     * @param panels
     *            of results
     */
    static boolean areNear(long segments, long length, long distance, long panels) {
        boolean few = panels <= FEW_PANELS && distance <= PackedSums.PART;
        return segments > 1 ? length <= LONGEST && distance <= MOST_DISTANCE
                : length > VType.LANES && (few || length <= LONGEST && distance <= MOST_DISTANCE);
    }

    /** Pixels of an image that lie evenly, as the windows of a 1x1 convolution; null if they are copied. */
    static @Nullable NearWindows ofPixels(Operand image) {
        long channels = image.dims().get(3).value();
        var apart = image.strides().get(2);
        return channels > VType.LANES && apart.isConst() && apart.value() <= PackedSums.PART
                ? new NearWindows((int) apart.value(), true) : null;
    }

    /** Part of a tile's name. */
    String suffix() {
        return ".d" + distance + (single ? "" : "s");
    }

    /**
     * The sums {@code acc[t,u]} of a tile's rows from {@code i} on; windows begin at {@code x0} and have {@code segs}
     * segments of {@code len} elements, {@code sa} apart.
     */
    void accumulate(Body b, Form form, int rows, int panels) {
        var over = PackedSums.over(rows, panels);
        var t = Term.ref("t");
        var u = Term.ref("u");
        var first = b.let("a_", Term.ref("x0").plus(Term.ref("i").times(distance)));
        var zero = b.let("zero", Term.f32(0, VType.LANES));
        if (single) {
            accumulate(b, "acc", over, zero, PackedSums.weight(form, panels, RegisterTile.STEP), first);
            return;
        }
        var carry = new Stmt.Carry("acc", over, zero, Term.ref("part", t, u));
        b.fold("seg", Term.i32(0), Term.ref("segs"), 1, List.of(carry), segment -> {
            var from = segment.let("from", first.plus(Term.ref("seg").times(Term.ref("sa"))));
            var before = segment.let("before", Term.ref("seg").times(Term.ref("len")));
            accumulate(segment, "part", over, Term.ref("acc", t, u),
                    PackedSums.weight(form, panels, before.plus(RegisterTile.STEP)), from);
        });
    }

    /** What tiles without an epilogue are told before their ranges. */
    private static final List<String> SIZES = List.of("x0", "wd", "sb", "segs", "sa", "len");

    /**
     * Calls tiles that leave their sums in scratch, for what {@link #lines} has in scope.
     *
     * @param weight
     *            index of the first panel's first weight
     * @param sums
     *            where those of the line begin
     */
    Stmt.Call sums(Form form, int rows, int panels, Buffer.Storage weights, Term weight, Term sums, List<Term> range) {
        var args = new ArrayList<Term>(List.of(weight, Term.ref("window"), Term.ref("wd"), sums, Term.ref("segs"),
                Term.ref("sa"), Term.ref("len")));
        args.addAll(range);
        return new Stmt.Call(tile(form, rows, panels, weights), List.of("x", "s"), args);
    }

    private Kernel tile(Form form, int rows, int panels, Buffer.Storage weights) {
        var params = new ArrayList<Kernel.Param>(List.of(new Kernel.Param("wk", Elem.I64)));
        SIZES.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        PackedSums.RANGE.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        var body = PackedSums.tiles(rows, panels, weights, Term.ref("wk"), inner -> {
            accumulate(inner, form, rows, panels);
            PackedSums.store(inner, rows, panels);
        });
        var buffers = List.of(Buffer.heap("x", Buffer.Storage.F32), Buffer.weight("w", weights),
                Buffer.heap("s", Buffer.Storage.F32));
        return new Kernel("window." + weights.label() + ".r" + rows + "c" + panels + suffix() + "."
                + form.suffix().toLowerCase(Locale.ROOT), buffers, params, body);
    }

    private void accumulate(Body b, String sum, List<Stmt.Range> over, Term init, Term weight, Term from) {
        var factor = from.plus(Term.ref(over.getFirst().name()).times(distance)).plus(RegisterTile.STEP);
        RegisterTile.accumulate(b, sum, over.get(0), over.get(1), init, Term.i32(0),
                Term.of(Prim.MIN, Term.ref("len"), Term.i32(single ? PackedSums.PART : LONGEST)), weight,
                new Term.Load("x", factor, VType.F32, null));
    }

    /**
     * The lines of results that rows {@code i0} to {@code i1} are of, all that the callers of {@link PackedSums#copy}
     * have in scope. Each has {@code count} rows, the first of which is {@code start} and has its window at {@code window}.
     */
    static void lines(Body b, Consumer<Body> each) {
        var ow = Term.ref("ow");
        var i0 = Term.ref("i0");
        var i1 = Term.ref("i1");
        var line = Term.ref("line");
        b.loop("line", Term.of(Prim.DIV, i0, ow), Term.of(Prim.DIV, i1.plus(ow).plus(-1), ow), 1, x -> {
            var image = x.let("image", Term.of(Prim.DIV, line, Term.ref("oh")));
            var begin = x.let("begin", line.times(ow));
            var start = x.let("start", Term.of(Prim.MAX, begin, i0));
            x.let("count", Term.of(Prim.MIN, begin.plus(ow), i1).minus(start));
            x.let("window", Term.ref("xb").plus(image.times(Term.ref("xn")))
                    .plus(line.minus(image.times(Term.ref("oh"))).times(Term.ref("ys")))
                    .plus(start.minus(begin).times(Term.ref("xs"))));
            each.accept(x);
        });
    }
}
