package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Elements around a tensor or taken from its rim: Pad (1, 2, 11 pads as input, 13, 18 axes, 19 wrap, 21, 23, 24, 25),
 * CenterCropPad (18), Crop (1, experimental) and com.microsoft's Pad.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Pad.html">Pad</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__CenterCropPad.html">CenterCropPad</a>
 */
final class Paddings {
    static final List<OnnxOp> OPS = List.of(
            onnx("Pad", 1, Paddings::pad),
            onnx("CenterCropPad", 18, Paddings::centerCropPad),
            onnx("Crop", 1, Paddings::crop),
            microsoft("Pad", Paddings::pad));

    private Paddings() {
    }

    static List<Operand> pad(NodeContext node) {
        var x = node.simplify(node.shape(0));
        int rank = x.rank();
        var mode = node.attributes().text("mode", "constant");
        var known = amounts(node, rank);
        if (known == null) {
            return computed(node, x, mode);
        }
        if (known.stream().allMatch(Dim.ZERO::equals)) {
            return List.of(node.input(0));
        }
        var out = new ArrayList<Dim>();
        var at = new ArrayList<Expr>();
        var f = new Formula();
        for (int i = 0; i < rank; i++) {
            var begin = known.get(i);
            var end = known.get(i + rank);
            out.add(x.dim(i).plus(begin).plus(end));
            // negative pads cut first, the others see what is left
            at.add(begin.equals(Dim.ZERO) && end.equals(Dim.ZERO) ? Formula.axis(i) : mapped(node, f, mode,
                    Formula.axis(i), Formula.size(begin), size(node, Dim.ZERO.minus(begin).max(Dim.ZERO)),
                    size(node, x.dim(i).plus(begin.min(Dim.ZERO)).plus(end.min(Dim.ZERO)))));
        }
        return read(node, f, mode, new Shape(out), at, List.of());
    }

    private static Expr size(NodeContext node, Dim dim) {
        return Formula.size(node.symbols().simplify(dim));
    }

    /** Pads that are data: they are read where they are needed, as they may be negative. */
    private static List<Operand> computed(NodeContext node, Shape x, String mode) {
        int rank = x.rank();
        var all = placed(node, rank);
        var f = new Formula();
        var place = Formula.axis(0);
        var pads = f.operand(0, DType.I64);
        var length = Formula.add(f.operand(1, DType.I64).at(place),
                Formula.add(pads.at(place), pads.at(Formula.add(place, Formula.number(rank)))));
        var out = node.define(node.compute(Shape.of(rank), length, all, node.dims(x.dims())), "padded");
        var given = f.operand(2, DType.I64);
        var zero = Formula.number(0);
        var at = new ArrayList<Expr>();
        for (int i = 0; i < rank; i++) {
            var begin = given.at(Formula.number(i));
            var end = given.at(Formula.number(i + rank));
            at.add(mapped(node, f, mode, Formula.axis(i), begin, Formula.max(zero, Formula.sub(zero, begin)),
                    Formula.add(Formula.size(x.dim(i)), Formula.add(Formula.min(zero, begin),
                            Formula.min(zero, end)))));
        }
        return read(node, f, mode, new Shape(out), at, List.of(all));
    }

    private static List<Operand> read(NodeContext node, Formula f, String mode, Shape out, List<Expr> at,
            List<Value> more) {
        var type = node.type(0).dtype();
        var operands = new ArrayList<>(List.of(node.value(0), around(node)));
        operands.addAll(more);
        var source = f.operand(0, type);
        var read = mode.equals("constant") ? source.or(f.operand(1, type).at(), at) : source.at(at);
        return node.results(node.compute(out, read, operands.toArray(Value[]::new)));
    }

    /**
     * Pads before and then behind all axes, or null where they are data. An attribute in the first versions, with its
     * first name "paddings"; an input since opset 11, with the axes it belongs to since 18.
     */
    private static @Nullable List<Dim> amounts(NodeContext node, int rank) {
        var given = node.has(1) ? node.known(1) : attribute(node);
        if (given == null || node.has(3) && !node.isConstant(3)) {
            return null;
        }
        var axes = node.has(3) ? Arrays.stream(node.constants(3)).mapToInt(a -> node.axis(a, rank)).toArray()
                : IntStream.range(0, rank).toArray();
        if (given.size() != 2 * axes.length) {
            throw node.error(2 * axes.length + " pads were expected, not " + given.size());
        }
        var amounts = new ArrayList<>(Collections.nCopies(2 * rank, Dim.ZERO));
        for (int i = 0; i < axes.length; i++) {
            amounts.set(axes[i], given.get(i));
            amounts.set(axes[i] + rank, given.get(i + axes.length));
        }
        return amounts;
    }

    private static List<Dim> attribute(NodeContext node) {
        var given = node.attributes().integers(node.attributes().has("paddings") ? "paddings" : "pads");
        if (given == null) {
            throw node.error("pads were expected, they are missing");
        }
        return Arrays.stream(given).<Dim>mapToObj(Dim::of).toList();
    }

