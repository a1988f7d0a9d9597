package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements taken from and put to places that data says: GatherElements (11, 13), GatherND (11, 12 batch_dims, 13),
 * ScatterElements (11, 13, 16 add and mul, 18 min and max), Scatter (9, 11, the same under its old name), ScatterND
 * (11, 13, 16, 18), TensorScatter (24).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ScatterND.html">ScatterND</a>
 */
final class Indexing {
    static final List<OnnxOp> OPS = List.of(
            onnx("GatherElements", 11, Indexing::gatherElements),
            onnx("GatherND", 11, Indexing::gatherTuples),
            onnx("Scatter", 9, Indexing::scatterElements),
            onnx("ScatterElements", 11, Indexing::scatterElements),
            onnx("ScatterND", 11, Indexing::scatterTuples),
            onnx("TensorScatter", 24, Indexing::writeCache));

    private Indexing() {
    }

    /** An index read from an operand; it counts from the end where it is negative. */
    private static Expr index(Formula f, int operand, Value indices, List<Expr> at, Dim size) {
        return f.wrapped(Expr.cast(f.operand(operand, indices.dtype()).at(at), DType.I64), Formula.size(size));
    }

    private static List<Operand> gatherElements(NodeContext node) {
        var data = node.value(0);
        var indices = node.value(1);
        var f = new Formula();
        var at = elements(node, f, data, indices);
        return node.results(node.compute(indices.shape(), f.operand(0, data.dtype()).at(at), data, indices));
    }

    /** Where GatherElements reads and ScatterElements writes: an index of its own for each element along the axis. */
    private static List<Expr> elements(NodeContext node, Formula f, Value data, Value indices) {
        int rank = sameRank(node, 0, 1);
        int axis = node.axis(node.attributes().integer("axis", 0), rank);
        var at = new ArrayList<>(Formula.axes(rank));
        at.set(axis, index(f, 1, indices, Formula.axes(rank), data.shape().dim(axis)));
        return at;
    }

    private static int sameRank(NodeContext node, int a, int b) {
        if (node.shape(a).rank() != node.shape(b).rank()) {
            throw node.error("as many axes were expected in inputs " + a + " and " + b + ", they are " + node.type(a)
                    + " and " + node.type(b));
        }
        return node.shape(a).rank();
    }

    /** {@code data[B..,K..,T..], indices[B..,I..,k] -> [B..,I..,T..]}. */
    private static List<Operand> gatherTuples(NodeContext node) {
        var data = node.value(0);
        var indices = node.value(1);
        int batch = Math.toIntExact(node.attributes().integer("batch_dims", 0));
        int outer = indices.shape().rank() - 1;
        int length = tuple(node, batch);
        var f = new Formula();
        var at = new ArrayList<>(Formula.axes(batch));
        at.addAll(tuples(f, 1, indices, outer, length, data.shape(), batch));
        var dims = new ArrayList<>(indices.shape().dims().subList(0, outer));
        for (int axis = batch + length; axis < data.shape().rank(); axis++) {
            at.add(Formula.axis(dims.size()));
            dims.add(data.shape().dim(axis));
        }
        return node.results(node.compute(new Shape(dims), f.operand(0, data.dtype()).at(at), data, indices));
    }

    /** How many axes of operand 0 a tuple of operand 1 says. */
    private static int tuple(NodeContext node, int batch) {
        var shape = node.simplify(node.shape(1));
        int rank = node.shape(0).rank();
        if (shape.rank() == 0 || !(shape.dim(-1) instanceof Dim.Const(long length)) || length > rank - batch
                || batch >= shape.rank()) {
            throw node.error("tuples of at most " + (rank - batch) + " indices were expected, not " + node.type(1));
        }
        return (int) length;
    }

    /** The indices of the tuple at the first axes of the result. */
    private static List<Expr> tuples(Formula f, int operand, Value indices, int outer, int length, Shape data,
            int batch) {
        var all = new ArrayList<Expr>();
        for (int i = 0; i < length; i++) {
            var at = new ArrayList<>(Formula.axes(outer));
            at.add(Formula.number(i));
            all.add(index(f, operand, indices, at, data.dim(batch + i)));
        }
        return all;
    }

