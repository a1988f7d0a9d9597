package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/** Sizes made of data that is known after all are no longer symbols: what is known takes their place everywhere. */
final class FoldDefine implements Rule {
    @Override
    public String name() {
        return "fold-define";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Define.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var content = node.input(0).facts().content();
        if (!(node.op() instanceof Define(var symbols)) || content == null || content.size() != symbols.size()) {
            return Optional.empty();
        }
        var patch = graph.patch(symbols + " are " + content);
        for (int i = 0; i < symbols.size(); i++) {
            patch.bind(symbols.get(i), content.get(i));
        }
        return Optional.of(patch.replace(node.output(), node.input(0)).build());
    }
}
