package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/** Drops nodes of which nothing uses a result or a symbol. */
final class DropDead implements Rule {
    @Override
    public String name() {
        return "drop-dead";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Op.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        return graph.isDead(node) ? Optional.of(graph.patch("nothing uses it").build()) : Optional.empty();
    }
}
