package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.List;
import java.util.Optional;

/**
 * Simplifies the sizes in views with what was learned of symbols since: {@code min(S, 512)} is {@code S} once a later
 * node has bounded S by 512.
 */
final class SimplifyDims implements Rule {
    @Override
    public String name() {
        return "simplify-dims";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return View.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof View(var map))) {
            return Optional.empty();
        }
        var known = graph.symbols();
        var simpler = switch (map) {
            case IndexMap.Reshape(var shape) -> new IndexMap.Reshape(simplify(shape, known));
            case IndexMap.Expand(var shape) -> new IndexMap.Expand(simplify(shape, known));
            case IndexMap.Permute p -> p;
            case IndexMap.Slice(var begins, var steps, var sizes) ->
                    new IndexMap.Slice(simplify(begins, known), steps, simplify(sizes, known));
        };
        if (simpler.equals(map)) {
            return Optional.empty();
        }
        var patch = graph.patch(map + " is " + simpler);
        return Optional
                .of(patch.replace(node.output(), patch.add(new View(simpler), node.origin(), node.input(0))).build());
    }

    private static Shape simplify(Shape shape, Symbols known) {
        return shape.isRanked() ? new Shape(simplify(shape.dims(), known)) : shape;
    }

    private static List<Dim> simplify(List<Dim> dims, Symbols known) {
        return dims.stream().map(known::simplify).toList();
    }
}
