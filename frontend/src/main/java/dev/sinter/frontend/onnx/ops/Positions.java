package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;

/**
 * Results that depend on where an element stands: OneHot (9, 11 negative indices, 28), EyeLike (9, 22), Trilu (14),
 * ReverseSequence (10, 28), ArgMax, ArgMin (1, 11, 12 select_last_index, 13), Hardmax (1 flattened, 11, 13 along one
 * axis), CumSum (11, 14), CumProd (26).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__OneHot.html">OneHot</a>
 */
final class Positions {
    static final List<OnnxOp> OPS = List.of(
            onnx("OneHot", 9, Positions::oneHot),
            onnx("EyeLike", 9, Positions::eye),
            onnx("Trilu", 14, Positions::triangle),
            onnx("ReverseSequence", 10, Positions::reverse),
            onnx("ArgMax", 1, node -> node.results(extreme(node, true))),
            onnx("ArgMin", 1, node -> node.results(extreme(node, false))),
            onnx("Hardmax", 1, Positions::hardmax),
            onnx("CumSum", 11, node -> cumulate(node, Reduce.Monoid.SUM)),
            onnx("CumProd", 26, node -> cumulate(node, Reduce.Monoid.PROD)));

    private Positions() {
    }

    /** {@code indices[I..] -> [I..,depth,I..]}: values[1] where the new axis' index is the element, else values[0]. */
    private static List<Operand> oneHot(NodeContext node) {
        var indices = node.value(0);
        var values = node.value(2);
        var depth = Sizes.of(node, 1);
        int rank = indices.shape().rank() + 1;
        int axis = node.axis(node.attributes().integer("axis", -1), rank);
        var dims = new ArrayList<>(indices.shape().dims());
        dims.add(axis, depth);
        var at = new ArrayList<>(Formula.axes(rank));
        at.remove(axis);
        var f = new Formula();
        var place = f.wrapped(Expr.cast(f.operand(0, indices.dtype()).at(at), DType.I64), Formula.size(depth));
        var choice = f.operand(1, values.dtype());
        var expr = Formula.select(Formula.eq(place, Formula.axis(axis)), choice.at(Formula.number(1)),
                choice.at(Formula.number(0)));
        return node.results(node.compute(new Shape(dims), expr, indices, values));
    }

    /** Ones on the k-th diagonal of a matrix. */
    private static List<Operand> eye(NodeContext node) {
        var shape = node.shape(0);
        if (shape.rank() != 2) {
            throw node.error("two axes were expected, not " + node.type(0));
        }
        long code = node.attributes().integer("dtype", 0);
        var type = code == 0 ? node.type(0).dtype()
                : OnnxTypes.dtype(code, "attribute 'dtype'");
        var diagonal = Formula.add(Formula.axis(0), Formula.number(node.attributes().integer("k", 0)));
        return node.results(node.compute(shape, Formula.select(Formula.eq(diagonal, Formula.axis(1)),
                Expr.literal(1, type), Expr.literal(0, type))));
    }

    /** Elements on one side of the k-th diagonal; zeros elsewhere. */
    private static List<Operand> triangle(NodeContext node) {
        var x = node.value(0);
        int rank = x.shape().rank();
        if (rank < 2) {
            throw node.error("at least two axes were expected, not " + x.type());
        }
        var f = new Formula();
        var operands = new ArrayList<>(List.of(x));
        var k = Formula.number(0);
        if (node.has(1) && node.input(1).constant() instanceof TensorData known) {
            k = Formula.number(known.getLong(0));
        } else if (node.has(1)) {
            operands.add(node.reshape(node.value(1), Shape.SCALAR));
            k = Expr.cast(f.operand(1, node.type(1).dtype()).at(), DType.I64);
        }
        var diagonal = Formula.add(Formula.axis(rank - 2), k);
        var column = Formula.axis(rank - 1);
        var kept = node.attributes().flag("upper", true) ? Formula.le(diagonal, column) : Formula.le(column, diagonal);
        var expr = Formula.select(kept, f.operand(0, x.dtype()).at(Formula.axes(rank)), Expr.literal(0, x.dtype()));
        return node.results(node.compute(x.shape(), expr, operands.toArray(Value[]::new)));
    }

    /** The first {@code lengths[b]} elements along the time axis in reverse. */
    private static List<Operand> reverse(NodeContext node) {
        var x = node.value(0);
        var lengths = node.value(1);
        int rank = x.shape().rank();
        int batch = node.axis(node.attributes().integer("batch_axis", 1), rank);
        int time = node.axis(node.attributes().integer("time_axis", 0), rank);
        if (batch == time) {
            throw node.error("different axes were expected as batch_axis and time_axis, both are " + batch);
        }
        var f = new Formula();
        var t = Formula.axis(time);
        var length = Expr.cast(f.operand(1, lengths.dtype()).at(Formula.axis(batch)), DType.I64);
        var at = new ArrayList<>(Formula.axes(rank));
        at.set(time, f.let(length, n -> Formula.select(Formula.lt(t, n),
                Formula.sub(Formula.sub(n, Formula.number(1)), t), t)));
        return node.results(node.compute(x.shape(), f.operand(0, x.dtype()).at(at), x, lengths));
    }

