package dev.sinter.frontend.onnx.ops;

import static dev.sinter.ir.Formula.add;
import static dev.sinter.ir.Formula.axis;
import static dev.sinter.ir.Formula.eq;
import static dev.sinter.ir.Formula.number;
import static dev.sinter.ir.Formula.select;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Reductions along axes that only data tells. */
final class ComputedFolds {
    private final NodeContext node;
    private final Shape shape;
    private final Value flags;
    private final int count;

    ComputedFolds(NodeContext node, int operand) {
        this.node = node;
        this.shape = node.simplify(node.shape(0));
        this.flags = ComputedAxes.flags(node, operand, shape.rank());
        this.count = ComputedAxes.count(node, operand);
    }

    /** The fold of a tensor of this node's shape, the axes kept with size 1. */
    Value fold(Reduce.Monoid monoid, Value x) {
        var type = x.dtype();
        var f = new Formula();
        var counts = new ArrayList<Expr>();
        for (int a = 0; a < shape.rank(); a++) {
            counts.add(select(eq(f.operand(1, DType.I64).at(number(a)), number(1)), Formula.size(shape.dim(a)),
                    number(1)));
        }
        var folded = f.nest(counts, neutral(monoid, type), (ks, acc) -> {
            var at = new ArrayList<Expr>();
            for (int a = 0; a < ks.size(); a++) {
                at.add(add(axis(a), ks.get(a)));
            }
            return Expr.apply(step(monoid, type), acc, f.operand(0, type).at(at.toArray(Expr[]::new)));
        });
        if (monoid == Reduce.Monoid.MEAN) {
            var n = counts.stream().reduce(number(1), Formula::mul);
            folded = Expr.apply(Fn.DIV, folded, Expr.cast(n, type));
        }
        return node.compute(ComputedAxes.reduced(node, shape.dims(), flags), folded, x, flags);
    }

    /** A fold's result spread over the elements it was folded from. */
    Value spread(Value folded) {
        var f = new Formula();
        var at = new ArrayList<Expr>();
        for (int a = 0; a < shape.rank(); a++) {
            at.add(select(eq(f.operand(1, DType.I64).at(number(a)), number(1)), number(0), axis(a)));
        }
        return node.compute(shape, f.operand(0, folded.dtype()).at(at.toArray(Expr[]::new)), folded, flags);
    }

    /** A fold's result with its axes kept or taken out. */
    Value finish(Value folded, boolean keep) {
        return keep ? folded : node.reshape(folded, ComputedAxes.without(node, shape.dims(), flags, count));
    }

    private static Fn step(Reduce.Monoid monoid, DType type) {
        return switch (monoid) {
            case SUM, MEAN -> Fn.ADD;
            case PROD -> Fn.MUL;
            case MAX -> type == DType.BOOL ? Fn.OR : Fn.MAX;
            case MIN -> type == DType.BOOL ? Fn.AND : Fn.MIN;
        };
    }

    private static Expr neutral(Reduce.Monoid monoid, DType type) {
        return switch (monoid) {
            case SUM, MEAN -> Expr.literal(0, type);
            case PROD -> Expr.literal(1, type);
            case MAX -> type.isFloat() ? Expr.literal(Double.NEGATIVE_INFINITY, type)
                    : Expr.integer(type == DType.BOOL ? 0 : type.minInteger(), type);
            case MIN -> type.isFloat() ? Expr.literal(Double.POSITIVE_INFINITY, type)
                    : Expr.integer(type.maxInteger(), type);
        };
    }

    /** {@code log(sum(exp(x)))}, the largest element taken out. */
    List<Operand> logSumExp(Value x, UnaryOperator<Value> finite, boolean keep, DType type) {
        var shift = finite.apply(fold(Reduce.Monoid.MAX, x));
        var a = Expr.arg(0, x.dtype());
        var b = Expr.arg(1, x.dtype());
        var sum = fold(Reduce.Monoid.SUM,
                node.map(Expr.apply(Fn.EXP, Expr.apply(Fn.SUB, a, b)), x, spread(shift)));
        var result = node.map(Expr.apply(Fn.LOG, a), sum);
        // both have the same symbols only where they are made at once, so the shift is read, not broadcast
        var f = new Formula();
        var at = Formula.axes(shape.rank()).toArray(Expr[]::new);
        var total = Formula.add(f.operand(0, x.dtype()).at(at), f.operand(1, x.dtype()).at(at));
        return node.results(node.cast(finish(node.compute(result.shape(), total, result, shift), keep), type));
    }
}
