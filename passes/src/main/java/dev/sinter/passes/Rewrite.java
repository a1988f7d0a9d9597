package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import java.util.List;

/**
 * A rewrite that was done.
 *
 * @param number
 *            counted from 1 over the whole run; what {@link PassOptions#rewriteLimit} counts
 * @param pass
 *            name of the pass
 * @param rule
 *            name of the rule
 * @param label
 *            what was found
 * @param root
 *            the node the rule looked at, as it was
 * @param removed
 *            nodes that are gone
 * @param added
 *            nodes that are new
 */
public record Rewrite(int number, String pass, String rule, String label, Node root, List<Node> removed,
        List<Node> added) {
    /** Copies the lists. */
    public Rewrite {
        removed = List.copyOf(removed);
        added = List.copyOf(added);
    }

    /** {@return the model nodes it touched} */
    public Origin origin() {
        var origin = root.origin();
        for (var node : removed) {
            origin = origin.plus(node.origin());
        }
        return origin;
    }

    @Override
    public String toString() {
        return number + " " + pass + "/" + rule + ": " + label + " at " + root.op().mnemonic() + " "
                + root.outputs().getFirst() + (root.origin().names().isEmpty() ? "" : " // " + root.origin());
    }
}
