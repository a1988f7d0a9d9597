package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix product, of real numbers, integers or scaled integers, or a convolution, taken apart.
 *
 * @param node
 *            the node
 * @param fixed
 *            factors, and scales, zero points or the bias of a convolution if there are any
 * @param epilogue
 *            over {@code $0}, the product (of a convolution with its bias), and the extras from {@code $1} on
 * @param extras
 *            the epilogue's further operands
 */
record Product(Node node, List<Value> fixed, Expr epilogue, List<Value> extras) {
    static @Nullable Product of(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        return switch (node.op()) {
            case MatMul(var epilogue) -> split(node, 2, epilogue);
            case MatMulInteger m -> split(node, m.firstExtra(), m.epilogue());
            case ScaledMatMul m -> split(node, m.firstExtra(), m.epilogue());
            case Conv c -> split(node, c.firstExtra(),
                    c.epilogue() == null ? Expr.arg(0, node.input(0).dtype()) : c.epilogue());
            default -> null;
        };
    }

    private static Product split(Node node, int fixed, Expr epilogue) {
        return new Product(node, node.inputs().subList(0, fixed), epilogue,
                node.inputs().subList(fixed, node.inputs().size()));
    }

    Value a() {
        return fixed.get(0);
    }

    Value b() {
        return fixed.get(1);
    }

    /** Number of columns. */
    long columns() {
        return b().shape().dim(-1).value();
    }

    /** The same product with another epilogue. */
    Value add(Patch.Builder patch, Expr newEpilogue, List<Value> newExtras, Origin origin) {
        return add(patch, fixed, newEpilogue, newExtras, origin);
    }

    /** A product of the same kind with other operands. */
    Value add(Patch.Builder patch, List<Value> newFixed, Expr newEpilogue, List<Value> newExtras, Origin origin) {
        var operands = new ArrayList<>(newFixed);
        operands.addAll(newExtras);
        Op op = switch (node.op()) {
            case MatMulInteger m -> new MatMulInteger(m.zeroA(), m.zeroB(), newEpilogue);
            case ScaledMatMul m -> m.with(newEpilogue);
            case Conv c -> c.with(newEpilogue);
            default -> new MatMul(newEpilogue);
        };
        return patch.addAll(op, origin, operands).getFirst();
    }
}
