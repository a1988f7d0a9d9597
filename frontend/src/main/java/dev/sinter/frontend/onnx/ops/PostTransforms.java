package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.util.List;

/** What classical models do to their scores {@code [N,C]} in the end. */
final class PostTransforms {
    /** Names by the numbers TreeEnsemble gives them. */
    static final List<String> NAMES = List.of("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");

    private PostTransforms() {
    }

    /** The transform an attribute names, NONE where it is left out. */
    static Value apply(NodeContext node, Value scores) {
        return apply(node, node.attributes().text("post_transform", "NONE"), scores);
    }

    static Value apply(NodeContext node, String transform, Value scores) {
        var x = Expr.arg(0, scores.dtype());
        return switch (transform) {
            case "NONE" -> scores;
            case "SOFTMAX" -> node.apply(new Softmax(1), scores);
            case "LOGISTIC" -> node.map(Expr.apply(Fn.SIGMOID, x), scores);
            case "SOFTMAX_ZERO" -> softmaxZero(node, scores);
            case "PROBIT" -> node.map(probit(x), scores);
            default -> throw node.error("post_transform '" + transform + "' is not known");
        };
    }

    /** A softmax that leaves scores of 0 at 0. */
    private static Value softmaxZero(NodeContext node, Value scores) {
        var type = scores.dtype();
        var a = Expr.arg(0, type);
        var b = Expr.arg(1, type);
        var most = node.apply(new Reduce(Reduce.Monoid.MAX, List.of(1), true), scores);
        var zero = Expr.apply(Fn.LE, Expr.apply(Fn.ABS, a), Expr.literal(1e-7, type));
        var kept = Expr.apply(Fn.MUL, a, Expr.apply(Fn.EXP, Expr.apply(Fn.NEG, b)));
        var powers = node.map(Expr.apply(Fn.SELECT, zero, kept, Expr.apply(Fn.EXP, Expr.apply(Fn.SUB, a, b))), scores,
                most);
        var others = node.map(Expr.apply(Fn.SELECT, zero, Expr.literal(0, type), b), scores, powers);
        var sum = node.apply(new Reduce(Reduce.Monoid.SUM, List.of(1), true), others);
        return node.map(Expr.apply(Fn.SELECT, Expr.apply(Fn.EQ, b, Expr.literal(0, type)), a, Expr.apply(Fn.DIV, a, b)),
                powers, sum);
    }

    /**
     * {@code sqrt(2) erfinv(2 x - 1)}, the inverse error function by Winitzki's approximation.
     *
     * @see <a href="https://en.wikipedia.org/wiki/Error_function#Approximation_with_elementary_functions">error
     *      function</a>
     */
    private static Expr probit(Expr p) {
        var type = p.dtype();
        var x = Expr.apply(Fn.SUB, Expr.apply(Fn.MUL, Expr.literal(2, type), p), Expr.literal(1, type));
        var one = Expr.literal(1, type);
        var log = Expr.apply(Fn.LOG, Expr.apply(Fn.MUL, Expr.apply(Fn.SUB, one, x), Expr.apply(Fn.ADD, one, x)));
        var half = Expr.apply(Fn.ADD, Expr.literal(2 / (Math.PI * 0.147), type),
                Expr.apply(Fn.MUL, Expr.literal(0.5, type), log));
        var rest = Expr.apply(Fn.MUL, Expr.literal(1 / 0.147, type), log);
        var root = Expr.apply(Fn.SQRT, Expr.apply(Fn.SUB, Expr.apply(Fn.MUL, half, half), rest));
        var size = Expr.apply(Fn.SQRT, Expr.apply(Fn.SUB, root, half));
        var inverse = Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, x, Expr.literal(0, type)), Expr.apply(Fn.NEG, size),
                size);
        return Expr.apply(Fn.MUL, Expr.literal(Math.sqrt(2), type), inverse);
    }
}
