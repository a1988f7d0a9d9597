package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
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
 *            what is added to the scores; null without
 * @param hiding
 *            which scores a number stands for; null without
 * @param origin
 *            of the product of q and k
 */
record AttentionScores(Heads q, Heads k, float factor, boolean divide, @Nullable Value mask, @Nullable Hiding hiding,
        Origin origin) {
    /**
     * A number in place of scores, so low that they have no weight.
     *
     * @param condition
     *            which scores
     * @param number
     *            what stands for them
     * @param where
     *            the value of the condition that hides
     */
    record Hiding(Value condition, double number, boolean where) {
    }

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
                    var scores = selected(term.arg(i), mask, graph);
                    if (scores != null) {
                        return scores;
                    }
                }
            }
            return null;
        }
        return selected(term, null, graph);
    }

    private static @Nullable AttentionScores selected(Term term, @Nullable Value mask, GraphIndex graph) {
        if (!term.is(Fn.SELECT)) {
            return scaled(term, mask, null, graph);
        }
        var condition = term.arg(0).value();
        for (int i = 1; i < 3 && condition != null; i++) {
            var hidden = term.arg(i).number();
            if (hidden != null && hidden <= HIDDEN) {
                return scaled(term.arg(3 - i), mask, new Hiding(condition, hidden, i == 1), graph);
            }
        }
        return null;
    }

    private static @Nullable AttentionScores scaled(Term term, @Nullable Value mask, @Nullable Hiding hiding,
            GraphIndex graph) {
        var outer = Heads.factor(term);
        var value = outer == null ? term.leaf() : Heads.scaledOperand(term);
        var product = value == null ? null : RecognizeAttention.plainProduct(value, graph);
        var q = product == null ? null : Heads.read(product.input(0), HEADS_FIRST, true, graph);
        var k = product == null ? null : Heads.read(product.input(1), HEADS_FIRST_TRANSPOSED, true, graph);
        if (product == null || q == null || k == null) {
            return null;
        }
        var factors = (outer == null ? Heads.Factors.NONE : outer).times(q.factors()).times(k.factors());
        return new AttentionScores(q, k, (float) factors.factor(), factors.divide(), mask, hiding, product.origin());
    }

    /** Whether masks go with scores of a shape {@code [B,heads,S,T]}. */
    boolean masksFit(Shape scores) {
        return Stream.of(mask, hiding == null ? null : hiding.condition())
                .allMatch(m -> m == null || m.shape().isRanked() && Broadcast.fits(m.shape(), scores));
    }

    boolean isMasked() {
        return mask != null || hiding != null;
    }

    /** The mask to add: as it is, or with the number that hides a score where the condition does. */
    Value addedMask(Origin from, Patch.Builder patch) {
        if (hiding == null) {
            return Objects.requireNonNull(mask);
        }
        var zero = Expr.literal(0, DType.F32);
        var number = Expr.literal(hiding.number(), DType.F32);
        var condition = Expr.arg(0, DType.BOOL);
        var chosen = hiding.where() ? Expr.apply(Fn.SELECT, condition, number, zero)
                : Expr.apply(Fn.SELECT, condition, zero, number);
        return mask == null ? patch.map(chosen, from, List.of(hiding.condition()))
                : patch.map(Expr.apply(Fn.ADD, chosen, Expr.arg(1, DType.F32)), from,
                        List.of(hiding.condition(), mask));
    }
}
