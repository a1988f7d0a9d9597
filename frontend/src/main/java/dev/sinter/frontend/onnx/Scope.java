package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.ops.Operand;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names of a graph and what they stand for; a body sees the names around its node, too. */
final class Scope {
    private final @Nullable Scope outer;
    private final @Nullable Initializers weights;
    private final Map<String, Operand> names = new HashMap<>();

    Scope(@Nullable Scope outer, @Nullable Initializers weights) {
        this.outer = outer;
        this.weights = weights;
    }

    void define(String name, Operand operand, String where) {
        if (names.putIfAbsent(name, operand) != null) {
            throw new OnnxImportException(where + ": '" + name + "' is defined twice");
        }
    }

    /** What a name stands for; the innermost definition counts. */
    Operand operand(String name, String where) {
        for (var scope = this; scope != null; scope = scope.outer) {
            var found = scope.own(name);
            if (found != null) {
                return found;
            }
        }
        throw new OnnxImportException(where + ": '" + name
                + "' was expected to be an input, an initializer or the output of an earlier node");
    }

    private @Nullable Operand own(String name) {
        var known = names.get(name);
        var constant = known == null && weights != null ? weights.get(name) : null;
        if (constant != null) {
            known = Operand.ofConstant(constant, name);
            names.put(name, known);
        }
        return known;
    }
}
