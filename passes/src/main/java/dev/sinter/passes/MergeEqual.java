package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Op;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Common subexpressions: equal ops on equal operands are one node; equal small constants are one. Nodes that define
 * symbols stay apart: each defines its own, and what a routine of the library gives may be random.
 */
final class MergeEqual implements Rule {
    @Override
    public String name() {
        return "merge-equal";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Op.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var twin = node.op() instanceof Constant c ? constant(c, graph) : twin(node, graph);
        if (twin == null || GraphIndex.key(twin) == GraphIndex.key(node)) {
            return Optional.empty();
        }
        var patch = graph.patch("the same as " + twin.outputs().getFirst());
        for (int i = 0; i < node.outputs().size(); i++) {
            patch.replace(node.outputs().get(i), twin.outputs().get(i));
        }
        return Optional.of(patch.build());
    }

    private static @Nullable Node constant(Constant constant, GraphIndex graph) {
        var value = graph.constantLike(constant.data());
        return value == null ? null : graph.producer(value);
    }

    private static @Nullable Node twin(Node node, GraphIndex graph) {
        for (var other : graph.twins(node)) {
            if (graph.isBefore(other, node)) {
                return other;
            }
        }
        return null;
    }
}