    private static List<Operand> scatterElements(NodeContext node) {
        var data = node.value(0);
        var indices = node.value(1);
        var f = new Formula();
        var at = elements(node, f, data, indices);
        return scatter(node, f, indices.shape(), at, data, indices);
    }

    private static List<Operand> scatterTuples(NodeContext node) {
        var data = node.value(0);
        var indices = node.value(1);
        var updates = node.shape(2);
        int outer = indices.shape().rank() - 1;
        // the updates' axes tell the tuples' length, known or not
        int length = outer + data.shape().rank() - updates.rank();
        if (outer < 0 || length < 0 || length > data.shape().rank()) {
            throw node.error("tuples of indices and updates of the rest were expected, not " + node.type(1) + " and "
                    + node.type(2));
        }
        node.symbols().requireEqual(indices.shape().dim(-1), Dim.of(length), "indices of " + node.type(1));
        var f = new Formula();
        var at = new ArrayList<>(tuples(f, 1, indices, outer, length, data.shape(), 0));
        for (int axis = length; axis < data.shape().rank(); axis++) {
            at.add(Formula.axis(outer + axis - length));
        }
        return scatter(node, f, updates, at, data, indices);
    }

    /** Updates (operand 2) put at indices, or combined with what stands there. */
    private static List<Operand> scatter(NodeContext node, Formula f, Shape domain, List<Expr> at, Value data,
            Value indices) {
        var type = data.dtype();
        var updates = node.value(2);
        if (updates.dtype() != type) {
            throw node.error("updates of type " + type + " were expected, not " + updates.type());
        }
        var update = f.operand(2, type).at(Formula.axes(domain.rank()));
        var value = combined(node, type, new Expr.Var("old", type), update);
        return node.results(node.apply(new Scatter(node.simplify(domain), at, value), data, indices, updates));
    }

    private static Expr combined(NodeContext node, DType type, Expr old, Expr update) {
        var reduction = node.attributes().text("reduction", "none");
        boolean truth = type == DType.BOOL;
        var fn = switch (reduction) {
            case "none" -> null;
            case "add" -> truth ? Fn.OR : Fn.ADD;
            case "mul" -> truth ? Fn.AND : Fn.MUL;
            case "max" -> truth ? Fn.OR : Fn.MAX;
            case "min" -> truth ? Fn.AND : Fn.MIN;
            default -> throw node.error("reduction was expected to be none, add, mul, max or min, not '" + reduction
                    + "'");
        };
        var wide = NodeContext.wide(type);
        return fn == null ? update : Expr.cast(Expr.apply(fn, Expr.cast(old, wide), Expr.cast(update, wide)), type);
    }

    /** Updates of a cache from a place along one axis that each sample of the batch says for itself. */
    private static List<Operand> writeCache(NodeContext node) {
        var cache = node.value(0);
        var update = node.value(1);
        int rank = sameRank(node, 0, 1);
        int axis = node.axis(node.attributes().integer("axis", -2), rank);
        var mode = node.attributes().text("mode", "linear");
        if (axis == 0 || !mode.equals("linear") && !mode.equals("circular")) {
            throw node.error("mode linear or circular along an axis other than 0 was expected, not '" + mode
                    + "' along " + axis);
        }
        var f = new Formula();
        var operands = new ArrayList<>(List.of(cache, update));
        var place = Formula.axis(axis);
        if (node.has(2)) {
            operands.add(node.value(2));
            place = Formula.add(Expr.cast(f.operand(2, node.type(2).dtype()).at(Formula.axis(0)), DType.I64), place);
        }
        var at = new ArrayList<>(Formula.axes(rank));
        at.set(axis, mode.equals("linear") ? place : Formula.mod(place, Formula.size(cache.shape().dim(axis))));
        var value = f.operand(1, update.dtype()).at(Formula.axes(rank));
        return node.results(
                node.applyAll(new Scatter(node.simplify(update.shape()), at, value), operands).getFirst());
    }
}
