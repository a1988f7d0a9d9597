package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.ml;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.MatMul;
import java.util.Arrays;
import java.util.List;

/**
 * SVMClassifier and SVMRegressor (ai.onnx.ml, 1), in f32: kernels of a sample and each support vector, and sums of them
 * for each pair of classes.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_SVMClassifier.html">SVMClassifier</a>
 */
final class SupportVectors {
    static final List<OnnxOp> OPS = List.of(
            ml("SVMClassifier", 1, SupportVectors::classifier),
            ml("SVMRegressor", 1, SupportVectors::regressor));

    private static final DType TYPE = DType.F32;

    private final NodeContext node;
    private final float[] coefficients;
    private final float[] rho;

    private SupportVectors(NodeContext node) {
        this.node = node;
        this.coefficients = list("coefficients");
        this.rho = list("rho");
        if (coefficients.length == 0 || rho.length == 0) {
            throw node.error("attributes 'coefficients' and 'rho' were expected");
        }
    }

    private float[] list(String attribute) {
        var values = node.attributes().reals(attribute);
        return values == null ? new float[0] : values;
    }

    private Value constant(float[] values, long... dims) {
        return node.constant(TensorData.floats(values, dims));
    }

    private static List<Operand> regressor(NodeContext node) {
        var vectors = new SupportVectors(node);
        long count = node.attributes().integer("n_supports", 0);
        var x = node.cast(ClassLabels.rows(node, 0), TYPE);
        Value sum;
        if (count > 0) {
            var weights = vectors.constant(vectors.coefficients, vectors.coefficients.length, 1);
            sum = node.apply(MatMul.plain(TYPE), vectors.kernels(x, vectors.list("support_vectors"), count), weights);
        } else {
            sum = vectors.kernels(x, vectors.coefficients, 1);
        }
        var y = Formula.add(Expr.arg(0, TYPE), Expr.literal(vectors.rho[0], TYPE));
        if (node.attributes().flag("one_class", false)) {
            y = Formula.select(Formula.lt(Expr.literal(0, TYPE), y), Expr.literal(1, TYPE), Expr.literal(-1, TYPE));
        }
        return node.results(PostTransforms.apply(node, node.map(y, sum)));
    }

    /** The kernel of each sample and each vector {@code [N,F], [V,F] -> [N,V]}. */
    private Value kernels(Value x, float[] vectors, long count) {
        long features = vectors.length / Math.max(1, count);
        if (features * count != vectors.length || count < 1) {
            throw node.error(count + " support vectors of one length were expected, not " + vectors.length
                    + " numbers");
        }
        var table = constant(vectors, count, features);
        var kind = node.attributes().text("kernel_type", "LINEAR");
        var params = Arrays.copyOf(list("kernel_params"), 3);
        var gamma = Expr.literal(params[0], TYPE);
        if (kind.equals("RBF")) {
            var f = new Formula();
            var distance = f.sum(Formula.number(features), k -> f.let(Formula.sub(
                    f.operand(0, TYPE).at(Formula.axis(0), k), f.operand(1, TYPE).at(Formula.axis(1), k)),
                    d -> Formula.mul(d, d)));
            var power = Expr.apply(Fn.NEG, Formula.mul(gamma, distance));
            return node.compute(Shape.of(x.shape().dim(0), Dim.of(count)), Expr.apply(Fn.EXP, power), x, table);
        }
        var product = node.apply(MatMul.plain(TYPE), x, node.permute(table, List.of(1, 0)));
        var scaled = Formula.add(Formula.mul(gamma, Expr.arg(0, TYPE)), Expr.literal(params[1], TYPE));
        return switch (kind) {
            case "LINEAR" -> product;
            case "POLY" -> node.map(Expr.apply(Fn.POW, scaled, Expr.literal(params[2], TYPE)), product);
            case "SIGMOID" -> node.map(Expr.apply(Fn.TANH, scaled), product);
            default -> throw node.error("kernel_type LINEAR, POLY, RBF or SIGMOID was expected, not '" + kind + "'");
        };
    }

    private static List<Operand> classifier(NodeContext node) {
        var vectors = new SupportVectors(node);
        var labels = ClassLabels.of(node, "classlabels_ints", "classlabels_strings");
        var perClass = node.attributes().integers("vectors_per_class");
        var x = node.cast(ClassLabels.rows(node, 0), TYPE);
        return perClass == null || perClass.length == 0 ? vectors.linear(x, labels)
                : vectors.pairs(x, labels, perClass);
    }

