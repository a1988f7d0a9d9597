package dev.sinter.frontend.dsl;

import dev.sinter.ir.TensorData;
import java.util.Arrays;

/** Sets the least important values to zero, by magnitude. Of equal ones the first go. */
final class Pruning {
    private Pruning() {
    }

    /** Blocks of the matrix whose rows are the first axis and whose columns are all others. */
    static TensorData blocks(TensorData data, Annotation.Sparse s, Frame frame) {
        long rows = data.dims()[0];
        long columns = rows == 0 ? 0 : data.size() / rows;
        if (rows % s.rows() != 0 || columns % s.columns() != 0) {
            throw frame.error(s.place(), "blocks that divide " + rows + " rows and " + columns
                    + " columns were expected, not " + s.rows() + "x" + s.columns());
        }
        var values = data.floatArray().clone();
        int across = (int) (columns / s.columns());
        int count = rows == 0 || columns == 0 ? 0 : (int) (rows / s.rows()) * across;
        var sums = new double[count];
        for (int i = 0; i < values.length; i++) {
            sums[block(i, columns, s, across)] += Math.abs(values[i]);
        }
        var dropped = least(sums, (int) Math.round(s.share() * count));
        for (int i = 0; i < values.length; i++) {
            values[i] = dropped[block(i, columns, s, across)] ? 0 : values[i];
        }
        return TensorData.floats(values, data.dims());
    }

    private static int block(int i, long columns, Annotation.Sparse s, int across) {
        return (int) (i / columns / s.rows()) * across + (int) (i % columns / s.columns());
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

    /** Neighbours along the last axis. */
    static TensorData structured(TensorData data, Annotation.Structured s, Frame frame) {
        var dims = data.dims();
        if (dims[dims.length - 1] % s.of() != 0) {
            throw frame.error(s.place(),
                    "a last axis of a multiple of " + s.of() + " was expected, not " + data.type());
        }
        var values = data.floatArray().clone();
        for (int from = 0; from < values.length; from += s.of()) {
            var sums = new double[s.of()];
            for (int i = 0; i < s.of(); i++) {
                sums[i] = Math.abs(values[from + i]);
            }
            var dropped = least(sums, s.of() - s.kept());
            for (int i = 0; i < s.of(); i++) {
                values[from + i] = dropped[i] ? 0 : values[from + i];
            }
        }
        return TensorData.floats(values, dims);
    }
}
