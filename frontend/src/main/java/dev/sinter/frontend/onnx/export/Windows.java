package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Computes for which there is an operator: the largest value or the mean of a window (MaxPool, AveragePool), and a tensor
 * within a larger one (Pad). What is not exactly one of them is written as any other compute.
 */
final class Windows {
    private final Compute op;
    private final Node node;
    private final Site site;

    private Windows(Compute op, Node node, Site site) {
        this.op = op;
        this.node = node;
        this.site = site;
    }

    /** The operator's result, or null if the compute is none of them. */
    static @Nullable Ref export(Compute op, Node node, Site site) {
        var windows = new Windows(op, node, site);
        return switch (op.expr()) {
            case Expr.Read read -> windows.pad(read);
            case Expr.Fold fold -> windows.largest(fold);
            case Expr.Apply(var fn, var args, var type) when fn == Fn.DIV
                    && args.get(0) instanceof Expr.Fold sum -> windows.mean(sum, args.get(1));
            default -> null;
        };
    }

    // ---- pad

    private @Nullable Ref pad(Expr.Read read) {
        var from = node.input(read.operand()).shape();
        var around = read.otherwise() == null ? null : around(read.otherwise());
        if (around == null || !from.isRanked() || from.rank() != op.shape().rank() || from.rank() == 0
                || !padded(read.dtype())) {
            return null;
        }
        var begins = new ArrayList<Dim>();
        var ends = new ArrayList<Dim>();
        for (int axis = 0; axis < from.rank(); axis++) {
            var index = Linear.of(read.index().get(axis));
            if (index == null || !index.factors().equals(Map.of("i" + axis, 1L))) {
                return null;
            }
            var begin = Dim.ZERO.minus(index.rest());
            begins.add(begin);
            ends.add(op.shape().dim(axis).minus(from.dim(axis)).minus(begin));
        }
        begins.addAll(ends);
        return site.op("Pad", read.dtype(), site.value(node.input(read.operand())), site.sizes(begins), around);
    }

    private static boolean padded(DType type) {
        return switch (type) {
            case F32, F64, I8, I32, I64, U8, U32, U64, BOOL -> true;
            default -> false;
        };
    }

    /** A value that is the same everywhere. */
    private @Nullable Ref around(Expr otherwise) {
        return switch (otherwise) {
            case Expr.Literal l -> Maps.literal(site, l);
            case Expr.Read(var operand, var index, var none, var type) when index.isEmpty() ->
                    site.value(node.input(operand));
            default -> null;
        };
    }

    // ---- pools

    /** Windows along all axes but the first two. */
    private record Pool(List<Long> kernel, List<Long> strides, List<Long> dilations, List<Long> begin,
            List<Long> end) {
        List<Long> pads() {
            var all = new ArrayList<>(begin);
            all.addAll(end);
            return all;
        }
    }

    /** Folds within each other: their counters and counts, and what is combined with what was carried. */
    private record Nest(List<String> counters, List<Long> counts, Expr init, Expr.Read read) {
    }

    private @Nullable Ref largest(Expr.Fold fold) {
        var nest = nest(fold, Fn.MAX);
        if (nest == null || nest.read().dtype() != DType.F32 || !isLiteral(nest.init(), Double.NEGATIVE_INFINITY)
                || nest.read().otherwise() != null && !isLiteral(nest.read().otherwise(), Double.NEGATIVE_INFINITY)) {
            return null;
        }
        var pool = pool(nest);
        return pool == null ? null
                : site.op("MaxPool", DType.F32, site.value(node.input(nest.read().operand())),
                        Attribute.integers("kernel_shape", pool.kernel()),
                        Attribute.integers("strides", pool.strides()),
                        Attribute.integers("dilations", pool.dilations()), Attribute.integers("pads", pool.pads()));
    }

    private @Nullable Ref mean(Expr.Fold fold, Expr count) {
        var nest = nest(fold, Fn.ADD);
        if (nest == null || nest.read().dtype() != DType.F32 || !isLiteral(nest.init(), 0)
                || nest.read().otherwise() != null && !isLiteral(nest.read().otherwise(), 0)) {
            return null;
        }
        var pool = pool(nest);
        if (pool == null || pool.dilations().stream().anyMatch(d -> d != 1)) {
            return null;
        }
        var counted = counted(pool, node.input(nest.read().operand()).shape(), count);
        return counted == null ? null
                : site.op("AveragePool", DType.F32, site.value(node.input(nest.read().operand())),
                        Attribute.integers("kernel_shape", pool.kernel()),
                        Attribute.integers("strides", pool.strides()), Attribute.integers("pads", pool.pads()),
                        Attribute.of("count_include_pad", counted ? 1 : 0));
    }

    private static boolean isLiteral(Expr expr, double value) {
        return expr instanceof Expr.Literal(var v, var bits, var type) && v == value;
    }

