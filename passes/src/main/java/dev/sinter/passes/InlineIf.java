package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Op;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A branch of which the condition is known is the nodes of the body that is taken. */
final class InlineIf implements Rule {
    @Override
    public String name() {
        return "inline-if";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return If.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var condition = node.input(0).constant();
        if (condition == null || condition.size() != 1 || node.outputs().isEmpty()) {
            return Optional.empty();
        }
        boolean holds = condition.getLong(0) != 0;
        var body = node.regions().get(holds ? 0 : 1);
        graph.symbols().addAll(body.symbols());
        var patch = graph.patch("its condition is " + holds);
        patch.include(body.nodes());
        for (int i = 0; i < node.outputs().size(); i++) {
            var result = node.outputs().get(i);
            var given = body.outputs().get(i).value();
            bind(node, result, given, graph, patch);
            patch.replace(result, given);
        }
        return Optional.of(patch.build());
    }

    /** The sizes that the node defined are those of the body. */
    private static void bind(Node node, Value result, Value given, GraphIndex graph, Patch.Builder patch) {
        var shape = ranked(result);
        var sizes = ranked(given);
        for (int axis = 0; shape != null && sizes != null && axis < shape.rank(); axis++) {
            if (shape.dim(axis) instanceof Dim.Sym(var name) && graph.isDefiner(name, node)) {
                patch.bind(name, sizes.dim(axis));
            }
        }
    }

    private static @Nullable Shape ranked(Value value) {
        return value.type() instanceof TensorType(var dtype, var shape) && shape.isRanked() ? shape : null;
    }
}
