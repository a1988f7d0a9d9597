package dev.sinter.passes;

import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes {@code exp(x - max(x)) / sum(exp(x - max(x)))} along one axis. Without the maximum it overflows where
 * softmax does not, so that form is left alone.
 */
final class RecognizeSoftmax implements Rule {
    @Override
    public String name() {
        return "recognize-softmax";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var quotient = Quotient.of(Term.of(node.output(), graph));
        if (quotient == null || quotient.over().size() != 1 || quotient.under().size() != 1) {
            return Optional.empty();
        }
        var power = quotient.over().getFirst();
        var sum = reduction(quotient.under().getFirst(), Reduce.Monoid.SUM, graph);
        if (sum == null || !power.is(Fn.EXP) || !power.same(Term.of(sum.input(0), graph))) {
            return Optional.empty();
        }
        var centered = power.arg(0);
        var max = centered.is(Fn.SUB) ? reduction(centered.arg(1), Reduce.Monoid.MAX, graph) : null;
        var x = max == null ? null : max.input(0);
        if (max == null || x == null || !max.op().equals(new Reduce(Reduce.Monoid.MAX, axes(sum), true))
                || !centered.arg(0).same(Term.of(x, graph)) || !x.type().equals(node.output().type())) {
            return Optional.empty();
        }
        return Optional.of(softmax(node, x, axes(sum).getFirst(), graph));
    }

    private static Patch softmax(Node node, Value x, int axis, GraphIndex graph) {
        var patch = graph.patch("softmax written out");
        return patch.replace(node.output(), patch.add(new Softmax(axis), node.origin(), x)).build();
    }

    private static List<Integer> axes(Node reduce) {
        return reduce.op() instanceof Reduce r ? r.axes() : List.of();
    }

    private static @Nullable Node reduction(Term term, Reduce.Monoid monoid, GraphIndex graph) {
        var leaf = term.leaf();
        var node = leaf == null ? null : graph.producer(leaf, Reduce.class);
        return node != null && node.op() instanceof Reduce(var m, var axes, var keep) && m == monoid && keep
                && axes.size() == 1
                        ? node
                        : null;
    }
}
