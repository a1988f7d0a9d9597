package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.Arrays;

/**
 * Weights of a convolution with its zeros left out: for each group of neighbouring results the inputs for which one of
 * them keeps a weight, and there the weights of all of them.
 *
 * @param group
 *            results of a group
 * @param ends
 *            {@code i32[groups+1]}, the first element of each group's blocks
 * @param blocks
 *            {@code i32[blocks,1+group]}: how far the input lies from the result, and the bits of the weights; within a
 *            group in order of channels, then rows, then columns
 */
record SparseTaps(int group, TensorData ends, TensorData blocks) {
    static SparseTaps of(TensorData weights, int group, Taps rows, Taps columns, Planes x) {
        int results = (int) weights.dims()[0];
        var values = weights.floatArray();
        int inputs = results == 0 ? 0 : values.length / results;
        var places = places(inputs, rows, columns, x);
        var ends = new int[results / group + 1];
        var blocks = new int[16];
        int next = 0;
        for (int g = 0; g < results / group; g++) {
            for (int i = 0; i < inputs; i++) {
                if (!keeps(values, g * group, group, inputs, i)) {
                    continue;
                }
                if (next + 1 + group > blocks.length) {
                    blocks = Arrays.copyOf(blocks, 2 * blocks.length);
                }
                blocks[next++] = places[i];
                for (int m = g * group; m < (g + 1) * group; m++) {
                    blocks[next++] = Float.floatToRawIntBits(values[m * inputs + i]);
                }
            }
            ends[g + 1] = next;
        }
        return new SparseTaps(group, TensorData.of(DType.I32, ends, ends.length),
                TensorData.of(DType.I32, Arrays.copyOf(blocks, next), next));
    }

    private static boolean keeps(float[] values, int first, int group, int inputs, int input) {
        for (int m = first; m < first + group; m++) {
            if (values[m * inputs + input] != 0) {
                return true;
            }
        }
        return false;
    }

    /** How far each input of a window lies from the first element of the result's plane. */
    private static int[] places(int inputs, Taps rows, Taps columns, Planes x) {
        var parts = columns.residues();
        long channels = x.channels() / ((long) rows.residues().length * parts.length);
        var places = new int[inputs];
        int next = 0;
        while (next < inputs) {
            int channel = next / (rows.size() * columns.size());
            for (int r = 0; r < rows.size(); r++) {
                for (int c = 0; c < columns.size(); c++) {
                    int part = Arrays.binarySearch(rows.residues(), rows.residue()[r]) * parts.length
                            + Arrays.binarySearch(parts, columns.residue()[c]);
                    places[next++] = Math.toIntExact((part * channels + channel) * x.layout().plane()
                            + rows.quotient()[r] * x.layout().pitch() + columns.quotient()[c]);
                }
            }
        }
        return places;
    }
}
