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
import dev.sinter.ir.op.Reduce.Monoid;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Work on rows of f32 {@code [R,H]}: layer normalization, softmax, reductions of the last axis. A row is folded in
 * sixteen virtual lanes which a fixed tree then combines, so the result depends neither on the machine's width nor on
 * the number of threads. Other floating-point types go through {@link RealRowKernel}.
 */
public final class RowKernel {
    private static final Term ZERO = Term.f32(0, VType.LANES);

    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.Memory y;
    private final Term width;
    private final Term xStride;
    private final Term yStride;
    private final Dim rows;
    private final boolean whole;

    private RowKernel(Operand input, Operand output) {
        this.x = access.memory("x", input);
        this.y = access.memory("y", output);
        var size = input.dims().get(1);
        this.width = access.size("H", size);
        this.xStride = access.size("xs", input.strides().getFirst());
        this.yStride = access.size("ys", output.strides().getFirst());
        this.rows = input.dims().getFirst();
        this.whole = size.floorDiv(Dim.of(VType.LANES)).times(Dim.of(VType.LANES)).equals(size);
    }

    /**
     * Layer normalization.
     *
     * @param input
     *            {@code x[R,H]}, contiguous rows
     * @param gamma
     *            factors {@code [H]}
     * @param beta
     *            offsets {@code [H]}, or null
     * @param output
     *            {@code y[R,H]}, contiguous rows
     * @param epsilon
     *            added to the variance
     * @return the call
     */
    public static Call normalize(Operand input, Operand gamma, @Nullable Operand beta, Operand output, float epsilon) {
        if (input.dtype() != DType.F32) {
            return new RealRowKernel(input, output).normalize(gamma, beta, epsilon);
        }
        var row = new RowKernel(input, output);
        var g = row.access.memory("g", gamma);
        var b = beta == null ? null : row.access.memory("b", beta);
        return row.call("normalize" + (beta == null ? "" : ".bias"), body -> {
            var n = body.let("n", new Term.Convert(row.width, Elem.F32));
            var sum = row.fold(body, "s", Term.f32(0, VType.LANES), Prim.ADD,
                    (inner, at) -> row.load(row.x, at, inner.mask()), (acc, v) -> Term.of(Prim.ADD, acc, v));
            var mean = body.let("mean", Term.of(Prim.DIV, sum, n));
            var squares = row.fold(body, "q", Term.f32(0, VType.LANES), Prim.ADD, (inner, at) -> {
                var d = Term.of(Prim.SUB, row.load(row.x, at, inner.mask()), mean.splat());
                return inner.body().let("d" + inner.suffix(),
                        inner.mask() == null ? d : Term.of(Prim.SELECT, inner.mask(), d, ZERO));
            }, (acc, v) -> Term.of(Prim.FMA, v, v, acc));
            var variance = Term.of(Prim.ADD, Term.of(Prim.DIV, squares, n), Term.f32(epsilon, 1));
            var scale = body.let("scale", Term.of(Prim.DIV, Term.f32(1, 1), Term.of(Prim.SQRT, variance)));
            row.each(body, "o", (inner, at) -> {
                var centered = Term.of(Prim.SUB, row.load(row.x, at, inner.mask()), mean.splat());
                var normal = inner.body().let("z" + inner.suffix(), Term.of(Prim.MUL, centered, scale.splat()));
                var factor = g.loadLanes(inner.column(), VType.LANES, inner.mask());
                return b == null
                        ? Term.of(Prim.MUL, normal, factor)
                        : Term.of(Prim.FMA, normal, factor, b.loadLanes(inner.column(), VType.LANES, inner.mask()));
            });
        });
    }

