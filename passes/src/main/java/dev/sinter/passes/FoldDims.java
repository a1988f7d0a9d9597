package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Ops;
import java.util.List;
import java.util.Optional;

/**
 * Replaces shape arithmetic whose result is known as dimensions: by a constant where they are sizes, else by one
 * {@code dims} node.
 */
final class FoldDims implements Rule {
    @Override
    public String name() {
        return "fold-dims";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Op.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        boolean done = node.op() instanceof Constant || node.op() instanceof Dims;
        if (done || Ops.definesSymbols(node.op()) || node.outputs().size() != 1
                || !(node.output().type() instanceof TensorType)) {
            return Optional.empty();
        }
        var content = node.output().facts().content();
        if (content == null || node.output().isConstant() || !node.output().shape().isConst()) {
            return Optional.empty();
        }
        var patch = graph.patch("its elements are the dimensions " + content);
        var type = node.output().tensor();
        var known = content.stream().allMatch(Dim::isConst)
                ? patch.constant(constant(content, node), node.origin().first())
                : patch.add(new Dims(content, type), node.origin());
        return Optional.of(patch.replace(node.output(), known).build());
    }

    private static TensorData constant(List<Dim> content, Node node) {
        var data = TensorData.zeros(node.output().dtype(), node.output().shape().toLongs());
        for (int i = 0; i < content.size(); i++) {
            data.set(i, content.get(i).value());
        }
        return data;
    }
}
