package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Softmax;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's operators on quantized tensors: each operand comes with a scale and a zero point, the result has its
 * own. They are what the operator gives of the real numbers, quantized again: QLinearAdd, QLinearMul, QLinearSigmoid,
 * QLinearLeakyRelu, QLinearSoftmax, QLinearConcat.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">Contrib operators</a>
 */
final class QuantizedForms {
    static final List<OnnxOp> OPS = List.of(
            microsoft("QLinearAdd", binary(Fn.ADD)),
            microsoft("QLinearMul", binary(Fn.MUL)),
            microsoft("QLinearSigmoid", unary((node, x) -> Expr.apply(Fn.SIGMOID, x))),
            microsoft("QLinearLeakyRelu", unary(Pointwise::leakyRelu)),
            microsoft("QLinearSoftmax", QuantizedForms::softmax),
            microsoft("QLinearConcat", QuantizedForms::concat));

    private QuantizedForms() {
    }

    /** Collects operands and names them in one expression. */
    private record Terms(NodeContext node, List<Value> values) {
        Terms(NodeContext node) {
            this(node, new ArrayList<>());
        }

        Expr add(Value value) {
            values.add(value);
            return Expr.arg(values.size() - 1, value.dtype());
        }

        /** A scale or zero point, one for the whole tensor; null where it is left out. */
        @Nullable
        Expr parameter(int i) {
            if (!node.has(i)) {
                return null;
            }
            if (!node.shape(i).size().equals(Dim.ONE)) {
                throw node.error("one number was expected as input " + i + ", not " + node.type(i));
            }
            return add(node.reshape(node.value(i), Shape.SCALAR));
        }

        Expr scale(int i) {
            var scale = parameter(i);
            if (scale == null) {
                throw node.error("a scale was expected as input " + i + ", it is missing");
            }
            return scale;
        }

        /** Quantized operand i as a real number; its scale and zero point follow it. */
        Expr real(int i) {
            var quantized = add(node.value(i));
            return Quantizations.real(quantized, scale(i + 1), parameter(i + 2));
        }

        /** A real number by a scale, which is input i, and the zero point after it. */
        Value quantized(Expr real, int i, DType to) {
            var quotient = Expr.apply(Fn.DIV, real, Expr.cast(scale(i), DType.F32));
            return node.map(Quantizations.quantized(quotient, parameter(i + 1), to, true),
                    values.toArray(Value[]::new));
        }
    }

    private static OpLowering binary(Fn fn) {
        return node -> {
            var terms = new Terms(node);
            var real = Expr.apply(fn, terms.real(0), terms.real(3));
            return node.results(terms.quantized(real, 6, node.type(0).dtype()));
        };
    }

    private static OpLowering unary(Pointwise.Formula formula) {
        return node -> {
            var terms = new Terms(node);
            var real = formula.of(node, terms.real(0));
            return node.results(terms.quantized(real, 3, node.type(0).dtype()));
        };
    }

    private static List<Operand> softmax(NodeContext node) {
        var terms = new Terms(node);
        var expr = terms.real(0);
        var real = node.map(expr, terms.values().toArray(Value[]::new));
        int rank = real.shape().rank();
        boolean flattened = node.attributes().integer("opset", 13) < 13;
        int axis = node.axis(node.attributes().integer("axis", flattened ? 1 : -1), rank);
        var shape = real.shape();
        var result = flattened && axis < rank - 1
                ? node.reshape(node.apply(new Softmax(1), node.reshape(real,
                        Shape.of(Reshapes.product(shape, 0, axis), Reshapes.product(shape, axis, rank)))), shape)
                : node.apply(new Softmax(axis), real);
        var rest = new Terms(node);
        return node.results(rest.quantized(rest.add(result), 3, node.type(0).dtype()));
    }

    /** Operands that have the result's scale and zero point are taken as they are. */
    private static List<Operand> concat(NodeContext node) {
        var parts = new ArrayList<Value>();
        for (int i = 2; i < node.inputCount(); i += 3) {
            boolean same = node.input(i + 1) == node.input(0) && node.input(i + 2) == node.input(1);
            var terms = new Terms(node);
            parts.add(same ? node.value(i) : terms.quantized(terms.real(i), 0, node.type(i).dtype()));
        }
        if (parts.isEmpty()) {
            throw node.error("at least one tensor was expected");
        }
        int axis = node.axis(node.attributes().integer("axis", 0), parts.getFirst().shape().rank());
        return node.results(node.apply(new Concat(axis), parts.toArray(Value[]::new)));
    }
}
