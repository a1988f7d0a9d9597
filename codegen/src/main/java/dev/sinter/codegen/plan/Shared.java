package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KernelTable;

/**
 * What the blocks of a model share.
 *
 * @param weights
 *            constants so far
 * @param kernels
 *            kernels made so far
 * @param winograd
 *            whether convolutions may be computed by Winograd's algorithm
 */
record Shared(WeightTable weights, KernelTable kernels, boolean winograd) {
    Shared(boolean winograd) {
        this(new WeightTable(), new KernelTable(), winograd);
    }
}
