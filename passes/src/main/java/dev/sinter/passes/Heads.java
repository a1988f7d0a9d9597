package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.View;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An operand of attention behind the views that split its heads off: {@code [B,S,heads*D]} reshaped to
 * {@code [B,S,heads,D]} and permuted, with factors in between. Or one whose heads are apart from the start, as those of
 * a cache are.
 *
 * @param operand
 *            what is split
 * @param split
 *            {@code [B,S,heads,D]}
 * @param factors
 *            what it is multiplied by on the way
 * @param isApart
 *            whether the operand is {@code [B,heads,S,D]}
 */
record Heads(Value operand, Shape split, Factors factors, boolean isApart) {
    private static final List<Integer> HEADS_FIRST = List.of(0, 2, 1, 3);
    private static final List<Integer> LAST_TURNED = List.of(0, 1, 3, 2);

    /** Product of what was met, and whether it was one divisor alone. */
    record Factors(double factor, boolean divide, int count) {
        static final Factors NONE = new Factors(1, false, 0);

        Factors times(Factors other) {
            if (count == 0 || other.count == 0) {
                return count == 0 ? other : this;
            }
            return new Factors(value() * other.value(), false, count + other.count);
        }

        private double value() {
            return divide ? 1 / factor : factor;
        }
    }

    int heads() {
        return Math.toIntExact(split.dim(2).value());
    }

    /** What attention takes: {@code [B,S,heads*D]}, or {@code [B,heads,S,D]} where the heads are apart. */
    Shape joined() {
        return isApart ? operand.shape() : Shape.of(split.dim(0), split.dim(1), split.dim(2).times(split.dim(3)));
    }

    /**
     * Reads upwards from a value to the reshape, or else takes a value that has its heads apart, {@code [B,heads,S,D]},
     * as it is.
     */
    static @Nullable Heads read(Value value, List<Integer> perm, boolean scalable, GraphIndex graph) {
        var joined = joined(value, perm, scalable, graph);
        return joined != null ? joined : apart(value, perm, scalable, graph);
    }

    /** A value behind factors and the permutation that turns heads apart into {@code perm} of {@code [B,S,heads,D]}. */
    private static @Nullable Heads apart(Value value, List<Integer> perm, boolean scalable, GraphIndex graph) {
        var now = value;
        var factors = Factors.NONE;
        boolean turn = !perm.equals(HEADS_FIRST);
        while (true) {
            var factor = scalable ? factor(Term.of(now, graph)) : null;
            var view = graph.producer(now, View.class);
            if (factor != null) {
                factors = factors.times(factor);
                now = scaledOperand(Term.of(now, graph));
            } else if (turn && view != null && view.op().equals(new View(new IndexMap.Permute(LAST_TURNED)))) {
                turn = false;
                now = view.input(0);
            } else {
                break;
            }
        }
        var shape = now.shape();
        if (turn || now.dtype() != DType.F32 || !shape.isRanked() || shape.rank() != 4 || !shape.dim(1).isConst()
                || !shape.dim(3).isConst()) {
            return null;
        }
        return new Heads(now, Shape.of(shape.dim(0), shape.dim(2), shape.dim(1), shape.dim(3)), factors, true);
    }

    /** Reads upwards from a value to the reshape; null where the permutation on the way is another. */
    private static @Nullable Heads joined(Value value, List<Integer> perm, boolean scalable, GraphIndex graph) {
        var now = value;
        var axes = List.of(0, 1, 2, 3);
        var factors = Factors.NONE;
        while (true) {
            var node = graph.producer(now);
            if (node == null || !now.shape().isRanked() || now.shape().rank() != 4) {
                return null;
            }
            if (node.op() instanceof View(IndexMap.Permute(var p))) {
                var outer = axes;
                axes = outer.stream().map(p::get).toList();
            } else if (node.op() instanceof Map && scalable) {
                var factor = factor(Term.of(now, graph));
                if (factor == null) {
                    return null;
                }
                factors = factors.times(factor);
                now = scaledOperand(Term.of(now, graph));
                continue;
            } else if (node.op() instanceof View(IndexMap.Reshape(var shape))) {
                return axes.equals(perm) ? split(node.input(0), shape, factors, scalable, graph) : null;
            } else {
                return null;
            }
            now = node.input(0);
        }
    }

    private static @Nullable Heads split(Value operand, Shape split, Factors met, boolean scalable, GraphIndex graph) {
        var from = operand;
        var factors = met;
        var factor = scalable ? factor(Term.of(from, graph)) : null;
        if (factor != null) {
            factors = factors.times(factor);
            from = scaledOperand(Term.of(from, graph));
        }
        boolean whole = split.dim(2).isConst() && from.shape().isRanked() && from.shape().rank() > 0
                && from.shape().dim(-1).equals(split.dim(2).times(split.dim(3)));
        return whole ? new Heads(from, split, factors, false) : null;
    }

    /** What a value times or over a number is multiplied by; null for other terms. */
    static @Nullable Factors factor(Term term) {
        var left = term.is(Fn.MUL) ? term.arg(0).number() : null;
        var right = term.is(Fn.MUL) || term.is(Fn.DIV) ? term.arg(1).number() : null;
        if (right != null && term.arg(0).value() != null) {
            return new Factors(right, term.is(Fn.DIV), 1);
        }
        return left != null && term.arg(1).value() != null ? new Factors(left, false, 1) : null;
    }

    /** The value that {@link #factor} multiplies. */
    static Value scaledOperand(Term term) {
        var operand = term.arg(0).number() == null ? term.arg(0).value() : term.arg(1).value();
        return Objects.requireNonNull(operand);
    }

}
