package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One step of training: Adagrad, Adam and Momentum (preview 1). Inputs are the learning rate, the number of steps made,
 * then the tensors to be optimized, their gradients, and what the method keeps of each; all of them are elementwise.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Adam.html">Adam</a>
 */
final class Optimizers {
    static final List<OnnxOp> OPS = List.of(
            training("Adagrad", node -> each(node, 3, Optimizers::adagrad)),
            training("Adam", node -> each(node, 4, Optimizers::adam)),
            training("Momentum", node -> each(node, 3, Optimizers::momentum)));

    /** The rate, the number of steps (real), and a tensor with its companions, to the new tensor and companions. */
    @FunctionalInterface
    private interface Step {
        List<Expr> of(NodeContext node, Expr rate, Expr steps, List<Expr> tensors);
    }

    private Optimizers() {
    }

    static OnnxOp training(String name, OpLowering lowering) {
        return new OnnxOp("ai.onnx.preview.training", name, 1, 1, lowering);
    }

    /** The step for each tensor; results are listed kind by kind, as the inputs are. */
    private static List<Operand> each(NodeContext node, int kinds, Step step) {
        int count = (node.inputCount() - 2) / kinds;
        if (count < 1 || count * kinds != node.inputCount() - 2) {
            throw node.error("a rate, a number of steps and " + kinds + " inputs for each tensor were expected, not "
                    + node.inputCount());
        }
        var results = new Value[count * (kinds - 1)];
        var rate = node.reshape(node.value(0), Shape.SCALAR);
        var steps = node.reshape(node.value(1), Shape.SCALAR);
        for (int i = 0; i < count; i++) {
            var type = node.type(2 + i).dtype();
            var operands = new ArrayList<>(List.of(rate, steps));
            var tensors = new ArrayList<Expr>();
            for (int kind = 0; kind < kinds; kind++) {
                operands.add(node.value(2 + kind * count + i));
                tensors.add(Expr.arg(2 + kind, type));
            }
            var made = step.of(node, Expr.cast(Expr.arg(0, rate.dtype()), type),
                    Expr.cast(Expr.arg(1, steps.dtype()), type), tensors);
            for (int kind = 0; kind < made.size(); kind++) {
                results[kind * count + i] = node.map(made.get(kind), operands.toArray(Value[]::new));
            }
        }
        return Arrays.stream(results).map(Operand::of).toList();
    }

    private static Expr attribute(NodeContext node, String name, double otherwise, DType type) {
        return Expr.literal(node.attributes().real(name, otherwise), type);
    }

    /** The gradient of the tensor's own norm added. */
    private static Expr regularized(NodeContext node, Expr x, Expr gradient) {
        return Formula.add(Formula.mul(attribute(node, "norm_coefficient", 0, x.dtype()), x), gradient);
    }

    private static Expr root(NodeContext node, Expr x) {
        return Formula.add(Expr.apply(Fn.SQRT, x), attribute(node, "epsilon", 1e-6, x.dtype()));
    }

    private static List<Expr> adagrad(NodeContext node, Expr rate, Expr steps, List<Expr> tensors) {
        var x = tensors.get(0);
        var type = x.dtype();
        var one = Expr.literal(1, type);
        var decayed = Formula.div(rate,
                Formula.add(one, Formula.mul(steps, attribute(node, "decay_factor", 0, type))));
        var gradient = regularized(node, x, tensors.get(1));
        var squares = Formula.add(tensors.get(2), Formula.mul(gradient, gradient));
        return List.of(Formula.sub(x, Formula.div(Formula.mul(decayed, gradient), root(node, squares))), squares);
    }

    private static List<Expr> adam(NodeContext node, Expr rate, Expr steps, List<Expr> tensors) {
        var x = tensors.get(0);
        var type = x.dtype();
        var one = Expr.literal(1, type);
        var alpha = attribute(node, "alpha", 0.9, type);
        var beta = attribute(node, "beta", 0.999, type);
        var gradient = regularized(node, x, tensors.get(1));
        var mean = Formula.add(Formula.mul(alpha, tensors.get(2)), Formula.mul(Formula.sub(one, alpha), gradient));
        var squares = Formula.add(Formula.mul(beta, tensors.get(3)),
                Formula.mul(Formula.mul(Formula.sub(one, beta), gradient), gradient));
        var corrected = Formula.div(
                Formula.mul(rate, Expr.apply(Fn.SQRT, Formula.sub(one, Expr.apply(Fn.POW, beta, steps)))),
                Formula.sub(one, Expr.apply(Fn.POW, alpha, steps)));
        var adjusted = Formula.select(Formula.lt(Expr.literal(0, type), steps), corrected, rate);
        var next = Formula.sub(x, Formula.div(Formula.mul(adjusted, mean), root(node, squares)));
        var shrunk = Formula.mul(Formula.sub(one, attribute(node, "norm_coefficient_post", 0, type)), next);
        return List.of(shrunk, mean, squares);
    }

    private static List<Expr> momentum(NodeContext node, Expr rate, Expr steps, List<Expr> tensors) {
        var x = tensors.get(0);
        var type = x.dtype();
        var mode = node.attributes().text("mode", "standard");
        if (!mode.equals("standard") && !mode.equals("nesterov")) {
            throw node.error("mode standard or nesterov was expected, not '" + mode + "'");
        }
        var alpha = attribute(node, "alpha", 0, type);
        var beta = Formula.select(Formula.lt(Expr.literal(0, type), steps), attribute(node, "beta", 0, type),
                Expr.literal(1, type));
        var gradient = regularized(node, x, tensors.get(1));
        var kept = Formula.add(Formula.mul(alpha, tensors.get(2)), Formula.mul(beta, gradient));
        var direction = mode.equals("standard") ? kept : Formula.add(gradient, Formula.mul(alpha, kept));
        return List.of(Formula.sub(x, Formula.mul(rate, direction)), kept);
    }
}