    /** Without support vectors: a row of coefficients for each class. */
    private List<Operand> linear(Value x, ClassLabels labels) {
        var scores = node.map(Formula.add(Expr.arg(0, TYPE), Expr.literal(rho[0], TYPE)),
                kernels(x, coefficients, labels.size()));
        return node.results(labels.largest(node, scores), PostTransforms.apply(node, scores));
    }

    /** A score for each pair of classes, which votes for one of them. */
    private List<Operand> pairs(Value x, ClassLabels labels, long[] perClass) {
        int classes = perClass.length;
        int count = Math.toIntExact(Arrays.stream(perClass).sum());
        int pairs = classes * (classes - 1) / 2;
        if (rho.length != pairs || coefficients.length != (classes - 1) * count) {
            throw node.error(pairs + " rho and " + (classes - 1) * count + " coefficients were expected, not "
                    + rho.length + " and " + coefficients.length);
        }
        var product = node.apply(MatMul.plain(TYPE), kernels(x, list("support_vectors"), count),
                constant(pairWeights(perClass, count, pairs), count, pairs));
        var scores = node.map(Formula.add(Expr.arg(0, TYPE), Expr.arg(1, TYPE)), product, constant(rho, pairs));
        var votes = votes(scores, classes);
        var slopes = list("prob_a");
        if (slopes.length == pairs) {
            var chances = new PairwiseChances(node, classes).of(node.map(chance(), scores, constant(slopes, pairs),
                    constant(list("prob_b"), pairs)));
            return node.results(labels.largest(node, votes), PostTransforms.apply(node, chances));
        }
        var shown = classes > 2 ? scores : node.apply(new Concat(1), scores,
                node.map(Expr.apply(Fn.NEG, Expr.arg(0, TYPE)), scores));
        return node.results(labels.largest(node, votes), PostTransforms.apply(node, shown));
    }

    /** What each vector adds to each pair {@code [V,P]}. */
    private float[] pairWeights(long[] perClass, int count, int pairs) {
        var weights = new float[count * pairs];
        int pair = 0;
        int startI = 0;
        for (int i = 0; i < perClass.length; i++) {
            int startJ = startI + (int) perClass[i];
            for (int j = i + 1; j < perClass.length; j++) {
                for (int v = startI; v < startI + perClass[i]; v++) {
                    weights[v * pairs + pair] = coefficients[(j - 1) * count + v];
                }
                for (int v = startJ; v < startJ + perClass[j]; v++) {
                    weights[v * pairs + pair] = coefficients[i * count + v];
                }
                startJ += (int) perClass[j];
                pair++;
            }
            startI += (int) perClass[i];
        }
        return weights;
    }

    /** How many pairs each class wins {@code [N,P] -> [N,C]}. */
    private Value votes(Value scores, int classes) {
        var f = new Formula();
        int pairs = classes * (classes - 1) / 2;
        var first = new long[pairs];
        var second = new long[pairs];
        int pair = 0;
        for (int i = 0; i < classes; i++) {
            for (int j = i + 1; j < classes; j++) {
                first[pair] = i;
                second[pair++] = j;
            }
        }
        var count = f.sum(Formula.number(pairs), k -> {
            var positive = Formula.lt(Expr.literal(0, TYPE), f.operand(0, TYPE).at(Formula.axis(0), k));
            var winner = Formula.select(positive, f.operand(1, DType.I64).at(k), f.operand(2, DType.I64).at(k));
            return Formula.select(Formula.eq(winner, Formula.axis(1)), Formula.number(1), Formula.number(0));
        });
        return node.compute(Shape.of(scores.shape().dim(0), Dim.of(classes)), count, scores,
                node.constant(TensorData.longs(first, pairs)), node.constant(TensorData.longs(second, pairs)));
    }

    /** How probable the first class of a pair is, by its score. */
    private static Expr chance() {
        var line = Formula.add(Formula.mul(Expr.arg(0, TYPE), Expr.arg(1, TYPE)), Expr.arg(2, TYPE));
        var chance = Formula.sub(Expr.literal(1, TYPE), Expr.apply(Fn.SIGMOID, line));
        return Formula.min(Formula.max(chance, Expr.literal(1e-7, TYPE)), Expr.literal(1 - 1e-7, TYPE));
    }
}
