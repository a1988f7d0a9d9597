package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A convolution with channels last and windows of one element is a matrix product, its bias the epilogue's first part. */
final class PointwiseAsProduct implements Rule {
    @Override
    public String name() {
        return "pointwise-as-product";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Conv.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Conv conv) || !isPointwise(conv, node)) {
            return Optional.empty();
        }
        var weights = node.input(1).shape();
        var patch = graph.patch("windows of one element");
        var matrix = patch.add(new View(new IndexMap.Reshape(Shape.of(weights.dim(0), weights.dim(1)))), Origin.NONE,
                node.input(1));
        var operands = new ArrayList<>(List.of(node.input(0),
                patch.add(new View(new IndexMap.Permute(List.of(1, 0))), Origin.NONE, matrix)));
        operands.addAll(node.inputs().subList(2, node.inputs().size()));
        var product = patch.addAll(new MatMul(epilogue(conv)), node.origin(), operands).getFirst();
        return Optional.of(patch.replace(node.output(), product).build());
    }

    private static boolean isPointwise(Conv conv, Node node) {
        var weights = node.input(1).shape();
        return conv.channelsLast() && conv.groups() == 1 && node.input(1).isConstant()
                && weights.dims().subList(2, weights.rank()).stream().allMatch(Dim.ONE::equals)
                && conv.strides().stream().allMatch(s -> s == 1) && conv.begin().stream().allMatch(p -> p == 0)
                && conv.end().stream().allMatch(p -> p == 0) && node.input(0).dtype() == DType.F32;
    }

    private static Expr epilogue(Conv conv) {
        var product = Expr.arg(0, DType.F32);
        if (!conv.bias()) {
            return conv.epilogue() == null ? product : conv.epilogue();
        }
        var sum = Expr.apply(Fn.ADD, product, Expr.arg(1, DType.F32));
        return conv.epilogue() == null ? sum
                : conv.epilogue().transform(e -> e instanceof Expr.Arg(var i, var t)
                        ? i == 0 ? sum : Expr.arg(i + 1, t) : e);
    }
}
