package dev.sinter.codegen.plan;

import dev.sinter.ir.Graph;
import java.util.List;

/**
 * What a model does when it runs: kernel calls in order, memory, weights.
 *
 * @param graph
 *            the graph it was made from
 * @param steps
 *            in order
 * @param allocations
 *            arena memory
 * @param weights
 *            constants in the weight segment
 * @param weightBytes
 *            length of the segment
 */
public record Plan(Graph graph, List<Step> steps, List<Allocation> allocations, List<WeightItem> weights,
        long weightBytes) {
    /** Copies the lists. */
    public Plan {
        steps = List.copyOf(steps);
        allocations = List.copyOf(allocations);
        weights = List.copyOf(weights);
    }
}
