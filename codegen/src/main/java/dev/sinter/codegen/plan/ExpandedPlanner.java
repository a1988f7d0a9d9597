package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.ExpandedKernel;
import dev.sinter.codegen.kernel.WindowKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans 1x1 convolutions that make more channels together with the convolution of every channel that alone reads their
 * result. The first waits until the second is planned.
 */
final class ExpandedPlanner {
    /** How many times as many channels the first has to make: else what lies between the two isn't larger than others. */
    private static final long GROWTH = 2;
    /** Rows of windows are copied as a whole. */
    private static final long WIDEST = ExpandedKernel.ROWS;
    /** Of so many rows that blocks compute, one may be another block's, too. */
    private static final long LEAST_ROWS = 8;

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;
    private final ProductPlanner products;
    private final Map<Value, List<Node>> readers = new HashMap<>();
    private final Map<Value, Node> waiting = new HashMap<>();

    ExpandedPlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous, ProductPlanner products) {
        this.plan = plan;
        this.contiguous = contiguous;
        this.products = products;
        for (var node : plan.graph().nodes()) {
            Uses.values(node).forEach(v -> readers.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
        }
        plan.graph().outputs().forEach(port -> readers.remove(port.value()));
    }

    /** Whether a convolution is the first of two, and waits for the second. */
    boolean waits(Conv op, Node node) {
        var all = readers.get(node.output());
        boolean waits = isExpansion(op, node) && all != null && all.size() == 1
                && all.getFirst().op() instanceof Conv next && isPerChannel(next, all.getFirst(), node.output());
        if (waits) {
            waiting.put(node.output(), node);
        }
        return waits;
    }

    private static boolean isExpansion(Conv op, Node node) {
        var weights = node.input(1).constant();
        if (weights == null || !WindowPlanner.takes(op, node) || op.axes() != 2 || op.groups() != 1) {
            return false;
        }
        var dims = weights.dims();
        var result = node.output().shape();
        return dims[2] == 1 && dims[3] == 1 && dims[0] % 16 == 0 && dims[0] >= GROWTH * dims[1]
                && WindowKernel.hasOnePart(dims[1]) && node.inputs().size() == op.firstExtra()
                && op.strides().stream().allMatch(s -> s == 1)
                && op.begin().stream().allMatch(p -> p == 0) && op.end().stream().allMatch(p -> p == 0)
                && result.dim(1).isConst() && result.dim(2).isConst() && result.dim(2).value() <= WIDEST;
    }

    private static boolean isPerChannel(Conv op, Node node, Value image) {
        var weights = node.input(1).constant();
        return weights != null && WindowPlanner.takes(op, node) && node.input(0).equals(image)
                && node.inputs().stream().filter(image::equals).count() == 1 && op.groups() > 1
                && weights.dims()[1] == 1 && weights.dims()[0] == op.groups()
                && op.begin().stream().allMatch(p -> p >= 0) && op.end().stream().allMatch(p -> p >= 0)
                && node.output().shape().dim(1).isConst() && node.output().shape().dim(1).value() > 0;
    }

    /** The convolution that waits for this one, or null. */
    @Nullable
    Node before(Node node) {
        return waiting.remove(node.input(0));
    }

    /** Plans both, or neither. */
    boolean plan(Node expansion, Node node) {
        var op = (Conv) node.op();
        var wide = expansion.output();
        plan.define(wide, Operand.rowMajor(plan.scratch(DType.F32, Dim.ZERO), wide.dtype(), wide.shape()));
        var output = plan.result(node.output());
        var around = planner(node, output).around(false);
        var dims = wide.shape().dims();
        long window = node.input(1).shape().dim(2).value();
        long span = (window - 1) * op.dilations().get(0) + 1;
        int step = op.strides().get(0);
        long whole = around.dims().get(2).value();
        long columns = node.output().shape().dim(2).value();
        var block = ExpandedKernel.Block.of(dims.get(3).value() / 16, dims.get(2).value(),
                columns, whole, node.output().shape().dim(1).value(), span, step);
        long high = block.rowsOfImage(span, step);
        if (high < LEAST_ROWS * (span - step) && block.rows() < node.output().shape().dim(1).value()) {
            return false;
        }
        var channels = Dim.of(block.panels() * 16);
        var place = plan.scratch(DType.F32, Dim.of(high * whole).times(channels));
        var image = List.of(dims.get(0), Dim.of(high), Dim.of(whole), channels);
        plan.define(wide, new Operand(place, DType.F32, Dim.ZERO, image, Operand.rowMajorStrides(image)));
        var second = planner(node, output);
        var row = channels.times(dims.get(2));
        var first = planner(expansion, new Operand(place, DType.F32, Dim.ZERO, dims,
                List.of(row.times(dims.get(1)), row, channels, Dim.ONE)));
        var before = first.epilogue(((Conv) expansion.op()).epilogue());
        var last = second.epilogue(op.epilogue());
        if (before == null || last == null || !first.isEven()) {
            return false;
        }
        var product = new ExpandedKernel.Product(first.product(before, ExpandedKernel.WINDOWS), second.perChannel(last),
                block, around.top(),
                around.left());
        if (!ExpandedKernel.fits(product)) {
            return false;
        }
        plan.step(ExpandedKernel.of(product));
        return true;
    }

    private WindowPlanner planner(Node node, Operand output) {
        var weights = node.input(1).constant();
        if (weights == null) {
            throw new IllegalStateException(node.origin().first() + " has no constant weights");
        }
        return new WindowPlanner(plan, contiguous, products, (Conv) node.op(), node, output, weights);
    }
}
