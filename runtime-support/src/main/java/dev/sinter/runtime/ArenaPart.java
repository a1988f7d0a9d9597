package dev.sinter.runtime;

/**
 * A place in an arena, for as long as some steps need it.
 *
 * @param storage the arena
 * @param firstStep first step that uses it
 * @param lastStep last step that uses it
 * @param offset where it begins, bytes
 * @param bytes its size, that of all workers together where each has its own
 * @param perWorker whether each worker has its own
 */
public record ArenaPart(StorageClass storage, int firstStep, int lastStep, long offset, long bytes,
        boolean perWorker) {
}
