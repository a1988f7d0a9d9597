package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import java.util.List;

/**
 * Numbers as rows of bits: BitShift (11, 28 signed), BitCast (26).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BitShift.html">BitShift</a>
 */
final class Bits {
    static final List<OnnxOp> OPS = List.of(
            onnx("BitShift", 11, Bits::shift),
            onnx("BitCast", 26, Bits::cast));

    private Bits() {
    }

    /** The same bits in a type of the same width. */
    private static List<Operand> cast(NodeContext node) {
        var x = node.value(0);
        var from = x.dtype();
        var to = OnnxTypes.dtype(node.attributes().integer("to", 0), "attribute 'to'");
        if (from.bits() != to.bits() || !isPlain(from) || !isPlain(to)) {
            throw node.error("integers, bool or real numbers from 16 bits, of one width, were expected, not " + from
                    + " and " + to);
        }
        return from == to ? List.of(node.input(0))
                : node.results(node.map(new Expr.Apply(Fn.BITCAST, List.of(Expr.arg(0, from)), to), x));
    }

    private static boolean isPlain(DType type) {
        return type.isInteger() || type == DType.BOOL || type.isFloat() && type.bits() >= 16;
    }

    /** By a negative distance or by all bits and more, what is left is the sign alone, or nothing. */
    private static List<Operand> shift(NodeContext node) {
        var x = node.value(0);
        var distance = node.value(1);
        var type = x.dtype();
        var direction = node.attributes().text("direction", "");
        if (!direction.equals("LEFT") && !direction.equals("RIGHT") || type != distance.dtype() || !type.isInteger()) {
            throw node.error("integers of one type and direction LEFT or RIGHT were expected, not " + x.type() + ", "
                    + distance.type() + " and '" + direction + "'");
        }
        boolean left = direction.equals("LEFT");
        var value = Expr.arg(0, type);
        var by = Expr.arg(1, type);
        var zero = Expr.integer(0, type);
        boolean signed = type.minInteger() < 0;
        var far = Formula.le(Expr.integer(type.bits(), type), by);
        if (signed) {
            far = Formula.or(far, Formula.lt(by, zero));
        }
        var within = Formula.select(far, zero, by);
        var shifted = Expr.apply(left ? Fn.SHL : Fn.SHR, value, within);
        var rest = left || !signed ? zero
                : Formula.select(Formula.lt(value, zero), Expr.integer(-1, type), zero);
        return node.results(node.map(Formula.select(far, rest, shifted), x, distance));
    }
}
