package dev.sinter.frontend.onnx.ops;

import static dev.sinter.ir.Formula.add;
import static dev.sinter.ir.Formula.axis;
import static dev.sinter.ir.Formula.div;
import static dev.sinter.ir.Formula.eq;
import static dev.sinter.ir.Formula.lt;
import static dev.sinter.ir.Formula.max;
import static dev.sinter.ir.Formula.min;
import static dev.sinter.ir.Formula.mul;
import static dev.sinter.ir.Formula.number;
import static dev.sinter.ir.Formula.select;
import static dev.sinter.ir.Formula.sub;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Slices whose bounds only data tells: where they begin and how long they are is computed by small integer tensors. */
final class ComputedSlices {
    private ComputedSlices() {
    }

    /** A bound counted from the front and held within the axis, backward slices one element lower. */
    private static Expr held(Expr bound, Expr size, Expr step) {
        var low = select(lt(step, number(0)), number(-1), number(0));
        var front = select(lt(bound, number(0)), add(bound, size), bound);
        return max(min(front, add(size, low)), low);
    }

    /** How many elements stand between two bounds that are held within the axis. */
    private static Expr length(Expr begin, Expr end, Expr step) {
        var forward = div(add(sub(end, begin), sub(step, number(1))), max(step, number(1)));
        var backward = div(sub(sub(begin, end), add(step, number(1))), max(sub(number(0), step), number(1)));
        return max(select(lt(step, number(0)), backward, forward), number(0));
    }

    /** For {@code n} slices along known axes with known steps: where each begins, then how long each is. */
    static List<Dim> bounds(NodeContext node, Shape shape, long @Nullable [] axes, long @Nullable [] steps, int n) {
        var sizes = IntStream.range(0, n)
                .mapToObj(i -> shape.dim(node.axis(axes == null ? i : axes[i], shape.rank()))).toList();
        var strides = new long[n];
        for (int i = 0; i < n; i++) {
            strides[i] = steps == null ? 1 : steps[i];
        }
        var step = Expr.arg(3, DType.I64);
        var size = Expr.arg(2, DType.I64);
        var begin = held(Expr.arg(0, DType.I64), size, step);
        var end = held(Expr.arg(1, DType.I64), size, step);
        var operands = new Value[]{node.integers(1), node.integers(2), node.dims(sizes),
                node.constant(TensorData.longs(strides, n))};
        var all = new ArrayList<>(node.define(node.map(max(begin, number(0)), operands), "begin"));
        all.addAll(node.define(node.map(length(begin, end, step), operands), "slice"));
        return all;
    }

    /** A slice of which even axes or steps are data: each element is read at the place computed for it. */
    static Value slice(NodeContext node, Shape shape) {
        int rank = shape.rank();
        int n = ComputedAxes.count(node, 1);
        var f = new Formula();
        var axes = node.has(3) ? node.integers(3) : node.constant(counting(n));
        var steps = node.has(4) ? node.integers(4) : node.constant(ones(n));
        var size = f.operand(4, DType.I64).at(axis(1));
        // rows: where it begins, its step, its length; axes not named are taken whole
        var table = f.loop(number(n), List.of(number(0), number(1), size), (k, was) -> {
            var named = f.operand(2, DType.I64).at(k);
            var here = eq(select(lt(named, number(0)), add(named, number(rank)), named), axis(1));
            var step = f.operand(3, DType.I64).at(k);
            var begin = held(f.operand(0, DType.I64).at(k), size, step);
            var end = held(f.operand(1, DType.I64).at(k), size, step);
            return List.of(select(here, begin, was.get(0)), select(here, step, was.get(1)),
                    select(here, length(begin, end, step), was.get(2)));
        }, found -> select(eq(axis(0), number(0)), found.get(0),
                select(eq(axis(0), number(1)), found.get(1), found.get(2))));
        var bounds = node.compute(Shape.of(3, rank), table, node.integers(1), node.integers(2), axes, steps,
                node.dims(shape.dims()));
        var lengths = node.apply(new View(new IndexMap.Slice(List.of(Dim.of(2), Dim.ZERO), List.of(1L, 1L),
                List.of(Dim.ONE, Dim.of(rank)))), bounds);
        var sizes = node.define(node.reshape(lengths, Shape.of(rank)), "slice");
        var x = node.value(0);
        var at = new Expr[rank];
        for (int a = 0; a < rank; a++) {
            at[a] = add(f.operand(1, DType.I64).at(number(0), number(a)),
                    mul(axis(a), f.operand(1, DType.I64).at(number(1), number(a))));
        }
        return node.compute(new Shape(sizes), f.operand(0, x.dtype()).at(at), x, bounds);
    }

    private static TensorData counting(int n) {
        return TensorData.longs(IntStream.range(0, n).asLongStream().toArray(), n);
    }

    private static TensorData ones(int n) {
        return TensorData.longs(IntStream.range(0, n).mapToLong(i -> 1).toArray(), n);
    }
}
