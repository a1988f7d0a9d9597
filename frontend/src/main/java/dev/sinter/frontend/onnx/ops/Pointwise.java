package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Functions of one tensor: each is one expression.
 *
 * <p>
 * Neg, Abs, Sign, Sqrt, Reciprocal, Exp, Log, Erf, Tanh, Sigmoid, Relu (6, 13, some 14), Floor, Ceil (6, 13), Round
 * (11,
 * 22), Sin, Cos (7, 22), LeakyRelu (6, 16), Elu, Selu (6, 22), Celu (12), HardSigmoid (6, 22), HardSwish (14, 22),
 * Softplus,
 * Softsign (1, 22), ThresholdedRelu (10, 22), PRelu (7, 9, 16), Mish (18, 22), Swish (24), Shrink (9), Gelu (20),
 * IsNaN (9,
 * 13, 20), IsInf (10, 20), the trigonometric and hyperbolic functions (7, 9, 22). Versions differ in element types only.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>
 */
final class Pointwise {
    /** What becomes of an element. */
    @FunctionalInterface
    interface Formula {
        /** The expression for {@code x}; attributes come from the node. */
        Expr of(NodeContext node, Expr x);
    }

    private Pointwise() {
    }

    /** An operator that is one formula; for small floats computed in f32 and rounded once. */
    static OpLowering of(Formula formula) {
        return node -> {
            var x = node.value(0);
            if (x.dtype() == DType.STRING || x.dtype().kind() == DType.Kind.COMPLEX) {
                throw node.error("numbers were expected, " + x.type() + " is not supported");
            }
            var arg = Expr.arg(0, x.dtype());
            var result = formula.of(node, Expr.cast(arg, NodeContext.wide(x.dtype())));
            return node.results(node.map(result.dtype() == DType.BOOL ? result : Expr.cast(result, x.dtype()), x));
        };
    }

    /** An operator that is one function. */
    static OpLowering of(Fn fn) {
        return of((node, x) -> Expr.apply(fn, x));
    }

    private static Expr literal(Expr like, double value) {
        return Expr.literal(value, like.dtype());
    }

    private static Expr attribute(NodeContext node, String name, double otherwise, Expr like) {
        return literal(like, node.attributes().real(name, otherwise));
    }

    private static Expr below(Expr x, Expr limit) {
        return Expr.apply(Fn.LT, x, limit);
    }

    static Expr relu(NodeContext node, Expr x) {
        return Expr.apply(Fn.MAX, x, literal(x, 0));
    }

    static Expr leakyRelu(NodeContext node, Expr x) {
        var scaled = Expr.apply(Fn.MUL, attribute(node, "alpha", 0.01, x), x);
        return Expr.apply(Fn.SELECT, below(x, literal(x, 0)), scaled, x);
    }

    private static Expr expMinusOne(Expr x) {
        return Expr.apply(Fn.SUB, Expr.apply(Fn.EXP, x), literal(x, 1));
    }

    static Expr elu(NodeContext node, Expr x) {
        var curve = Expr.apply(Fn.MUL, attribute(node, "alpha", 1, x), expMinusOne(x));
        return Expr.apply(Fn.SELECT, below(x, literal(x, 0)), curve, x);
    }

    static Expr selu(NodeContext node, Expr x) {
        var alpha = attribute(node, "alpha", node.opset() < 6 ? 1.6732 : 1.67326319217681884765625, x);
        var curve = Expr.apply(Fn.MUL, alpha, expMinusOne(x));
        var either = Expr.apply(Fn.SELECT, Expr.apply(Fn.LE, x, literal(x, 0)), curve, x);
        return Expr.apply(Fn.MUL, attribute(node, "gamma", node.opset() < 6 ? 1.0507 : 1.05070102214813232421875, x),
                either);
    }

    static Expr celu(NodeContext node, Expr x) {
        var alpha = attribute(node, "alpha", 1, x);
        var curve = Expr.apply(Fn.MUL, alpha, expMinusOne(Expr.apply(Fn.DIV, x, alpha)));
        return Expr.apply(Fn.ADD, relu(node, x), Expr.apply(Fn.MIN, curve, literal(x, 0)));
    }

    private static Expr toUnit(Expr x) {
        return Expr.apply(Fn.MAX, Expr.apply(Fn.MIN, x, literal(x, 1)), literal(x, 0));
    }

    static Expr hardSigmoid(NodeContext node, Expr x) {
        var line = Expr.apply(Fn.MUL, attribute(node, "alpha", 0.2, x), x);
        return toUnit(Expr.apply(Fn.ADD, line, attribute(node, "beta", 0.5, x)));
    }

