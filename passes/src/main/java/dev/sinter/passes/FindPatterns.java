package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.WeightAnalysis;
import dev.sinter.ir.WeightMatrix;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/**
 * Constants that products, convolutions and recurrences multiply with get facts of what is special about them: zeros and
 * the order in them, few different values, powers of two, a low rank. All passes are done by then, so weights have them
 * whatever they were made of.
 */
final class FindPatterns implements Rule {
    private static final int SMALLEST = 32;

    @Override
    public String name() {
        return "find-patterns";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Constant.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var value = node.output();
        var constant = (Constant) node.op();
        if (value.facts().weights() != null || constant.data().size() < SMALLEST) {
            return Optional.empty();
        }
        for (var user : graph.users(value)) {
            var matrix = WeightMatrix.of(user, value);
            var facts = matrix == null ? null : WeightAnalysis.of(matrix);
            if (facts != null) {
                var patch = graph.patch("weights with " + facts.words());
                return Optional.of(
                        patch.replace(value, patch.constant(constant, value.facts().with(facts))).build());
            }
        }
        return Optional.empty();
    }
}
