package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Gather;
import java.util.List;

/**
 * The names of a classifier's classes, integers or strings.
 *
 * @param data
 *            one name for each class
 */
record ClassLabels(TensorData data) {
    /** The names one of two attributes lists. */
    static ClassLabels of(NodeContext node, String integers, String strings) {
        if (node.attributes().texts(strings) instanceof String[] texts && texts.length > 0) {
            return new ClassLabels(TensorData.of(DType.STRING, texts, texts.length));
        }
        if (node.attributes().integers(integers) instanceof long[] numbers && numbers.length > 0) {
            return new ClassLabels(TensorData.longs(numbers, numbers.length));
        }
        throw node.error("attribute '" + integers + "' or '" + strings + "' was expected");
    }

    int size() {
        return data.size();
    }

    /** The names of classes {@code [N]}. */
    Value named(NodeContext node, Value classes) {
        return node.apply(new Gather(0), node.constant(data), classes);
    }

    /** The names of the first largest scores {@code [N,C] -> [N]}. */
    Value largest(NodeContext node, Value scores) {
        return named(node, winners(node, scores));
    }

    /** The first largest score's column {@code [N,C] -> [N]}. */
    static Value winners(NodeContext node, Value scores) {
        var f = new Formula();
        var x = f.operand(0, scores.dtype());
        var row = Formula.axis(0);
        var count = Formula.size(scores.shape().dim(1));
        var best = f.loop(count, List.of(x.at(row, Formula.number(0)), Formula.number(0)),
                (k, carried) -> {
                    var better = Formula.lt(carried.get(0), x.at(row, k));
                    return List.of(Formula.select(better, x.at(row, k), carried.get(0)),
                            Formula.select(better, k, carried.get(1)));
                }, carried -> carried.get(1));
        return node.compute(Shape.of(scores.shape().dim(0)), best, scores);
    }

    /** Two names by a condition on a score {@code [N,1]}: the second where it is above a threshold. */
    Value above(NodeContext node, Value score, double threshold) {
        var type = score.dtype();
        var is = Formula.lt(Expr.literal(threshold, type), Expr.arg(0, type));
        var second = Formula.number(Math.min(1, size() - 1));
        var classes = node.map(Formula.select(is, second, Formula.number(0)),
                node.reshape(score, Shape.of(score.shape().dim(0))));
        return named(node, classes);
    }

    /** {@code [N,F]}: one row where there is a single axis. */
    static Value rows(NodeContext node, int i) {
        var x = node.value(i);
        var shape = x.shape();
        return switch (shape.rank()) {
            case 1 -> node.reshape(x, Shape.of(Dim.ONE, shape.dim(0)));
            case 2 -> x;
            default -> throw node.error("one or two axes were expected, input " + i + " is " + node.type(i));
        };
    }
}
