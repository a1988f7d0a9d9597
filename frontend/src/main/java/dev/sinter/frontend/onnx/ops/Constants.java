package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that need no data: Shape (1, 13, 15 start and end), Size (1, 13), Constant (1, 9, 11 sparse, 12 value_*, 13),
 * ConstantOfShape (9, 20 more types), Range (11).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Constant.html">Constant</a>
 */
final class Constants {
    /** The longest range kept as a constant. */
    private static final long LONGEST_RANGE = 1 << 20;

    private Constants() {
    }

    static List<Operand> shape(NodeContext node) {
        var dims = node.simplify(node.shape(0)).dims();
        int rank = dims.size();
        int start = clamp(node.attributes().integer("start", 0), rank);
        int end = Math.max(start, clamp(node.attributes().integer("end", rank), rank));
        var part = dims.subList(start, end);
        return List.of(Operand.ofContent(TensorType.of(DType.I64, part.size()), part));
    }

    private static int clamp(long axis, int rank) {
        return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }

    static List<Operand> size(NodeContext node) {
        return List.of(Operand.ofContent(TensorType.of(DType.I64), List.of(node.simplify(node.shape(0)).size())));
    }

    /** The attribute that is given says the type. */
    static List<Operand> constant(NodeContext node) {
        var attributes = node.attributes();
        var tensor = attributes.tensor("value");
        if (tensor == null) {
            tensor = attributes.sparseTensor("sparse_value");
        }
        if (tensor == null) {
            tensor = simple(attributes);
        }
        if (tensor == null) {
            throw node.error(
                    "one of the attributes value, sparse_value, value_float, value_floats, value_int, value_ints, "
                            + "value_string, value_strings was expected");
        }
        return List.of(Operand.ofConstant(tensor, ""));
    }

    private static @Nullable TensorData simple(NodeAttributes attributes) {
        if (attributes.has("value_float")) {
            return TensorData.floats(new float[]{attributes.real("value_float", 0)});
        }
        if (attributes.has("value_int")) {
            return TensorData.longs(new long[]{attributes.integer("value_int", 0)});
        }
        if (attributes.has("value_string")) {
            return TensorData.of(DType.STRING, new String[]{attributes.text("value_string", "")});
        }
        if (attributes.reals("value_floats") instanceof float[] reals) {
            return TensorData.floats(reals, reals.length);
        }
        if (attributes.integers("value_ints") instanceof long[] integers) {
            return TensorData.longs(integers, integers.length);
        }
        return attributes.texts("value_strings") instanceof String[] texts
                ? TensorData.of(DType.STRING, texts, texts.length) : null;
    }

    /** A shape filled with one value, f32 zero if none is given; nothing is written out. */
    static List<Operand> constantOfShape(NodeContext node) {
        var shape = new Shape(node.content(0));
        var given = node.attributes().tensor("value");
        var value = given == null ? TensorData.scalar(DType.F32, 0) : given;
        if (value.size() != 1) {
            throw node.error("a value of one element was expected, not " + value.type());
        }
        for (var dim : shape.dims()) {
            if (dim instanceof Dim.Const(long size) && size < 0) {
                throw node.error("sizes from 0 were expected, not " + shape);
            }
        }
        if (shape.isConst() && Operand.countable(value.dtype()) && shape.size().value() <= 64) {
            var elements = Collections.<Dim>nCopies((int) shape.size().value(), Dim.of(value.getLong(0)));
            return List.of(Operand.ofContent(new TensorType(value.dtype(), shape), elements));
        }
        var scalar = node.reshape(node.constant(value), Shape.SCALAR);
        return node.results(node.expand(scalar, shape));
    }

    /** Constant bounds give a constant; a symbolic limit, a part of one as long as the symbols' bounds allow. */
    static List<Operand> range(NodeContext node) {
        var type = node.type(0).dtype();
        for (int i = 0; i < 3; i++) {
            var shape = node.shape(i);
            if (!shape.isConst() || shape.size().value() != 1 || node.type(i).dtype() != type) {
                throw node.error("scalars of one element type were expected, input " + i + " is " + node.type(i));
            }
        }
        var start = node.input(0).constant();
        var limit = node.input(1).constant();
        var delta = node.input(2).constant();
        if (start != null && delta != null && limit != null) {
            return constantRange(node, start, limit, delta);
        }
        var part = symbolicRange(node, type);
        return node.results(part != null ? part : computedRange(node, type));
    }

