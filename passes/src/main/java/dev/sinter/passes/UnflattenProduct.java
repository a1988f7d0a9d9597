package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A product whose rows were flattened for it and are unflattened behind it (as exporters write a linear layer with
 * {@code Gemm}) is a product of the operand as it was. Then what follows can become its epilogue.
 */
final class UnflattenProduct implements Rule {
    @Override
    public String name() {
        return "unflatten-product";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return View.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof View(IndexMap.Reshape(var wanted))) || graph.uses(node.input(0)) != 1) {
            return Optional.empty();
        }
        var product = graph.producer(node.input(0), MatMul.class);
        var flattened = product == null ? null : graph.producer(product.input(0), View.class);
        if (flattened == null || !(flattened.op() instanceof View(IndexMap.Reshape r))) {
            return Optional.empty();
        }
        var left = flattened.input(0);
        var extras = product.inputs().subList(2, product.inputs().size());
        if (!isFlat(product.input(0).shape(), product.input(1).shape()) || !left.shape().isRanked()
                || left.shape().rank() < 3 || !left.shape().dim(-1).equals(product.input(0).shape().dim(-1))
                || !wanted.equals(left.shape().with(left.shape().rank() - 1, product.input(1).shape().dim(1)))
                || extras.stream().anyMatch(v -> !v.shape().isRanked() || v.shape().rank() > 1)) {
            return Optional.empty();
        }
        var operands = new ArrayList<Value>(List.of(left, product.input(1)));
        operands.addAll(extras);
        var patch = graph.patch("rows of " + left.shape());
        var result = patch.addAll(product.op(), product.origin().plus(node.origin()), operands).getFirst();
        return Optional.of(patch.replace(node.output(), result).build());
    }

    private static boolean isFlat(Shape left, Shape right) {
        return left.isRanked() && left.rank() == 2 && right.isRanked() && right.rank() == 2;
    }
}
