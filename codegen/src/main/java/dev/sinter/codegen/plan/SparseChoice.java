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
    private static final double PRODUCTS = 78;
    /** Bytes of weights from which on they come from memory each time. */
    private static final double LARGE = 1 << 18;
    /** Bytes of a nanosecond from memory, and those that come while products are computed of what came before. */
    private static final double MEMORY = 31;
    private static final double BESIDE = 60;
    /** Bytes of a nanosecond of weights that are kept, with their inputs. */
    private static final double KEPT = 13;
    /** Part of the weights that must be zero. */
    private static final double FEWEST = 0.25;
    /** Nanoseconds for turning a row's element there, or back. */
    private static final double TURN = 0.2;
    /** Nanoseconds for a block whose columns are the lanes, and for each row of it. */
    private static final double BLOCK = 0.2;
    private static final double ROW = 0.15;
    /** Bytes of a nanosecond of such blocks, which are read in order. */
    private static final double BLOCKS = 26;

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
            List.of(new Grouping(1, 38), new Grouping(2, 46), new Grouping(4, 62), new Grouping(8, 64),
                    new Grouping(16, 64));

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
        double rows = Sample.elements(node.input(0).shape()) / k;
        double bytes = (double) k * n * Float.BYTES;
        var ways = new ArrayList<Way>();
        ways.add(new Way(DENSE, dense(rows * k * n, bytes), sample));
        for (int i = 0; i < blocks.length; i++) {
            var grouping = GROUPINGS.get(i);
            ways.add(new Way(grouping.way(), nanos(grouping, blocks[i], rows, (k + n) * TURN, bytes < LARGE), sample));
        }
        var picked = plan.choices().pick(new Question("sparse", ways, GAIN), node.origin());
        return GROUPINGS.stream().filter(g -> g.way().equals(picked)).mapToInt(Grouping::group).findFirst().orElse(0);
    }

    private static double nanos(Grouping grouping, int blocks, double rows, double turning, boolean near) {
        boolean panel = KeptWeights.isPanel(grouping.group) && rows <= KeptWeights.FEW;
        double bytes = near ? 0 : (double) blocks * (1 + grouping.group) * Float.BYTES;
        double lanes = Math.ceil(rows / 16) * 16;
        return panel ? blocks * (BLOCK + rows * ROW) + bytes / BLOCKS
                : lanes * ((double) blocks * grouping.group / grouping.products + turning) + bytes / KEPT;
    }

    private static double dense(double products, double bytes) {
        double computed = products / PRODUCTS;
        return bytes < LARGE ? computed : Math.max(computed + bytes / BESIDE, bytes / MEMORY);
    }
}
