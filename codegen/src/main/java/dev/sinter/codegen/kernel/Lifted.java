package dev.sinter.codegen.kernel;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.List;

/**
 * An elementwise expression whose f32 constants have become operands: what differs in constants only shares a kernel,
 * which is compiled once and soon hot. Limits by a constant become comparisons and choices: HotSpot takes six operations
 * for the larger of two vectors that may both be no number or zero of either sign, and two for these.
 *
 * @param expr
 *            the constants follow its operands
 * @param constants
 *            each different one once
 */
record Lifted(Expr expr, List<Float> constants) {
    /**
     * Lifts constants, but for exponents, which decide how a power is computed.
     *
     * @param expr
     *            of a number of operands
     * @param operands
     *            that number
     * @param most
     *            how many functions there may be, comparisons and choices counted
     */
    static Lifted of(Expr expr, int operands, int most) {
        var lifting = new Lifting(operands, most - functions(expr));
        return new Lifted(lifting.of(expr), lifting.constants);
    }

    private static int functions(Expr expr) {
        return expr instanceof Expr.Apply(var fn, var args, var dtype)
                ? 1 + args.stream().mapToInt(Lifted::functions).sum()
                : 0;
    }

    /** One expression being lifted. */
    private static final class Lifting {
        private final int operands;
        private final List<Float> constants = new ArrayList<>();
        /** Functions there may be more. */
        private int room;

        Lifting(int operands, int room) {
            this.operands = operands;
            this.room = room;
        }

        Expr of(Expr expr) {
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
                    int limit = room > 0 ? limit(fn, args) : -1;
                    if (limit >= 0) {
                        room--;
                        yield choice(fn, of(args.get(1 - limit)), of(args.get(limit)));
                    }
                    var all = new ArrayList<Expr>();
                    for (int i = 0; i < args.size(); i++) {
                        all.add(fn == Fn.POW && i == 1 ? args.get(i) : of(args.get(i)));
                    }
                    yield new Expr.Apply(fn, all, dtype);
                }
                default -> expr;
            };
        }
    }

    /** A value or its limit; what is no number passes, as it does the function. */
    private static Expr choice(Fn fn, Expr value, Expr limit) {
        var beyond = fn == Fn.MAX ? Expr.apply(Fn.LE, value, limit) : Expr.apply(Fn.LE, limit, value);
        return Expr.apply(Fn.SELECT, beyond, limit, value);
    }

    /** Which operand of a limit is a constant that comparison chooses as the function does; -1 if none is. */
    private static int limit(Fn fn, List<Expr> args) {
        if (fn != Fn.MIN && fn != Fn.MAX) {
            return -1;
        }
        // the other zero is equal to this one, which is not what the function gives
        float wrong = fn == Fn.MAX ? -0f : 0f;
        for (int i = 0; i < 2; i++) {
            if (args.get(i) instanceof Expr.Literal(var value, var bits, var dtype) && dtype == DType.F32
                    && !Double.isNaN(value) && !Float.valueOf((float) value).equals(wrong)) {
                return i;
            }
        }
        return -1;
    }
}
