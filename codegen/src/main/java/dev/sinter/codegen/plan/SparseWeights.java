package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KeptWeights;
import dev.sinter.codegen.kernel.KeptWeights.Stored;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Zeros;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Leaves the zeros out of a matrix {@code [K,N]} of weights and lays out the others as {@link KeptWeights} says. */
final class SparseWeights {
    private static final int BITS = 8;

    private final int group;
    private final int k;
    private final int n;
    private final float[] weights;
    private final int columns;
    private final int groups;
    private final int together;
    private final int parts;
    private final int depth;
    private final int cells;
    private final int[] starts;
    private final int[] ends;
    private final byte[] order;
    private final byte[] inputs;
    private final byte[] bytes; // of weights in 8 or 16 bits
    private final int[] words; // of others
    private final float @Nullable [] scales;
    private final Stored stored;
    private final boolean direct;
    private int most;

    private SparseWeights(TensorData matrix, int group) {
        this.group = group;
        this.k = (int) matrix.dims()[0];
        this.n = (int) matrix.dims()[1];
        this.weights = matrix.floatArray();
        this.columns = KeptWeights.columns(group, n);
        this.groups = columns / group;
        this.together = KeptWeights.together(group);
        this.scales = ColumnScales.of(matrix);
        this.stored = stored(scales, weights);
        this.depth = KeptWeights.depth(group, stored, k, 1 - Zeros.part(matrix));
        this.parts = Math.max(1, (k + depth - 1) / depth);
        this.cells = (n + columns - 1) / columns * parts;
        this.starts = new int[cells + 1];
        this.ends = new int[cells * (1 + groups / together)];
        this.order = new byte[cells * groups];
        for (int cell = 0; cell < cells; cell++) {
            var counts = counts(cell);
            int blocks = Arrays.stream(lengths(counts, sorted(counts))).sum() * together;
            starts[cell + 1] = starts[cell] + blocks;
            most = Math.max(most, blocks);
        }
        int blocks = starts[cells];
        this.direct = KeptWeights.isDirect(group, stored);
        this.inputs = new byte[direct ? 0 : together == 1 ? 2 * blocks : blocks];
        this.bytes = new byte[stored == Stored.F32 ? 0 : blocks * group * stored.bytes()];
        this.words = new int[stored == Stored.F32 ? blocks * (direct ? 1 + group : group) : 0];
    }

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

    /**
     * Leaves the zeros out of a matrix {@code [K,N]}.
     *
     * @param weight
     *            puts a constant among the weights
     */
    static KeptWeights of(TensorData matrix, int group, Function<TensorData, Operand> weight) {
        var kept = new SparseWeights(matrix, group);
        for (int cell = 0; cell < kept.cells; cell++) {
            kept.cell(cell);
        }
        return kept.put(weight);
    }

    private KeptWeights put(Function<TensorData, Operand> weight) {
        var values = switch (stored) {
            case F32 -> TensorData.of(DType.I32, words, words.length);
            case BF16 -> TensorData.of(DType.U8, bytes, bytes.length);
            case I8 -> TensorData.of(DType.I8, bytes, bytes.length);
        };
        return new KeptWeights(group, k, n, depth, stored, most,
                weight.apply(TensorData.of(DType.I32, starts, starts.length)),
                weight.apply(TensorData.of(DType.I32, ends, ends.length)),
                weight.apply(TensorData.of(DType.U8, order, order.length)),
                direct ? null : weight.apply(TensorData.of(DType.U8, inputs, inputs.length)),
                weight.apply(values), scales == null ? null : weight.apply(padded(scales)));
    }

    private TensorData padded(float[] values) {
        int size = cells / parts * columns;
        return TensorData.floats(Arrays.copyOf(values, size), size);
    }

    /** How a matrix' weights are stored. */
    static Stored stored(TensorData matrix) {
        return stored(ColumnScales.of(matrix), matrix.floatArray());
    }

    private static Stored stored(float @Nullable [] scales, float[] weights) {
        return scales != null ? Stored.I8 : isHalf(weights) ? Stored.BF16 : Stored.F32;
    }

