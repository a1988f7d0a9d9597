package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.DepthwiseKernel;
import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.PadKernel;
import dev.sinter.codegen.kernel.WindowKernel;
import dev.sinter.codegen.kernel.WindowProduct;
import dev.sinter.codegen.kernel.Winograd;
import dev.sinter.codegen.kernel.WinogradKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Plans convolutions with channels last and constant weights, of one or two spatial axes. */
final class WindowPlanner {
    /** Channels that are put together one by one, where more are copied in vectors. */
    private static final int FEW_CHANNELS = 8;

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;
    private final ProductPlanner products;
    private final Conv op;
    private final Node node;
    private final Operand output;
    /** Input and result as {@code [N,H,W,C]}; one spatial axis is W. */
    private final Operand x;
    private final Operand y;
    private final TensorData weights;
    private final List<Integer> strides;
    private final List<Integer> dilations;
    private final List<Integer> begin;
    private final List<Integer> end;

    WindowPlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous, ProductPlanner products, Conv op,
            Node node, Operand output, TensorData weights) {
        this.plan = plan;
        this.contiguous = contiguous;
        this.products = products;
        this.op = op;
        this.node = node;
        this.output = output;
        this.weights = weights;
        this.x = image(plan.operand(node.input(0)));
        this.y = image(output);
        this.strides = two(op.strides(), 1);
        this.dilations = two(op.dilations(), 1);
        this.begin = two(op.begin(), 0);
        this.end = two(op.end(), 0);
    }

    /** Whether these kernels take a convolution. */
    static boolean takes(Conv op, Node node) {
        return op.channelsLast() && op.axes() <= 2 && PlanarConvPlanner.takes(op, node) && node.input(1).isConstant();
    }

    /**
     * Plans a convolution with its bias and epilogue.
     *
     * @return false where the epilogue can't be part of it; then nothing is planned
     */
    static boolean plan(PlanBuilder plan, UnaryOperator<Operand> contiguous, ProductPlanner products, Conv op,
            Node node, @Nullable Expr epilogue, Operand output) {
        var weights = node.input(1).constant();
        return weights != null
                && new WindowPlanner(plan, contiguous, products, op, node, output, weights).plan(epilogue);
    }

    private static List<Integer> two(List<Integer> given, int otherwise) {
        return given.size() == 2 ? given : List.of(otherwise, given.getFirst());
    }

    private static Operand image(Operand operand) {
        if (operand.rank() == 4) {
            return operand;
        }
        var dims = new ArrayList<>(operand.dims());
        var steps = new ArrayList<>(operand.strides());
        dims.add(1, Dim.ONE);
        steps.add(1, operand.strides().getFirst());
        return new Operand(operand.place(), operand.dtype(), operand.offset(), dims, steps);
    }

    private boolean plan(@Nullable Expr given) {
        var last = epilogue(given);
        if (last == null) {
            return false;
        }
        var dims = weights.dims();
        var window = window();
        if (op.groups() > 1 && dims[1] == 1 && dims[0] == op.groups()) {
            if (depthwise(last)) {
                return true;
            }
            if (given != null) {
                return false;
            }
        }
        var algorithm = winograd(window);
        if (algorithm != null) {
            return winograd(algorithm, last);
        }
        var product = product(last, WindowKernel.WINDOWS);
        if (!WindowKernel.fits(product)) {
            return false;
        }
        plan.step(WindowKernel.of(product.of(source(around(true)))));
        return true;
    }

    /** Rows, columns and channels of a window. */
    private List<Long> window() {
        var dims = weights.dims();
        return List.of(dims.length == 4 ? dims[2] : 1, dims[dims.length - 1], dims[1]);
    }

    /** The convolution as a product over windows, with so many elements of memory for copied ones. */
    WindowProduct product(Epilogue last, long copied) {
        var dims = weights.dims();
        var window = window();
        long taps = window.get(0) * window.get(1);
        long perGroup = dims[0] / op.groups();
        var small = EightBits.of(weights);
        var packed = plan.weight(TensorData.of(small.dtype(), small.array(),
                new long[]{op.groups(), perGroup, dims[1], taps}), WeightItem.Form.WINDOW16);
        var matrix = List.of(Dim.of(op.groups()), Dim.of(taps * dims[1]), Dim.of((perGroup + 15) / 16 * 16));
        return new WindowProduct(x,
                new Operand(packed, small.dtype(), Dim.ZERO, matrix, Operand.rowMajorStrides(matrix)), window, strides,
                dilations, y, last, plan.scratch(DType.F32, Dim.of(WindowKernel.SCRATCH)),
                plan.scratch(DType.F32, Dim.of(copied)),
                plan.scratch(DType.F32, Dim.of(WindowKernel.WORK)));
    }

    /** How Winograd's algorithm would be used, if it may be and pays. */
    private @Nullable Winograd winograd(List<Long> window) {
        boolean fits = plan.winograd() && op.groups() == 1 && op.axes() == 2
                && window.get(0) == 3 && window.get(1) == 3
                && strides.stream().allMatch(s -> s == 1) && dilations.stream().allMatch(d -> d == 1)
                && begin.stream().allMatch(p -> p >= 0) && end.stream().allMatch(p -> p >= 0)
                && y.dims().get(1).isConst() && y.dims().get(2).isConst() && x.dims().get(3).isConst()
                && EightBits.of(weights).dtype() == DType.F32;
        return !fits ? null : WinogradChoice.best(op, node, plan);
    }

    private boolean winograd(Winograd algorithm, Epilogue last) {
        long channels = weights.dims()[1];
        var packed = plan.weight(weights,
                algorithm == Winograd.F2 ? WeightItem.Form.WINOGRAD2 : WeightItem.Form.WINOGRAD4);
        var matrices = List.of(Dim.of((long) algorithm.points() * algorithm.points()), Dim.of(channels),
                Dim.of((weights.dims()[0] + 15) / 16 * 16));
        var blocks = new WinogradKernel.Blocks(algorithm, channels, y.dims().get(1).value(), y.dims().get(2).value(),
                (weights.dims()[0] + 15) / 16);
        var memory = blocks.memory().stream().map(size -> plan.scratch(DType.F32, Dim.of(size))).toList();
        var product = new WinogradKernel.Product(algorithm, x, begin,
                new Operand(packed, DType.F32, Dim.ZERO, matrices, Operand.rowMajorStrides(matrices)), y, last, memory,
                plan.scratch(DType.F32, Dim.of(WindowKernel.WORK)));
        if (!WinogradKernel.fits(product)) {
            return false;
        }
        boolean lies = !x.isWeight() && x.strides().get(3).equals(Dim.ONE) && rowsAreContiguous(x);
        plan.step(WinogradKernel.of(product.of(lies ? x : contiguous.apply(x))));
        return true;
    }

    /** Whether the input's pixels lie evenly through all images, channels contiguous. */
    boolean isEven() {
        var steps = x.strides();
        return !x.isWeight() && steps.get(3).equals(Dim.ONE)
                && steps.get(1).equals(steps.get(2).times(x.dims().get(2)))
                && (x.dims().get(0).equals(Dim.ONE) || steps.get(0).equals(steps.get(1).times(x.dims().get(1))));
    }

    /** The convolution of every channel with its own window. */
    DepthwiseKernel.Product perChannel(Epilogue last) {
        var matrix = DepthwiseKernel.matrix(weights);
        return new DepthwiseKernel.Product(x, null,
                plan.constant(matrix), window().subList(0, 2), strides, dilations, y, last);
    }

    private boolean depthwise(Epilogue last) {
        var window = window();
        var product = perChannel(last);
        if (!DepthwiseKernel.fits(product)) {
            return false;
        }
        var around = around(false);
        var dims = around.dims();
        boolean known = dims.subList(1, 4).stream().allMatch(Dim::isConst) && y.dims().get(1).isConst();
        if (!around.isPadded() || !known) {
            plan.step(DepthwiseKernel.of(product.of(source(around), null)));
            return true;
        }
        long row = dims.get(2).value() * dims.get(3).value();
        long span = (window.get(0) - 1) * dilations.get(0) + 1;
        long rows = DepthwiseKernel.blockRows(y.dims().get(1).value(), row, span, strides.get(0));
        var block = plan.scratch(DType.F32, Dim.of(row * ((rows - 1) * strides.get(0) + span)));
        plan.step(DepthwiseKernel.of(product.of(new Operand(block, DType.F32, Dim.ZERO, dims,
                Operand.rowMajorStrides(dims)),
                new DepthwiseKernel.Around(around.image(), around.top(), around.left(),
                        rows))));
        return true;
    }

    /** Bias and epilogue over matrices of pixels times channels, or null where an operand's shape is neither. */
    @Nullable
    Epilogue epilogue(@Nullable Expr given) {
        var operands = new ArrayList<Operand>();
        Expr sum = Expr.arg(0, DType.F32);
        if (op.bias()) {
            operands.add(contiguous.apply(plan.operand(node.input(2))));
            sum = Expr.apply(Fn.ADD, sum, Expr.arg(1, DType.F32));
        }
        var expr = sum;
        if (given != null) {
            var others = new ArrayList<Operand>();
            var body = products.literals(given, node.inputs().subList(op.firstExtra(), node.inputs().size()), others);
            var args = new ArrayList<>(List.of(sum));
            for (var other : others) {
                operands.add(other);
                args.add(Expr.arg(operands.size(), other.dtype()));
            }
            expr = body.substitute(args);
        }
        var matrices = ProductPlanner.matrices(operands, output.dims(),
                y.dims().get(0).times(y.dims().get(1)).times(y.dims().get(2)));
        boolean fits = matrices != null && expr.dtype() == DType.F32 && Epilogue.fits(expr, matrices);
        return fits ? new Epilogue(expr, matrices) : null;
    }

    /** An image, how many rows and columns of zeros come before it, and its size with all around it. */
    record Around(Operand image, long top, long left, List<Dim> dims) {
        private boolean isPadded() {
            return !dims.equals(image.dims());
        }
    }

    /**
     * The input and what is around it, without what negative pads cut off.
     *
     * @param planes
     *            whether few channels that get something around them may lie apart
     */
    Around around(boolean planes) {
        var window = window();
        var from = x;
        var dims = new ArrayList<>(x.dims());
        boolean padded = false;
        for (int axis = 0; axis < 2; axis++) {
            int before = begin.get(axis);
            if (before < 0) {
                from = cut(from, axis + 1, -before);
            }
            long behind = behind(axis, window.get(axis));
            dims.set(axis + 1, from.dims().get(axis + 1).plus(Dim.of(Math.max(0, before) + behind)));
            padded |= before > 0 || behind > 0;
        }
        planes &= padded && !from.isWeight() && isPlanes(from);
        if (!planes && (from.isWeight() || !from.strides().get(3).equals(Dim.ONE)
                || padded && !rowsAreContiguous(from))) {
            from = contiguous.apply(from);
        }
        return new Around(from, Math.max(0, begin.get(0)), Math.max(0, begin.get(1)), padded ? dims : from.dims());
    }

    /** The input with zeros around it. */
    private Operand source(Around around) {
        if (!around.isPadded()) {
            return around.image();
        }
        var larger = plan.temporary(DType.F32, around.dims());
        plan.step(isPlanes(around.image()) ? PadKernel.ofPlanes(around.image(), around.top(), around.left(), larger)
                : PadKernel.of(around.image(), around.top(), around.left(), larger));
        return larger;
    }

    /** Whether there are few channels, elements of which lie apart. */
    private static boolean isPlanes(Operand from) {
        return !from.strides().get(3).equals(Dim.ONE) && from.dims().get(3).isConst()
                && from.dims().get(3).value() <= FEW_CHANNELS;
    }

    private static boolean rowsAreContiguous(Operand from) {
        return from.strides().get(2).equals(from.dims().get(3));
    }

    private static Operand cut(Operand from, int axis, int elements) {
        var dims = new ArrayList<>(from.dims());
        dims.set(axis, dims.get(axis).minus(Dim.of(elements)));
        return new Operand(from.place(), from.dtype(),
                from.offset().plus(from.strides().get(axis).times(Dim.of(elements))), dims, from.strides());
    }

    /** Zeros behind an axis that windows reach. */
    private long behind(int axis, long size) {
        var results = y.dims().get(axis + 1);
        var elements = x.dims().get(axis + 1);
        long most = Math.max(0, end.get(axis));
        if (!results.isConst() || !elements.isConst()) {
            return most;
        }
        long reach = (results.value() - 1) * strides.get(axis) + (size - 1) * dilations.get(axis) + 1;
        return Math.clamp(reach - begin.get(axis) - elements.value(), 0, most);
    }
}
