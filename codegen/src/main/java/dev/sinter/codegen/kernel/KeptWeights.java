package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A matrix {@code [K,N]} of weights without its zeros, as the weight segment holds it. It is cut into tasks of
 * {@link #columns} columns, these into parts of some rows, and in each of these cells the groups of neighbouring columns
 * lie one behind the other, those with most blocks first. A block is a row that one of the group's columns keeps: the
 * row's number within its part, and the weights of all the group's columns.
 *
 * <p>
 * Where each column keeps inputs of its own, two columns with about as many weights go together: the blocks of
 * the one lie behind the other's, and zeros make them equally many.
 *
 * @param group
 *            columns of a group
 * @param k
 *            rows of the matrix
 * @param n
 *            its columns
 * @param depth
 *            {@link #depth(int, Stored, int, double)}
 * @param stored
 *            how weights are stored
 * @param most
 *            blocks of the cell that has most
 * @param starts
 *            {@code i32[cells+1]}: each cell's first block
 * @param ends
 *            {@code i32[cells,1+lists]}: 0, then the end of the blocks of each group, or pair of columns, within the cell
 * @param order
 *            {@code u8[cells,groups]}: which of the task's groups it is
 * @param inputs
 *            {@code u8[2*blocks]}: for each cell the lower bytes of all blocks' rows, then the upper ones; of pairs of
 *            columns {@code u8[blocks]}, their parts being short; null if weights are read where they lie
 * @param values
 *            for each block the weights of its group: {@code i8[blocks,group]}, or for each cell the lower bytes of
 *            bf16 and then the upper ones, or the bits of f32, {@code i32[blocks,1+group]} with their rows where they are
 *            read
 * @param scales
 *            {@code f32[N]}, padded to whole tasks, by which weights of 8 bits are multiplied; null for others
 */
public record KeptWeights(int group, int k, int n, int depth, Stored stored, int most, Operand starts, Operand ends,
        Operand order,
        @Nullable Operand inputs, Operand values, @Nullable Operand scales) {
    /** Columns of a task of groups. */
    public static final int COLUMNS = 64;
    /** So few rows need no lanes of their own where a group's columns fill a vector. */
    public static final int FEW = 8;
    /** Columns of a task at most where each keeps inputs of its own, and those that are always one task. */
    private static final int MOST_SINGLE = 256;
    private static final int ONE_TASK = 128;
    /** Rows of a part at most, so that decoded weights and their rows stay in the caches. */
    private static final int DEEPEST = 1008;
    /**
     * The same where each column keeps inputs of its own, so that no two find the same in registers: a part of a block of
     * turned rows is about as large as the first-level cache, or somewhat larger where columns keep so few weights in it
     * that what it takes to begin with a column counts for more.
     */
    private static final int SINGLE_DEEPEST = 192;
    private static final int THIN_DEEPEST = 256;
    /** Part of the weights that is few in that sense. */
    private static final double THIN = 0.15;

    /** How weights are stored; each way holds them exactly. */
    public enum Stored {
        /** As they are; where a group fills a vector, each block's lie beside its row and are read there. */
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
     * @param group
     *            columns of a group
     * @param stored
     *            how weights are stored
     * @param k
     *            rows of the matrix
     * @param kept
     *            part of the weights that is not zero
     * @return a multiple of sixteen
     */
    public static int depth(int group, Stored stored, int k, double kept) {
        int single = kept < THIN ? THIN_DEEPEST : SINGLE_DEEPEST;
        int deepest = group == 1 ? single : DEEPEST;
        int parts = isDirect(group, stored) ? 1 : Math.max(1, (k + deepest - 1) / deepest);
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

    /** {@return parts of the matrix, at least one} */
    public int parts() {
        return Math.max(1, (k + depth - 1) / depth);
    }

    /**
     * Whether weights are read where they lie.
     *
     * @param group
     *            columns of a group
     * @param stored
     *            how weights are stored
     * @return whether a block has its row beside its weights
     */
    public static boolean isDirect(int group, Stored stored) {
        return stored == Stored.F32 && isPanel(group);
    }

    boolean isDirect() {
        return isDirect(group, stored);
    }

    /**
     * Columns of a task. Where each keeps inputs of its own, many of them share a part of the rows while it is in the
     * first-level cache, and tasks are an even number, for two threads.
     *
     * @param group
     *            columns of a group
     * @param n
     *            columns of the matrix
     * @return a multiple of sixteen
     */
    public static int columns(int group, int n) {
        if (group > 1) {
            return COLUMNS;
        }
        int tasks = n <= ONE_TASK ? 1 : (n + 2 * MOST_SINGLE - 1) / (2 * MOST_SINGLE) * 2;
        int columns = Math.max(1, (n + tasks - 1) / tasks);
        return (columns + VType.LANES - 1) / VType.LANES * VType.LANES;
    }

    int columns() {
        return columns(group, n);
    }

    /**
     * Groups that have equally many blocks.
     *
     * @param group
     *            columns of a group
     * @return 2 if each column keeps inputs of its own, else 1
     */
    public static int together(int group) {
        return group == 1 ? 2 : 1;
    }

    int together() {
        return together(group);
    }

    /** Groups of a task. */
    int groups() {
        return columns() / group;
    }

    /** Groups of a task, or pairs of columns. */
    int lists() {
        return groups() / together();
    }

    int tasks() {
        return (n + columns() - 1) / columns();
    }
}