    /** Where the largest or smallest element along an axis stands. */
    private static Value extreme(NodeContext node, boolean largest) {
        var x = node.value(0);
        int axis = node.axis(node.attributes().integer("axis", 0), x.shape().rank());
        boolean last = node.attributes().flag("select_last_index", false);
        return extreme(node, x, axis, node.attributes().flag("keepdims", true), largest, last);
    }

    private static Value extreme(NodeContext node, Value x, int axis, boolean keep, boolean largest, boolean last) {
        var f = new Formula();
        int rank = x.shape().rank();
        var wide = NodeContext.wide(x.dtype());
        // one round less than elements: the first one is what the loop begins with
        var rounds = Formula.sub(Formula.size(x.shape().dim(axis)), Formula.number(1));
        var best = f.loop(rounds, List.of(element(f, x, rank, axis, keep, Formula.number(0), wide), Formula.number(0)),
                (k, carried) -> {
                    var place = Formula.add(k, Formula.number(1));
                    var next = element(f, x, rank, axis, keep, place, wide);
                    var better = better(carried.get(0), next, largest, last);
                    return List.of(Formula.select(better, next, carried.get(0)),
                            Formula.select(better, place, carried.get(1)));
                }, carried -> carried.get(1));
        var dims = new ArrayList<>(x.shape().dims());
        if (keep) {
            dims.set(axis, Dim.ONE);
        } else {
            dims.remove(axis);
        }
        return node.compute(new Shape(dims), best, x);
    }

    private static Expr better(Expr best, Expr next, boolean largest, boolean last) {
        var low = largest ? best : next;
        var high = largest ? next : best;
        return last ? Formula.le(low, high) : Formula.lt(low, high);
    }

    private static Expr element(Formula f, Value x, int rank, int axis, boolean keep, Expr place, DType wide) {
        var at = new ArrayList<Expr>();
        for (int i = 0; i < rank; i++) {
            at.add(i == axis ? place : Formula.axis(keep || i < axis ? i : i - 1));
        }
        return Expr.cast(f.operand(0, x.dtype()).at(at), wide);
    }

    /** 1 at the first largest element along an axis, else 0; before opset 13 along all axes from one on together. */
    private static List<Operand> hardmax(NodeContext node) {
        var shape = node.shape(0);
        int axis = node.axis(node.attributes().integer("axis", node.opset() < 13 ? 1 : -1), shape.rank());
        if (node.opset() >= 13) {
            return node.results(hot(node, node.value(0), axis));
        }
        var rows = Reshapes.product(shape, 0, axis);
        var columns = Reshapes.product(shape, axis, shape.rank());
        var joined = hot(node, node.reshape(node.value(0), new Shape(List.of(rows, columns))), 1);
        return node.results(node.reshape(joined, shape));
    }

    private static Value hot(NodeContext node, Value x, int axis) {
        var places = extreme(node, x, axis, true, true, false);
        var f = new Formula();
        var at = new ArrayList<>(Formula.axes(x.shape().rank()));
        at.set(axis, Formula.number(0));
        var type = x.dtype();
        return node.compute(x.shape(), Formula.select(Formula.eq(f.operand(0, DType.I64).at(at), Formula.axis(axis)),
                Expr.literal(1, type), Expr.literal(0, type)), places);
    }

    /** Running totals; where data says the axis, those along each axis are made and one is chosen. */
    private static List<Operand> cumulate(NodeContext node, Reduce.Monoid monoid) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        int rank = x.shape().rank();
        boolean exclusive = node.attributes().flag("exclusive", false);
        boolean reverse = node.attributes().flag("reverse", false);
        var known = node.input(1).constant();
        if (known != null || rank == 1) {
            int axis = known == null ? 0 : node.axis(known.getLong(0), rank);
            var total = node.apply(new Cumulate(monoid, axis, exclusive, reverse), x);
            return node.results(node.cast(total, type));
        }
        var chosen = node.reshape(node.cast(node.value(1), DType.I64), Shape.SCALAR);
        var result = node.apply(new Cumulate(monoid, 0, exclusive, reverse), x);
        for (int axis = 1; axis < rank; axis++) {
            var total = node.apply(new Cumulate(monoid, axis, exclusive, reverse), x);
            var place = Expr.arg(0, DType.I64);
            var is = Expr.apply(Fn.OR, Expr.apply(Fn.EQ, place, Formula.number(axis)),
                    Expr.apply(Fn.EQ, place, Formula.number(axis - rank)));
            result = node.map(Expr.apply(Fn.SELECT, is, Expr.arg(1, x.dtype()), Expr.arg(2, x.dtype())), chosen,
                    total, result);
        }
        return node.results(node.cast(result, type));
    }
}
