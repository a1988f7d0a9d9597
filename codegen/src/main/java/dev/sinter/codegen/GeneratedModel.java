package dev.sinter.codegen;

import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.ir.Graph;
import dev.sinter.ir.cost.Choice;
import dev.sinter.runtime.ModelImage;
import java.util.List;

/**
 * A compiled model.
 *
 * @param image
 *            what runs
 * @param finalGraph
 *            the graph it was made from
 * @param plan
 *            its plan
 * @param planText
 *            the plan as text
 * @param kernels
 *            its kernels, of the widest form emitted
 * @param shares
 *            what became of the model's nodes
 * @param choices
 *            the choices by cost
 */
public record GeneratedModel(ModelImage image, Graph finalGraph, ModelPlan plan, String planText,
        List<KernelListing> kernels, NodeShares shares, List<Choice> choices) {
    /** Copies the lists. */
    public GeneratedModel {
        kernels = List.copyOf(kernels);
        choices = List.copyOf(choices);
    }
}
