package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Optional;

/** A map broadcasts by itself: an expanded operand is taken unexpanded where the result keeps its shape. */
final class DropExpand implements Rule {
    @Override
    public String name() {
        return "drop-expand";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        for (int i = 0; i < node.inputs().size(); i++) {
            var expand = graph.producer(node.input(i), View.class);
            if (expand == null || !(expand.op() instanceof View(IndexMap.Expand e))) {
                continue;
            }
            var operands = new ArrayList<>(node.inputs());
            operands.set(i, expand.input(0));
            if (Broadcast.gives(operands, node.output().shape())) {
                var patch = graph.patch("the map broadcasts " + expand.input(0).type() + " itself");
                var result = patch.addAll(node.op(), node.origin().plus(expand.origin()), operands).getFirst();
                return Optional.of(patch.replace(node.output(), result).build());
            }
        }
        return Optional.empty();
    }
}
