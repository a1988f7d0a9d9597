package dev.sinter.runtime;

/**
 * What follows from one set of symbol values; shared by all calls with these values. Only the times change.
 *
 * @param symbols the symbols' values
 * @param values what {@link Program#bind} gave
 * @param p the arena offset of each allocation, then the kernel parameters
 * @param strides elements between two workers' parts of each allocation; 0 where there is one part
 * @param lengths each arena's length, by {@link StorageClass#ordinal()}
 * @param shapes each output's shape
 * @param outputLengths each output's array length
 * @param times what the steps cost
 */
record Binding(long[] symbols, long[] values, int[] p, int[] strides, int[] lengths, long[][] shapes,
        int[] outputLengths, StepTimes times) {
    int length(StorageClass storage) {
        return lengths[storage.ordinal()];
    }

    /** Size of all arenas. */
    long bytes() {
        long sum = 0;
        for (StorageClass storage : StorageClass.values()) {
            sum += (long) storage.bytes() * length(storage);
        }
        return sum;
    }
}
