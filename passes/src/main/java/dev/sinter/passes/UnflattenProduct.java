package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
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
        var product = Product.of(graph.producer(node.input(0)));
        boolean real = product != null
                && (product.node().op() instanceof MatMul || product.node().op() instanceof ScaledMatMul);
        var flattened = product == null || !real ? null : graph.producer(product.a(), View.class);
        if (product == null || flattened == null || !(flattened.op() instanceof View(IndexMap.Reshape r))) {
            return Optional.empty();
        }
        var left = flattened.input(0);
        if (!isFlat(product.a().shape(), product.b().shape()) || !left.shape().isRanked()
                || left.shape().rank() < 3 || !left.shape().dim(-1).equals(product.a().shape().dim(-1))
                || !wanted.equals(left.shape().with(left.shape().rank() - 1, product.b().shape().dim(1)))
                || product.extras().stream().anyMatch(v -> !v.shape().isRanked() || v.shape().rank() > 1)) {
            return Optional.empty();
        }
        var fixed = new ArrayList<>(product.fixed());
        fixed.set(0, left);
        var patch = graph.patch("rows of " + left.shape());
        var result = product.add(patch, fixed, product.epilogue(), product.extras(),
                product.node().origin().plus(node.origin()));
        return Optional.of(patch.replace(node.output(), result).build());
    }

    private static boolean isFlat(Shape left, Shape right) {
        return left.isRanked() && left.rank() == 2 && right.isRanked() && right.rank() == 2;
    }
}
