package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Resize (10, 11 all coordinate transformations and cubic, 13, 18 axes, antialias and keep_aspect_ratio_policy, 19) and
 * Upsample (1, 7, 9 scales as input, 10).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Resize.html">Resize</a>
 */
final class Resizes {
    static final List<OnnxOp> OPS = List.of(
            onnx("Resize", 10, Resizes::resize),
            onnx("Upsample", 1, Resizes::upsample));

    private Resizes() {
    }

    static List<Operand> upsample(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var attributes = node.attributes();
        var all = IntStream.range(0, x.rank()).boxed().toList();
        if (node.has(1)) {
            return resized(node, all, byScales(node, x.dims(), 1));
        }
        var scales = attributes.reals("scales");
        if (scales == null) {
            scales = new float[]{1, 1, attributes.real("height_scale", 1), attributes.real("width_scale", 1)};
        }
        if (scales.length != x.rank()) {
            throw node.error(x.rank() + " scales were expected, not " + scales.length);
        }
        return resized(node, all, ResizeScales.ofConstants(node, x.dims(), scales));
    }

    static List<Operand> resize(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var given = node.attributes().integers("axes");
        var axes = new ArrayList<Integer>();
        for (int i = 0; i < (given == null ? x.rank() : given.length); i++) {
            axes.add(given == null ? i : node.axis(given[i], x.rank()));
        }
        var in = axes.stream().map(x::dim).toList();
        if (node.opset() < 11) {
            return resized(node, axes, byScales(node, in, 1));
        }
        if (isGiven(node, 2) == isGiven(node, 3)) {
            throw node.error("either scales or sizes were expected, both or none are given");
        }
        if (isGiven(node, 2)) {
            return resized(node, axes, byScales(node, in, 2));
        }
        var sizes = node.content(3);
        if (sizes.size() != in.size()) {
            throw node.error(in.size() + " sizes were expected, not " + sizes);
        }
        return resized(node, axes, ResizeScales.ofSizes(node, in, sizes, 1));
    }

    /** Old exporters give an empty tensor for what is left out. */
    private static boolean isGiven(NodeContext node, int i) {
        return node.has(i) && !node.shape(i).equals(Shape.of(0));
    }

    private static ResizeScales byScales(NodeContext node, List<Dim> in, int i) {
        var constant = node.input(i).constant();
        if (constant == null) {
            return ResizeScales.ofData(node, in, node.cast(node.value(i), DType.F32), 1);
        }
        if (constant.size() != in.size()) {
            throw node.error(in.size() + " scales were expected, not " + constant.type());
        }
        var scales = new float[constant.size()];
        for (int k = 0; k < scales.length; k++) {
            scales[k] = (float) constant.getDouble(k);
        }
        return ResizeScales.ofConstants(node, in, scales);
    }

    private static List<Operand> resized(NodeContext node, List<Integer> axes, ResizeScales scales) {
        var mode = ResizeMode.of(node);
        var x = node.simplify(node.shape(0));
        var out = new ArrayList<>(x.dims());
        for (int i = 0; i < axes.size(); i++) {
            out.set(axes.get(i), scales.out().get(i));
        }
        if (mode.isPlain() && IntStream.range(0, axes.size()).allMatch(scales::isSame)) {
            return List.of(node.input(0));
        }
        var repeated = mode.repeats() ? repeated(node, x, axes, scales) : null;
        if (repeated != null) {
            return node.results(repeated);
        }
        var type = node.type(0).dtype();
        var real = type == DType.F64 || type == DType.I64 || type == DType.I32 ? DType.F64 : DType.F32;
        var source = mode.isNearest() ? node.value(0) : node.cast(node.value(0), real);
        // operands: the tensor, factors if they are data, the region if there is one
        var operands = new ArrayList<>(List.of(source));
        if (scales.data() != null) {
            operands.add(scales.data());
        }
        int region = operands.size();
        if (mode.isCrop()) {
            operands.add(node.cast(node.value(1), DType.F32));
        }
        var f = new Formula();
        var work = new ResizeFormula(f, mode, scales, x, axes, region, f.operand(0, source.dtype()), real);
        var y = node.compute(new Shape(out), work.element(), operands.toArray(Value[]::new));
        return node.results(node.cast(y, type));
    }

    /** Whole factors repeat each element: a view, as Tile is. Null where a factor is no such number. */
    private static @Nullable Value repeated(NodeContext node, Shape x, List<Integer> axes, ResizeScales scales) {
        var times = new ArrayList<>(Collections.nCopies(x.rank(), 1L));
        for (int i = 0; i < axes.size(); i++) {
            if (!(scales.factor(i) instanceof Expr.Literal(double factor, var bits, var type)) || factor != Math.rint(
                    factor) || factor < 1 || !scales.out().get(i).equals(
                            x.dim(axes.get(i)).times(Dim.of((long) factor)))) {
                return null;
            }
            times.set(axes.get(i), (long) factor);
        }
        var apart = new ArrayList<Dim>();
        var more = new ArrayList<Dim>();
        var out = new ArrayList<Dim>();
        for (int i = 0; i < x.rank(); i++) {
            apart.add(x.dim(i));
            more.add(x.dim(i));
            if (times.get(i) > 1) {
                apart.add(Dim.ONE);
                more.add(Dim.of(times.get(i)));
            }
            out.add(x.dim(i).times(Dim.of(times.get(i))));
        }
        var view = node.expand(node.reshape(node.value(0), new Shape(apart)), new Shape(more));
        return node.reshape(view, new Shape(out));
    }
}
