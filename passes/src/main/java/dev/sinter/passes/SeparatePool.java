package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The largest elements of windows are those of columns of the largest elements of rows: where windows are large and lie
 * close, a maximum pool is taken along its last axis first and then along the others.
 */
final class SeparatePool implements Rule {
    /** A pool on its own reads and writes memory; so much must remain of the gain. */
    private static final double GAIN = 2;

    /**
     * Loops over a window, and what is read within.
     *
     * @param folds
     *            from the outermost on, each carries a maximum
     * @param read
     *            of the only operand
     * @param axes
     *            for each fold the axis along which it runs
     */
    private record Pool(List<Expr.Fold> folds, Expr.Read read, List<Integer> axes) {
        Expr.Fold last() {
            return folds.getLast();
        }
    }

    @Override
    public String name() {
        return "separate-pool";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Compute.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Compute(var shape, var expr)) || node.inputs().size() != 1
                || node.input(0).shape().rank() != shape.rank()) {
            return Optional.empty();
        }
        var pool = pool(expr, shape.rank());
        return pool == null || !worthIt(pool, node.input(0).shape(), shape) ? Optional.empty()
                : Optional.of(separate(node, pool, shape, graph));
    }

    private static Patch separate(Node node, Pool pool, Shape shape, GraphIndex graph) {
        var folds = pool.folds();
        int inner = pool.axes().getLast();
        var x = node.input(0);
        var index = new ArrayList<>(pool.read().index());
        var rest = new ArrayList<>(pool.read().index());
        rest.set(inner, Compute.axis(inner));
        var rows = shape;
        for (int axis : pool.axes().subList(0, folds.size() - 1)) {
            index.set(axis, Compute.axis(axis));
            rows = rows.with(axis, x.shape().dim(axis));
        }
        var lowest = folds.getFirst().carries().getFirst().init();
        var patch = graph.patch("windows of " + folds.stream().map(f -> f.count().toString()).toList());
        var innermost = best(pool.last(), at(pool.read(), index));
        var first = patch.add(new Compute(rows, fold(pool.last(), lowest, innermost)), node.origin(), x);
        var others = folds.subList(0, folds.size() - 1);
        var whole = best(others.getLast(), at(pool.read(), rest));
        for (var fold : others.reversed()) {
            whole = fold(fold, fold.carries().getFirst().init(), whole);
        }
        return patch.replace(node.output(), patch.add(new Compute(shape, whole), node.origin(), first)).build();
    }

    private static Expr at(Expr.Read read, List<Expr> index) {
        return new Expr.Read(read.operand(), index, read.otherwise(), read.dtype());
    }

    private static Expr best(Expr.Fold fold, Expr element) {
        return Expr.apply(Fn.MAX, carried(fold), element);
    }

    /** A loop that carries something else. */
    private static Expr fold(Expr.Fold like, Expr init, Expr next) {
        var carry = new Expr.Carry(like.carries().getFirst().name(), init, next);
        return new Expr.Fold(like.var(), like.count(), List.of(carry), like.result());
    }

    private static @Nullable Pool pool(Expr expr, int rank) {
        var folds = new ArrayList<Expr.Fold>();
        Expr at = expr;
        while (at instanceof Expr.Fold fold && fold.carries().size() == 1 && fold.count() instanceof Expr.Literal) {
            var carry = fold.carries().getFirst();
            var init = folds.isEmpty() ? carry.init() : carried(folds.getLast());
            if (!carry.init().equals(init) || !fold.result().equals(carried(fold))) {
                return null;
            }
            folds.add(fold);
            at = carry.next();
        }
        if (folds.size() < 2 || !(folds.getFirst().carries().getFirst().init() instanceof Expr.Literal lowest)
                || !(at instanceof Expr.Apply(var fn, var args, var type)) || fn != Fn.MAX
                || !args.get(0).equals(carried(folds.getLast())) || !(args.get(1) instanceof Expr.Read read)
                || read.otherwise() != null && !read.otherwise().equals(lowest)) {
            return null;
        }
        var axes = axes(folds, read, rank);
        return axes == null ? null : new Pool(folds, read, axes);
    }

    private static Expr carried(Expr.Fold fold) {
        return new Expr.Var(fold.carries().getFirst().name(), fold.dtype());
    }

    /** The axis each loop runs along; null unless every index depends on its own axis and at most one loop. */
    private static @Nullable List<Integer> axes(List<Expr.Fold> folds, Expr.Read read, int rank) {
        var axes = new ArrayList<Integer>();
        for (var fold : folds) {
            int found = -1;
            for (int axis = 0; axis < rank; axis++) {
                if (mentions(read.index().get(axis), fold.var())) {
                    if (found >= 0 || axes.contains(axis)) {
                        return null;
                    }
                    found = axis;
                }
            }
            if (found < 0) {
                return null;
            }
            axes.add(found);
        }
        for (int axis = 0; axis < rank; axis++) {
            var index = read.index().get(axis);
            for (int other = 0; other < rank; other++) {
                if (other != axis && mentions(index, "i" + other)) {
                    return null;
                }
            }
            if (!axes.contains(axis) && !index.equals(Compute.axis(axis))) {
                return null;
            }
        }
        return axes;
    }

    private static boolean mentions(Expr expr, String name) {
        return expr instanceof Expr.Var(var own, var type) && own.equals(name)
                || expr.children().stream().anyMatch(child -> mentions(child, name));
    }

    private static boolean worthIt(Pool pool, Shape from, Shape to) {
        double whole = 1;
        for (var fold : pool.folds()) {
            whole *= count(fold);
        }
        double rows = count(pool.last());
        for (int axis : pool.axes().subList(0, pool.axes().size() - 1)) {
            rows *= ratio(from.dim(axis), to.dim(axis));
        }
        return GAIN * (rows + whole / count(pool.last())) <= whole;
    }

    private static double count(Expr.Fold fold) {
        return fold.count() instanceof Expr.Literal l ? Math.max(1, l.bits()) : 1;
    }

    private static double ratio(Dim from, Dim to) {
        return from.equals(to) ? 1
                : from.isConst() && to.isConst() ? (double) from.value() / Math.max(1, to.value())
                        : Double.POSITIVE_INFINITY;
    }
}
