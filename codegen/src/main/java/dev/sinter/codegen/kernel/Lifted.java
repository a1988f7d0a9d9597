package dev.sinter.codegen.kernel;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.List;

/**
 * An elementwise expression whose f32 constants have become operands: what differs in constants only shares a kernel,
 * which is compiled once and soon hot.
 *
 * @param expr
 *            the constants follow its operands
 * @param constants
 *            each different one once
 */
record Lifted(Expr expr, List<Float> constants) {
    /**
     * Lifts constants, but for exponents, which decide how a power is computed, and bounds that are NaN or -0, so that
     * {@link ExprCode} can take lifted ones for other numbers.
     *
     * @param expr
     *            of a number of operands
     * @param operands
     *            that number
     */
    static Lifted of(Expr expr, int operands) {
        var constants = new ArrayList<Float>();
        return new Lifted(lifted(expr, operands, constants), constants);
    }

    private static boolean isOddBound(Fn fn, Expr arg) {
        return (fn == Fn.MAX || fn == Fn.MIN) && arg instanceof Expr.Literal(var value, var bits, var dtype)
                && !isNumber(value);
    }

    /** Whether a constant is neither NaN nor -0. */
    static boolean isNumber(double value) {
        return !Double.isNaN(value) && Double.doubleToRawLongBits(value) != Double.doubleToRawLongBits(-0.0);
    }

    private static Expr lifted(Expr expr, int operands, List<Float> constants) {
        return switch (expr) {
            case Expr.Literal(var value, var bits, var dtype) when dtype == DType.F32 -> {
                // boxed floats are equal if their bits are, which tells zeros apart
                int known = constants.indexOf((float) value);
                if (known < 0) {
                    known = constants.size();
                    constants.add((float) value);
                }
                yield Expr.arg(operands + known, DType.F32);
            }
            case Expr.Apply(var fn, var args, var dtype) -> {
                var all = new ArrayList<Expr>();
                for (int i = 0; i < args.size(); i++) {
                    var arg = args.get(i);
                    all.add(fn == Fn.POW && i == 1 || isOddBound(fn, arg) ? arg : lifted(arg, operands, constants));
                }
                yield new Expr.Apply(fn, all, dtype);
            }
            default -> expr;
        };
    }
}
