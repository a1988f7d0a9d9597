package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Values between the elements of a tensor: weighted sums of the neighbours along some axes. */
final class Interpolation {
    private Interpolation() {
    }

    /** A dimension as a real number. */
    static Expr real(Dim dim, DType type) {
        return dim instanceof Dim.Const(long value) ? Expr.literal(value, type)
                : Expr.cast(Formula.size(dim), type);
    }

    /** The index at or before a coordinate. */
    static Expr floor(Expr x) {
        return Expr.cast(Expr.apply(Fn.FLOOR, x), DType.I64);
    }

    /** An index moved to the nearest element. */
    static Expr clamp(Expr index, Dim size) {
        return Formula.max(Formula.number(0), Formula.min(index, Formula.size(size.minus(Dim.ONE))));
    }

    /**
     * Linear along each coordinate: the two neighbours of each.
     *
     * @param f
     *            names
     * @param xs
     *            coordinates, reals
     * @param pixel
     *            the element at indices, of the coordinates' type
     */
    static Expr linear(Formula f, List<Expr> xs, Function<List<Expr>, Expr> pixel) {
        return along(f, xs, 0, new ArrayList<>(), 2, pixel, (x, base, k) -> {
            var rest = Formula.sub(x, Expr.cast(base, x.dtype()));
            return Formula.select(Formula.eq(k, Formula.number(0)), Formula.sub(Expr.literal(1, x.dtype()), rest),
                    rest);
        });
    }

    /** Cubic along each coordinate: the four neighbours of each, by Keys' convolution with coefficient a. */
    static Expr cubic(Formula f, List<Expr> xs, double a, Function<List<Expr>, Expr> pixel) {
        return along(f, xs, -1, new ArrayList<>(), 4, pixel, (x, base, k) -> cubicWeight(f,
                Formula.sub(x, Expr.cast(Formula.add(Formula.add(base, Formula.number(-1)), k), x.dtype())), a));
    }

    /** Weight of a tap. */
    private interface Weight {
        Expr of(Expr x, Expr base, Expr tap);
    }

    private static Expr along(Formula f, List<Expr> xs, long first, List<Expr> index, long taps,
            Function<List<Expr>, Expr> pixel, Weight weight) {
        if (index.size() == xs.size()) {
            return pixel.apply(index);
        }
        var x = xs.get(index.size());
        return f.let(floor(x), base -> f.sum(Formula.number(taps), k -> {
            var inner = new ArrayList<>(index);
            inner.add(Formula.add(base, Formula.add(k, Formula.number(first))));
            return Formula.mul(weight.of(x, base, k), along(f, xs, first, inner, taps, pixel, weight));
        }));
    }

    /**
     * Weight of a neighbour in cubic interpolation by its distance.
     *
     * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys, Cubic convolution interpolation, equation 4</a>
     */
    static Expr cubicWeight(Formula f, Expr distance, double a) {
        return f.let(Expr.apply(Fn.ABS, distance), d -> {
            var type = d.dtype();
            // ((a + 2) d - (a + 3)) d d + 1 up to 1, then ((d - 5) d + 8) d a - 4 a up to 2
            var near = Formula.sub(Formula.mul(d, Expr.literal(a + 2, type)), Expr.literal(a + 3, type));
            near = Formula.add(Formula.mul(Formula.mul(near, d), d), Expr.literal(1, type));
            var far = Formula.add(Formula.mul(Formula.sub(d, Expr.literal(5, type)), d), Expr.literal(8, type));
            far = Formula.mul(Formula.sub(Formula.mul(far, d), Expr.literal(4, type)), Expr.literal(a, type));
            return Formula.select(Formula.le(d, Expr.literal(1, type)), near,
                    Formula.select(Formula.lt(d, Expr.literal(2, type)), far, Expr.literal(0, type)));
        });
    }
}
