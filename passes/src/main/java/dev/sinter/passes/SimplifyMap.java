package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.Optional;

/** Algebra within a map's expression, only where every result stays the same to the bit; see {@link Algebra}. */
final class SimplifyMap implements Rule {
    @Override
    public String name() {
        return "simplify-map";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Map(var expr)) || !node.output().shape().isRanked()) {
            return Optional.empty();
        }
        var simpler = expr.transform(Algebra::simplify);
        if (simpler.equals(expr) && !(expr instanceof Expr.Arg)) {
            return Optional.empty();
        }
        var patch = graph.patch(expr + " is " + simpler);
        Value result;
        if (simpler instanceof Expr.Arg(var i, var type)) {
            var operand = node.input(i);
            result = operand.shape().equals(node.output().shape())
                    ? operand
                    : patch.add(new View(new IndexMap.Expand(node.output().shape())), node.origin(), operand);
        } else {
            var body = new Body(simpler, node.inputs());
            var packed = body.compact();
            result = Broadcast.gives(packed.operands(), node.output().shape())
                    ? patch.map(packed.expr(), node.origin(), packed.operands())
                    : patch.map(simpler, node.origin(), node.inputs());
        }
        return Optional.of(patch.replace(node.output(), result).build());
    }
}
