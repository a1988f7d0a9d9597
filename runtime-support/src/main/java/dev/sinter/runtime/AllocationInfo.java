package dev.sinter.runtime;

/**
 * Scratch memory that a program needs for a while.
 *
 * @param storage its arena
 * @param firstStep first step that uses it
 * @param lastStep last step that uses it
 * @param size where {@link Program#bind} leaves its size in elements: an index into the values
 * @param perWorker whether each worker has one of its own; {@link Frame#offset} says where
 */
public record AllocationInfo(StorageClass storage, int firstStep, int lastStep, int size, boolean perWorker) {
    /** Checks the lifetime. */
    public AllocationInfo {
        if (firstStep < 0 || lastStep < firstStep) {
            throw new ModelException("allocation: the lifetime " + firstStep + " to " + lastStep + " is empty");
        }
    }
}
