package dev.sinter.testkit;

import dev.sinter.runtime.Value;
import java.util.List;

/**
 * A node whose results the test computes itself, by the operator's definition, because ONNX Runtime has no kernel for
 * it or its binding no type.
 *
 * @param node
 *            the node with its inputs
 * @param tolerance
 *            how near the results must be
 * @param want
 *            the results, in order
 */
record Worked(OneNode node, Tolerance tolerance, List<Value> want) {
    Worked(OneNode node, Value... want) {
        this(node, Numbers.CLOSE, List.of(want));
    }

    void check() {
        node.outputs(want.size()).assertGives(tolerance, want.toArray(Value[]::new));
    }

    /** {@return the nodes alone} */
    static List<OneNode> nodes(List<Worked> cases) {
        return cases.stream().map(Worked::node).toList();
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
