package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/**
 * A map whose only user is a map becomes part of it, where both have one shape, or where the inner one is smaller and
 * so cheap that broadcasting it costs nothing. Every function still rounds as before.
 */
final class FuseMaps implements Rule {
    @Override
    public String name() {
        return "fuse-maps";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Map(var expr))) {
            return Optional.empty();
        }
        var body = new Body(expr, node.inputs());
        for (int i = 0; i < node.inputs().size(); i++) {
            var value = node.input(i);
            var producer = graph.producer(value, Map.class);
            if (producer == null || graph.uses(value) != 1 || !(producer.op() instanceof Map(var inner))
                    || !Fusion.mayInline(expr, inner, body.occurrences(i))
                    || !(value.shape().equals(node.output().shape()) || Fusion.isCheap(inner))) {
                continue;
            }
            var fused = body.inline(i, new Body(inner, producer.inputs()));
            var patch = graph.patch(inner + " into " + expr);
            var origin = value.shape().equals(node.output().shape())
                    ? producer.origin().plus(node.origin())
                    : node.origin().plus(producer.origin());
            var result = patch.map(fused.expr(), origin, fused.operands());
            if (result.shape().isRanked() && result.shape().equals(node.output().shape())) {
                return Optional.of(patch.replace(node.output(), result).build());
            }
        }
        return Optional.empty();
    }
}
