package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KeptWeights;
import dev.sinter.codegen.kernel.KeptWeights.Stored;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
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
    private final int groups;
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
    private int most;

    private SparseWeights(TensorData matrix, int group) {
        this.group = group;
        this.k = (int) matrix.dims()[0];
        this.n = (int) matrix.dims()[1];
        this.weights = matrix.floatArray();
        this.groups = KeptWeights.COLUMNS / group;
        this.scales = ColumnScales.of(matrix);
        this.stored = scales != null ? Stored.I8 : isHalf() ? Stored.BF16 : Stored.F32;
        this.depth = KeptWeights.depth(stored, k);
        this.parts = Math.max(1, (k + depth - 1) / depth);
        this.cells = (n + KeptWeights.COLUMNS - 1) / KeptWeights.COLUMNS * parts;
        this.starts = new int[cells + 1];
        this.ends = new int[cells * (1 + groups)];
        this.order = new byte[cells * groups];
        int blocks = blocks(matrix, group);
        this.inputs = new byte[stored == Stored.F32 ? 0 : 2 * blocks];
        this.bytes = new byte[stored == Stored.F32 ? 0 : blocks * group * stored.bytes()];
        this.words = new int[stored == Stored.F32 ? blocks * (1 + group) : 0];
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
        return new KeptWeights(group, k, n, stored, most,
                weight.apply(TensorData.of(DType.I32, starts, starts.length)),
                weight.apply(TensorData.of(DType.I32, ends, ends.length)),
                weight.apply(TensorData.of(DType.U8, order, order.length)),
                stored == Stored.F32 ? null : weight.apply(TensorData.of(DType.U8, inputs, inputs.length)),
                weight.apply(values), scales == null ? null : weight.apply(padded(scales)));
    }

    private TensorData padded(float[] columns) {
        int size = cells / parts * KeptWeights.COLUMNS;
        return TensorData.floats(Arrays.copyOf(columns, size), size);
    }

    private boolean isHalf() {
        for (float weight : weights) {
            if ((Float.floatToRawIntBits(weight) & 0xffff) != 0) {
                return false;
            }
        }
        return true;
    }

    // ---- one cell

    private void cell(int cell) {
        int column = cell / parts * KeptWeights.COLUMNS;
        int row = cell % parts * depth;
        int last = Math.min(row + depth, k);
        var counts = new int[groups];
        for (int g = 0; g < groups; g++) {
            for (int r = row; r < last; r++) {
                counts[g] += keeps(column + g * group, r) ? 1 : 0;
            }
        }
        int blocks = Arrays.stream(counts).sum();
        starts[cell + 1] = starts[cell] + blocks;
        most = Math.max(most, blocks);
        // equal ones stay in order: those beyond the last column are empty and come last
        var sorted = IntStream.range(0, groups).boxed()
                .sorted(Comparator.comparingInt((Integer g) -> -counts[g])).toList();
        int next = 0;
        for (int i = 0; i < groups; i++) {
            int g = sorted.get(i);
            order[cell * groups + i] = (byte) g;
            for (int r = row; r < last; r++) {
                if (keeps(column + g * group, r)) {
                    block(starts[cell], blocks, next++, r - row, r * n + column + g * group);
                }
            }
            ends[cell * (1 + groups) + 1 + i] = next;
        }
    }

    private boolean keeps(int column, int row) {
        return column < n && keeps(weights, row * n + column, row * n + Math.min(column + group, n));
    }

    /**
     * Stores a block.
     *
     * @param start
     *            the cell's first block
     * @param blocks
     *            how many the cell has
     * @param number
     *            the block's number within the cell
     * @param input
     *            its row
     * @param from
     *            its first weight
     */
    private void block(int start, int blocks, int number, int input, int from) {
        if (stored == Stored.F32) {
            words[(start + number) * (1 + group)] = input;
        } else {
            inputs[2 * start + number] = (byte) input;
            inputs[2 * start + blocks + number] = (byte) (input >> BITS);
        }
        int columns = Math.min(group, n - from % n);
        for (int i = 0; i < columns; i++) {
            float weight = weights[from + i];
            int bits = Float.floatToRawIntBits(weight);
            int at = number * group + i;
            switch (stored) {
                case F32 -> words[(start + number) * (1 + group) + 1 + i] = bits;
                case I8 -> bytes[start * group + at] = (byte) ColumnScales.integer(weight, scales[from % n + i]);
                case BF16 -> {
                    bytes[2 * start * group + at] = (byte) (bits >> 2 * BITS);
                    bytes[(2 * start + blocks) * group + at] = (byte) (bits >> 3 * BITS);
                }
            }
        }
    }
}
