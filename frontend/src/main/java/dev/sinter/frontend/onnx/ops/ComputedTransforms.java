package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** DFT along an axis that data says: the sums are written out, each element of the result for itself. */
final class ComputedTransforms {
    private final NodeContext node;
    private final Value x;
    private final int axes;
    private final boolean inverse;
    private final boolean onesided;
    private final Formula f = new Formula();

    private ComputedTransforms(NodeContext node) {
        this.node = node;
        this.x = node.value(0);
        this.axes = x.shape().rank() - 1;
        this.inverse = node.attributes().flag("inverse", false);
        this.onesided = node.attributes().flag("onesided", false);
    }

    /** Inputs are the tensor, the length (may be left out) and the axis. */
    static List<Operand> transform(NodeContext node, int parts) {
        return new ComputedTransforms(node).run(parts);
    }

    private List<Operand> run(int parts) {
        boolean half = onesided && inverse;
        // axis, size of the axis, length of the transform, size of the result along the axis
        var facts = node.compute(Shape.of(4), facts(), node.reshape(node.cast(node.value(2), DType.I64), Shape.SCALAR),
                length());
        var sizes = node.define(node.compute(Shape.of(axes), choice(Formula.axis(0), i -> Formula.select(
                Formula.eq(fact(0, 0), Formula.number(i)), fact(0, 3), Formula.size(x.shape().dim(i)))), facts), "dft");
        var dims = new ArrayList<>(sizes);
        dims.add(Dim.of(half ? 1 : 2));
        var count = Formula.min(fact(1, 1), half ? bins(fact(1, 2)) : fact(1, 2));
        var sum = f.sum(count, n -> f.let(angle(n), angle -> half ? mirrored(n, angle) : term(n, angle, parts)));
        return node.results(node.compute(new Shape(dims), Expr.cast(sum, x.dtype()), x, facts));
    }

    /** The length as given, or 0. */
    private Value length() {
        return node.has(1) ? node.reshape(node.cast(node.value(1), DType.I64), Shape.SCALAR)
                : node.scalar(DType.I64, 0);
    }

    private Expr facts() {
        var axis = f.wrapped(f.operand(0, DType.I64).at(), Formula.number(axes + 1));
        return f.let(axis, a -> f.let(choice(a, i -> Formula.size(x.shape().dim(i))), size -> {
            var twice = Formula.mul(Formula.sub(size, Formula.number(1)), Formula.number(2));
            var whole = inverse && onesided ? twice : size;
            var length = node.has(1) ? f.operand(1, DType.I64).at() : whole;
            var result = onesided && !inverse ? bins(length) : length;
            return Formula.select(is(0, 0), a, Formula.select(is(0, 1), size,
                    Formula.select(is(0, 2), length, result)));
        }));
    }

    private static Expr bins(Expr length) {
        return Formula.add(Formula.div(length, Formula.number(2)), Formula.number(1));
    }

    private static Expr is(int axis, long value) {
        return Formula.eq(Formula.axis(axis), Formula.number(value));
    }

    private Expr fact(int operand, int which) {
        return f.operand(operand, DType.I64).at(Formula.number(which));
    }

    /** One of the axes' values, by number. */
    private Expr choice(Expr number, IntFunction<Expr> values) {
        var expr = values.apply(axes - 1);
        for (int i = axes - 2; i >= 0; i--) {
            expr = Formula.select(Formula.eq(number, Formula.number(i)), values.apply(i), expr);
        }
        return expr;
    }

    private Expr angle(Expr n) {
        var frequency = choice(fact(1, 0), Formula::axis);
        var place = Expr.cast(Formula.mod(Formula.mul(n, frequency), fact(1, 2)), DType.F64);
        return Formula.div(Formula.mul(place, Expr.literal(2 * Math.PI, DType.F64)), Expr.cast(fact(1, 2), DType.F64));
    }

    /** Part {@code part} of element n along the axis. */
    private Expr element(Expr n, int part) {
        var at = new ArrayList<Expr>();
        for (int i = 0; i < axes; i++) {
            at.add(Formula.select(Formula.eq(fact(1, 0), Formula.number(i)), n, Formula.axis(i)));
        }
        at.add(Formula.number(part));
        return Expr.cast(f.operand(0, x.dtype()).at(at), NodeContext.wide(x.dtype()));
    }

    /** A sine or cosine, by the length for the inverse, computed in f64 and rounded once. */
    private Expr wave(Fn fn, Expr angle) {
        var value = Expr.apply(fn, angle);
        return Expr.cast(inverse ? Formula.div(value, Expr.cast(fact(1, 2), DType.F64)) : value,
                NodeContext.wide(x.dtype()));
    }

    private Expr term(Expr n, Expr angle, int parts) {
        var cos = wave(Fn.COS, angle);
        var sin = inverse ? wave(Fn.SIN, angle) : Expr.apply(Fn.NEG, wave(Fn.SIN, angle));
        var re = element(n, 0);
        var first = is(axes, 0);
        if (parts == 1) {
            return Formula.mul(re, Formula.select(first, cos, sin));
        }
        var im = element(n, 1);
        return Formula.select(first, Formula.sub(Formula.mul(re, cos), Formula.mul(im, sin)),
                Formula.add(Formula.mul(re, sin), Formula.mul(im, cos)));
    }

    /** A frequency of half a spectrum and its mirror image. */
    private Expr mirrored(Expr n, Expr angle) {
        var twice = Formula.mul(n, Formula.number(2));
        var single = Formula.or(Formula.eq(n, Formula.number(0)), Formula.eq(twice, fact(1, 2)));
        var type = NodeContext.wide(x.dtype());
        var weight = Formula.select(single, Expr.literal(1, type), Expr.literal(2, type));
        return Formula.mul(weight, Formula.sub(Formula.mul(element(n, 0), wave(Fn.COS, angle)),
                Formula.mul(element(n, 1), wave(Fn.SIN, angle))));
    }
}
