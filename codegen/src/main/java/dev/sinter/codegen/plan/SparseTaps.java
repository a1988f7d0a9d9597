package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.SparseConvKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Weights of a convolution with its zeros left out: for each group of neighbouring results the inputs for which one of
 * them keeps a weight, and there the weights of all of them.
 *
 * @param group
 *            results of a group
 * @param parts
 *            parts of the channels
 * @param ends
 *            {@code i32[2*parts*groups+1]}: where blocks begin, and of which group they are
 * @param blocks
 *            {@code i32[blocks,1+group]}: how far the input lies from the result, and the bits of the weights; within a
 *            part and group in order of channels, then rows, then columns
 */
record SparseTaps(int group, int parts, TensorData ends, TensorData blocks) {
    /** Bytes of inputs that stay in the first-level cache beside weights and sums. */
    private static final long CACHED = 28 << 10;
    /** Weights of a result in a part, on average, below which stored sums cost more than the cache gains. */
    private static final long FEWEST = 16;

    /**
     * Leaves the zeros out.
     *
     * @param weights
     *            {@code [M,C,K…]}
     * @param vectors
     *            of a plane that are computed together
     */
    static SparseTaps of(TensorData weights, int group, Taps rows, Taps columns, Planes x, int vectors) {
        int results = (int) weights.dims()[0];
        int channels = (int) weights.dims()[1];
        var values = weights.floatArray();
        int inputs = values.length / results;
        int window = inputs / channels;
        var places = places(inputs, rows, columns, x);
        int groups = results / group;
        int parts = parts(values, groups, channels, bytes(rows, columns, x, vectors));
        int together = SparseConvKernel.OUTPUTS / group;
        var ends = new int[2 * parts * groups + 1];
        var blocks = new int[16];
        int next = 0;
        var order = new ArrayList<Integer>();
        for (int at = 0; at < parts * groups; at++) {
            int from = at / groups * channels / parts * window;
            int end = (at / groups + 1) * channels / parts * window;
            if (at % groups % together == 0) {
                order.clear();
                IntStream.range(at % groups, Math.min(groups, at % groups + together)).boxed()
                        .sorted(Comparator.comparingInt(g -> count(values, g * group, group, inputs, from, end)))
                        .forEach(order::add);
            }
            int g = order.get(at % groups % together);
            int first = g * group;
            ends[2 * at + 1] = g;
            for (int i = from; i < end; i++) {
                if (!keeps(values, first, group, inputs, i)) {
                    continue;
                }
                if (next + 1 + group > blocks.length) {
                    blocks = Arrays.copyOf(blocks, 2 * blocks.length);
                }
                blocks[next++] = places[i];
                for (int m = first; m < first + group; m++) {
                    blocks[next++] = Float.floatToRawIntBits(values[m * inputs + i]);
                }
            }
            ends[2 * at + 2] = next;
        }
        return new SparseTaps(group, parts, TensorData.of(DType.I32, ends, ends.length),
                TensorData.of(DType.I32, Arrays.copyOf(blocks, next), next));
    }

    /** What a block of so many vectors reads of a channel. */
    private static long bytes(Taps rows, Taps columns, Planes x, int vectors) {
        long reach = (rows.most() - rows.least()) * x.layout().pitch() + columns.most() - columns.least();
        return Float.BYTES * (vectors * Planes.LANES + reach) * rows.residues().length * columns.residues().length;
    }

    private static int parts(float[] values, int groups, int channels, long bytes) {
        long kept = 0;
        for (float value : values) {
            kept += value == 0 ? 0 : 1;
        }
        long wanted = Math.ceilDiv(channels * bytes, CACHED);
        return Math.clamp(Math.min(wanted, kept / (groups * FEWEST)), 1, channels);
    }

    private static boolean keeps(float[] values, int first, int group, int inputs, int input) {
        for (int m = first; m < first + group; m++) {
            if (values[m * inputs + input] != 0) {
                return true;
            }
        }
        return false;
    }

    private static int count(float[] values, int first, int group, int inputs, int from, int end) {
        int count = 0;
        for (int i = from; i < end; i++) {
            count += keeps(values, first, group, inputs, i) ? 1 : 0;
        }
        return count;
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
