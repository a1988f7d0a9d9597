package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KernelTable;
import dev.sinter.ir.cost.Choices;

/**
 * What the blocks of a model share.
 *
 * @param weights
 *            constants so far
 * @param kernels
 *            kernels made so far
 * @param winograd
 *            whether convolutions may be computed by Winograd's algorithm
 * @param choices
 *            makes the choices by cost
 */
record Shared(WeightTable weights, KernelTable kernels, boolean winograd, Choices choices) {
    Shared(boolean winograd, Choices choices) {
        this(new WeightTable(), new KernelTable(), winograd, choices);
    }
}
