package dev.sinter.codegen;

import dev.sinter.codegen.plan.Plan;
import dev.sinter.ir.Graph;
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
 */
public record GeneratedModel(ModelImage image, Graph finalGraph, Plan plan, String planText,
        List<KernelListing> kernels) {
    /** Copies the list. */
    public GeneratedModel {
        kernels = List.copyOf(kernels);
    }
}
