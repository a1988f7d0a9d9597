package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Losses of classifiers: NegativeLogLikelihoodLoss (12, 13, 22) and SoftmaxCrossEntropyLoss (12, 13). Logarithms of
 * probabilities are {@code [N,C,D..]}, the classes that should have been found {@code [N,D..]}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__SoftmaxCrossEntropyLoss.html">SoftmaxCrossEntropyLoss</a>
 */
final class Losses {
    static final List<OnnxOp> OPS = List.of(
            onnx("NegativeLogLikelihoodLoss", 12, Losses::likelihood),
            onnx("SoftmaxCrossEntropyLoss", 12, Losses::crossEntropy));

    private Losses() {
    }

    private static List<Operand> likelihood(NodeContext node) {
        var type = node.type(0).dtype();
        var logs = node.cast(node.value(0), NodeContext.wide(type));
        return node.results(node.cast(loss(node, logs), type));
    }

    private static List<Operand> crossEntropy(NodeContext node) {
        var type = node.type(0).dtype();
        var logs = logSoftmax(node, node.cast(node.value(0), NodeContext.wide(type)));
        return node.results(node.cast(loss(node, logs), type), node.cast(logs, type));
    }

    private static Value logSoftmax(NodeContext node, Value x) {
        var a = Expr.arg(0, x.dtype());
        var b = Expr.arg(1, x.dtype());
        var most = node.apply(new Reduce(Reduce.Monoid.MAX, List.of(1), true), x);
        var shifted = node.map(Expr.apply(Fn.SUB, a, b), x, most);
        var sum = node.apply(new Reduce(Reduce.Monoid.SUM, List.of(1), true), node.map(Expr.apply(Fn.EXP, a), shifted));
        return node.map(Expr.apply(Fn.SUB, a, Expr.apply(Fn.LOG, b)), shifted, sum);
    }

    private static Value loss(NodeContext node, Value logs) {
        var type = logs.dtype();
        if (node.shape(1).rank() != node.shape(0).rank() - 1) {
            throw node.error("a class for each sample of " + node.type(0) + " was expected, not " + node.type(1));
        }
        var classes = node.value(1);
        var weight = node.has(2) ? node.cast(node.value(2), type) : null;
        boolean weighted = weight != null || node.attributes().has("ignore_index");
        var operands = new ArrayList<>(List.of(classes, logs));
        if (weight != null) {
            operands.add(weight);
        }
        var losses = node.compute(classes.shape(), sample(node, classes, logs, weight), operands.toArray(Value[]::new));
        var reduction = node.attributes().text("reduction", "mean");
        var axes = IntStream.range(0, classes.shape().rank()).boxed().toList();
        return switch (reduction) {
            case "none" -> losses;
            case "sum" -> node.apply(new Reduce(Reduce.Monoid.SUM, axes, false), losses);
            case "mean" -> weighted ? weightedMean(node, classes, losses, weight, axes)
                    : node.apply(new Reduce(Reduce.Monoid.MEAN, axes, false), losses);
            default -> throw node.error("reduction was expected to be none, sum or mean, not '" + reduction + "'");
        };
    }

    /** One sample's loss: operands are its class, the logarithms and the weights of classes. */
    private static Expr sample(NodeContext node, Value classes, Value logs, @Nullable Value weight) {
        var f = new Formula();
        var type = logs.dtype();
        int rank = classes.shape().rank();
        return target(f, classes, c -> {
            var at = new ArrayList<>(Formula.axes(rank));
            at.add(1, c);
            var loss = Expr.apply(Fn.NEG, f.operand(1, type).at(at));
            return chosen(node, c, weight == null ? loss : Formula.mul(loss, f.operand(2, type).at(c)));
        });
    }

    private static Expr target(Formula f, Value classes, Function<Expr, Expr> body) {
        var at = Formula.axes(classes.shape().rank());
        return f.let(Expr.cast(f.operand(0, classes.dtype()).at(at), DType.I64), body);
    }

    /** Nothing where the class is the one to be ignored. */
    private static Expr chosen(NodeContext node, Expr c, Expr value) {
        return !node.attributes().has("ignore_index") ? value
                : Formula.select(Formula.eq(c, Formula.number(node.attributes().integer("ignore_index", 0))),
                        Expr.literal(0, value.dtype()), value);
    }

    /** The sum of losses by that of the weights. */
    private static Value weightedMean(NodeContext node, Value classes, Value losses, @Nullable Value weight,
            List<Integer> axes) {
        var f = new Formula();
        var type = losses.dtype();
        var expr = target(f, classes,
                c -> chosen(node, c, weight == null ? Expr.literal(1, type) : f.operand(1, type).at(c)));
        var weights = weight == null ? node.compute(classes.shape(), expr, classes)
                : node.compute(classes.shape(), expr, classes, weight);
        var sum = new Reduce(Reduce.Monoid.SUM, axes, false);
        return node.map(Expr.apply(Fn.DIV, Expr.arg(0, type), Expr.arg(1, type)), node.apply(sum, losses),
                node.apply(sum, weights));
    }
}
