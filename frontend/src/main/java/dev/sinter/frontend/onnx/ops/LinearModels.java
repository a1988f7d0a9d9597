package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.ml;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.MatMul;
import java.util.List;

/**
 * LinearClassifier and LinearRegressor (ai.onnx.ml, 1), in f32.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_LinearClassifier.html">LinearClassifier</a>
 */
final class LinearModels {
    static final List<OnnxOp> OPS = List.of(
            ml("LinearClassifier", 1, LinearModels::classifier),
            ml("LinearRegressor", 1, LinearModels::regressor));

    private LinearModels() {
    }

    private static List<Operand> regressor(NodeContext node) {
        int targets = Math.toIntExact(node.attributes().integer("targets", 1));
        return node.results(PostTransforms.apply(node, scores(node, targets)));
    }

    private static List<Operand> classifier(NodeContext node) {
        var labels = ClassLabels.of(node, "classlabels_ints", "classlabels_strings");
        var intercepts = node.attributes().reals("intercepts");
        int scored = intercepts == null || intercepts.length == 0 ? labels.size() : intercepts.length;
        var scores = scores(node, scored);
        if (scored == 1 && labels.size() <= 2) {
            // one score for two classes: its sign decides, and there is nothing it could be normalized with
            var x = Expr.arg(0, DType.F32);
            boolean normal = node.attributes().text("post_transform", "NONE").startsWith("SOFTMAX");
            var positive = normal ? scores : PostTransforms.apply(node, scores);
            var negative = node.map(Formula.sub(Expr.literal(1, DType.F32), x), positive);
            return node.results(labels.above(node, scores, 0),
                    labels.size() == 1 ? positive : node.apply(new Concat(1), negative, positive));
        }
        return node.results(labels.largest(node, scores), PostTransforms.apply(node, scores));
    }

    /** {@code x[N,F] coefficients' + intercepts}, the coefficients of a target one after the other. */
    private static Value scores(NodeContext node, int targets) {
        var coefficients = node.attributes().reals("coefficients");
        if (coefficients == null || targets < 1 || coefficients.length % targets != 0) {
            throw node.error("coefficients for each of " + targets + " targets were expected");
        }
        var weights = TensorData.floats(coefficients, targets, coefficients.length / targets);
        var x = node.cast(ClassLabels.rows(node, 0), DType.F32);
        var product = node.apply(MatMul.plain(DType.F32), x, node.permute(node.constant(weights), List.of(1, 0)));
        var intercepts = node.attributes().reals("intercepts");
        if (intercepts == null || intercepts.length == 0) {
            return product;
        }
        if (intercepts.length != targets) {
            throw node.error("an intercept for each of " + targets + " targets was expected, not " + intercepts.length);
        }
        return node.map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)), product,
                node.constant(TensorData.floats(intercepts, targets)));
    }
}
