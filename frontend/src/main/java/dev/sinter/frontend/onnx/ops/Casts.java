package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import java.util.List;
import java.util.Locale;

/**
 * Conversions of the element type: Cast (1 the type's name, 6 its number, 9 strings, 13, 19 float8, 21 to 25 more types
 * and rounding), CastLike (15, 19, 21 to 25).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">Cast</a>
 */
final class Casts {
    private Casts() {
    }

    /** To the type of an attribute: a number; a few writers of old versions give its name. */
    static List<Operand> cast(NodeContext node) {
        if (!node.attributes().has("to")) {
            throw node.error("attribute 'to' was expected, it is missing");
        }
        return to(node, node.attributes().isText("to") ? named(node) : OnnxTypes.dtype(
                node.attributes().integer("to", 0), "attribute 'to'"));
    }

    private static DType named(NodeContext node) {
        var name = node.attributes().text("to", "").toUpperCase(Locale.ROOT);
        for (var type : TensorProto.DataType.values()) {
            if (type.name().equals(name)) {
                return OnnxTypes.dtype(type.getNumber(), "attribute 'to'");
            }
        }
        throw node.error("the name of an element type was expected as attribute 'to', not '" + name + "'");
    }

    /** To the type of the second operand. */
    static List<Operand> castLike(NodeContext node) {
        return to(node, node.type(1).dtype());
    }

    private static List<Operand> to(NodeContext node, DType to) {
        var from = node.type(0).dtype();
        if (from == to) {
            return List.of(node.input(0));
        }
        if (from == DType.STRING || to == DType.STRING) {
            return node.results(texts(node, from, to));
        }
        if (from.kind() == DType.Kind.COMPLEX || to.kind() == DType.Kind.COMPLEX) {
            throw node.error("a cast between numbers was expected, from " + from + " to " + to + " is not supported");
        }
        var partial = node.input(0).partial();
        boolean counts = to == DType.I32 || to == DType.I64;
        // a dimension fits either integer type; constants are left to the evaluation, which wraps them
        if (partial != null && counts && from != DType.BOOL
                && !partial.stream().allMatch(d -> d != null && d.isConst())) {
            var content = node.input(0).content();
            return List.of(content != null ? Operand.ofContent(new TensorType(to, node.shape(0)), content)
                    : Operand.ofPartial(node.cast(node.value(0), to), partial));
        }
        var fn = conversion(node, to);
        return node.results(node.map(Expr.convert(fn, Expr.arg(0, from), to), node.value(0)));
    }

    /** What becomes of values the small floating-point types do not have. */
    private static Fn conversion(NodeContext node, DType to) {
        if (to == DType.F8E8M0) {
            var mode = node.attributes().text("round_mode", "up");
            return switch (mode) {
                case "up" -> Fn.CAST_UP;
                case "down" -> Fn.CAST_DOWN;
                case "nearest" -> Fn.CAST_NEAREST;
                default -> throw node.error("round_mode was expected to be up, down or nearest, not '" + mode + "'");
            };
        }
        boolean limited = to.isFloat() && to.bits() == 8;
        return limited && !node.attributes().flag("saturate", true) ? Fn.CAST_OVERFLOW : Fn.CAST;
    }

    private static Value texts(NodeContext node, DType from, DType to) {
        var type = new TensorType(to, node.shape(0));
        if (to == DType.STRING) {
            return node.library("cast.to_string", Attributes.NONE, type, node.value(0));
        }
        if (from.kind() == DType.Kind.COMPLEX || to.kind() == DType.Kind.COMPLEX) {
            throw node.error("a cast from " + from + " to " + to + " is not supported");
        }
        // bool is not parsed but read as a number that is 0 or not
        return node.library("cast.string_to", Attributes.of("to", to.label()), type, node.value(0));
    }
}
