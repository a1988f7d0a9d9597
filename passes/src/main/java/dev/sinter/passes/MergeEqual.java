package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Op;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Common subexpressions: equal ops on equal operands are one node; equal small constants are one. */
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

    /** An earlier node of equal op and operands among the users of the operand with the fewest. */
    private static @Nullable Node twin(Node node, GraphIndex graph) {
        if (!node.regions().isEmpty() || node.inputs().isEmpty()) {
            return null;
        }
        var rarest = node.inputs().stream().min(Comparator.comparingInt(graph::uses)).orElseThrow();
        for (var other : graph.users(rarest)) {
            if (other.inputs().equals(node.inputs()) && other.op().equals(node.op())
                    && graph.isBefore(other, node) && other.regions().isEmpty()) {
                return other;
            }
        }
        return null;
    }
}
