package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression for which there is one operator, that runtimes fuse with what is before it: Relu, Clip, LeakyRelu,
 * HardSigmoid.
 *
 * @param operator
 *            its name
 * @param x
 *            its operand
 * @param limits
 *            further operands
 * @param attributes
 *            its attributes
 */
record Shorthand(String operator, Expr x, List<Expr.Literal> limits, List<AttributeProto> attributes) {
    /** The operator that an expression is, or null. */
    static @Nullable Shorthand of(Expr.Apply expr) {
        if (expr.dtype() != DType.F32 && expr.dtype() != DType.F64) {
            return null;
        }
        return switch (expr.fn()) {
            case MAX -> largest(expr.args().get(0), expr.args().get(1));
            case MIN -> smallest(expr.args().get(0), expr.args().get(1));
            case SELECT -> leaky(expr);
            default -> null;
        };
    }

    private static @Nullable Shorthand largest(Expr a, Expr b) {
        if (a instanceof Expr.Literal && !(b instanceof Expr.Literal)) {
            return largest(b, a);
        }
        if (!(b instanceof Expr.Literal low)) {
            return null;
        }
        if (a instanceof Expr.Apply(var fn, var args, var t) && fn == Fn.MIN) {
            for (int i = 0; i < 2; i++) {
                if (args.get(i) instanceof Expr.Literal high && low.value() <= high.value()) {
                    var hard = hardSigmoid(args.get(1 - i), low, high);
                    return hard != null ? hard : clip(args.get(1 - i), low, high);
                }
            }
        }
        return low.value() == 0 ? new Shorthand("Relu", a, List.of(), List.of()) : null;
    }

    private static @Nullable Shorthand smallest(Expr a, Expr b) {
        if (a instanceof Expr.Literal && !(b instanceof Expr.Literal)) {
            return smallest(b, a);
        }
        if (b instanceof Expr.Literal high && a instanceof Expr.Apply(var fn, var args, var t) && fn == Fn.MAX) {
            for (int i = 0; i < 2; i++) {
                if (args.get(i) instanceof Expr.Literal low && low.value() <= high.value()) {
                    return clip(args.get(1 - i), low, high);
                }
            }
        }
        return null;
    }

    private static Shorthand clip(Expr x, Expr.Literal low, Expr.Literal high) {
        return new Shorthand("Clip", x, List.of(low, high), List.of());
    }

    /** {@code max(0, min(1, alpha * x + beta))}. */
    private static @Nullable Shorthand hardSigmoid(Expr inner, Expr.Literal low, Expr.Literal high) {
        return low.value() == 0 && high.value() == 1 && low.dtype() == DType.F32
                && inner instanceof Expr.Apply(var add, var sum, var t) && add == Fn.ADD
                && sum.get(0) instanceof Expr.Apply(var mul, var factors, var u) && mul == Fn.MUL
                && factors.get(0) instanceof Expr.Literal alpha && sum.get(1) instanceof Expr.Literal beta
                        ? new Shorthand("HardSigmoid", factors.get(1), List.of(),
                                List.of(Attribute.of("alpha", (float) alpha.value()),
                                        Attribute.of("beta", (float) beta.value())))
                        : null;
    }

    /** {@code x < 0 ? alpha * x : x}. */
    private static @Nullable Shorthand leaky(Expr.Apply expr) {
        var x = expr.args().get(2);
        return expr.dtype() == DType.F32 && expr.args().get(0) instanceof Expr.Apply(var lt, var sides, var t)
                && lt == Fn.LT && sides.get(0).equals(x) && sides.get(1) instanceof Expr.Literal zero
                && zero.value() == 0 && expr.args().get(1) instanceof Expr.Apply(var mul, var factors, var u)
                && mul == Fn.MUL && factors.get(0) instanceof Expr.Literal alpha && factors.get(1).equals(x)
                        ? new Shorthand("LeakyRelu", x, List.of(),
                                List.of(Attribute.of("alpha", (float) alpha.value())))
                        : null;
    }

    Ref write(Site site, Ref operand) {
        var operands = new ArrayList<@Nullable Ref>(List.of(operand));
        limits.forEach(limit -> operands.add(Maps.literal(site, limit)));
        return site.op(operator, operand.dtype(), operands, attributes.toArray(AttributeProto[]::new));
    }
}
