package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Sampling at positions that a tensor says: GridSample (16, 20 any number of spatial axes, 22; also com.microsoft) and
 * AffineGrid (20), which makes such positions.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GridSample.html">GridSample</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__AffineGrid.html">AffineGrid</a>
 */
final class Grids {
    static final List<OnnxOp> OPS = List.of(
            onnx("GridSample", 16, Grids::sample),
            onnx("AffineGrid", 20, Grids::affine),
            microsoft("GridSample", Grids::sample));

    private Grids() {
    }

    /** How positions outside are treated. */
    private enum Padding {
        ZEROS, BORDER, REFLECTION
    }

    private static Padding padding(NodeContext node) {
        var name = node.attributes().text("padding_mode", "zeros");
        return switch (name) {
            case "zeros" -> Padding.ZEROS;
            case "border" -> Padding.BORDER;
            case "reflection" -> Padding.REFLECTION;
            default -> throw node.error("padding_mode was expected to be zeros, border or reflection, not '" + name
                    + "'");
        };
    }

    /** {@code [N, C, S..]} at positions {@code [N, O.., r]}, the last axis first, -1 to 1 over the tensor. */
    static List<Operand> sample(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var grid = node.simplify(node.shape(1));
        int n = x.rank() - 2;
        if (n < 1 || grid.rank() != n + 2) {
            throw node.error("positions of as many axes as the input were expected, not " + node.type(0) + " and "
                    + node.type(1));
        }
        var type = node.type(0).dtype();
        var mode = node.attributes().text("mode", "linear");
        boolean nearest = mode.equals("nearest");
        var real = node.type(1).dtype() == DType.F64 || type == DType.F64 ? DType.F64 : DType.F32;
        var source = nearest ? node.value(0) : node.cast(node.value(0), real);
        var positions = node.cast(node.value(1), real);
        var f = new Formula();
        var padding = padding(node);
        boolean align = node.attributes().flag("align_corners", false);
        Function<List<Expr>, Expr> pixel = at -> pixel(f, padding, align, real, x, source.dtype(), at);
        var expr = coordinates(f, n, 0, new ArrayList<>(), i -> coordinate(f, x, real, i, align, nearest),
                xs -> switch (mode) {
                    case "nearest" -> pixel.apply(xs.stream().map(c -> Expr.cast(c, DType.I64)).toList());
                    case "linear", "bilinear" -> Interpolation.linear(f, xs, pixel);
                    case "cubic", "bicubic" -> Interpolation.cubic(f, xs, -0.75, pixel);
                    default -> throw node.error("mode was expected to be nearest, linear or cubic, not '" + mode + "'");
                });
        var dims = new ArrayList<>(x.dims().subList(0, 2));
        dims.addAll(grid.dims().subList(1, n + 1));
        var zero = node.constant(TensorData.zeros(source.dtype()));
        return node.results(node.cast(node.compute(new Shape(dims), expr, source, positions, zero), type));
    }

    /** Names the coordinates one after the other. */
    private static Expr coordinates(Formula f, int n, int i, List<Expr> named, Function<Integer, Expr> coordinate,
            Function<List<Expr>, Expr> body) {
        return i == n ? body.apply(named) : f.let(coordinate.apply(i), x -> {
            var more = new ArrayList<>(named);
            more.add(x);
            return coordinates(f, n, i + 1, more, coordinate, body);
        });
    }

    /** The position along a spatial axis in elements. */
    private static Expr coordinate(Formula f, Shape x, DType real, int i, boolean align, boolean nearest) {
        int n = x.rank() - 2;
        var at = new ArrayList<Expr>(List.of(Formula.axis(0)));
        for (int k = 0; k < n; k++) {
            at.add(Formula.axis(k + 2));
        }
        at.add(Formula.number(n - 1 - i));
        var size = Interpolation.real(x.dim(i + 2), real);
        var one = Expr.literal(1, real);
        var two = Expr.literal(2, real);
        var position = Formula.add(f.operand(1, real).at(at), one);
        var scaled = align ? Formula.mul(Formula.div(position, two), Formula.sub(size, one))
                : Formula.div(Formula.sub(Formula.mul(position, size), one), two);
        return nearest ? Expr.apply(Fn.ROUND, scaled) : scaled;
    }

