package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.List;
import java.util.Optional;

/** A permutation that only moves axes of size 1 is a reshape. */
final class PermuteAsReshape implements Rule {
    @Override
    public String name() {
        return "permute-as-reshape";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return View.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof View(IndexMap.Permute(var perm)))) {
            return Optional.empty();
        }
        var shape = node.input(0).shape();
        if (!isReshape(shape, perm)) {
            return Optional.empty();
        }
        var patch = graph.patch("permute " + perm + " of " + shape + " only moves axes of size 1");
        var reshape = new View(new IndexMap.Reshape(node.output().shape()));
        return Optional.of(patch.replace(node.output(), patch.add(reshape, node.origin(), node.input(0))).build());
    }

    /** Whether a permutation of a shape only moves axes of size 1. */
    static boolean isReshape(Shape shape, List<Integer> perm) {
        int last = -1;
        for (int axis : perm) {
            if (!shape.dim(axis).equals(Dim.ONE)) {
                if (axis < last) {
                    return false;
                }
                last = axis;
            }
        }
        return true;
    }
}