    /**
     * Softmax of rows.
     *
     * @param input
     *            {@code x[R,H]}, contiguous rows
     * @param output
     *            {@code y[R,H]}, contiguous rows
     * @return the call
     */
    public static Call softmax(Operand input, Operand output) {
        if (input.dtype() != DType.F32) {
            return new RealRowKernel(input, output).softmax();
        }
        var row = new RowKernel(input, output);
        var together = row.kernel("softmax", body -> {
            row.exponentials(body, row.maximum(body));
            row.shares(body);
        });
        return row.call(VectorOperations.fit(together) ? together : row.kernel("softmax", body -> {
            var max = row.maximum(body);
            body.add(row.part("exponentials", List.of(new Kernel.Param("max", Elem.F32)),
                    b -> row.exponentials(b, Term.ref("max")), List.of(max)));
            body.add(row.part("shares", List.of(), row::shares, List.of()));
        }));
    }

    /** A call of a method for a part of what is done with a row: all together is too much for HotSpot. */
    private Stmt.Call part(String name, List<Kernel.Param> own, Fill fill, List<Term> args) {
        var params = new ArrayList<>(access.params(false));
        params.add(new Kernel.Param("r", Elem.I32));
        params.addAll(own);
        var all = new ArrayList<Term>(List.of(Term.ref("r")));
        all.addAll(args);
        return access.call(new Kernel("softmax." + name + ".f32", access.buffers(), params, Body.block(fill::accept)),
                all);
    }

    private void exponentials(Body body, Term max) {
        eachOnce(body, "e", (inner, at) -> {
            var shifted = Term.of(Prim.SUB, load(x, at, inner.mask()), max.splat());
            return new VectorMath(inner.body(), VType.LANES, "m" + inner.suffix()).expOfNegative(shifted);
        });
    }

    /** What the row holds, divided by its sum. */
    private void shares(Body body) {
        var sum = body.let("total", foldOnce(body, "s", Term.f32(0, VType.LANES), Prim.ADD,
                (inner, at) -> load(y, yAt(inner.column()), inner.mask()), (acc, v) -> Term.of(Prim.ADD, acc, v)));
        eachOnce(body, "o", (inner, at) -> Term.of(Prim.DIV, load(y, yAt(inner.column()), inner.mask()), sum.splat()));
    }

    /**
     * Sum, mean, product, largest or smallest of each row.
     *
     * @param monoid
     *            how elements combine
     * @param input
     *            {@code x[R,H]}, contiguous rows
     * @param output
     *            {@code y[R,1]}
     * @return the call
     */
    public static Call reduce(Monoid monoid, Operand input, Operand output) {
        var row = new RowKernel(input, output);
        var prim = prim(monoid);
        float neutral = neutral(monoid);
        return row.call("reduce." + monoid.name().toLowerCase(java.util.Locale.ROOT), body -> {
            var result = row.fold(body, "s", Term.f32(neutral, VType.LANES), prim, (inner, at) -> {
                var v = row.load(row.x, at, inner.mask());
                return inner.mask() == null || neutral == 0 ? v
                        : Term.of(Prim.SELECT, inner.mask(), v, Term.f32(neutral, VType.LANES));
            }, (acc, v) -> Term.of(prim, acc, v));
            if (monoid == Monoid.MEAN) {
                result = Term.of(Prim.DIV, result, new Term.Convert(row.width, Elem.F32));
            }
            body.store("y", row.y.at(row.yAt(Term.i32(0))), result);
        });
    }

    static Prim prim(Monoid monoid) {
        return switch (monoid) {
            case SUM, MEAN -> Prim.ADD;
            case PROD -> Prim.MUL;
            case MAX -> Prim.MAX;
            case MIN -> Prim.MIN;
        };
    }

    static float neutral(Monoid monoid) {
        return switch (monoid) {
            case SUM, MEAN -> 0;
            case PROD -> 1;
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
        };
    }

    private Term maximum(Body body) {
        var lowest = Term.f32(Float.NEGATIVE_INFINITY, VType.LANES);
        return body.let("max", foldOnce(body, "a", lowest, Prim.MAX, (inner, at) -> {
            var v = load(x, at, inner.mask());
            return inner.mask() == null ? v : Term.of(Prim.SELECT, inner.mask(), v, lowest);
        }, (acc, v) -> Term.of(Prim.MAX, acc, v)));
    }

