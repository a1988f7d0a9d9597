package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/**
 * One rewrite. A rule has no state: it looks at a node and its surroundings and says what to put there instead. Every
 * patch must bring the graph nearer to a state in which the rule no longer applies.
 */
public interface Rule {
    /** {@return its name in lists and dumps, such as {@code recognize-gelu}} */
    String name();

    /** {@return the op of the nodes it wants to see} */
    Class<? extends Op> looksAt();

    /**
     * Looks at one node.
     *
     * @param node
     *            a node whose op is a {@link #looksAt()}
     * @param graph
     *            its surroundings
     * @return what to do, or nothing
     */
    Optional<Patch> apply(Node node, GraphIndex graph);
}
