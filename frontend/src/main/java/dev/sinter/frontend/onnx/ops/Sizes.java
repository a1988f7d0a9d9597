package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;

/** Operands that say how many: a scalar or one element of any numeric type. */
final class Sizes {
    private Sizes() {
    }

    /** Operand i as a dimension, a new symbol where it depends on data; a real number is cut to an integer. */
    static Dim of(NodeContext node, int i) {
        var known = node.input(i).constant();
        if (known != null && known.size() == 1) {
            return Dim.of(known.getLong(0));
        }
        var content = node.type(i).dtype().isFloat() ? node.define(node.cast(node.value(i), DType.I64), "size")
                : node.content(i);
        if (content.size() != 1) {
            throw node.error("one number was expected as input " + i + ", not " + node.type(i));
        }
        return content.getFirst();
    }
}