    private interface Fill {
        void accept(Body body);
    }

    private Call call(String name, Fill fill) {
        return call(kernel(name, fill));
    }

    private Kernel kernel(String name, Fill fill) {
        return new Kernel(name + ".f32", access.buffers(), access.params(true),
                Body.block(b -> b.par("r", fill::accept)));
    }

    private Call call(Kernel kernel) {
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), rows);
    }

    /** The inside of a loop along a row: a whole vector, or the masked rest. */
    private record Inner(Body body, Term column, @Nullable Term mask, String suffix) {
    }

    private Term load(Access.Memory memory, Term at, @Nullable Term mask) {
        return memory.load(at, VType.LANES, mask);
    }

    private Term xAt(Term column) {
        return xStride.times(Term.ref("r")).plus(column);
    }

    private Term yAt(Term column) {
        return yStride.times(Term.ref("r")).plus(column);
    }

    private Term full(Body body, String name) {
        return body.let(name + "full", Term.of(Prim.AND, width, Term.i32(-VType.LANES)));
    }

    /** Folds a row: vectors first, then the masked rest, then the tree. */
    private Term fold(Body body, String name, Term init, Prim tree, BiFunction<Inner, Term, Term> value,
            BiFunction<Term, Term, Term> combine) {
        var full = whole ? width : full(body, name);
        round(body, name, init, Term.i32(0), full, false, value, combine);
        if (!whole) {
            round(body, name + "t", Term.ref(name), full, width, true, value, combine);
        }
        return body.let(name + "fold", new Term.Fold(tree, Term.ref(whole ? name : name + "t")));
    }

    /** The same in one masked loop where rows may end within a vector, for methods that have much else to do. */
    private Term foldOnce(Body body, String name, Term init, Prim tree, BiFunction<Inner, Term, Term> value,
            BiFunction<Term, Term, Term> combine) {
        round(body, name, init, Term.i32(0), width, !whole, value, combine);
        return body.let(name + "fold", new Term.Fold(tree, Term.ref(name)));
    }

    private void round(Body body, String name, Term init, Term from, Term to, boolean masked,
            BiFunction<Inner, Term, Term> value, BiFunction<Term, Term, Term> combine) {
        var i = Term.ref(name + "i");
        var mask = masked ? new Term.Lanes(i, width, VType.LANES) : null;
        var inner = new Body();
        var v = inner.let(name + "v", value.apply(new Inner(inner, i, mask, name), xAt(i)));
        var carry = new Stmt.Carry(name, List.of(), init, combine.apply(Term.ref(name), v));
        body.add(new Stmt.Loop(false, name + "i", from, to, VType.LANES, List.of(carry), inner.stmts()));
    }

    /** Stores a value for every element of the row. */
    private void each(Body body, String name, BiFunction<Inner, Term, Term> value) {
        var full = whole ? width : full(body, name);
        body.loop(name + "i", Term.i32(0), full, VType.LANES, inner -> element(inner, name, null, value));
        if (!whole) {
            var mask = new Term.Lanes(Term.ref(name + "ti"), width, VType.LANES);
            body.loop(name + "ti", full, width, VType.LANES, inner -> element(inner, name + "t", mask, value));
        }
    }

    /** The same in one masked loop where rows may end within a vector: two copies of a long body are too many. */
    private void eachOnce(Body body, String name, BiFunction<Inner, Term, Term> value) {
        var mask = whole ? null : new Term.Lanes(Term.ref(name + "i"), width, VType.LANES);
        body.loop(name + "i", Term.i32(0), width, VType.LANES, inner -> element(inner, name, mask, value));
    }

    private void element(Body inner, String name, @Nullable Term mask, BiFunction<Inner, Term, Term> value) {
        var i = Term.ref(name + "i");
        var v = inner.let(name + "v", value.apply(new Inner(inner, i, mask, name), xAt(i)));
        inner.store("y", y.at(yAt(i)), v, mask);
    }
}
