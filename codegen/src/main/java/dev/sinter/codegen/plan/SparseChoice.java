package dev.sinter.codegen.plan;

import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.WeightAnalysis;
import dev.sinter.ir.Zeros;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import java.util.ArrayList;
import java.util.List;

/** Whether a product with constant weights is computed without its zeros, and in groups of how many columns. */
final class SparseChoice {
    private static final String DENSE = "dense";
    /** What another way than the dense one must gain. */
    private static final double GAIN = 0.05;
    /** Products of a nanosecond with all weights. */
    private static final double PRODUCTS = 65;
    /** Part of the weights that must be zero. */
    private static final double FEWEST = 0.25;
    /** Nanoseconds for turning a row's element there, or back. */
    private static final double TURN = 0.1;

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
            List.of(new Grouping(1, 35), new Grouping(2, 55), new Grouping(4, 68), new Grouping(8, 72));

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
        var sample = sample(node);
        double rows = Sample.elements(node.input(0).shape()) / k;
        double lanes = Math.ceil(rows / 16) * 16;
        var ways = new ArrayList<Way>();
        ways.add(new Way(DENSE, rows * k * n / PRODUCTS, sample));
        for (int i = 0; i < blocks.length; i++) {
            var grouping = GROUPINGS.get(i);
            double products = (double) blocks[i] * grouping.group;
            ways.add(new Way(grouping.way(), lanes * (products / grouping.products + (k + n) * TURN), sample));
        }
        var picked = plan.choices().pick(new Question("sparse", ways, GAIN), node.origin());
        return GROUPINGS.stream().filter(g -> g.way().equals(picked)).mapToInt(Grouping::group).findFirst().orElse(0);
    }

    private static Sample sample(Node node) {
        var pattern = WeightAnalysis.likeness(node);
        var operands = new ArrayList<Sample.Operand>();
        for (var value : node.inputs()) {
            var operand = Sample.operand(value, value.shape());
            operands.add(operands.size() == 1 ? new Sample.Operand(operand.type(), true, pattern) : operand);
        }
        return Sample.of(node.op(), operands);
    }
}
