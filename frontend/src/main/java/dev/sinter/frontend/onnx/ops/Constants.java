package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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

    private static @org.jspecify.annotations.Nullable TensorData simple(NodeAttributes attributes) {
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
        var start = node.input(0).constant();
        var delta = node.input(2).constant();
        var limit = node.input(1).constant();
        for (int i = 0; i < 3; i++) {
            var shape = node.shape(i);
            if (!shape.isConst() || shape.size().value() != 1 || node.type(i).dtype() != type) {
                throw node.error("scalars of one element type were expected, input " + i + " is " + node.type(i));
            }
        }
        if (start != null && delta != null && limit != null) {
            return constantRange(node, start, limit, delta);
        }
        if (type != DType.I64 && type != DType.I32) {
            throw node.error("bounds known from shapes and constants were expected, they are computed from data");
        }
        return symbolicRange(node, type);
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

    private static List<Operand> symbolicRange(NodeContext node, DType type) {
        var symbols = node.symbols();
        var begin = node.content(0).getFirst();
        long delta = node.constants(2)[0];
        var length = symbols.simplify(node.content(1).getFirst().minus(begin));
        if (delta != 1 || !Signs.notNegative(length, symbols)) {
            throw node.error("a delta of 1 and a limit not below the start were expected, not " + delta + " from "
                    + begin + " to "
                    + node.content(1).getFirst());
        }
        if (symbols.max(length) > LONGEST_RANGE || !begin.isConst()) {
            throw node.error("a range whose length is bounded was expected; nothing bounds " + length
                    + ", fix its dimension at import");
        }
        var all = TensorData.zeros(type, symbols.max(length));
        for (int i = 0; i < all.size(); i++) {
            all.set(i, begin.value() + i);
        }
        var part = new View(new IndexMap.Slice(List.of(Dim.ZERO), List.of(1L), new ArrayList<>(List.of(length))));
        return node.results(node.apply(part, node.constant(all)));
    }
}
