package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;

/** Activation functions that an attribute names. */
final class Activations {
    private Activations() {
    }

    /** The function of that name; alpha and beta are attributes with a prefix. */
    static Expr of(NodeContext node, String name, String prefix, Expr x) {
        return of(node, name, x, node.attributes().real(prefix + "alpha", alpha(name)),
                node.attributes().real(prefix + "beta", beta(name)));
    }

    /** The function of that name with its parameters. */
    static Expr of(NodeContext node, String name, Expr x, float alpha, float beta) {
        var type = x.dtype();
        var a = Expr.literal(alpha, type);
        var b = Expr.literal(beta, type);
        var zero = Expr.literal(0, type);
        var one = Expr.literal(1, type);
        var negative = Expr.apply(Fn.LT, x, zero);
        return switch (name) {
            case "Relu" -> Expr.apply(Fn.MAX, x, zero);
            case "Tanh" -> Expr.apply(Fn.TANH, x);
            case "Sigmoid" -> Expr.apply(Fn.SIGMOID, x);
            case "Affine" -> Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, a, x), b);
            case "LeakyRelu" -> Expr.apply(Fn.SELECT, negative, Expr.apply(Fn.MUL, a, x), x);
            case "ThresholdedRelu" -> Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, a, x), x, zero);
            case "ScaledTanh" -> Expr.apply(Fn.MUL, a, Expr.apply(Fn.TANH, Expr.apply(Fn.MUL, b, x)));
            case "HardSigmoid" -> Expr.apply(Fn.MAX, zero,
                    Expr.apply(Fn.MIN, one, Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, a, x), b)));
            case "Elu" -> Expr.apply(Fn.SELECT, negative,
                    Expr.apply(Fn.MUL, a, Expr.apply(Fn.SUB, Expr.apply(Fn.EXP, x), one)), x);
            case "Softsign" -> Expr.apply(Fn.DIV, x, Expr.apply(Fn.ADD, one, Expr.apply(Fn.ABS, x)));
            case "Softplus" -> Pointwise.softplus(node, x);
            default -> throw node.error("activation '" + name + "' is not known");
        };
    }

    /** The first parameter where none is given. */
    static float alpha(String name) {
        return switch (name) {
            case "LeakyRelu" -> 0.01f;
            case "HardSigmoid" -> 0.2f;
            default -> 1;
        };
    }

    /** The second parameter where none is given. */
    static float beta(String name) {
        return switch (name) {
            case "HardSigmoid" -> 0.5f;
            case "ScaledTanh" -> 1;
            default -> 0;
        };
    }
}
