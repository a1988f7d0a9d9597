package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.ComputeKernel;
import dev.sinter.codegen.kernel.ConvKernel;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Plans a convolution with channels first as {@link ConvKernel} wants it: the input padded and divided into residues, offsets of a window's
 * elements, the product over planes as wide as the input's, and the columns that count copied out.
 */
final class PlanarConvPlanner {
    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;
    private final Conv op;
    private final Node node;
    private final Operand x;
    private final Operand output;
    private final int axes;
    /** Along each axis: elements of a window, residues, results, and elements of a residue. */
    private final List<Long> window = new ArrayList<>();
    private final List<Long> residues = new ArrayList<>();
    private final List<Dim> results = new ArrayList<>();
    private final List<Dim> sizes = new ArrayList<>();
    private final List<Dim> strides;

    private PlanarConvPlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous, Conv op, Node node, Operand x,
            Operand output) {
        this.plan = plan;
        this.contiguous = contiguous;
        this.op = op;
        this.node = node;
        this.x = x;
        this.output = output;
        this.axes = op.axes();
        for (int i = 0; i < axes; i++) {
            long span = (node.input(1).shape().dim(i + 2).value() - 1) * op.dilations().get(i);
            window.add(span / op.dilations().get(i) + 1);
            residues.add(Math.min(op.strides().get(i), span + 1));
            results.add(output.dims().get(i + 2));
            sizes.add(results.get(i).plus(Dim.of(span / op.strides().get(i))));
        }
        this.strides = Operand.rowMajorStrides(sizes);
    }

    /** Whether the kernel takes a convolution: real numbers of 32 bits, windows of known sizes. */
    static boolean takes(Conv op, Node node) {
        var w = node.input(1).shape();
        return node.input(0).dtype() == DType.F32
                && w.dims().subList(1, w.rank()).stream().allMatch(d -> d.isConst() && d.value() > 0)
                && w.dim(0).isConst() && w.dim(0).value() > 0;
    }

    /**
     * Plans the sums and their bias.
     *
     * @param x
     *            {@code [N,C,S…]} with any strides
     * @param output
     *            {@code [N,M,O…]}, contiguous
     */
    static void plan(PlanBuilder plan, UnaryOperator<Operand> contiguous, Conv op, Node node, Operand x,
            Operand output) {
        new PlanarConvPlanner(plan, contiguous, op, node, x, output).plan();
    }

    private void plan() {
        var n = output.dims().get(0);
        long channels = node.input(1).shape().dim(1).value();
        long perGroup = node.input(1).shape().dim(0).value() / op.groups();
        var plane = product(sizes).times(Dim.of(residues.stream().reduce(1L, (a, b) -> a * b)));
        var k = Dim.of(channels * window.stream().reduce(1L, (a, b) -> a * b));
        // one more than the last result that counts
        var columns = Dim.ONE;
        for (int i = 0; i < axes; i++) {
            columns = columns.plus(strides.get(i).times(results.get(i).minus(Dim.ONE)));
        }
        var source = source();
        var groups = Dim.of(op.groups());
        var planes = new Operand(source.place(), DType.F32, source.offset(),
                List.of(n, groups, plane.times(Dim.of(channels))),
                List.of(source.strides().get(0), source.strides().get(1).times(Dim.of(channels)), Dim.ONE));
        var weights = contiguous.apply(plan.operand(node.input(1)));
        var matrix = rowMajor(weights, List.of(groups, Dim.of(perGroup), k));
        boolean direct = columns.equals(product(results));
        var sums = direct ? output : plan.temporary(DType.F32,
                List.of(n, output.dims().get(1), product(List.of(strides.getFirst(), results.getFirst()))));
        var pitch = sums.strides().get(1);
        var y = new Operand(sums.place(), DType.F32, sums.offset(), List.of(n, groups, Dim.of(perGroup), columns),
                List.of(sums.strides().get(0), pitch.times(Dim.of(perGroup)), pitch, Dim.ONE));
        plan.step(ConvKernel.of(new ConvKernel.Product(planes, matrix,
                op.bias() ? contiguous.apply(plan.operand(node.input(2))) : null, offsets(k), y)));
        if (!direct) {
            var steps = new ArrayList<>(List.of(sums.strides().get(0), pitch));
            steps.addAll(strides);
            plan.copy(new Operand(sums.place(), DType.F32, sums.offset(), output.dims(), steps), output);
        }
    }

    private static Dim product(List<Dim> dims) {
        return dims.stream().reduce(Dim.ONE, Dim::times);
    }

    private static Operand rowMajor(Operand contiguous, List<Dim> dims) {
        return new Operand(contiguous.place(), contiguous.dtype(), contiguous.offset(), dims,
                Operand.rowMajorStrides(dims));
    }

    // ---- the input

    /** The input as {@code [N,C,residues…,sizes…]}, the planes of a channel contiguous. */
    private Operand source() {
        boolean dense = op.strides().stream().allMatch(s -> s == 1);
        boolean padded = !op.begin().stream().allMatch(p -> p == 0) || !op.end().stream().allMatch(p -> p == 0);
        if (dense && !padded) {
            var spatial = Operand.rowMajorStrides(x.dims().subList(2, x.rank()));
            return x.strides().subList(2, x.rank()).equals(spatial) ? x : contiguous.apply(x);
        }
        var dims = new ArrayList<>(x.dims().subList(0, 2));
        residues.forEach(r -> dims.add(Dim.of(r)));
        dims.addAll(sizes);
        var copy = plan.temporary(DType.F32, dims);
        boolean grows = op.begin().stream().allMatch(p -> p >= 0) && op.end().stream().allMatch(p -> p >= 0);
        if (dense && grows) {
            pad(copy);
        } else {
            divide(copy);
        }
        return copy;
    }

    /** Zeros, and the input within. */
    private void pad(Operand copy) {
        plan.step(MapKernel.of(Expr.literal(0, DType.F32), List.of(), copy));
        var steps = new ArrayList<>(copy.strides().subList(0, 2));
        steps.addAll(strides);
        var offset = copy.offset();
        for (int i = 0; i < axes; i++) {
            offset = offset.plus(strides.get(i).times(Dim.of(op.begin().get(i))));
        }
        plan.copy(x, new Operand(copy.place(), DType.F32, offset, x.dims(), steps));
    }

    /** Element q of residue f is element {@code q * stride + f - begin} of the input, if there is one. */
    private void divide(Operand copy) {
        var at = new ArrayList<Expr>(Formula.axes(2));
        for (int i = 0; i < axes; i++) {
            var first = Formula.sub(Formula.axis(2 + i), Formula.number(op.begin().get(i)));
            at.add(Formula.add(Formula.mul(Formula.axis(2 + axes + i), Formula.number(op.strides().get(i))), first));
        }
        var value = new Formula().operand(0, DType.F32).or(Expr.literal(0, DType.F32), at);
        plan.step(ComputeKernel.of(value, List.of(x), copy, "conv '" + node.origin().first() + "'"));
    }

    // ---- offsets

    /** How far the k-th element of a window is from its first, in the divided input. */
    private Operand offsets(Dim k) {
        var table = plan.temporary(DType.I32, List.of(k));
        var dims = new ArrayList<Dim>();
        residues.forEach(r -> dims.add(Dim.of(r)));
        dims.addAll(sizes);
        var steps = Operand.rowMajorStrides(dims);
        Expr rest = Formula.axis(0);
        Expr sum = Formula.number(0);
        for (int i = axes - 1; i >= 0; i--) {
            var size = Formula.number(window.get(i));
            var within = Formula.mul(window.get(i) == 1 ? Formula.number(0) : Formula.mod(rest, size),
                    Formula.number(op.dilations().get(i)));
            rest = Formula.div(rest, size);
            var stride = Formula.number(op.strides().get(i));
            if (window.get(i) == 1) {
                continue;
            }
            sum = Formula.add(sum, Formula.mul(Formula.div(within, stride), Formula.size(steps.get(axes + i))));
            if (op.strides().get(i) > 1) {
                sum = Formula.add(sum, Formula.mul(Formula.mod(within, stride), Formula.size(steps.get(i))));
            }
        }
        sum = Formula.add(sum, Formula.mul(rest, Formula.size(product(dims))));
        plan.step(ComputeKernel.of(Expr.cast(sum, DType.I32), List.of(), table, "conv"));
        return table;
    }
}
