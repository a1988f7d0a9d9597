package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The element of a Resize's result. Coordinates are taken in f32, as other engines do, so that the nearest element of a
 * coordinate halfway between two is the same.
 *
 * @param f
 *            names
 * @param mode
 *            attributes
 * @param scales
 *            sizes and factors of the resized axes
 * @param x
 *            the operand's shape
 * @param axes
 *            the axes the factors belong to
 * @param region
 *            which operand says the part to be resized, for tf_crop_and_resize
 * @param source
 *            the tensor
 * @param real
 *            the type to interpolate in
 */
record ResizeFormula(Formula f, ResizeMode mode, ResizeScales scales, Shape x, List<Integer> axes, int region,
        Formula.Source source, DType real) {
    private static final DType F32 = DType.F32;

    private static Expr literal(double value) {
        return Expr.literal(value, F32);
    }

    private Dim in(int i) {
        return x.dim(axes.get(i));
    }

    private Expr length(int i) {
        return Interpolation.real(in(i), F32);
    }

    private Expr resized(int i) {
        return Interpolation.real(scales.out().get(i), F32);
    }

    /** The axes along which something changes. */
    private List<Integer> moving() {
        var moving = new ArrayList<Integer>();
        for (int i = 0; i < axes.size(); i++) {
            if (!(mode.isPlain() && scales.isSame(i))) {
                moving.add(i);
            }
        }
        return moving;
    }

    /** {@return the element at the result's indices} */
    Expr element() {
        return named(moving(), new ArrayList<>());
    }

    /** Names the coordinates one after the other. */
    private Expr named(List<Integer> moving, List<Expr> xs) {
        if (xs.size() < moving.size()) {
            return f.let(coordinate(moving.get(xs.size())), x -> {
                var more = new ArrayList<>(xs);
                more.add(x);
                return named(moving, more);
            });
        }
        var at = Formula.axes(x.rank());
        var value = mode.isNearest() ? nearest(moving, xs, at) : weighted(moving, xs, at, 0);
        return mode.isCrop() ? extrapolated(moving, xs, value) : value;
    }

    private Expr extrapolated(List<Integer> moving, List<Expr> xs, Expr value) {
        Expr outside = null;
        for (int k = 0; k < moving.size(); k++) {
            var last = Interpolation.real(in(moving.get(k)).minus(Dim.ONE), F32);
            var beyond = Formula.or(Formula.lt(xs.get(k), literal(0)), Formula.lt(last, xs.get(k)));
            outside = outside == null ? beyond : Formula.or(outside, beyond);
        }
        return outside == null ? value
                : Formula.select(outside, Expr.literal(mode.extrapolation(), value.dtype()), value);
    }

    private Expr coordinate(int i) {
        var at = Expr.cast(Formula.axis(axes.get(i)), F32);
        var scale = scales.factor(i);
        var half = Formula.sub(Formula.div(Formula.add(at, literal(0.5)), scale), literal(0.5));
        var one = literal(1);
        var several = Formula.lt(one, resized(i));
        return switch (mode.coordinates()) {
            case "half_pixel" -> half;
            case "pytorch_half_pixel" -> Formula.select(several, half, literal(0));
            case "half_pixel_symmetric" -> {
                var adjustment = Formula.div(resized(i), Formula.mul(scale, length(i)));
                var offset = Formula.mul(Formula.div(length(i), literal(2)), Formula.sub(one, adjustment));
                yield Formula.add(offset, half);
            }
            case "asymmetric" -> Formula.div(at, scale);
            case "tf_half_pixel_for_nn" -> Formula.div(Formula.add(at, literal(0.5)), scale);
            case "align_corners" -> f.let(scales.isBySize() ? resized(i) : Formula.mul(scale, length(i)),
                    // by factors the length that was meant, before it was rounded down
                    meant -> Formula.select(Formula.eq(meant, one), literal(0), Formula.div(
                            Formula.mul(at, Formula.sub(length(i), one)), Formula.sub(meant, one))));
            case "tf_crop_and_resize" -> {
                var start = f.operand(region, F32).at(Formula.number(i));
                var end = f.operand(region, F32).at(Formula.number(i + axes.size()));
                var last = Formula.sub(length(i), one);
                var step = Formula.div(Formula.mul(Formula.mul(at, Formula.sub(end, start)), last),
                        Formula.sub(resized(i), one));
                var center = Formula.mul(Formula.mul(literal(0.5), Formula.add(start, end)), last);
                yield Formula.select(several, Formula.add(Formula.mul(start, last), step), center);
            }
            default -> throw new OnnxImportException("coordinate_transformation_mode '" + mode.coordinates()
                    + "' of a Resize is unknown");
        };
    }

    private Expr nearest(List<Integer> moving, List<Expr> xs, List<Expr> at) {
        var index = new ArrayList<>(at);
        for (int k = 0; k < moving.size(); k++) {
            int i = moving.get(k);
            var x = xs.get(k);
            var rounded = switch (mode.nearest()) {
                case "round_prefer_floor" -> Expr.apply(Fn.CEIL, Formula.sub(x, literal(0.5)));
                case "round_prefer_ceil" -> Expr.apply(Fn.FLOOR, Formula.add(x, literal(0.5)));
                case "floor" -> Expr.apply(Fn.FLOOR, x);
                case "ceil" -> Expr.apply(Fn.CEIL, x);
                // opset 10 does not say; engines round up where the size shrinks
                case "simple" -> Formula.select(Formula.lt(scales.factor(i), literal(1)), Expr.apply(Fn.CEIL, x),
                        Expr.apply(Fn.FLOOR, x));
                default -> throw new OnnxImportException("nearest_mode '" + mode.nearest()
                        + "' of a Resize is unknown");
            };
            index.set(axes.get(i), Interpolation.clamp(Expr.cast(rounded, DType.I64), in(i)));
        }
        return source.at(index);
    }

    /** The weighted sum along the k-th moving axis and those behind it. */
    private Expr weighted(List<Integer> moving, List<Expr> xs, List<Expr> at, int k) {
        if (k == moving.size()) {
            return source.at(at);
        }
        int i = moving.get(k);
        var x = xs.get(k);
        return f.let(reach(i), reach -> f.let(first(x, reach), first -> f.let(taps(reach), taps -> {
            boolean normalized = mode.antialias() || mode.excludeOutside();
            var total = normalized ? f.sum(taps, t -> weight(i, x, reach, Formula.add(first, t)))
                    : Expr.literal(1, real);
            return f.let(total, all -> {
                var sum = f.sum(taps, t -> f.let(Formula.add(first, t), index -> {
                    var inner = new ArrayList<>(at);
                    inner.set(axes.get(i), Interpolation.clamp(index, in(i)));
                    return Formula.mul(weight(i, x, reach, index), weighted(moving, xs, inner, k + 1));
                }));
                return normalized ? Formula.div(sum, all) : sum;
            });
        })));
    }

    private boolean isCubic() {
        return mode.mode().equals("cubic");
    }

    /** How many elements the filter's unit spans: more than one where it is stretched against aliasing. */
    private Expr reach(int i) {
        return mode.antialias() ? Formula.max(literal(1), Formula.div(literal(1), scales.factor(i))) : literal(1);
    }

    private Expr first(Expr x, Expr reach) {
        if (!mode.antialias()) {
            return isCubic() ? Formula.add(Interpolation.floor(x), Formula.number(-1)) : Interpolation.floor(x);
        }
        return Interpolation.floor(Formula.sub(x, Formula.mul(literal(isCubic() ? 2 : 1), reach)));
    }

    private Expr taps(Expr reach) {
        if (!mode.antialias()) {
            return Formula.number(isCubic() ? 4 : 2);
        }
        var width = Expr.apply(Fn.CEIL, Formula.mul(literal(isCubic() ? 4 : 2), reach));
        return Formula.add(Expr.cast(width, DType.I64), Formula.number(2));
    }

    /** The weight of the element at an index, which may be outside. */
    private Expr weight(int i, Expr x, Expr reach, Expr index) {
        var apart = Formula.sub(x, Expr.cast(index, F32));
        var distance = Expr.cast(mode.antialias() ? Formula.div(apart, reach) : apart, real);
        var one = Expr.literal(1, real);
        var weight = isCubic() ? Interpolation.cubicWeight(f, distance, mode.cubicA())
                : Formula.max(Expr.literal(0, real), Formula.sub(one, Expr.apply(Fn.ABS, distance)));
        if (!mode.excludeOutside()) {
            return weight;
        }
        var inside = Formula.and(Formula.le(Formula.number(0), index), Formula.lt(index, Formula.size(in(i))));
        return Formula.select(inside, weight, Expr.literal(0, real));
    }
}
