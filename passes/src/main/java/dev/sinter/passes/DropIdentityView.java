package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.Optional;
import java.util.stream.IntStream;

/** A view that changes neither shape nor order is its operand. */
final class DropIdentityView implements Rule {
    @Override
    public String name() {
        return "drop-identity-view";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return View.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var from = node.input(0);
        if (!(node.op() instanceof View(var map)) || !from.shape().isRanked()
                || !from.shape().equals(node.output().shape())) {
            return Optional.empty();
        }
        boolean identity = switch (map) {
            case IndexMap.Reshape r -> true;
            case IndexMap.Expand e -> true;
            case IndexMap.Permute(var perm) -> IntStream.range(0, perm.size()).allMatch(i -> perm.get(i) == i);
            case IndexMap.Slice s ->
                    s.begins().stream().allMatch(Dim.ZERO::equals) && s.steps().stream().allMatch(x -> x == 1);
        };
        return identity
                ? Optional.of(graph.patch("a " + node.op().mnemonic() + " that changes nothing")
                        .replace(node.output(), from).build())
                : Optional.empty();
    }
}
