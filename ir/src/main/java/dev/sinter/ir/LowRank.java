package dev.sinter.ir;

/**
 * Finds out whether weights are the product of two matrices with few columns between. Some weights are looked at first,
 * which tells at once of most that they are not.
 */
final class LowRank {
    /** Outputs and inputs looked at. */
    private static final int SAMPLE = 24;
    /** The largest rank of a sample that says anything of the whole. */
    private static final int MOST = 16;
    /** What rounding may leave of a weight, as part of the largest one. */
    private static final double ROUNDING = 1e-5;

    private final WeightMatrix matrix;
    private final int[] outputs = new int[MOST];
    private final int[] inputs = new int[MOST];
    /** Rows of the elimination: what is left of a chosen output's weights, over the pivot. */
    private final double[][] rows = new double[MOST][];
    /** Columns of it: what is left of a chosen input's weights. */
    private final double[][] columns = new double[MOST][];
    private int rank;

    private LowRank(WeightMatrix matrix) {
        this.matrix = matrix;
    }

    /** The rank of a matrix; 0 if it is none that is much smaller than the matrix. */
    static int of(WeightMatrix matrix) {
        int least = Math.min(matrix.outputs(), matrix.inputs());
        if (least < 2 * SAMPLE) {
            return 0;
        }
        var low = new LowRank(matrix);
        return low.pivots() && low.leavesNothing() ? low.rank : 0;
    }

    /** Chooses pivots among a sample, the largest weight left each time, until nothing is left of it. */
    private boolean pivots() {
        var left = new double[SAMPLE][SAMPLE];
        double largest = 0;
        for (int a = 0; a < SAMPLE; a++) {
            for (int b = 0; b < SAMPLE; b++) {
                left[a][b] = matrix.at(output(a), input(b));
                largest = Math.max(largest, Math.abs(left[a][b]));
            }
        }
        while (true) {
            int at = 0;
            for (int i = 1; i < SAMPLE * SAMPLE; i++) {
                at = Math.abs(left[i / SAMPLE][i % SAMPLE]) > Math.abs(left[at / SAMPLE][at % SAMPLE]) ? i : at;
            }
            double pivot = left[at / SAMPLE][at % SAMPLE];
            if (!(Math.abs(pivot) > ROUNDING * largest)) {
                return rank > 0 && Double.isFinite(pivot);
            }
            if (rank == MOST || !Double.isFinite(pivot)) {
                return false;
            }
            outputs[rank] = output(at / SAMPLE);
            inputs[rank] = input(at % SAMPLE);
            rank++;
            var row = left[at / SAMPLE].clone();
            for (int a = 0; a < SAMPLE; a++) {
                double factor = left[a][at % SAMPLE] / pivot;
                for (int b = 0; b < SAMPLE; b++) {
                    left[a][b] -= factor * row[b];
                }
            }
        }
    }

    private int output(int number) {
        return (int) ((long) number * matrix.outputs() / SAMPLE);
    }

    private int input(int number) {
        return (int) ((long) number * matrix.inputs() / SAMPLE);
    }

    /** Whether the pivots' outputs and inputs explain the whole matrix. */
    private boolean leavesNothing() {
        double largest = 0;
        for (float value : matrix.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int r = 0; r < rank; r++) {
            var row = new double[matrix.inputs()];
            var column = new double[matrix.outputs()];
            for (int i = 0; i < row.length; i++) {
                row[i] = left(outputs[r], i, r);
            }
            for (int o = 0; o < column.length; o++) {
                column[o] = left(o, inputs[r], r);
            }
            double pivot = row[inputs[r]];
            for (int i = 0; i < row.length; i++) {
                row[i] /= pivot;
            }
            rows[r] = row;
            columns[r] = column;
        }
        for (int o = 0; o < matrix.outputs(); o++) {
            for (int i = 0; i < matrix.inputs(); i++) {
                if (!(Math.abs(left(o, i, rank)) <= ROUNDING * largest)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What some rounds of the elimination leave of a weight. */
    private double left(int output, int input, int rounds) {
        double left = matrix.at(output, input);
        for (int r = 0; r < rounds; r++) {
            left -= columns[r][output] * rows[r][input];
        }
        return left;
    }
}