    private static @Nullable Nest nest(Expr.Fold outermost, Fn fn) {
        var counters = new ArrayList<String>();
        var counts = new ArrayList<Long>();
        var init = outermost.carries().getFirst().init();
        var fold = outermost;
        while (true) {
            if (fold.carries().size() != 1 || !(fold.count() instanceof Expr.Literal(var v, long count, var t))) {
                return null;
            }
            var carry = fold.carries().getFirst();
            var carried = new Expr.Var(carry.name(), carry.init().dtype());
            if (!fold.result().equals(carried)) {
                return null;
            }
            counters.add(fold.var());
            counts.add(count);
            switch (carry.next()) {
                case Expr.Fold inner when inner.carries().size() == 1
                        && inner.carries().getFirst().init().equals(carried) -> fold = inner;
                case Expr.Apply(var f, var args, var type) when f == fn && args.get(0).equals(carried)
                        && args.get(1) instanceof Expr.Read read -> {
                    return new Nest(counters, counts, init, read);
                }
                default -> {
                    return null;
                }
            }
        }
    }

    private @Nullable Pool pool(Nest nest) {
        var from = node.input(nest.read().operand()).shape();
        int n = nest.counters().size();
        if (!from.isRanked() || from.rank() != n + 2 || op.shape().rank() != n + 2 || n > 3) {
            return null;
        }
        var pool = new Pool(nest.counts(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(),
                new ArrayList<>());
        for (int axis = 0; axis < n + 2; axis++) {
            var index = Linear.of(nest.read().index().get(axis));
            if (index == null || axis < 2 && !(index.is("i" + axis) && from.dim(axis).equals(op.shape().dim(axis)))
                    || axis >= 2 && !add(pool, index, axis, nest, from)) {
                return null;
            }
        }
        return pool;
    }

    /** One axis of the windows; whether they are what an operator knows. */
    private boolean add(Pool pool, Linear index, int axis, Nest nest, Shape from) {
        var counter = nest.counters().get(axis - 2);
        long stride = index.factor("i" + axis);
        long dilation = index.factor(counter);
        boolean known = index.rest() instanceof Dim.Const(long rest) && rest <= 0 && stride > 0 && dilation > 0
                && index.factors().size() == 2;
        if (!known) {
            return false;
        }
        long begin = -index.rest().value();
        long reach = dilation * (nest.counts().get(axis - 2) - 1);
        for (long end = 0; begin <= reach && end <= reach; end++) {
            var count = from.dim(axis).plus(Dim.of(begin + end - reach - 1)).floorDiv(Dim.of(stride)).plus(Dim.ONE);
            if (site.known().simplify(count).equals(site.known().simplify(op.shape().dim(axis)))) {
                pool.strides().add(stride);
                pool.dilations().add(dilation);
                pool.begin().add(begin);
                pool.end().add(end);
                return true;
            }
        }
        return false;
    }

    /** Whether the mean counts padding too, or null if it counts in another way; tried on all windows. */
    private @Nullable Boolean counted(Pool pool, Shape from, Expr count) {
        long all = pool.kernel().stream().reduce(1L, Math::multiplyExact);
        if (pool.pads().stream().allMatch(p -> p == 0) && isNumber(count, all)) {
            return false;
        }
        int rank = from.rank();
        var dims = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            if (axis >= 2 && (!op.shape().dim(axis).isConst() || !from.dim(axis).isConst())) {
                return null;
            }
            dims[axis] = axis < 2 ? 1 : op.shape().dim(axis).value();
        }
        var got = new Compute(Shape.of(dims), count).evaluate(List.of()).getFirst();
        for (boolean padding : List.of(false, true)) {
            if (IntStream.range(0, got.size()).allMatch(i -> got.getDouble(i) == elements(pool, from, got, i,
                    padding))) {
                return padding;
            }
        }
        return null;
    }

    private static boolean isNumber(Expr expr, long number) {
        return expr instanceof Expr.Literal l && (l.dtype().isFloat() ? l.value() == number : l.bits() == number)
                || expr instanceof Expr.Apply(var fn, var args, var t) && fn == Fn.CAST
                        && isNumber(args.getFirst(), number);
    }

    /** How many elements of a window there are, with the padding that was asked for or without it. */
    private static double elements(Pool pool, Shape from, TensorData windows, int window, boolean padding) {
        double product = 1;
        int rest = window;
        for (int i = pool.kernel().size() - 1; i >= 0; i--) {
            int out = (int) windows.dims()[i + 2];
            long start = rest % out * pool.strides().get(i) - pool.begin().get(i);
            rest /= out;
            long first = Math.max(start, padding ? -pool.begin().get(i) : 0);
            long last = Math.min(start + pool.kernel().get(i),
                    from.dim(i + 2).value() + (padding ? pool.end().get(i) : 0));
            product *= Math.max(0, last - first);
        }
        return product;
    }
}
