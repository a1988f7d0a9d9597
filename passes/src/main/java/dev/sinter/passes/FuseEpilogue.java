package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * A map that is the only user of a matrix product or of a convolution becomes its epilogue: bias, activation,
 * dequantization, residual. Its other operands must broadcast to the product's shape.
 */
final class FuseEpilogue implements Rule {
    @Override
    public String name() {
        return "fuse-epilogue";
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
        for (int i = 0; i < node.inputs().size(); i++) {
            var product = Product.of(graph.producer(node.input(i)));
            if (product == null || graph.uses(node.input(i)) != 1
                    || !node.output().shape().equals(node.input(i).shape())) {
                continue;
            }
            var body = new Body(expr, node.inputs());
            boolean fits = node.inputs().stream().allMatch(v -> Broadcast.fits(v.shape(), node.output().shape()));
            if (fits && Fusion.mayInline(expr, product.epilogue(), body.occurrences(i))) {
                return Optional.of(fuse(node, body, i, product, graph));
            }
        }
        return Optional.empty();
    }

    private static Patch fuse(Node node, Body body, int i, Product product, GraphIndex graph) {
        // The raw product stands for itself: it is operand 0 of the epilogue and no operand of the node.
        var places = new LinkedHashMap<Value, Integer>();
        places.put(product.node().output(), 0);
        var operands = new ArrayList<Value>();
        operands.add(product.node().output());
        operands.addAll(product.extras());
        var whole = body.inlineKeeping(i, new Body(product.epilogue(), operands));
        Expr epilogue = whole.rename(places);
        var extras = List.copyOf(places.keySet()).subList(1, places.size());
        var patch = graph.patch(body.expr() + " into a product");
        var result = product.add(patch, epilogue, extras, product.node().origin().plus(node.origin()));
        return patch.replace(node.output(), result).build();
    }
}
