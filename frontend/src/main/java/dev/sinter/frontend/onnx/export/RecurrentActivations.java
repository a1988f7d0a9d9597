package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a recurrent cell by the names that RNN, GRU and LSTM know, with a limit of what they see.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LSTM.html">LSTM, activations</a>
 */
final class RecurrentActivations {
    /** A function's name and parameters. */
    private record Named(String name, float alpha, float beta) {
    }

    private RecurrentActivations() {
    }

    static List<AttributeProto> attributes(List<Expr> activations) {
        var named = new ArrayList<Named>();
        var limits = new ArrayList<@Nullable Float>();
        for (var activation : activations) {
            var limit = new float[]{Float.NaN};
            var plain = activation.transform(e -> {
                var clipped = clipped(e);
                if (clipped != null) {
                    limit[0] = clipped;
                    return Expr.arg(0, e.dtype());
                }
                return e;
            });
            limits.add(Float.isNaN(limit[0]) ? null : limit[0]);
            named.add(named(plain));
        }
        if (limits.stream().distinct().count() > 1) {
            throw new Unexportable("one limit of all activations was expected, not " + limits);
        }
        var all = new ArrayList<AttributeProto>();
        all.add(Attribute.texts("activations", named.stream().map(Named::name).toList()));
        if (named.stream().anyMatch(n -> n.alpha() != 0 || n.beta() != 0)) {
            all.add(Attribute.reals("activation_alpha", named.stream().map(Named::alpha).toList()));
            all.add(Attribute.reals("activation_beta", named.stream().map(Named::beta).toList()));
        }
        if (limits.getFirst() instanceof Float limit) {
            all.add(Attribute.of("clip", limit));
        }
        return all;
    }

    /** The limit of {@code max(min($0, limit), -limit)}, or null. */
    private static @Nullable Float clipped(Expr expr) {
        return expr instanceof Expr.Apply(var max, var outer, var t) && max == Fn.MAX
                && outer.get(0) instanceof Expr.Apply(var min, var inner, var u) && min == Fn.MIN
                && inner.get(0) instanceof Expr.Arg && inner.get(1) instanceof Expr.Literal(var high, var b, var v)
                && outer.get(1) instanceof Expr.Literal(var low, var c, var w) && low == -high ? (float) high : null;
    }

    private static boolean isX(Expr expr) {
        return expr instanceof Expr.Arg;
    }

    private static boolean is(Expr expr, double value) {
        return expr instanceof Expr.Literal(var v, var b, var t) && v == value;
    }

    private static float real(Expr expr) {
        if (expr instanceof Expr.Literal(var v, var b, var t)) {
            return (float) v;
        }
        throw unknown(expr);
    }

    private static Unexportable unknown(Expr expr) {
        return new Unexportable("no activation of recurrent operators is " + expr);
    }

    private static Named named(Expr expr) {
        if (!(expr instanceof Expr.Apply(var fn, var args, var type))) {
            throw unknown(expr);
        }
        var first = args.getFirst();
        switch (fn) {
            case TANH, SIGMOID -> {
                if (isX(first)) {
                    return new Named(fn == Fn.TANH ? "Tanh" : "Sigmoid", 0, 0);
                }
            }
            case ADD -> {
                if (first instanceof Expr.Apply(var mul, var factors, var t) && mul == Fn.MUL && isX(factors.get(1))) {
                    return new Named("Affine", real(factors.get(0)), real(args.get(1)));
                }
            }
            case MUL -> {
                if (args.get(1) instanceof Expr.Apply(var tanh, var of, var t) && tanh == Fn.TANH
                        && of.getFirst() instanceof Expr.Apply(var mul, var factors, var u) && mul == Fn.MUL
                        && isX(factors.get(1))) {
                    return new Named("ScaledTanh", real(first), real(factors.get(0)));
                }
            }
            case DIV -> {
                if (isX(first) && args.get(1) instanceof Expr.Apply(var add, var sum, var t) && add == Fn.ADD
                        && is(sum.get(0), 1)) {
                    return new Named("Softsign", 0, 0);
                }
            }
            case MAX -> {
                return largest(args, expr);
            }
            case SELECT -> {
                return chosen(args, expr);
            }
            default -> {
                // reported below
            }
        }
        return softplus(expr);
    }

    private static Named largest(List<Expr> args, Expr expr) {
        if (isX(args.get(0)) && is(args.get(1), 0)) {
            return new Named("Relu", 0, 0);
        }
        if (is(args.get(0), 0) && args.get(1) instanceof Expr.Apply(var min, var inner, var t) && min == Fn.MIN
                && inner.get(1) instanceof Expr.Apply(var add, var sum, var u) && add == Fn.ADD
                && sum.get(0) instanceof Expr.Apply(var mul, var factors, var v) && mul == Fn.MUL) {
            return new Named("HardSigmoid", real(factors.get(0)), real(sum.get(1)));
        }
        throw unknown(expr);
    }

    private static Named chosen(List<Expr> args, Expr expr) {
        if (args.get(0) instanceof Expr.Apply(var lt, var sides, var t) && lt == Fn.LT) {
            if (is(args.get(2), 0) && isX(args.get(1))) {
                return new Named("ThresholdedRelu", real(sides.get(0)), 0);
            }
            if (isX(args.get(2)) && args.get(1) instanceof Expr.Apply(var mul, var factors, var u) && mul == Fn.MUL) {
                return new Named(isX(factors.get(1)) ? "LeakyRelu" : "Elu", real(factors.get(0)), 0);
            }
        }
        return softplus(expr);
    }

    /** The one activation with a logarithm. */
    private static Named softplus(Expr expr) {
        if (contains(expr, Fn.LOG) && contains(expr, Fn.EXP)) {
            return new Named("Softplus", 0, 0);
        }
        throw unknown(expr);
    }

    private static boolean contains(Expr expr, Fn fn) {
        return expr instanceof Expr.Apply(var f, var args, var t) && f == fn
                || expr.children().stream().anyMatch(child -> contains(child, fn));
    }
}
