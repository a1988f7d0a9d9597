package dev.sinter.frontend.onnx.export;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Compute;

/**
 * {@code compute}: the operator that it is, or the expression of an element computed for all elements at once.
 */
final class Computes {
    private Computes() {
    }

    static Ref export(Compute op, Node node, Site site) {
        var known = Windows.export(op, node, site);
        if (known != null) {
            return known;
        }
        var elements = Elements.over(site, node.inputs(), op.shape().dims());
        return elements.full(elements.of(op.expr()));
    }
}
