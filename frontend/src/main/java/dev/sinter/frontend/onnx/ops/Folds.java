package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reductions: ReduceSum (1, 11, 13 axes as input), ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2,
 * ReduceSumSquare, ReduceLogSum, ReduceLogSumExp (1, 11, 13, 18 axes as input; Max and Min 20 bool).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ReduceSum.html">ReduceSum</a>
 */
final class Folds {
    /** What a reduction does to elements before or after they are folded. */
    enum Step {
        /** Nothing. */
        NONE,
        /** The absolute value. */
        ABS,
        /** The square. */
        SQUARE,
        /** The square root. */
        SQRT,
        /** The natural logarithm. */
        LOG
    }

    private Folds() {
    }

    /** A reduction with elementwise work before and after it. */
    static OpLowering of(Step before, Reduce.Monoid monoid, Step after) {
        return node -> {
            var size = before == Step.NONE && after == Step.NONE ? content(node, monoid) : null;
            if (size != null) {
                return List.of(size);
            }
            var type = node.type(0).dtype();
            // small floats are folded in f32 and rounded once
            var x = node.cast(node.value(0), NodeContext.wide(type));
            boolean keep = node.attributes().flag("keepdims", true);
            if (ComputedAxes.isComputed(node, 1)) {
                var folds = new ComputedFolds(node, 1);
                var result = step(node, after, folds.fold(monoid, step(node, before, x)));
                return node.results(node.cast(folds.finish(result, keep), type));
            }
            var axes = axes(node);
            if (axes.isEmpty() && node.attributes().flag("noop_with_empty_axes", false) && before == Step.NONE
                    && after == Step.NONE) {
                return List.of(node.input(0));
            }
            var folded = node.apply(new Reduce(monoid, axes, keep), step(node, before, x));
            return node.results(node.cast(step(node, after, folded), type));
        };
    }

    /** The number of elements of a shape, and the like; null where the operand holds no dimensions. */
    private static @Nullable Operand content(NodeContext node, Reduce.Monoid monoid) {
        var content = node.input(0).content();
        if (content == null || node.shape(0).rank() != 1 || content.isEmpty() || ComputedAxes.isComputed(node, 1)
                || !axes(node).equals(List.of(0))) {
            return null;
        }
        var folded = switch (monoid) {
            case SUM -> content.stream().reduce(Dim::plus);
            case PROD -> content.stream().reduce(Dim::times);
            case MAX -> content.stream().reduce(Dim::max);
            case MIN -> content.stream().reduce(Dim::min);
            case MEAN -> Optional.<Dim>empty();
        };
        var shape = node.attributes().flag("keepdims", true) ? Shape.of(1) : Shape.SCALAR;
        var type = new TensorType(node.type(0).dtype(), shape);
        return folded.map(dim -> Operand.ofContent(type, List.of(node.symbols().simplify(dim)))).orElse(null);
    }

    /** {@code log(sum(exp(x)))}, the largest element taken out so that nothing overflows. */
    static List<Operand> logSumExp(NodeContext node) {
        var x = node.cast(node.value(0), NodeContext.wide(node.type(0).dtype()));
        var type = x.dtype();
        if (!type.isFloat()) {
            // integers have no exponentials: computed in f64, then cut
            x = node.cast(x, DType.F64);
            type = DType.F64;
        }
        boolean keep = node.attributes().flag("keepdims", true);
        if (ComputedAxes.isComputed(node, 1)) {
            return new ComputedFolds(node, 1).logSumExp(x, v -> finite(node, v), keep, node.type(0).dtype());
        }
        var axes = axes(node);
        var finite = finite(node, node.apply(new Reduce(Reduce.Monoid.MAX, axes, true), x));
        var shifted = node.map(Expr.apply(Fn.EXP, Expr.apply(Fn.SUB, Expr.arg(0, type), Expr.arg(1, type))), x, finite);
        var sum = node.apply(new Reduce(Reduce.Monoid.SUM, axes, keep), shifted);
        var shift = node.reshape(finite, sum.shape());
        var result = Expr.apply(Fn.ADD, Expr.apply(Fn.LOG, Expr.arg(0, type)), Expr.arg(1, type));
        return node.results(node.cast(node.map(result, sum, shift), node.type(0).dtype()));
    }

    /** Infinities (rows of nothing but them, or empty ones) are not to be subtracted from themselves. */
    private static Value finite(NodeContext node, Value max) {
        var arg = Expr.arg(0, max.dtype());
        var infinite = Expr.apply(Fn.EQ, Expr.apply(Fn.ABS, arg), Expr.literal(Double.POSITIVE_INFINITY, max.dtype()));
        return node.map(Expr.apply(Fn.SELECT, infinite, Expr.literal(0, max.dtype()), arg), max);
    }

    private static List<Integer> axes(NodeContext node) {
        int rank = node.shape(0).rank();
        // ReduceSum takes them as input since opset 13, the others since 18; the form without inputs has no input 1
        var given = node.has(1) ? node.constants(1) : node.attributes().integers("axes");
        boolean all = given == null || given.length == 0;
        if (all && !node.attributes().flag("noop_with_empty_axes", false)) {
            return IntStream.range(0, rank).boxed().toList();
        }
        return given == null ? List.of() : node.axes(given, rank);
    }

    private static Value step(NodeContext node, Step step, Value x) {
        var arg = Expr.arg(0, x.dtype());
        return switch (step) {
            case NONE -> x;
            case ABS -> node.map(Expr.apply(Fn.ABS, arg), x);
            case SQUARE -> node.map(Expr.apply(Fn.MUL, arg, arg), x);
            case SQRT -> node.map(real(Fn.SQRT, arg), x);
            case LOG -> node.map(real(Fn.LOG, arg), x);
        };
    }

    /** Integers have no roots and logarithms: computed in f64, then cut. */
    private static Expr real(Fn fn, Expr arg) {
        var type = arg.dtype();
        return type.isFloat() ? Expr.apply(fn, arg) : Expr.cast(Expr.apply(fn, Expr.cast(arg, DType.F64)), type);
    }
}