    /** As many elements as data says: {@code start + i * delta}. */
    private static Value computedRange(NodeContext node, DType type) {
        var start = node.reshape(node.value(0), Shape.SCALAR);
        var limit = node.reshape(node.value(1), Shape.SCALAR);
        var delta = node.reshape(node.value(2), Shape.SCALAR);
        var wide = NodeContext.wide(type);
        var length = rangeLength(node, type);
        var f = new Formula();
        var i = Expr.cast(Formula.axis(0), wide);
        var element = Formula.add(Expr.cast(f.operand(0, type).at(), wide),
                Formula.mul(i, Expr.cast(f.operand(1, type).at(), wide)));
        if (length == null) {
            var exact = type.isFloat() ? DType.F64 : DType.I64;
            var a = Expr.cast(Expr.arg(0, type), exact);
            var b = Expr.cast(Expr.arg(1, type), exact);
            var d = Expr.cast(Expr.arg(2, type), exact);
            var count = node.map(Formula.max(rounds(a, b, d), Formula.number(0)), start, limit, delta);
            length = node.define(count, "range").getFirst();
        }
        return node.compute(Shape.of(length), Expr.cast(element, type), start, delta);
    }

    /** {@code ceil((b - a) / d)} in i64. */
    private static Expr rounds(Expr a, Expr b, Expr d) {
        var distance = Formula.sub(b, a);
        if (d.dtype().isFloat()) {
            return Expr.cast(Expr.apply(Fn.CEIL, Formula.div(distance, d)), DType.I64);
        }
        // cut towards zero after adding what rounds up; negative quotients do not matter
        var up = Formula.select(Formula.lt(Formula.number(0), d), Formula.sub(d, Formula.number(1)),
                Formula.add(d, Formula.number(1)));
        return Formula.div(Formula.add(distance, up), d);
    }

    /** The number of elements where start, limit and delta are dimensions; else null. */
    private static @Nullable Dim rangeLength(NodeContext node, DType type) {
        var start = node.known(0);
        var limit = node.known(1);
        var delta = node.known(2);
        if (start == null || limit == null || delta == null || !(delta.getFirst() instanceof Dim.Const(long step))
                || step == 0 || type.isFloat()) {
            return null;
        }
        var distance = step > 0 ? limit.getFirst().minus(start.getFirst()) : start.getFirst().minus(limit.getFirst());
        var symbols = node.symbols();
        var length = symbols.simplify(distance);
        return symbols.simplify((Signs.notNegative(length, symbols) ? length : length.max(Dim.ZERO))
                .ceilDiv(Math.abs(step)));
    }

    private static List<Operand> constantRange(NodeContext node, TensorData start, TensorData limit, TensorData delta) {
        boolean integer = start.dtype().isInteger();
        if (integer ? delta.getLong(0) == 0 : !(Math.abs(delta.getDouble(0)) > 0)) {
            throw node.error("a delta other than 0 was expected");
        }
        double exact = integer
                ? Math.ceilDiv(Math.subtractExact(limit.getLong(0), start.getLong(0)), delta.getLong(0))
                : Math.ceil((limit.getDouble(0) - start.getDouble(0)) / delta.getDouble(0));
        if (!(exact <= LONGEST_RANGE)) {
            throw node.error("a range of at most " + LONGEST_RANGE + " elements was expected, not " + exact);
        }
        var data = TensorData.zeros(start.dtype(), Math.max(0, (long) exact));
        for (int i = 0; i < data.size(); i++) {
            if (integer) {
                data.set(i, start.getLong(0) + i * delta.getLong(0));
            } else {
                data.set(i, start.getDouble(0) + i * delta.getDouble(0));
            }
        }
        return List.of(Operand.ofConstant(data, ""));
    }

    /** From a constant on to a limit that bounds hold: a part of a constant; null where that is not so. */
    private static @Nullable Value symbolicRange(NodeContext node, DType type) {
        var symbols = node.symbols();
        var start = node.known(0);
        var delta = node.known(2);
        var length = rangeLength(node, type);
        if (length == null || start == null || delta == null || !delta.getFirst().equals(Dim.ONE)
                || !start.getFirst().isConst() || symbols.max(length) > LONGEST_RANGE) {
            return null;
        }
        var all = TensorData.zeros(type, symbols.max(length));
        for (int i = 0; i < all.size(); i++) {
            all.set(i, start.getFirst().value() + i);
        }
        var part = new View(new IndexMap.Slice(List.of(Dim.ZERO), List.of(1L), new ArrayList<>(List.of(length))));
        return node.apply(part, node.constant(all));
    }
}