    /** Pads before and then behind all axes as a tensor: each place takes those that are meant for it. */
    private static Value placed(NodeContext node, int rank) {
        var pads = node.integers(1);
        if (!node.has(3)) {
            return pads;
        }
        var axes = node.integers(3);
        var count = Formula.size(axes.shape().dim(0));
        var f = new Formula();
        var place = Formula.mod(Formula.axis(0), Formula.number(rank));
        var half = Formula.mul(Formula.div(Formula.axis(0), Formula.number(rank)), count);
        return node.compute(Shape.of(2L * rank), f.sum(count, k -> {
            var axis = Formula.mod(f.operand(1, DType.I64).at(k), Formula.number(rank));
            return Formula.select(Formula.eq(axis, place), f.operand(0, DType.I64).at(Formula.add(half, k)),
                    Formula.number(0));
        }), pads, axes);
    }

    /** The constant around: an attribute at first, an input since opset 11, else zero or the empty text. */
    private static Value around(NodeContext node) {
        var type = node.type(0).dtype();
        if (node.has(2) && !node.shape(2).size().equals(Dim.ZERO)) {
            return node.reshape(node.value(2), Shape.SCALAR);
        }
        return node.attributes().has("value") ? node.scalar(type, node.attributes().real("value", 0))
                : node.constant(TensorData.zeros(type));
    }

    /** A tensor at some distance within a larger one of a constant; negative distances cut. */
    static Value filled(NodeContext node, Value x, Shape out, List<Dim> begin, Value around) {
        var f = new Formula();
        var at = new ArrayList<Expr>();
        for (int i = 0; i < begin.size(); i++) {
            at.add(Formula.sub(Formula.axis(i), Formula.size(begin.get(i))));
        }
        var read = f.operand(0, x.dtype()).or(f.operand(1, x.dtype()).at(), at);
        return node.compute(out, read, x, around);
    }

    /**
     * Where an element comes from.
     *
     * @param at
     *            its index in the result
     * @param begin
     *            elements before the first one; negative ones are cut off
     * @param cut
     *            how many are cut off
     * @param left
     *            how many are left behind the cut
     */
    private static Expr mapped(NodeContext node, Formula f, String mode, Expr at, Expr begin, Expr cut, Expr left) {
        // the padding before the first element is begin + cut, one of which is zero
        var index = Formula.sub(Formula.sub(at, begin), cut);
        var last = Formula.sub(left, Formula.number(1));
        return switch (mode) {
            case "constant" -> Formula.sub(at, begin);
            case "edge" -> Formula.add(Formula.max(Formula.number(0), Formula.min(index, last)), cut);
            case "wrap" -> Formula.add(Formula.mod(index, left), cut);
            case "reflect" -> Formula.add(reflected(f, index, last), cut);
            default -> throw node.error("mode was expected to be constant, reflect, edge or wrap, not '" + mode + "'");
        };
    }

    /** The pattern 0 1 2 1 0 1 …: as long as twice the distance of the first from the last element. */
    private static Expr reflected(Formula f, Expr at, Expr last) {
        var twice = Formula.mul(last, Formula.number(2));
        return f.let(Formula.mod(at, Formula.max(twice, Formula.number(1))),
                m -> Formula.select(Formula.le(m, last), m, Formula.sub(twice, m)));
    }

    /** The middle of the tensor, or the tensor in the middle of zeros, axis by axis. */
    static List<Operand> centerCropPad(NodeContext node) {
        var x = node.simplify(node.shape(0));
        int rank = x.rank();
        var given = node.attributes().integers("axes");
        var axes = given == null ? IntStream.range(0, rank).toArray()
                : Arrays.stream(given).mapToInt(a -> node.axis(a, rank)).toArray();
        var sizes = node.content(1);
        if (sizes.size() != axes.length) {
            throw node.error(axes.length + " sizes were expected, not " + sizes);
        }
        var out = new ArrayList<>(x.dims());
        for (int i = 0; i < axes.length; i++) {
            out.set(axes[i], sizes.get(i));
        }
        var at = new ArrayList<Expr>();
        for (int i = 0; i < rank; i++) {
            // cut towards zero: half a pixel to the left when cropping, to the right when padding
            var more = Formula.size(out.get(i).minus(x.dim(i)));
            at.add(out.get(i).equals(x.dim(i)) ? Formula.axis(i)
                    : Formula.sub(Formula.axis(i), Formula.div(more, Formula.number(2))));
        }
        var type = node.type(0).dtype();
        var f = new Formula();
        var read = f.operand(0, type).or(f.operand(1, type).at(), at);
        return node.results(node.compute(new Shape(out), read, node.value(0), node.constant(TensorData.zeros(type))));
    }

    /** The attribute border says how much to leave out at the left, top, right and bottom, or scale what to keep. */
    static List<Operand> crop(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var border = node.attributes().integers("border");
        var scale = node.attributes().integers("scale");
        if (border == null || border.length != 4 || x.rank() != 4 || scale != null && scale.length != 2) {
            throw node.error("an input [N,C,H,W], a border of four numbers and a scale of two were expected, not "
                    + node.type(0) + " and " + Arrays.toString(border) + " and " + Arrays.toString(scale));
        }
        var height = scale != null ? Dim.of(scale[0]) : x.dim(2).minus(Dim.of(border[1] + border[3]));
        var width = scale != null ? Dim.of(scale[1]) : x.dim(3).minus(Dim.of(border[0] + border[2]));
        return node.results(node.apply(new View(new IndexMap.Slice(
                List.of(Dim.ZERO, Dim.ZERO, Dim.of(border[1]), Dim.of(border[0])), List.of(1L, 1L, 1L, 1L),
                List.of(x.dim(0), x.dim(1), height, width))), node.value(0)));
    }
}
