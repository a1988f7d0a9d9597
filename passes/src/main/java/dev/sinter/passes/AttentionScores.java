package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes into attention's softmax.
 *
 * @param q
 *            queries
 * @param k
 *            keys
 * @param factor
 *            factor or divisor of the scores
 * @param divide
 *            whether it divides
 * @param mask
 *            what is added to the scores, or a condition if {@code hidden} is given; null without
 * @param hidden
 *            what stands for scores that the condition hides; null for an additive mask
 * @param hiddenWhere
 *            the value of the condition that hides
 * @param origin
 *            of the product of q and k
 */
record AttentionScores(Heads q, Heads k, float factor, boolean divide, @Nullable Value mask, @Nullable Double hidden,
        boolean hiddenWhere, Origin origin) {
    private static final List<Integer> HEADS_FIRST = List.of(0, 2, 1, 3);
    private static final List<Integer> HEADS_FIRST_TRANSPOSED = List.of(0, 2, 3, 1);
    /** A score of this or less has no weight beside an ordinary one. */
    private static final double HIDDEN = -1e30;

    static @Nullable AttentionScores read(Value value, GraphIndex graph) {
        var term = Term.of(value, graph);
        if (term.is(Fn.ADD)) {
            for (int i = 0; i < 2; i++) {
                var mask = term.arg(1 - i).value();
                if (mask != null && mask.dtype() == DType.F32) {
                    var scores = scaled(term.arg(i), mask, null, false, graph);
                    if (scores != null) {
                        return scores;
                    }
                }
            }
            return null;
        }
        return term.is(Fn.SELECT) ? selected(term, graph) : scaled(term, null, null, false, graph);
    }

    private static @Nullable AttentionScores selected(Term term, GraphIndex graph) {
        var condition = term.arg(0).value();
        for (int i = 1; i < 3 && condition != null; i++) {
            var hidden = term.arg(i).number();
            if (hidden != null && hidden <= HIDDEN) {
                return scaled(term.arg(3 - i), condition, hidden, i == 1, graph);
            }
        }
        return null;
    }

    private static @Nullable AttentionScores scaled(Term term, @Nullable Value mask, @Nullable Double hidden,
            boolean hiddenWhere, GraphIndex graph) {
        var outer = Heads.factor(term);
        var value = outer == null ? term.leaf() : Heads.scaledOperand(term);
        var product = value == null ? null : RecognizeAttention.plainProduct(value, graph);
        var q = product == null ? null : Heads.read(product.input(0), HEADS_FIRST, true, graph);
        var k = product == null ? null : Heads.read(product.input(1), HEADS_FIRST_TRANSPOSED, true, graph);
        if (product == null || q == null || k == null) {
            return null;
        }
        var factors = (outer == null ? Heads.Factors.NONE : outer).times(q.factors()).times(k.factors());
        return new AttentionScores(q, k, (float) factors.factor(), factors.divide(), mask, hidden, hiddenWhere,
                product.origin());
    }
}
