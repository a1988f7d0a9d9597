package dev.sinter.ir;

import java.util.Arrays;

/**
 * Sets the least important weights of a matrix to zero, by magnitude; of equal ones the first go.
 *
 * @param values
 *            the weights, which are changed
 * @param outputs
 *            rows of the matrix
 * @param inputs
 *            its columns
 * @param outputStride
 *            distance of neighbouring outputs in {@code values}
 * @param inputStride
 *            distance of neighbouring inputs
 */
public record Pruning(float[] values, int outputs, int inputs, int outputStride, int inputStride) {
    /**
     * Drops blocks of neighbouring outputs and inputs; those at the ends may be smaller.
     *
     * @param high
     *            outputs of a block
     * @param wide
     *            inputs of a block
     * @param share
     *            part of the blocks that goes, 0 to 1
     */
    public void blocks(int high, int wide, double share) {
        int across = (inputs + wide - 1) / wide;
        var sums = new double[(outputs + high - 1) / high * across];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                sums[o / high * across + i / wide] += Math.abs(values[at(o, i)]);
            }
        }
        var dropped = least(sums, (int) Math.round(share * sums.length));
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                if (dropped[o / high * across + i / wide]) {
                    values[at(o, i)] = 0;
                }
            }
        }
    }

    /**
     * Keeps some of each few neighbouring inputs of an output, the pattern called N:M.
     *
     * @param kept
     *            how many stay
     * @param of
     *            of how many; those at the end may be fewer
     */
    public void some(int kept, int of) {
        for (int o = 0; o < outputs; o++) {
            for (int from = 0; from < inputs; from += of) {
                var sums = new double[Math.min(of, inputs - from)];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = Math.abs(values[at(o, from + i)]);
                }
                var dropped = least(sums, Math.max(0, sums.length - kept));
                for (int i = 0; i < sums.length; i++) {
                    if (dropped[i]) {
                        values[at(o, from + i)] = 0;
                    }
                }
            }
        }
    }

    private int at(int output, int input) {
        return output * outputStride + input * inputStride;
    }

    /** Which of the sums are the least. */
    private static boolean[] least(double[] sums, int count) {
        var dropped = new boolean[sums.length];
        if (count > 0) {
            var sorted = sums.clone();
            Arrays.sort(sorted);
            double limit = sorted[count - 1];
            int left = count;
            for (int i = 0; i < sums.length; i++) {
                if (sums[i] < limit) {
                    dropped[i] = true;
                    left--;
                }
            }
            for (int i = 0; i < sums.length && left > 0; i++) {
                if (sums[i] == limit) {
                    dropped[i] = true;
                    left--;
                }
            }
        }
        return dropped;
    }
}
