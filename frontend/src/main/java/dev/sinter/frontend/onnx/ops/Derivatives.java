package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.IrException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Derivatives of expressions; null stands for 0. */
final class Derivatives {
    private Derivatives() {
    }

    /**
     * The derivative by an operand.
     *
     * @param expr
     *            of operands
     * @param operand
     *            which one
     * @return an expression of the same operands, or null for 0
     */
    static @Nullable Expr of(Expr expr, int operand) {
        return switch (expr) {
            case Expr.Arg(var i, var type) -> i == operand ? Expr.literal(1, type) : null;
            case Expr.Literal l -> null;
            case Expr.Apply(var fn, var args, var type) -> chained(fn, args, type, operand);
            default -> throw new IrException("the derivative of " + expr + " is not known");
        };
    }

    private static @Nullable Expr chained(Fn fn, List<Expr> args, DType type, int operand) {
        if (!type.isFloat() || fn.isPredicate()) {
            return null;
        }
        if (fn == Fn.CAST) {
            var inner = args.getFirst().dtype().isFloat() ? of(args.getFirst(), operand) : null;
            return inner == null ? null : Expr.cast(inner, type);
        }
        if (fn == Fn.SELECT) {
            var yes = of(args.get(1), operand);
            var no = of(args.get(2), operand);
            var zero = Expr.literal(0, type);
            return yes == null && no == null ? null
                    : Expr.apply(Fn.SELECT, args.get(0), yes == null ? zero : yes, no == null ? zero : no);
        }
        Expr sum = null;
        for (int i = 0; i < args.size(); i++) {
            var inner = of(args.get(i), operand);
            var outer = inner == null ? null : partial(fn, args, i);
            if (inner != null && outer != null) {
                var product = isOne(inner) ? outer : isOne(outer) ? inner : Expr.apply(Fn.MUL, outer, inner);
                sum = sum == null ? product : Expr.apply(Fn.ADD, sum, product);
            }
        }
        return sum;
    }

    private static boolean isOne(Expr expr) {
        return expr instanceof Expr.Literal(var value, long bits, var type) && type.isFloat() && value == 1;
    }

    /** The derivative of a function by its operand i; null for 0. */
    private static @Nullable Expr partial(Fn fn, List<Expr> args, int i) {
        var a = args.getFirst();
        var b = args.get(Math.min(1, args.size() - 1));
        var type = a.dtype();
        var one = Expr.literal(1, type);
        return switch (fn) {
            case ADD -> one;
            case SUB -> i == 0 ? one : Expr.literal(-1, type);
            case MUL -> i == 0 ? b : a;
            case DIV -> i == 0 ? Expr.apply(Fn.RECIPROCAL, b) : negative(Formula.div(a, Formula.mul(b, b)));
            case FMA -> i == 2 ? one : i == 0 ? b : a;
            case NEG -> Expr.literal(-1, type);
            case ABS -> Expr.apply(Fn.SIGN, a);
            case SIGN, FLOOR, CEIL, ROUND -> null;
            case RECIPROCAL -> negative(Expr.apply(Fn.RECIPROCAL, Formula.mul(a, a)));
            case SQRT -> Formula.div(Expr.literal(0.5, type), Expr.apply(Fn.SQRT, a));
            case EXP -> Expr.apply(Fn.EXP, a);
            case LOG -> Expr.apply(Fn.RECIPROCAL, a);
            case SIN -> Expr.apply(Fn.COS, a);
            case COS -> negative(Expr.apply(Fn.SIN, a));
            case TANH -> Formula.sub(one, Formula.mul(Expr.apply(Fn.TANH, a), Expr.apply(Fn.TANH, a)));
            case SIGMOID -> Formula.mul(Expr.apply(Fn.SIGMOID, a), Formula.sub(one, Expr.apply(Fn.SIGMOID, a)));
            case ERF -> Formula.mul(Expr.literal(2 / Math.sqrt(Math.PI), type),
                    Expr.apply(Fn.EXP, negative(Formula.mul(a, a))));
            case MAX -> chosen(i == 0 ? Expr.apply(Fn.LE, b, a) : Expr.apply(Fn.LT, a, b), one);
            case MIN -> chosen(i == 0 ? Expr.apply(Fn.LE, a, b) : Expr.apply(Fn.LT, b, a), one);
            case POW -> i == 0 ? Formula.mul(b, Expr.apply(Fn.POW, a, Formula.sub(b, one)))
                    : Formula.mul(Expr.apply(Fn.POW, a, b), Expr.apply(Fn.LOG, a));
            default -> throw new IrException("the derivative of " + fn.label() + " is not known");
        };
    }

    private static Expr negative(Expr a) {
        return Expr.apply(Fn.NEG, a);
    }

    private static Expr chosen(Expr condition, Expr one) {
        return Formula.select(condition, one, Expr.literal(0, one.dtype()));
    }
}
