package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A matrix {@code [K,N]} of weights without its zeros, as the weight segment holds it. It is cut into tasks of
 * {@value #COLUMNS} columns, these into parts of some rows, and in each of these cells the groups of neighbouring columns
 * lie one behind the other, those with most blocks first. A block is a row that one of the group's columns keeps: the
 * row's number within its part, and the weights of all the group's columns.
 *
 * @param group
 *            columns of a group
 * @param k
 *            rows of the matrix
 * @param n
 *            its columns
 * @param stored
 *            how weights are stored
 * @param most
 *            blocks of the cell that has most
 * @param starts
 *            {@code i32[cells+1]}: each cell's first block
 * @param ends
 *            {@code i32[cells,1+groups]}: 0, then the end of each group's blocks within the cell
 * @param order
 *            {@code u8[cells,groups]}: which of the task's groups it is
 * @param inputs
 *            {@code u8[2*blocks]}: for each cell the lower bytes of all blocks' rows, then the upper ones; null if weights
 *            are read where they lie
 * @param values
 *            for each block the weights of its group: {@code i8[blocks,group]}, or for each cell the lower bytes of
 *            bf16 and then the upper ones, or {@code i32[blocks,1+group]}, a row and the bits of its weights
 * @param scales
 *            {@code f32[N]}, padded to whole tasks, by which weights of 8 bits are multiplied; null for others
 */
public record KeptWeights(int group, int k, int n, Stored stored, int most, Operand starts, Operand ends, Operand order,
        @Nullable Operand inputs, Operand values, @Nullable Operand scales) {
    /** Columns of a task. */
    public static final int COLUMNS = 64;
    /** So few rows need no lanes of their own where a group's columns fill a vector. */
    public static final int FEW = 8;
    /** Rows of a part at most, so that decoded weights and their rows stay in the caches. */
    private static final int DEEPEST = 1008;

    /** How weights are stored; each way holds them exactly. */
    public enum Stored {
        /** As they are, each block's beside its row, and read where they lie: decoding would spare nothing. */
        F32(4),
        /** Their upper halves, the lower ones being zero. */
        BF16(2),
        /** Integers of 8 bits that a column's scale is multiplied by. */
        I8(1);

        private final int bytes;

        Stored(int bytes) {
            this.bytes = bytes;
        }

        /** {@return bytes of a weight} */
        public int bytes() {
            return bytes;
        }
    }

    /**
     * Rows of a part.
     *
     * @param stored
     *            how weights are stored
     * @param k
     *            rows of the matrix
     * @return a multiple of sixteen
     */
    public static int depth(Stored stored, int k) {
        int parts = stored == Stored.F32 ? 1 : Math.max(1, (k + DEEPEST - 1) / DEEPEST);
        int rows = Math.max(1, (k + parts - 1) / parts);
        return (rows + VType.LANES - 1) / VType.LANES * VType.LANES;
    }

    /**
     * Whether a group's columns fill a vector, so that they can be the lanes.
     *
     * @param group
     *            columns of a group
     * @return whether they do
     */
    public static boolean isPanel(int group) {
        return group == VType.LANES;
    }

    int depth() {
        return depth(stored, k);
    }

    /** {@return parts of the matrix, at least one} */
    public int parts() {
        return Math.max(1, (k + depth() - 1) / depth());
    }

    /** Whether weights are read where they lie. */
    boolean isDirect() {
        return stored == Stored.F32;
    }

    /** Groups of a task. */
    int groups() {
        return COLUMNS / group;
    }

    int tasks() {
        return (n + COLUMNS - 1) / COLUMNS;
    }
}
