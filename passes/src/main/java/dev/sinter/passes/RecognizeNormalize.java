package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes layer normalization over the last axis, {@code (x - mean) / sqrt(variance + eps) * gamma + beta}, in the
 * forms of the usual exporters: the square as power or product, division or reciprocal square root, factors in any
 * order, the mean computed once or twice, and TensorFlow's {@code x * r + (beta - mean * r)} with
 * {@code r = rsqrt(variance + eps) * gamma}. Rounding changes within the definition.
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Layer Normalization</a>
 */
final class RecognizeNormalize implements Rule {
    /** What was found: the operand, the number below the root, the parameters. */
    private record Found(Value x, double epsilon, @Nullable Value gamma, @Nullable Value beta) {
    }

    /** {@code 1 / sqrt(variance + epsilon)} of an operand with that mean. */
    private record Deviation(Value x, double epsilon) {
    }

    @Override
    public String name() {
        return "recognize-normalize";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (node.output().dtype() != DType.F32 || !node.output().shape().isRanked()) {
            return Optional.empty();
        }
        var root = Term.of(node.output(), graph);
        var found = root.is(Fn.ADD) || root.is(Fn.SUB) ? withBeta(root, graph) : scaled(root, null, graph);
        return found == null || !found.x().type().equals(node.output().type()) ? Optional.empty()
                : patch(node, found, graph);
    }

    private static @Nullable Found withBeta(Term root, GraphIndex graph) {
        if (!root.is(Fn.ADD)) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            var beta = root.arg(1 - i).value();
            var found = beta == null ? null : scaled(root.arg(i), beta, graph);
            if (found == null) {
                found = folded(root.arg(i), root.arg(1 - i), graph);
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** {@code (x - mean) * gamma / sqrt(variance + eps)}, gamma optional. */
    private static @Nullable Found scaled(Term term, @Nullable Value beta, GraphIndex graph) {
        var quotient = Quotient.of(term);
        if (quotient == null || quotient.under().size() != 1 || quotient.over().isEmpty()
                || quotient.over().size() > 2) {
            return null;
        }
        var deviation = deviation(quotient.under().getFirst(), graph);
        if (deviation == null) {
            return null;
        }
        var x = Term.of(deviation.x(), graph);
        for (int i = 0; i < quotient.over().size(); i++) {
            var gamma = quotient.over().size() == 1 ? null : quotient.over().get(1 - i).value();
            if (isCentered(quotient.over().get(i), x, graph) && (quotient.over().size() == 1 || gamma != null)) {
                return new Found(deviation.x(), deviation.epsilon(), gamma, beta);
            }
        }
        return null;
    }

    /** {@code x * r} and {@code beta - mean * r}, r being {@code gamma / sqrt(variance + eps)}. */
    private static @Nullable Found folded(Term product, Term rest, GraphIndex graph) {
        var first = Quotient.of(product);
        var second = rest.is(Fn.SUB) ? Quotient.of(rest.arg(1)) : null;
        var beta = rest.is(Fn.SUB) ? rest.arg(0).value() : null;
        if (first == null || second == null || beta == null || first.under().size() != 1 || second.under().size() != 1
                || first.over().size() != 2 || second.over().size() != 2
                || !first.under().getFirst().same(second.under().getFirst())) {
            return null;
        }
        var deviation = deviation(first.under().getFirst(), graph);
        if (deviation == null) {
            return null;
        }
        var x = Term.of(deviation.x(), graph);
        for (int i = 0; i < 4; i++) {
            var gamma = first.over().get(1 - i / 2);
            if (first.over().get(i / 2).same(x) && gamma.value() != null && gamma.same(second.over().get(1 - i % 2))
                    && isMean(second.over().get(i % 2), x, graph)) {
                return new Found(deviation.x(), deviation.epsilon(), gamma.value(), beta);
            }
        }
        return null;
    }

    /** {@code sqrt(variance + eps)}, or the power -1/2 of it as {@link Quotient} puts it below the line. */
    private static @Nullable Deviation deviation(Term root, GraphIndex graph) {
        if (!(root.is(Fn.SQRT) || root.is(Fn.POW) && (root.arg(1).isNumber(0.5, 0) || root.arg(1).isNumber(-0.5, 0)))) {
            return null;
        }
        var sum = root.arg(0);
        for (int i = 0; i < 2 && sum.is(Fn.ADD); i++) {
            var epsilon = sum.arg(1 - i).number();
            var variance = lastMean(sum.arg(i), graph);
            var x = variance == null ? null : squaredDifference(Term.of(variance.input(0), graph), graph);
            if (epsilon != null && x != null) {
                return new Deviation(x, epsilon);
            }
        }
        return null;
    }

    /** The x of {@code (x - mean(x))^2}. */
    private static @Nullable Value squaredDifference(Term square, GraphIndex graph) {
        var difference = square.is(Fn.POW) && square.arg(1).isNumber(2, 0)
                || square.is(Fn.MUL) && square.arg(0).same(square.arg(1)) ? square.arg(0) : null;
        if (difference == null || !difference.is(Fn.SUB)) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            var mean = lastMean(difference.arg(i), graph);
            if (mean != null && difference.arg(1 - i).same(Term.of(mean.input(0), graph))) {
                return mean.input(0);
            }
        }
        return null;
    }

    private static boolean isCentered(Term term, Term x, GraphIndex graph) {
        return term.is(Fn.SUB) && term.arg(0).same(x) && isMean(term.arg(1), x, graph);
    }

    private static boolean isMean(Term term, Term x, GraphIndex graph) {
        var mean = lastMean(term, graph);
        return mean != null && Term.of(mean.input(0), graph).same(x);
    }

    /** The node that takes a mean over the last axis and keeps it. */
    private static @Nullable Node lastMean(Term term, GraphIndex graph) {
        var leaf = term.leaf();
        var node = leaf == null ? null : graph.producer(leaf, Reduce.class);
        return node != null && node.op() instanceof Reduce(var monoid, var axes, var keep) && keep
                && monoid == Reduce.Monoid.MEAN && axes.equals(List.of(node.input(0).shape().rank() - 1)) ? node : null;
    }

    private Optional<Patch> patch(Node node, Found found, GraphIndex graph) {
        var width = found.x().shape().dim(-1);
        var patch = graph.patch("layer normalization written out");
        var operands = new ArrayList<>(List.of(found.x()));
        if (found.gamma() == null && width.isConst()) {
            var ones = new float[Math.toIntExact(width.value())];
            Arrays.fill(ones, 1);
            operands.add(patch.constant(TensorData.floats(ones, ones.length), ""));
        }
        for (var parameter : Arrays.asList(found.gamma(), found.beta())) {
            if (parameter != null) {
                boolean vector = parameter.shape().isRanked() && parameter.shape().rank() > 0
                        && parameter.shape().size().equals(width) && parameter.shape().dim(-1).equals(width);
                if (!vector) {
                    return Optional.empty();
                }
                operands.add(parameter.shape().rank() == 1
                        ? parameter
                        : patch.add(new View(new IndexMap.Reshape(Shape.of(width))), node.origin(), parameter));
            }
        }
        if (operands.size() != (found.beta() == null ? 2 : 3)) {
            return Optional.empty();
        }
        var op = new Normalize((float) found.epsilon(), found.beta() != null);
        return Optional.of(patch.replace(node.output(), patch.addAll(op, node.origin(), operands).getFirst()).build());
    }
}
