package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Op;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Convolutions of constant weights, and what stands between them, are computed with channels last where that gains more
 * than the permutations at the borders cost. Products are then added in another order, so rounding changes.
 */
final class TuneLayout implements Rule {
    private final Choices choices;
    private final Map<Node, LayoutCosts.Asked> known = new HashMap<>();

    TuneLayout(Choices choices) {
        this.choices = choices;
    }

    @Override
    public String name() {
        return "tune-layout";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Conv.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!ChannelsLast.carries(node)) {
            return Optional.empty();
        }
        var last = LayoutCut.of(graph, new LayoutCosts(graph, choices, known));
        if (!last.contains(node)) {
            return Optional.empty();
        }
        var patch = graph.patch(last.size() + " nodes with channels last");
        var layout = new ChannelsLast(patch);
        for (var part : last) {
            if (!layout.turn(part)) {
                return Optional.empty();
            }
        }
        for (var part : last) {
            if (isWantedFirst(part.output(), last, graph)) {
                patch.replace(part.output(), layout.first(part));
            }
        }
        return Optional.of(patch.build());
    }

    private static boolean isWantedFirst(Value value, Set<Node> last, GraphIndex graph) {
        return graph.isOutput(value) || graph.users(value).stream()
                .anyMatch(user -> !last.contains(user) || LayoutCut.isTaken(user, value));
    }
}
