package dev.sinter.frontend.onnx.ops;

import static dev.sinter.ir.Formula.add;
import static dev.sinter.ir.Formula.and;
import static dev.sinter.ir.Formula.axis;
import static dev.sinter.ir.Formula.eq;
import static dev.sinter.ir.Formula.number;
import static dev.sinter.ir.Formula.select;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.List;

/** Axes that only data tells, though not how many: which ones they are is computed by small integer tensors. */
final class ComputedAxes {
    private ComputedAxes() {
    }

    /** Whether operand i is there and its elements are no constants. */
    static boolean isComputed(NodeContext node, int i) {
        return node.has(i) && (node.known(i) == null || !node.known(i).stream().allMatch(Dim::isConst));
    }

    /** Which of {@code rank} axes an operand names, 0 or 1 each: i64[rank]. */
    static Value flags(NodeContext node, int operand, int rank) {
        var axes = node.integers(operand);
        var f = new Formula();
        var count = Formula.size(axes.shape().dim(0));
        var flag = f.fold(count, number(0), k -> {
            var named = f.wrapped(f.operand(0, DType.I64).at(k), number(rank));
            return select(eq(named, axis(0)), number(1), number(0));
        }, Formula::max);
        return node.compute(Shape.of(rank), flag, axes);
    }

    /** How many axes an operand names. */
    static int count(NodeContext node, int operand) {
        var size = node.shape(operand).size();
        if (!size.isConst()) {
            throw node.error("a known number of axes was expected, not " + node.type(operand));
        }
        return Math.toIntExact(size.value());
    }

    /** A shape without the axes flagged. */
    static Shape without(NodeContext node, List<Dim> dims, Value flags, int flagged) {
        int left = dims.size() - flagged;
        if (left < 0) {
            throw node.error("at most " + dims.size() + " axes were expected, not " + flagged);
        }
        var f = new Formula();
        var size = f.loop(number(dims.size()), List.of(number(0), number(1)), (k, seen) -> {
            var kept = eq(f.operand(1, DType.I64).at(k), number(0));
            var wanted = and(kept, eq(seen.get(0), axis(0)));
            return List.of(add(seen.get(0), select(kept, number(1), number(0))),
                    select(wanted, f.operand(0, DType.I64).at(k), seen.get(1)));
        }, carried -> carried.get(1));
        return define(node, left, size, node.dims(dims), flags);
    }

    /** A shape with size 1 at the axes flagged and the others in between. */
    static Shape with(NodeContext node, List<Dim> dims, Value flags, int rank) {
        var f = new Formula();
        var before = f.sum(axis(0), k -> Formula.sub(number(1), f.operand(1, DType.I64).at(k)));
        var size = select(eq(f.operand(1, DType.I64).at(axis(0)), number(1)), number(1),
                f.operand(0, DType.I64).or(number(1), List.of(before)));
        return define(node, rank, size, node.dims(dims), flags);
    }

    /** A shape whose flagged axes are 1. */
    static Shape reduced(NodeContext node, List<Dim> dims, Value flags) {
        var f = new Formula();
        var size = select(eq(f.operand(1, DType.I64).at(axis(0)), number(1)), number(1),
                f.operand(0, DType.I64).at(axis(0)));
        return define(node, dims.size(), size, node.dims(dims), flags);
    }

    private static Shape define(NodeContext node, int rank, Expr size, Value dims, Value flags) {
        return rank == 0 ? Shape.SCALAR
                : new Shape(node.define(node.compute(Shape.of(rank), size, dims, flags), "size"));
    }
}
