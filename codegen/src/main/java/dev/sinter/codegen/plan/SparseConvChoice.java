package dev.sinter.codegen.plan;

import dev.sinter.ir.Node;
import dev.sinter.ir.cost.PrunedConv;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import java.util.ArrayList;

/** Whether a convolution with constant weights, channels first, is computed without its zeros, and in groups of how many results. */
final class SparseConvChoice {
    private static final String DENSE = "dense";
    /** What another way than the dense one must gain. */
    private static final double GAIN = 0.05;

    private SparseConvChoice() {
    }

    /**
     * Chooses for a node.
     *
     * @return results of a group, or 0 for all weights or where the node is no such convolution
     */
    static int group(Node node, PlanBuilder plan) {
        var pruned = PrunedConv.of(node);
        if (pruned == null) {
            return 0;
        }
        var sample = Sample.ofPruned(node);
        var ways = new ArrayList<Way>();
        ways.add(new Way(DENSE, pruned.dense(), sample));
        for (int group : pruned.groups()) {
            ways.add(new Way(group + "x1", pruned.nanos(group), sample));
        }
        var picked = plan.choices().pick(new Question("sparse", ways, GAIN), node.origin());
        return pruned.groups().stream().filter(g -> picked.equals(g + "x1")).findFirst().orElse(0);
    }
}
