package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KeptWeights;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.WeightAnalysis;
import dev.sinter.ir.Zeros;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a product with constant weights is computed without its zeros, and in groups of how many columns. Estimates are
 * fitted to what {@code benchmarks/compare grid} shows.
 */
final class SparseChoice {
    private static final String DENSE = "dense";
    /**
     * What another way than the dense one must gain. HotSpot's code of the same kernel is at times half as quick again, and
     * what is chosen must not be slower than the dense product then.
     */
    private static final double GAIN = 0.2;
    /** Products of a nanosecond with all weights. */
    private static final double PRODUCTS = 57;
    /** Columns of a dense tile: those that a last one lacks are computed all the same. */
    private static final int TILE = 32;
    private static final int LANES = 16;
    /** Bytes of weights from which on they come from memory each time. */
    private static final double LARGE = 1 << 18;
    /** Bytes of a nanosecond from memory, and those that come while products are computed of what came before. */
    private static final double MEMORY = 37;
    private static final double BESIDE = 60;
    /** Bytes of a nanosecond of weights that are kept, with their inputs. */
    private static final double KEPT = 10.5;
    /** Part of the weights that must be zero. */
    private static final double FEWEST = 0.25;
    /** Nanoseconds for turning a row's element there, or back. */
    private static final double TURN = 0.2;
    /** Nanoseconds for a block whose columns are the lanes, and for each row of it. */
    private static final double BLOCK = 0.05;
    private static final double ROW = 0.25;
    /** Nanoseconds for a column of such blocks, beside theirs. */
    private static final double PANEL = 190;
    /** Bytes of a nanosecond of such blocks, which are read in order. */
    private static final double BLOCKS = 44;

    /**
     * A way to leave zeros out.
     *
     * @param group
     *            neighbouring columns that keep the same inputs
     * @param products
     *            of a nanosecond, zeros within groups included
     */
    private record Grouping(int group, double products) {
        String way() {
            return group + "x1";
        }
    }

    private static final List<Grouping> GROUPINGS =
            List.of(new Grouping(1, 33), new Grouping(2, 44), new Grouping(4, 54), new Grouping(8, 53),
                    new Grouping(16, 50));

    private SparseChoice() {
    }

    /**
     * Chooses for a product.
     *
     * @param node
     *            a product {@code [..,M,K] x [K,N]}
     * @param matrix
     *            the weights
     * @return columns of a group, or 0 for all weights
     */
    static int group(Node node, TensorData matrix, PlanBuilder plan) {
        long k = matrix.dims()[0];
        long n = matrix.dims()[1];
        double zeros = Zeros.part(matrix);
        // with so few zeros nothing is gained, and nobody wants to read about it
        if (k * n == 0 || zeros < FEWEST) {
            return 0;
        }
        var blocks = GROUPINGS.stream().mapToInt(g -> SparseWeights.blocks(matrix, g.group)).toArray();
        var sample = Sample.ofPruned(node, switch (SparseWeights.stored(matrix)) {
            case F32 -> Sample.Values.ANY;
            case BF16 -> Sample.Values.BF16;
            case I8 -> Sample.Values.INT8;
        });
        var size = new Size(Sample.elements(node.input(0).shape()) / k, k, n);
        var ways = new ArrayList<Way>();
        ways.add(new Way(DENSE, size.dense(), sample));
        for (int i = 0; i < blocks.length; i++) {
            var grouping = GROUPINGS.get(i);
            ways.add(new Way(grouping.way(), size.nanos(grouping, blocks[i]), sample));
        }
        var picked = plan.choices().pick(new Question("sparse", ways, GAIN), node.origin());
        return GROUPINGS.stream().filter(g -> g.way().equals(picked)).mapToInt(Grouping::group).findFirst().orElse(0);
    }

    /** A product {@code [rows,inputs] x [inputs,columns]}, and what it takes in nanoseconds. */
    private record Size(double rows, long inputs, long columns) {
        double dense() {
            double computed = rows * inputs * whole(columns, TILE) / PRODUCTS;
            return bytes() < LARGE ? computed : Math.max(computed + bytes() / BESIDE, bytes() / MEMORY);
        }

        double nanos(Grouping grouping, int blocks) {
            double read = bytes() < LARGE ? 0 : (double) blocks * (1 + grouping.group) * Float.BYTES;
            if (KeptWeights.isPanel(grouping.group) && rows <= KeptWeights.FEW) {
                return blocks * (BLOCK + rows * ROW) + read / BLOCKS + Math.ceil((double) columns / LANES) * PANEL;
            }
            double products = (double) blocks * grouping.group / grouping.products;
            return whole(rows, LANES) * (products + (inputs + columns) * TURN) + read / KEPT;
        }

        private double bytes() {
            return (double) inputs * columns * Float.BYTES;
        }

        private static double whole(double size, int unit) {
            return Math.ceil(size / unit) * unit;
        }
    }
}
