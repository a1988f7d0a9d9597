package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import java.util.List;
import java.util.function.Function;

/**
 * Pools over regions of interest: RoiAlign (10, 16 coordinate_transformation_mode, 22) and MaxRoiPool (1, 22).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RoiAlign.html">RoiAlign</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MaxRoiPool.html">MaxRoiPool</a>
 */
final class RegionPools {
    static final List<OnnxOp> OPS = List.of(
            onnx("RoiAlign", 10, RegionPools::roiAlign),
            onnx("MaxRoiPool", 1, RegionPools::maxRoiPool));

    /** One spatial axis of a region: where it begins, the extent of a bin and how many samples a bin has. */
    private record Side(Expr begin, Expr bin, Expr samples, Dim size, int axis) {
        /** The coordinate of a sample in the result's element. */
        Expr at(Expr sample) {
            var type = begin.dtype();
            var part = Formula.add(Expr.cast(sample, type), Expr.literal(0.5, type));
            var inBin = Formula.div(Formula.mul(part, bin), Expr.cast(samples, type));
            return Formula.add(Formula.add(begin, Formula.mul(Expr.cast(Formula.axis(axis), type), bin)), inBin);
        }
    }

    private RegionPools() {
    }

    /** Means or largest values of samples between elements; regions are {@code [R, 4]}: x1, y1, x2, y2. */
    static List<Operand> roiAlign(NodeContext node) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        var regions = node.cast(node.value(1), x.dtype());
        var batch = node.value(2);
        var f = new Formula();
        var source = f.operand(0, x.dtype());
        var image = Expr.cast(f.operand(2, batch.dtype()).at(Formula.axis(0)), DType.I64);
        var mode = node.attributes().text("mode", "avg");
        boolean average = mode.equalsIgnoreCase("avg");
        if (!average && !mode.equalsIgnoreCase("max")) {
            throw node.error("mode was expected to be avg or max, not '" + mode + "'");
        }
        var expr = f.let(image, n -> side(node, f, x.dtype(), 1, h -> side(node, f, x.dtype(), 0, w -> {
            var zero = Formula.literal(0, x.dtype());
            if (average) {
                var sum = f.nest(List.of(h.samples(), w.samples()), zero, (ks, all) -> Formula.add(all,
                        sample(f, source, n, h, w, ks, true)));
                var count = Formula.max(Formula.mul(h.samples(), w.samples()), Formula.number(1));
                return Formula.div(sum, Expr.cast(count, x.dtype()));
            }
            var lowest = Formula.literal(Double.NEGATIVE_INFINITY, x.dtype());
            var largest = f.nest(List.of(h.samples(), w.samples()), lowest, (ks, best) -> Formula.max(best,
                    sample(f, source, n, h, w, ks, false)));
            var none = Formula.lt(Formula.mul(h.samples(), w.samples()), Formula.number(1));
            return Formula.select(none, zero, largest);
        })));
        var shape = new Shape(List.of(node.shape(1).dim(0), node.shape(0).dim(1),
                Dim.of(node.attributes().integer("output_height", 1)),
                Dim.of(node.attributes().integer("output_width", 1))));
        return node.results(node.cast(node.compute(shape, expr, x, regions, batch), type));
    }

    /** The region's extent along width (0) or height (1), named for the body. */
    private static Expr side(NodeContext node, Formula f, DType type, int k, Function<Side, Expr> body) {
        var attributes = node.attributes();
        boolean half = node.opset() >= 16
                && attributes.text("coordinate_transformation_mode", "half_pixel").equalsIgnoreCase("half_pixel");
        var scale = Expr.literal(attributes.real("spatial_scale", 1), type);
        var offset = Expr.literal(half ? 0.5 : 0, type);
        var bins = Expr.literal(attributes.integer(k == 0 ? "output_width" : "output_height", 1), type);
        long ratio = attributes.integer("sampling_ratio", 0);
        var size = node.shape(0).dim(3 - k);
        var regions = f.operand(1, type);
        var low = regions.at(Formula.axis(0), Formula.number(k));
        var high = regions.at(Formula.axis(0), Formula.number(k + 2));
        return f.let(Formula.sub(Formula.mul(low, scale), offset), begin -> {
            var extent = Formula.sub(Formula.sub(Formula.mul(high, scale), offset), begin);
            // without the half pixel a region is at least one element wide
            var wide = half ? extent : Formula.max(extent, Expr.literal(1, type));
            return f.let(Formula.div(wide, bins), bin -> {
                var samples = ratio > 0 ? Formula.number(ratio) : Expr.cast(Expr.apply(Fn.CEIL, bin), DType.I64);
                return f.let(samples, count -> body.apply(new Side(begin, bin, count, size, 3 - k)));
            });
        });
    }

    /** A value between four elements: their weighted sum, or the largest of the weighted elements. */
    private static Expr sample(Formula f, Formula.Source source, Expr image, Side h, Side w, List<Expr> ks,
            boolean sum) {
        return f.let(h.at(ks.get(0)), y -> f.let(w.at(ks.get(1)), x -> {
            var outside = Formula.or(beyond(y, h), beyond(x, w));
            var inside = neighbours(f, y, h, (y0, y1, ly) -> neighbours(f, x, w, (x0, x1, lx) -> {
                var one = Expr.literal(1, x.dtype());
                var hy = Formula.sub(one, ly);
                var hx = Formula.sub(one, lx);
                var a = Formula.mul(Formula.mul(hy, hx), source.at(image, Formula.axis(1), y0, x0));
                var b = Formula.mul(Formula.mul(hy, lx), source.at(image, Formula.axis(1), y0, x1));
                var c = Formula.mul(Formula.mul(ly, hx), source.at(image, Formula.axis(1), y1, x0));
                var d = Formula.mul(Formula.mul(ly, lx), source.at(image, Formula.axis(1), y1, x1));
                return sum ? Formula.add(Formula.add(a, b), Formula.add(c, d))
                        : Formula.max(Formula.max(a, b), Formula.max(c, d));
            }));
            return Formula.select(outside, Formula.literal(0, x.dtype()), inside);
        }));
    }

    private static Expr beyond(Expr x, Side side) {
        return Formula.or(Formula.lt(x, Expr.literal(-1, x.dtype())),
                Formula.lt(Interpolation.real(side.size(), x.dtype()), x));
    }

    /** Uses of the elements before and behind a coordinate and its distance from the first. */
    private interface Between {
        Expr of(Expr low, Expr high, Expr rest);
    }

    private static Expr neighbours(Formula f, Expr x, Side side, Between body) {
        var last = Formula.size(side.size().minus(Dim.ONE));
        return f.let(Formula.max(x, Expr.literal(0, x.dtype())), at -> f.let(
                Formula.min(Interpolation.floor(at), last), low -> {
                    var high = Formula.min(Formula.add(low, Formula.number(1)), last);
                    var rest = Formula.select(Formula.lt(low, last), Formula.sub(at, Expr.cast(low, x.dtype())),
                            Expr.literal(0, x.dtype()));
                    return f.let(high, h -> f.let(rest, r -> body.of(low, h, r)));
                }));
    }

    /** The largest element of each bin, bins rounded outwards; regions are {@code [R, 5]}: batch, x1, y1, x2, y2. */
    static List<Operand> maxRoiPool(NodeContext node) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        var regions = node.cast(node.value(1), x.dtype());
        var pooled = node.attributes().integers("pooled_shape");
        if (pooled == null || pooled.length != 2) {
            throw node.error("attribute 'pooled_shape' of two sizes was expected");
        }
        var f = new Formula();
        var source = f.operand(0, x.dtype());
        var image = Expr.cast(f.operand(1, x.dtype()).at(Formula.axis(0), Formula.number(0)), DType.I64);
        var expr = f.let(image, n -> bin(node, f, x.dtype(), 1, pooled[0], (top, height) -> bin(node, f, x.dtype(), 0,
                pooled[1], (left, width) -> {
                    var lowest = Formula.literal(Double.NEGATIVE_INFINITY, x.dtype());
                    var largest = f.nest(List.of(height, width), lowest, (ks, best) -> Formula.max(best, source.at(n,
                            Formula.axis(1), Formula.add(top, ks.get(0)), Formula.add(left, ks.get(1)))));
                    var empty = Formula.or(Formula.lt(height, Formula.number(1)),
                            Formula.lt(width, Formula.number(1)));
                    return Formula.select(empty, Formula.literal(0, x.dtype()), largest);
                })));
        var shape = new Shape(List.of(node.shape(1).dim(0), node.shape(0).dim(1), Dim.of(pooled[0]),
                Dim.of(pooled[1])));
        return node.results(node.cast(node.compute(shape, expr, x, regions), type));
    }

    /** Uses of a bin's first index and its number of elements. */
    private interface Span {
        Expr of(Expr first, Expr count);
    }

    private static Expr bin(NodeContext node, Formula f, DType type, int k, long bins, Span body) {
        var scale = Expr.literal(node.attributes().real("spatial_scale", 1), type);
        var regions = f.operand(1, type);
        var size = Formula.size(node.shape(0).dim(3 - k));
        var index = Expr.cast(Formula.axis(3 - k), type);
        var one = Expr.literal(1, type);
        return f.let(rounded(Formula.mul(regions.at(Formula.axis(0), Formula.number(k + 1)), scale)), begin -> {
            var end = rounded(Formula.mul(regions.at(Formula.axis(0), Formula.number(k + 3)), scale));
            var extent = Formula.max(Formula.add(Formula.sub(end, begin), one), one);
            return f.let(Formula.div(extent, Expr.literal(bins, type)), step -> {
                var first = Formula.add(Expr.apply(Fn.FLOOR, Formula.mul(index, step)), begin);
                var last = Formula.add(Expr.apply(Fn.CEIL, Formula.mul(Formula.add(index, one), step)), begin);
                return f.let(within(first, size), from -> f.let(Formula.sub(within(last, size), from),
                        count -> body.of(from, count)));
            });
        });
    }

    private static Expr within(Expr x, Expr size) {
        return Formula.max(Formula.number(0), Formula.min(Expr.cast(x, DType.I64), size));
    }

    /** Halves away from zero. */
    private static Expr rounded(Expr x) {
        var half = Expr.literal(0.5, x.dtype());
        return Formula.select(Formula.lt(x, Expr.literal(0, x.dtype())),
                Expr.apply(Fn.CEIL, Formula.sub(x, half)), Expr.apply(Fn.FLOOR, Formula.add(x, half)));
    }
}
