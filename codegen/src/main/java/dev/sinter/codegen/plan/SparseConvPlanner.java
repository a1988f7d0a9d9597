package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.codegen.kernel.SparseConvKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans convolutions with sparse constant weights, channels first. What they read and make lies in planes
 * ({@link PlaneRuns}) as long as only such convolutions use it; all others see it as a tensor with strides. Windows that
 * are more than one element apart read a copy, divided into residues.
 */
final class SparseConvPlanner {
    private static final Expr SUM = Expr.arg(0, DType.F32);

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;
    private final ProductPlanner products;
    private final Map<Node, Integer> groups = new HashMap<>();
    private final Map<Value, Planes> known = new HashMap<>();
    /** Masks by pitch, width and height. */
    private final Map<List<Long>, Operand> masks = new HashMap<>();
    private @Nullable PlaneRuns runs;

    SparseConvPlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous, ProductPlanner products) {
        this.plan = plan;
        this.contiguous = contiguous;
        this.products = products;
    }

    /** Neighbouring results that keep the same inputs if a node is such a convolution, else 0. */
    private int group(Node node) {
        return groups.computeIfAbsent(node, n -> SparseConvChoice.group(n, plan));
    }

    /**
     * Plans a convolution if it is one with sparse weights.
     *
     * @return whether it is planned
     */
    boolean plan(Conv op, Node node) {
        if (group(node) == 0) {
            return false;
        }
        var result = planes(node.output());
        var given = op.epilogue() == null ? SUM : op.epilogue();
        var operands = new ArrayList<Operand>();
        var expr = products.literals(given, extras(op, node), operands);
        var epilogue = epilogue(op, node, result, expr);
        var plain = new Epilogue(SUM, List.of());
        var product = product(op, node, result, epilogue == null ? plain : epilogue);
        boolean fits = epilogue != null && SparseConvKernel.fits(product);
        plan.step(SparseConvKernel.of(fits ? product : product.with(plain)));
        if (!fits) {
            operands.addFirst(like(result.image(), node.output()));
            if (expr.dtype() != DType.F32) {
                plan.map(expr, operands, plan.result(node.output()));
                return true;
            }
            plan.map(expr, operands, operands.getFirst());
        }
        known.put(node.output(), result);
        plan.define(node.output(), like(result.image(), node.output()));
        return true;
    }

    private static List<Value> extras(Conv op, Node node) {
        return node.inputs().subList(op.firstExtra(), node.inputs().size());
    }

    // ---- the product

    private SparseConvKernel.Product product(Conv op, Node node, Planes result, Epilogue epilogue) {
        var rows = rows(op, node);
        var columns = columns(op, node);
        var x = op.strides().stream().allMatch(s -> s == 1) ? planes(node.input(0)) : divided(op, node, rows, columns);
        var layout = result.layout();
        int vectors = Math.toIntExact(Planes.vectors(result.height() * layout.pitch()));
        var weights = SparseTaps.of(node.input(1).constant(), group(node), rows, columns, x,
                SparseConvKernel.block(group(node), vectors));
        return new SparseConvKernel.Product(x.starts(),
                new SparseConvKernel.Weights(weights.group(), weights.parts(), plan.constant(weights.ends()),
                        plan.constant(weights.blocks()),
                        op.bias() ? contiguous.apply(plan.operand(node.input(2))) : null),
                result.starts(), vectors,
                layout.padded() ? Math.toIntExact(layout.plane() / Planes.LANES - vectors) : 0,
                mask(result, vectors), epilogue);
    }

    private static Taps rows(Conv op, Node node) {
        return op.axes() == 1 ? Taps.of(1, 1, 1, 0) : taps(op, node, 0);
    }

    private static Taps columns(Conv op, Node node) {
        return taps(op, node, op.axes() - 1);
    }

    private static Taps taps(Conv op, Node node, int axis) {
        return Taps.of(node.input(1).shape().dim(axis + 2).value(), op.strides().get(axis), op.dilations().get(axis),
                op.begin().get(axis));
    }

    /** Which elements of a plane are results, if zeros around them matter and some are not. */
    private @Nullable Operand mask(Planes result, long vectors) {
        long pitch = result.layout().pitch();
        long all = vectors * Planes.LANES;
        if (!result.layout().padded() || pitch == result.width() && result.height() * pitch == all) {
            return null;
        }
        return masks.computeIfAbsent(List.of(pitch, result.width(), result.height()), k -> {
            var bits = new int[Math.toIntExact(all)];
            for (int i = 0; i < result.height() * pitch; i++) {
                bits[i] = i % pitch < result.width() ? -1 : 0;
            }
            return plan.constant(TensorData.of(DType.I32, bits, all));
        });
    }

    // ---- the epilogue

    /** An epilogue over planes, or null where an operand's shape or type does not fit. */
    private @Nullable Epilogue epilogue(Conv op, Node node, Planes result, Expr expr) {
        var operands = new ArrayList<Operand>();
        for (var value : extras(op, node)) {
            if (!ProductPlanner.isLiteral(value)) {
                var rows = rows(value, node, result);
                if (rows == null) {
                    return null;
                }
                operands.add(rows);
            }
        }
        return expr.dtype() == DType.F32 && Epilogue.fits(expr, operands) ? new Epilogue(expr, operands) : null;
    }

    /** An operand as {@code [N*M,H*pitch]}; null where it varies in another way. */
    private @Nullable Operand rows(Value value, Node node, Planes result) {
        if (isImage(value, node)) {
            return planes(value).rows();
        }
        var operand = plan.operand(value).broadcast(node.output().shape().dims());
        boolean same = operand.strides().subList(2, operand.rank()).stream().allMatch(Dim.ZERO::equals);
        var channels = same ? new Operand(operand.place(), operand.dtype(), operand.offset(),
                operand.dims().subList(0, 2), operand.strides().subList(0, 2)).collapseLeading(0) : null;
        return channels == null ? null : new Operand(channels.place(), channels.dtype(), channels.offset(),
                List.of(channels.dims().getFirst(), Dim.of(result.height() * result.layout().pitch())),
                List.of(channels.strides().getFirst(), Dim.ZERO));
    }

    /** Whether an operand of an epilogue has an element for each of the result. */
    private static boolean isImage(Value value, Node node) {
        return value.dtype() == DType.F32 && value.shape().equals(node.output().shape());
    }

    // ---- planes

    /** A value in planes, or memory for it if it is not known yet. */
    private Planes planes(Value value) {
        var planes = known.get(value);
        if (planes != null) {
            return planes;
        }
        var dims = image(value.shape().dims());
        var layout = runs().layout(value);
        var made = memory(dims.get(0), dims.get(1).value(), dims.get(2).value(), dims.get(3).value(), layout);
        boolean result = plan.graph().producers().get(value) instanceof Node n && group(n) > 0;
        if (result) {
            if (layout.lead() > 0) {
                zeros(made.place(), Dim.of(layout.lead()));
            }
            return made;
        }
        if (layout.padded()) {
            zeros(made.place(), Planes.size(made.images(), made.channels(), layout));
        }
        plan.step(MapKernel.of(SUM, List.of(image(plan.operand(value))), made.image()));
        known.put(value, made);
        return made;
    }

    private Planes memory(Dim images, long channels, long height, long width, Planes.Layout layout) {
        var memory = plan.temporary(DType.F32, List.of(Planes.size(images, channels, layout)));
        return new Planes(memory.place(), images, channels, height, width, layout);
    }

    private void zeros(Place place, Dim count) {
        plan.step(MapKernel.of(Expr.literal(0, DType.F32), List.of(),
                new Operand(place, DType.F32, Dim.ZERO, List.of(count), List.of(Dim.ONE))));
    }

    /** One spatial axis as two. */
    private static List<Dim> image(List<Dim> dims) {
        if (dims.size() == 4) {
            return dims;
        }
        var image = new ArrayList<>(dims);
        image.add(2, Dim.ONE);
        return image;
    }

    private static Operand image(Operand operand) {
        if (operand.rank() == 4) {
            return operand;
        }
        var strides = new ArrayList<>(operand.strides());
        strides.add(2, Dim.ZERO);
        return new Operand(operand.place(), operand.dtype(), operand.offset(), image(operand.dims()), strides);
    }

    /** An image as a tensor of the rank that a value has. */
    private static Operand like(Operand image, Value value) {
        if (value.shape().rank() == 4) {
            return image;
        }
        var strides = new ArrayList<>(image.strides());
        strides.remove(2);
        return new Operand(image.place(), image.dtype(), image.offset(), value.shape().dims(), strides);
    }

    /** The input's elements by what their indices leave when divided by the strides, all channels of one residue after another. */
    private Planes divided(Conv op, Node node, Taps rows, Taps columns) {
        var source = image(plan.operand(node.input(0)));
        if (source.isWeight() || !source.strides().getLast().equals(Dim.ONE)) {
            var copy = plan.temporary(DType.F32, source.dims());
            plan.step(MapKernel.of(SUM, List.of(source), copy));
            source = copy;
        }
        var dims = source.dims();
        long channels = dims.get(1).value();
        int parts = rows.residues().length * columns.residues().length;
        long height = Math.ceilDiv(dims.get(2).value(), (long) rows.stride());
        long width = Math.ceilDiv(dims.get(3).value(), (long) columns.stride());
        var layout = runs().layout(node);
        var all = memory(dims.get(0), channels * parts, height, width, layout);
        zeros(all.place(), Planes.size(all.images(), all.channels(), layout));
        var steps = source.strides();
        for (int i = 0; i < rows.residues().length; i++) {
            int row = rows.residues()[i];
            int column = columns.residues()[0];
            var count = List.of(dims.get(0), dims.get(1),
                    Dim.of(Math.ceilDiv(Math.max(0, dims.get(2).value() - row), (long) rows.stride())),
                    Dim.of(Math.max(0, dims.get(3).value() - column)));
            var from = new Operand(source.place(), DType.F32,
                    source.offset().plus(steps.get(2).times(Dim.of(row))).plus(steps.get(3).times(Dim.of(column))),
                    count, List.of(steps.get(0), steps.get(1), steps.get(2).times(Dim.of(rows.stride())), Dim.ONE));
            var to = all.part(i * columns.residues().length * channels, channels);
            Division.step(plan, from, to, columns.stride(), columns.residues().length,
                    Dim.of(channels * layout.plane()));
        }
        return all;
    }

    // ---- runs

    private PlaneRuns runs() {
        if (runs == null) {
            runs = new PlaneRuns();
            for (var node : plan.graph().nodes()) {
                if (group(node) > 0 && node.op() instanceof Conv op) {
                    add(runs, op, node);
                }
            }
        }
        return runs;
    }

    private static void add(PlaneRuns runs, Conv op, Node node) {
        var rows = rows(op, node);
        var columns = columns(op, node);
        var from = image(node.input(0).shape().dims());
        var to = image(node.output().shape().dims());
        Object key = op.strides().stream().allMatch(s -> s == 1) ? node.input(0) : node;
        runs.add(key, Math.ceilDiv(from.get(2).value(), (long) rows.stride()),
                Math.ceilDiv(from.get(3).value(), (long) columns.stride()));
        runs.reads(key, rows, columns, node.output(), to.get(2).value(), to.get(3).value());
        for (var value : extras(op, node)) {
            if (isImage(value, node)) {
                runs.add(value, to.get(2).value(), to.get(3).value());
                runs.join(value, node.output());
            }
        }
    }
}