    static Expr hardSwish(NodeContext node, Expr x) {
        var line = Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, literal(x, 1.0 / 6), x), literal(x, 0.5));
        return Expr.apply(Fn.MUL, x, toUnit(line));
    }

    /** {@code log(1 + exp(x))}, in a form that does not overflow. */
    static Expr softplus(NodeContext node, Expr x) {
        var small = Expr.apply(Fn.EXP, Expr.apply(Fn.NEG, Expr.apply(Fn.ABS, x)));
        return Expr.apply(Fn.ADD, relu(node, x), Expr.apply(Fn.LOG, Expr.apply(Fn.ADD, small, literal(x, 1))));
    }

    static Expr softsign(NodeContext node, Expr x) {
        return Expr.apply(Fn.DIV, x, Expr.apply(Fn.ADD, literal(x, 1), Expr.apply(Fn.ABS, x)));
    }

    static Expr thresholdedRelu(NodeContext node, Expr x) {
        return Expr.apply(Fn.SELECT, below(attribute(node, "alpha", 1, x), x), x, literal(x, 0));
    }

    static Expr mish(NodeContext node, Expr x) {
        return Expr.apply(Fn.MUL, x, Expr.apply(Fn.TANH, softplus(node, x)));
    }

    static Expr swish(NodeContext node, Expr x) {
        var alpha = attribute(node, "alpha", 1, x);
        return Expr.apply(Fn.MUL, x, Expr.apply(Fn.SIGMOID, Expr.apply(Fn.MUL, alpha, x)));
    }

    /** Elements nearer to 0 than lambd become 0, others move towards it by bias. */
    static Expr shrink(NodeContext node, Expr x) {
        double limit = node.attributes().real("lambd", 0.5);
        // the bias is a real number whatever the type is; integers are cut after adding it
        var wide = x.dtype().isFloat() ? x.dtype() : DType.F64;
        var y = Expr.cast(x, wide);
        var bias = Expr.literal(node.attributes().real("bias", 0), wide);
        var inner = Expr.apply(Fn.SELECT, below(Expr.literal(limit, wide), y), Expr.apply(Fn.SUB, y, bias),
                Expr.literal(0, wide));
        return Expr.cast(
                Expr.apply(Fn.SELECT, below(y, Expr.literal(-limit, wide)), Expr.apply(Fn.ADD, y, bias), inner),
                x.dtype());
    }

    static Expr gelu(NodeContext node, Expr x) {
        var form = node.attributes().text("approximate", "none");
        return switch (form) {
            case "none" -> Expr.apply(Fn.GELU, x);
            case "tanh" -> Expr.apply(Fn.GELU_TANH, x);
            default -> throw node.error("approximate was expected to be none or tanh, not '" + form + "'");
        };
    }

    static Expr isInf(NodeContext node, Expr x) {
        var positive = Expr.apply(Fn.EQ, x, literal(x, Double.POSITIVE_INFINITY));
        var negative = Expr.apply(Fn.EQ, x, literal(x, Double.NEGATIVE_INFINITY));
        boolean wantsPositive = node.attributes().flag("detect_positive", true);
        boolean wantsNegative = node.attributes().flag("detect_negative", true);
        if (wantsPositive && wantsNegative) {
            return Expr.apply(Fn.OR, positive, negative);
        }
        // where neither is wanted, nothing is: x below x is false for every x, NaN included
        return wantsPositive ? positive : wantsNegative ? negative : below(x, x);
    }

    /** Relu with a slope for each element of a second operand, which broadcasts to the first. */
    static List<Operand> prelu(NodeContext node) {
        var x = node.value(0);
        var slope = node.value(1);
        int rank = node.shape(0).rank();
        if (node.opset() < 7 && rank > 2 && node.shape(1).rank() == 1) {
            // one slope, or one for each channel
            var dims = new ArrayList<Dim>(Collections.nCopies(rank - 1, Dim.ONE));
            dims.set(0, node.shape(1).dim(0));
            slope = node.reshape(slope, new Shape(dims));
        }
        var wide = NodeContext.wide(x.dtype());
        var arg = Expr.cast(Expr.arg(0, x.dtype()), wide);
        var scaled = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(1, slope.dtype()), wide), arg);
        var result = Expr.apply(Fn.SELECT, below(arg, literal(arg, 0)), scaled, arg);
        return node.results(node.map(Expr.cast(result, x.dtype()), x, slope));
    }

    /** com.microsoft: Gelu of the sum of a tensor and a bias. */
    static OpLowering biased(Fn fn) {
        return node -> {
            var x = node.value(0);
            var arg = Expr.arg(0, x.dtype());
            return node.results(node.has(1)
                    ? node.map(Expr.apply(fn, Expr.apply(Fn.ADD, arg, Expr.arg(1, node.value(1).dtype()))), x,
                            node.value(1))
                    : node.map(Expr.apply(fn, arg), x));
        };
    }
}
