package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;

/**
 * A matrix of weights with its zeros left out: for each group of neighbouring columns the rows in which one of them is
 * not zero, and there the weights of all of them.
 *
 * @param group
 *            columns of a group
 * @param ends
 *            {@code i32[groups+1]}, the first element of each group's blocks
 * @param blocks
 *            {@code i32[blocks,1+group]}: row of each block, ascending within a group, and the bits of its weights
 */
record SparseWeights(int group, TensorData ends, TensorData blocks) {
    /** How many blocks a matrix {@code [K,N]} has in groups of so many columns. */
    static int blocks(TensorData matrix, int group) {
        int n = (int) matrix.dims()[1];
        var weights = matrix.floatArray();
        int blocks = 0;
        for (int row = 0; row < weights.length; row += n) {
            for (int first = 0; first < n; first += group) {
                if (keeps(weights, row + first, row + Math.min(first + group, n))) {
                    blocks++;
                }
            }
        }
        return blocks;
    }

    private static boolean keeps(float[] weights, int from, int to) {
        for (int i = from; i < to; i++) {
            if (weights[i] != 0) {
                return true;
            }
        }
        return false;
    }

    /** Leaves the zeros out of a matrix {@code [K,N]}. */
    static SparseWeights of(TensorData matrix, int group) {
        int k = (int) matrix.dims()[0];
        int n = (int) matrix.dims()[1];
        var weights = matrix.floatArray();
        int groups = (n + group - 1) / group;
        var ends = new int[groups + 1];
        var blocks = new int[blocks(matrix, group) * (1 + group)];
        int next = 0;
        for (int g = 0; g < groups; g++) {
            int first = g * group;
            int width = Math.min(group, n - first);
            for (int row = 0; row < k; row++) {
                int at = row * n + first;
                if (keeps(weights, at, at + width)) {
                    blocks[next] = row;
                    for (int i = 0; i < width; i++) {
                        blocks[next + 1 + i] = Float.floatToRawIntBits(weights[at + i]);
                    }
                    next += 1 + group;
                }
            }
            ends[g + 1] = next;
        }
        return new SparseWeights(group, TensorData.of(DType.I32, ends, ends.length),
                TensorData.of(DType.I32, blocks, blocks.length));
    }
}
