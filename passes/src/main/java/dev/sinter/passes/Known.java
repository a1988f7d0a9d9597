package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Elements that follow from constants, before constants are folded. */
final class Known {
    private static final long MOST_ELEMENTS = 1L << 26;

    private Known() {
    }

    /** The elements of a constant, or of a map or view of constants; null where they are not known. */
    static @Nullable TensorData of(Value value, GraphIndex graph) {
        if (value.isConstant()) {
            return value.constant();
        }
        var node = graph.producer(value);
        boolean computed = node != null && (node.op() instanceof Map || node.op() instanceof View)
                && node.output().type() instanceof TensorType t && t.dtype() != DType.STRING && t.shape().isConst()
                && t.shape().size().value() <= MOST_ELEMENTS;
        if (node == null || !computed) {
            return null;
        }
        var operands = all(node.inputs(), graph);
        return operands == null ? null : node.op().evaluate(operands).getFirst();
    }

    /** What an expression over a node's operands comes to; null where it takes an operand that is not known. */
    static @Nullable TensorData of(Expr expr, List<Value> inputs, GraphIndex graph) {
        var body = new Body(expr, inputs).compact();
        var operands = all(body.operands(), graph);
        return operands == null ? null : evaluate(body.expr(), operands);
    }

    static TensorData evaluate(Expr expr, List<TensorData> operands) {
        return new Map(expr).evaluate(operands).getFirst();
    }

    private static @Nullable List<TensorData> all(List<Value> values, GraphIndex graph) {
        var known = new ArrayList<TensorData>();
        for (var value : values) {
            var data = of(value, graph);
            if (data == null) {
                return null;
            }
            known.add(data);
        }
        return known;
    }

    /** Whether all elements are one number; there is at least one. */
    static boolean isUniform(TensorData data) {
        for (int i = 1; i < data.size(); i++) {
            if (data.getDouble(i) != data.getDouble(0)) {
                return false;
            }
        }
        return data.size() > 0;
    }
}
