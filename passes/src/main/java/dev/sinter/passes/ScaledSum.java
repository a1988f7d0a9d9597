package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of real numbers {@code sum * factor}, where the sums are exact integers. Where it is quantized again, the
 * sums are multiplied by {@code factor / scale} and rounded at once, as QLinearConv and QLinearMatMul define it.
 *
 * @param sum
 *            the integers, rounded to f32
 * @param factor
 *            in f32, broadcasts to the sums
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QLinearConv.html">QLinearConv</a>
 */
record ScaledSum(Body sum, TensorData factor) {
    /** Largest addend, so that 32 bits hold the sum of it and a product. */
    private static final double MOST_ADDEND = 1 << 30;
    /** How far a rounded multiple of a rounded scale may be from the multiple of the scale. */
    private static final double TOLERANCE = 0x1p-22;

    /** The product of two scales. */
    static TensorData factor(TensorData a, TensorData b) {
        return Known.evaluate(Expr.apply(Fn.MUL, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)), List.of(a, b));
    }

    /** Real numbers as integers times a factor, in f64; null where they are not multiples of it. */
    static @Nullable TensorData multiples(TensorData real, TensorData factor) {
        var a = Expr.cast(Expr.arg(0, real.dtype()), DType.F64);
        var b = Expr.cast(Expr.arg(1, factor.dtype()), DType.F64);
        var whole = Expr.apply(Fn.ROUND, Expr.apply(Fn.DIV, a, b));
        var count = Known.evaluate(whole, List.of(real, factor));
        var rest = Known.evaluate(Expr.apply(Fn.SUB, Expr.apply(Fn.MUL, whole, b), a), List.of(real, factor));
        var size = Known.evaluate(Expr.apply(Fn.ADD, a, Expr.apply(Fn.MUL, Expr.literal(0, DType.F64), b)),
                List.of(real, factor));
        for (int i = 0; i < count.size(); i++) {
            boolean fits = Math.abs(count.getDouble(i)) <= MOST_ADDEND
                    && Math.abs(rest.getDouble(i)) <= TOLERANCE * Math.abs(size.getDouble(i));
            if (!fits) {
                return null;
            }
        }
        return count;
    }

    /** The real numbers as a value. */
    Value real(Patch.Builder patch, Origin origin) {
        return value(scaled(factor, patch), patch, origin);
    }

    private Body scaled(TensorData by, Patch.Builder patch) {
        var operands = new ArrayList<>(sum.operands());
        operands.add(patch.constant(by, ""));
        return new Body(Expr.apply(Fn.MUL, sum.expr(), Expr.arg(operands.size() - 1, DType.F32)), operands);
    }

    private static Value value(Body body, Patch.Builder patch, Origin origin) {
        return patch.map(body.expr(), origin, body.operands());
    }

    /** Puts the sums in place of a value: where it is quantized, by itself or cut at 0, and anywhere else as it was. */
    void replace(Value old, Origin origin, GraphIndex graph, Patch.Builder patch) {
        patch.replace(old, real(patch, origin));
        requantize(old, e -> e, Origin.NONE, graph, patch);
        for (var user : graph.users(old)) {
            if (user.op() instanceof Map(var expr) && expr instanceof Expr.Apply(var fn, var args, var type)
                    && fn == Fn.MAX && args.get(0) instanceof Expr.Arg
                    && args.get(1) instanceof Expr.Literal(var limit, var bits, var t) && limit == 0
                    && user.input(0).equals(old)) {
                requantize(user.output(), e -> Expr.apply(Fn.MAX, e, args.get(1)), user.origin(), graph, patch);
            }
        }
    }

    private void requantize(Value real, UnaryOperator<Expr> cut, Origin origin, GraphIndex graph,
            Patch.Builder patch) {
        for (var user : graph.users(real)) {
            var body = user.op() instanceof Map(var expr) ? quotient(user, expr, real, cut, graph, patch) : null;
            if (body != null) {
                patch.replace(user.output(), value(body, patch, origin.plus(user.origin())));
            }
        }
    }

    /** An expression that takes the value only divided by a known scale, with the sums instead; null for any other. */
    private @Nullable Body quotient(Node user, Expr expr, Value real, UnaryOperator<Expr> cut, GraphIndex graph,
            Patch.Builder patch) {
        var scale = divisor(expr, user, real, graph);
        int place = user.inputs().indexOf(real);
        boolean once = user.inputs().lastIndexOf(real) == place
                && new Body(expr, user.inputs()).occurrences(place) == 1;
        if (scale == null || !once) {
            return null;
        }
        var ratio = Known.evaluate(Expr.apply(Fn.DIV, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)),
                List.of(factor, scale));
        if (ratio.dims().length > Math.max(factor.dims().length, sum.operands().getFirst().shape().rank())) {
            return null;
        }
        var scaled = scaled(ratio, patch);
        var operands = new ArrayList<>(user.inputs());
        int offset = operands.size();
        operands.addAll(scaled.operands());
        var moved = cut.apply(scaled.expr()
                .transform(e -> e instanceof Expr.Arg(var i, var t) ? Expr.arg(i + offset, t) : e));
        var whole = expr.transform(e -> isQuotient(e, place) ? moved : e);
        return new Body(whole, operands).compact();
    }

    private static boolean isQuotient(Expr expr, int place) {
        return expr instanceof Expr.Apply(var fn, var args, var type) && fn == Fn.DIV
                && args.getFirst() instanceof Expr.Arg(var i, var t) && i == place;
    }

    /** The positive scale that the value is divided by and rounded. */
    private static @Nullable TensorData divisor(Expr expr, Node user, Value real, GraphIndex graph) {
        if (expr instanceof Expr.Apply(var fn, var args, var type) && fn == Fn.ROUND
                && isQuotient(args.getFirst(), user.inputs().indexOf(real))) {
            var scale = Known.of(args.getFirst().children().get(1), user.inputs(), graph);
            return scale != null && scale.dtype() == DType.F32 && isPositive(scale) ? scale : null;
        }
        for (var child : expr.children()) {
            var found = divisor(child, user, real, graph);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static boolean isPositive(TensorData data) {
        for (int i = 0; i < data.size(); i++) {
            if (!(data.getDouble(i) > 0)) {
                return false;
            }
        }
        return true;
    }
}
