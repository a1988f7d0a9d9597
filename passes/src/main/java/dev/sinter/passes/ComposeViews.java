package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A view of a view of the same kind is one view of the first operand. */
final class ComposeViews implements Rule {
    @Override
    public String name() {
        return "compose-views";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return View.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var inner = graph.producer(node.input(0), View.class);
        if (inner == null || !(node.op() instanceof View(var outerMap))
                || !(inner.op() instanceof View(var innerMap))) {
            return Optional.empty();
        }
        var map = compose(innerMap, outerMap);
        if (map == null) {
            return Optional.empty();
        }
        var patch = graph.patch(node.op().mnemonic() + " of " + inner.op().mnemonic());
        var origin = node.origin().plus(inner.origin());
        return Optional.of(patch.replace(node.output(), patch.add(new View(map), origin, inner.input(0))).build());
    }

    private static @Nullable IndexMap compose(IndexMap inner, IndexMap outer) {
        return switch (outer) {
            case IndexMap.Reshape r -> inner instanceof IndexMap.Reshape ? r : null;
            case IndexMap.Expand e -> inner instanceof IndexMap.Expand ? e : null;
            case IndexMap.Permute(var perm) -> inner instanceof IndexMap.Permute(var first)
                    ? new IndexMap.Permute(perm.stream().map(first::get).toList())
                    : null;
            case IndexMap.Slice s -> inner instanceof IndexMap.Slice first ? compose(first, s) : null;
        };
    }

    private static IndexMap compose(IndexMap.Slice inner, IndexMap.Slice outer) {
        var begins = new ArrayList<Dim>();
        var steps = new ArrayList<Long>();
        for (int i = 0; i < inner.begins().size(); i++) {
            long step = inner.steps().get(i);
            begins.add(inner.begins().get(i).plus(outer.begins().get(i).times(Dim.of(step))));
            steps.add(step * outer.steps().get(i));
        }
        return new IndexMap.Slice(begins, steps, outer.sizes());
    }
}
