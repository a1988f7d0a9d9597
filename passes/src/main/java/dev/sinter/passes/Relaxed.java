package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the rules have in common that change how a map's expression is rounded. */
final class Relaxed {
    private Relaxed() {
    }

    /** The map with every part of its expression changed that the function changes; nothing if there is none. */
    static Optional<Patch> map(Node node, GraphIndex graph, UnaryOperator<Expr> part, String label) {
        if (!(node.op() instanceof Map(var expr))) {
            return Optional.empty();
        }
        var changed = expr.transform(part);
        if (changed.equals(expr)) {
            return Optional.empty();
        }
        var patch = graph.patch(label);
        return Optional.of(patch.replace(node.output(), patch.map(changed, node.origin(), node.inputs())).build());
    }
}
