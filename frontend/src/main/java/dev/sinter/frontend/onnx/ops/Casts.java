package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorType;
import java.util.List;

/**
 * Conversions of the element type: Cast (6, 9, 13, 19 float8, 21 to 25 more types), CastLike (15, 19, 21 to 25).
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
        long code = node.attributes().integer("to", 0);
        return to(node, OnnxTypes.dtype(code, "attribute 'to'"));
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
        if (from == DType.STRING || to == DType.STRING || from.kind() == DType.Kind.COMPLEX
                || to.kind() == DType.Kind.COMPLEX) {
            throw node.error("a cast between numbers was expected, from " + from + " to " + to + " is not supported");
        }
        if (!node.attributes().flag("saturate", true)) {
            throw node.error("saturate=0 is not supported");
        }
        var content = node.input(0).content();
        boolean counts = to == DType.I32 || to == DType.I64;
        // a dimension fits either integer type; constants are left to the evaluation, which wraps them
        if (content != null && counts && from != DType.BOOL && !content.stream().allMatch(Dim::isConst)) {
            return List.of(Operand.ofContent(new TensorType(to, node.shape(0)), content));
        }
        return node.results(node.cast(node.value(0), to));
    }
}