    /** Reflected at the rim until it is inside: at the outermost elements' centers if aligned, else at their edges. */
    private static Expr reflected(Formula f, Expr c, Dim size, DType real, boolean align) {
        var low = Expr.literal(align ? 0 : -0.5, real);
        var extent = align ? Interpolation.real(size.minus(Dim.ONE), real) : Interpolation.real(size, real);
        var zero = Expr.literal(0, real);
        var high = Formula.add(low, extent);
        return Formula.select(Formula.and(Formula.le(low, c), Formula.le(c, high)), c,
                f.let(Expr.apply(Fn.ABS, Formula.sub(c, low)), d -> {
                    var times = Expr.apply(Fn.FLOOR, Formula.div(d, extent));
                    return f.let(times, t -> {
                        var rest = Formula.sub(d, Formula.mul(t, extent));
                        var odd = Formula.eq(Expr.apply(Fn.MOD, t, Expr.literal(2, real)), Expr.literal(1, real));
                        // a tensor of one element has nothing to be reflected in
                        return Formula.select(Formula.le(extent, zero), low,
                                Formula.add(low, Formula.select(odd, Formula.sub(extent, rest), rest)));
                    });
                }));
    }

    /** The element at indices that may be outside: there a zero, the nearest element or the mirrored one. */
    private static Expr pixel(Formula f, Padding padding, boolean align, DType real, Shape x, DType type,
            List<Expr> index) {
        var at = new ArrayList<Expr>(List.of(Formula.axis(0), Formula.axis(1)));
        for (int i = 0; i < index.size(); i++) {
            var size = x.dim(i + 2);
            at.add(switch (padding) {
                case ZEROS -> index.get(i);
                case BORDER -> Interpolation.clamp(index.get(i), size);
                case REFLECTION -> Interpolation.clamp(Expr.cast(
                        f.let(Expr.cast(index.get(i), real), c -> reflected(f, c, size, real, align)), DType.I64),
                        size);
            });
        }
        var source = f.operand(0, type);
        return padding == Padding.ZEROS ? source.or(f.operand(2, type).at(), at) : source.at(at);
    }

    /** Positions {@code [N, S.., r]} of an image's elements under an affine map for each image. */
    static List<Operand> affine(NodeContext node) {
        var size = node.content(1);
        int n = size.size() - 2;
        var type = node.type(0).dtype();
        var theta = node.cast(node.value(0), NodeContext.wide(type));
        var real = theta.dtype();
        boolean align = node.attributes().flag("align_corners", false);
        var f = new Formula();
        var row = Formula.axis(n + 1);
        var maps = f.operand(0, real);
        Expr sum = maps.at(Formula.axis(0), row, Formula.number(n));
        for (int k = 0; k < n; k++) {
            // the first column of the map belongs to the last axis
            int axis = n - k;
            var at = Expr.cast(Formula.axis(axis), real);
            var extent = Interpolation.real(size.get(axis + 1), real);
            sum = Formula.add(sum, Formula.mul(maps.at(Formula.axis(0), row, Formula.number(k)),
                    position(at, extent, align)));
        }
        var dims = new ArrayList<>(List.of(size.getFirst()));
        dims.addAll(size.subList(2, n + 2));
        dims.add(Dim.of(n));
        return node.results(node.cast(node.compute(new Shape(dims), sum, theta), type));
    }

    /** From -1 to 1: at the centers of the outermost elements if aligned, else at their edges. */
    private static Expr position(Expr at, Expr extent, boolean align) {
        var one = Expr.literal(1, at.dtype());
        var two = Expr.literal(2, at.dtype());
        return align ? Formula.sub(Formula.div(Formula.mul(two, at), Formula.sub(extent, one)), one)
                : Formula.sub(Formula.div(Formula.add(Formula.mul(two, at), one), extent), one);
    }
}