    private static boolean isHalf(float[] weights) {
        for (float weight : weights) {
            if ((Float.floatToRawIntBits(weight) & 0xffff) != 0) {
                return false;
            }
        }
        return true;
    }

    // ---- one cell

    /** Blocks of each of a cell's groups. */
    private int[] counts(int cell) {
        int column = column(cell);
        var counts = new int[groups];
        for (int row = row(cell); row < last(cell); row++) {
            for (int g = 0; g < groups; g++) {
                counts[g] += keeps(column + g * group, row) ? 1 : 0;
            }
        }
        return counts;
    }

    /** A cell's groups, those with most blocks first. Equal ones stay in order: those beyond the last column come last. */
    private int[] sorted(int[] counts) {
        return IntStream.range(0, groups).boxed().sorted(Comparator.comparingInt(g -> -counts[g]))
                .mapToInt(g -> g).toArray();
    }

    /** Blocks of each group, or of each of a pair's columns: as many as the one has that has more. */
    private int[] lengths(int[] counts, int[] sorted) {
        return IntStream.range(0, groups / together).map(i -> counts[sorted[i * together]]).toArray();
    }

    private int column(int cell) {
        return cell / parts * columns;
    }

    private int row(int cell) {
        return cell % parts * depth;
    }

    private int last(int cell) {
        return Math.min(row(cell) + depth, k);
    }

    private void cell(int cell) {
        var counts = counts(cell);
        var sorted = sorted(counts);
        var lengths = lengths(counts, sorted);
        int next = 0;
        for (int i = 0; i < groups; i++) {
            order[cell * groups + i] = (byte) sorted[i];
        }
        for (int i = 0; i < lengths.length; i++) {
            for (int side = 0; side < together; side++) {
                list(cell, sorted[i * together + side], next + side * lengths[i], lengths[i]);
            }
            next += lengths[i] * together;
            ends[cell * (1 + lengths.length) + 1 + i] = next;
        }
    }

    /** Stores a group's blocks; those it has too few of are zeros, which the matrix has there as well. */
    private void list(int cell, int g, int first, int length) {
        int number = first;
        int column = column(cell) + g * group;
        int zeros = length;
        for (int row = row(cell); row < last(cell); row++) {
            zeros -= keeps(column, row) ? 1 : 0;
        }
        for (int row = row(cell); row < last(cell); row++) {
            boolean kept = keeps(column, row);
            if (kept || zeros > 0) {
                block(cell, number++, row, column);
                zeros -= kept ? 0 : 1;
            }
        }
    }

    private boolean keeps(int column, int row) {
        return column < n && keeps(weights, row * n + column, row * n + Math.min(column + group, n));
    }

    /**
     * Stores a block.
     *
     * @param number
     *            the block's number within the cell
     * @param row
     *            its row in the matrix
     * @param column
     *            its first column
     */
    private void block(int cell, int number, int row, int column) {
        int start = starts[cell];
        int blocks = starts[cell + 1] - start;
        int input = row - row(cell);
        if (direct) {
            words[(start + number) * (1 + group)] = input;
        } else if (together > 1) {
            inputs[start + number] = (byte) input;
        } else {
            inputs[2 * start + number] = (byte) input;
            inputs[2 * start + blocks + number] = (byte) (input >> BITS);
        }
        for (int i = 0; i < Math.min(group, n - column); i++) {
            float weight = weights[row * n + column + i];
            int bits = Float.floatToRawIntBits(weight);
            int at = number * group + i;
            switch (stored) {
                case F32 -> words[start * group + at + (direct ? start + number + 1 : 0)] = bits;
                case I8 -> bytes[start * group + at] = (byte) ColumnScales.integer(weight, scales[column + i]);
                case BF16 -> {
                    bytes[2 * start * group + at] = (byte) (bits >> 2 * BITS);
                    bytes[(2 * start + blocks) * group + at] = (byte) (bits >> 3 * BITS);
                }
            }
        }
    }
}
