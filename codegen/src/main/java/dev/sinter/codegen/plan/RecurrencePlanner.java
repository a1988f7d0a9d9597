package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KeptWeights;
import dev.sinter.codegen.kernel.RecurrenceKernel;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Zeros;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import dev.sinter.ir.op.Recurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Plans recurrent networks, without the zeros of their weights where that is quicker. */
final class RecurrencePlanner {
    private static final String DENSE = "dense";
    private static final String SPARSE = "16x1";
    /** What leaving zeros out must gain. */
    private static final double GAIN = 0.1;
    /** Part of the weights that must be zero. */
    private static final double FEWEST = 0.25;
    /** Columns that are the lanes of a vector. */
    private static final int LANES = 16;
    /** Nanoseconds for sixteen weights of one input, and for sixteen that are kept, with their input. */
    private static final double PANEL = 0.36;
    private static final double BLOCK = 1.4;

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;

    /**
     * Prepares.
     *
     * @param contiguous
     *            copies an operand that is not contiguous
     */
    RecurrencePlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous) {
        this.plan = plan;
        this.contiguous = contiguous;
    }

    void recurrence(Recurrence op, Node node) {
        var projected = plan.operand(node.input(0));
        if (!projected.strides().getLast().equals(Dim.ONE)) {
            projected = contiguous.apply(projected);
        }
        var constant = node.input(1).constant();
        var panels = constant == null ? null : RecurrenceKernel.padded(op, constant);
        var kept = panels == null ? List.<KeptWeights>of() : kept(op, node, panels);
        var bias = contiguous.apply(plan.operand(node.input(2)));
        var peephole = op.peephole() ? contiguous.apply(plan.operand(node.input(op.peepholeOperand()))) : null;
        var lengths = op.lengths() ? contiguous.apply(plan.operand(node.input(op.lengthsOperand()))) : null;
        var y = plan.result(node.outputs().getFirst());
        var states = new ArrayList<Operand>();
        for (int i = 1; i < node.outputs().size(); i++) {
            var first = plan.operand(node.input(i + 2));
            var state = plan.result(node.outputs().get(i));
            plan.copy(first, state);
            states.add(state);
        }
        var size = node.input(1).shape().dim(0);
        plan.step(RecurrenceKernel.of(new RecurrenceKernel.Run(op, projected,
                kept.isEmpty() ? weights(node, panels) : null, kept, bias, peephole, lengths, y, states.getFirst(),
                states.size() > 1 ? states.get(1) : null,
                plan.scratch(y.dtype(), RecurrenceKernel.scratchSize(op, size)), panels != null)));
    }

    private Operand weights(Node node, @Nullable TensorData panels) {
        return panels == null ? contiguous.apply(plan.operand(node.input(1)))
                : plan.constant(panels, WeightItem.Form.PANEL16);
    }

    /** Weights without zeros, of each product of a step; empty if none are left out. */
    private List<KeptWeights> kept(Recurrence op, Node node, TensorData panels) {
        // with so few zeros nothing is gained, and nobody wants to read about it
        if (panels.size() == 0 || Zeros.part(node.input(1).constant()) < FEWEST) {
            return List.of();
        }
        var sample = Sample.ofPruned(node);
        double steps = Sample.elements(node.input(0).shape()) / panels.dims()[1];
        var ways = List.of(new Way(DENSE, steps * panels.size() / LANES * PANEL, sample),
                new Way(SPARSE, steps * SparseWeights.blocks(panels, LANES) * BLOCK, sample));
        if (plan.choices().pick(new Question("sparse", ways, GAIN), node.origin()).equals(DENSE)) {
            return List.of();
        }
        var all = new ArrayList<KeptWeights>();
        int wide = (int) panels.dims()[1] / op.kind().gates();
        int first = 0;
        for (int gates : RecurrenceKernel.gates(op)) {
            all.add(SparseWeights.of(columns(panels, first * wide, gates * wide), LANES, plan::constant));
            first += gates;
        }
        return all;
    }

    private static TensorData columns(TensorData matrix, int first, int count) {
        int rows = (int) matrix.dims()[0];
        int all = (int) matrix.dims()[1];
        if (count == all) {
            return matrix;
        }
        var from = matrix.floatArray();
        var to = new float[rows * count];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(from, row * all + first, to, row * count, count);
        }
        return TensorData.floats(to, rows, count);
    }
}
