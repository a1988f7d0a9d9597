package dev.sinter.codegen.plan;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.ir.Dim;

/**
 * Arena memory of one tensor or scratch area.
 *
 * @param storage
 *            element storage
 * @param size
 *            elements
 * @param firstStep
 *            first step that uses it
 * @param lastStep
 *            last step that uses it
 * @param perWorker
 *            whether every worker has its own
 */
public record Allocation(Storage storage, Dim size, int firstStep, int lastStep, boolean perWorker) {
}
