package dev.sinter.ir;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what is special about weights. Weights like random numbers cost next to nothing. */
public final class WeightAnalysis {
    /** Part of the weights in blocks that may be zero though the block is kept, where it is still a pattern of blocks. */
    private static final double STRAY = 0.03;
    /** Part of the most weights N:M would allow that are there, where it is still that pattern. */
    private static final double FULL = 0.9;
    /** Part of the weights that must be zero for a pattern. */
    private static final double FEWEST = 0.1;
    /** The largest first: a block of these is also some of the smaller ones. */
    private static final List<int[]> BLOCKS = List.of(new int[]{48, 1}, new int[]{16, 1}, new int[]{1, 16},
            new int[]{8, 1}, new int[]{4, 1}, new int[]{1, 4}, new int[]{2, 1});
    private static final int[] GROUPS = {48, 16, 8, 4, 2};
    private static final int[] NEIGHBOURS = {4, 8, 16};
    /** Weights looked at before all are. */
    private static final int SAMPLE = 2048;
    private static final int MANTISSA = 0x7fffff;

    private final WeightMatrix matrix;

    private WeightAnalysis(WeightMatrix matrix) {
        this.matrix = matrix;
    }

    /**
     * Analyzes weights.
     *
     * @param matrix
     *            the weights
     * @return what is special, or null if nothing is
     */
    public static @Nullable WeightFacts of(WeightMatrix matrix) {
        var analysis = new WeightAnalysis(matrix);
        boolean zeros = analysis.someZeros();
        boolean powers = analysis.powers();
        int values = analysis.different();
        int rank = zeros ? 0 : LowRank.of(matrix);
        if (!zeros && !powers && values == 0 && rank == 0) {
            return null;
        }
        var facts = zeros ? analysis.zeros(values, powers)
                : new WeightFacts(matrix.outputs(), matrix.inputs(), 0, null, false, 0, 0, values, powers, rank);
        return facts.special() ? facts : null;
    }

    /**
     * The pattern by which weights like these can be made, as samples are.
     *
     * @param user
     *            a node that multiplies with constant weights
     * @return order in their zeros as they stand; single weights where there is none
     */
    public static Sparsity likeness(Node user) {
        var facts = user.input(1).facts().weights();
        if (facts == null) {
            var matrix = WeightMatrix.of(user, user.input(1));
            facts = matrix == null ? null : of(matrix);
        }
        return facts == null ? new Sparsity(1, 1, 0)
                : facts.pattern() == null || facts.reordered() ? new Sparsity(1, 1, facts.zeros()) : facts.pattern();
    }

    /**
     * Whether zeros are likely: weights spread over the matrix are looked at, and all of the first output and the first
     * input, so that an output or an input without weights is always found.
     */
    private boolean someZeros() {
        for (int o = 0; o < matrix.outputs(); o++) {
            if (matrix.at(o, 0) == 0) {
                return true;
            }
        }
        for (int i = 0; i < matrix.inputs(); i++) {
            if (matrix.at(0, i) == 0) {
                return true;
            }
        }
        var values = matrix.values();
        int step = Math.max(1, values.length / SAMPLE);
        step += step > 1 && step % 2 == 0 ? 1 : 0;
        for (int at = 0; at < values.length; at += step) {
            if (values[at] == 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether all weights are powers of two or 0, and not all of one magnitude. */
    private boolean powers() {
        int first = 0;
        boolean several = false;
        for (float value : matrix.values()) {
            int magnitude = Float.floatToRawIntBits(value) & Integer.MAX_VALUE;
            if ((magnitude & MANTISSA) != 0 || !Float.isFinite(value)) {
                return false;
            }
            several |= magnitude != 0 && first != 0 && magnitude != first;
            first = first == 0 ? magnitude : first;
        }
        return several;
    }

    /** Number of different values where there are few, and few for the size of the matrix; else 0. */
    private int different() {
        var found = new int[WeightFacts.MOST_VALUES];
        int count = 0;
        var values = matrix.values();
        int most = Math.min(WeightFacts.MOST_VALUES, values.length / 16);
        for (float value : values) {
            int bits = Float.floatToRawIntBits(value == 0 ? 0 : value);
            int at = Arrays.binarySearch(found, 0, count, bits);
            if (at < 0) {
                if (count == most) {
                    return 0;
                }
                System.arraycopy(found, -at - 1, found, -at, count + at + 1);
                found[-at - 1] = bits;
                count++;
            }
        }
        return count;
    }

    private WeightFacts zeros(int values, boolean powers) {
        var kept = new KeptBits(matrix);
        double all = (double) matrix.outputs() * matrix.inputs();
        long count = kept.count();
        int zeroOutputs = kept.zeroOutputs();
        int zeroInputs = kept.zeroInputs();
        boolean channels = count == (long) (matrix.outputs() - zeroOutputs) * (matrix.inputs() - zeroInputs);
        Sparsity pattern = null;
        boolean reordered = false;
        if (!channels && 1 - count / all >= FEWEST) {
            pattern = blocks(kept, count, all);
            int group = pattern.inputs() == 1 ? reordered(kept, pattern.outputs()) : 0;
            reordered = group > 0;
            pattern = reordered ? new Sparsity(group, 1, pattern.zeros())
                    : pattern.unstructured() ? some(kept, count / all, pattern) : pattern;
        }
        return new WeightFacts(matrix.outputs(), matrix.inputs(), 1 - count / all, pattern, reordered, zeroOutputs,
                zeroInputs, values, powers, 0);
    }

    /** The largest blocks whose weights are kept together, give or take a few. */
    private Sparsity blocks(KeptBits kept, long count, double all) {
        for (var block : BLOCKS) {
            if (block[0] <= matrix.outputs() && block[1] <= matrix.inputs()) {
                long within = kept.within(block[0], block[1]);
                if (within <= (1 + STRAY) * count) {
                    return new Sparsity(block[0], block[1], 1 - within / all);
                }
            }
        }
        return new Sparsity(1, 1, 1 - count / all);
    }

    /** Outputs of a block of which nearly all can be made in another order; 0 if none more than in this order can. */
    private static int reordered(KeptBits kept, int inOrder) {
        for (int group : GROUPS) {
            if (group > inOrder && kept.alike(group) >= 1 - STRAY) {
                return group;
            }
        }
        return 0;
    }

    /** N:M where the zeros have that order and are about as many as it wants. */
    private Sparsity some(KeptBits kept, double part, Sparsity otherwise) {
        for (int of : NEIGHBOURS) {
            int most = matrix.inputs() < of ? of : kept.most(of);
            if (most < of && part >= FULL * most / of) {
                return Sparsity.some(most, of);
            }
        }
        return otherwise;
    }
}
