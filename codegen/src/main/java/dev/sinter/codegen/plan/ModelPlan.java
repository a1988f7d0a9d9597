package dev.sinter.codegen.plan;

import dev.sinter.ir.Graph;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model does when it runs: one block, or blocks that a script runs. Steps are numbered through all blocks.
 *
 * @param graph
 *            the graph it was made from
 * @param blocks
 *            straight-line parts, which share the weights
 * @param weights
 *            constants in the weight segment
 * @param weightBytes
 *            length of the segment
 * @param script
 *            what runs them; null where the only block is the whole model
 */
public record ModelPlan(Graph graph, List<Plan> blocks, List<WeightItem> weights, long weightBytes,
        @Nullable Script script) {
    /** Copies the lists. */
    public ModelPlan {
        blocks = List.copyOf(blocks);
        weights = List.copyOf(weights);
    }

    /** {@return the steps of all blocks, in the order of their numbers} */
    public List<Step> steps() {
        return blocks.stream().flatMap(b -> b.steps().stream()).toList();
    }

    /**
     * Number of a block's first step.
     *
     * @param block
     *            the block's place
     * @return from 0
     */
    public int firstStep(int block) {
        return blocks.subList(0, block).stream().mapToInt(b -> b.steps().size()).sum();
    }

    /**
     * The same with other blocks.
     *
     * @param others
     *            as many
     * @return a new plan
     */
    public ModelPlan withBlocks(List<Plan> others) {
        return new ModelPlan(graph, others, weights, weightBytes, script);
    }
}
