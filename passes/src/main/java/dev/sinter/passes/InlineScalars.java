package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.Optional;

/** Writes constants of one element into a map's expression, and drops operands the expression does not mention. */
final class InlineScalars implements Rule {
    @Override
    public String name() {
        return "inline-scalars";
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
        var put = new ArrayList<Expr>();
        for (int i = 0; i < node.inputs().size(); i++) {
            var literal = Term.literal(node.input(i));
            put.add(literal == null ? Expr.arg(i, node.input(i).dtype()) : literal);
        }
        var body = new Body(expr.substitute(put), node.inputs()).compact();
        if (body.operands().size() == node.inputs().size()
                || !Broadcast.gives(body.operands(), node.output().shape())) {
            return Optional.empty();
        }
        var patch = graph.patch("constants of one element become literals");
        return Optional
                .of(patch.replace(node.output(), patch.map(body.expr(), node.origin(), body.operands())).build());
    }
}
