package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;

/** How much goes into one expression. Kernels have room for about 150 vector operations, several rows at a time. */
final class Fusion {
    private static final int MOST_FUNCTIONS = 32;
    private static final int MOST_LONG = 2;
    private static final int CHEAP_TWICE = 2;
    /** As much as dequantization is: cast, subtract, cast, multiply. */
    private static final int CHEAP_EVERYWHERE = 4;

    private Fusion() {
    }

    /** Whether {@code inner} may take the place of an operand that the outer expression mentions so many times. */
    static boolean mayInline(Expr outer, Expr inner, int occurrences) {
        boolean repeats = occurrences > 1 && (inner.cost() > CHEAP_TWICE || longFunctions(inner) > 0);
        return !repeats && outer.cost() + occurrences * inner.cost() <= MOST_FUNCTIONS
                && longFunctions(outer) + occurrences * longFunctions(inner) <= MOST_LONG;
    }

    /** Whether evaluating it once more for every element costs next to nothing. */
    static boolean isCheap(Expr expr) {
        return expr.cost() <= CHEAP_EVERYWHERE && longFunctions(expr) == 0;
    }

    private static int longFunctions(Expr expr) {
        if (!(expr instanceof Expr.Apply(var fn, var args, var type))) {
            return 0;
        }
        return (isLong(fn) ? 1 : 0) + args.stream().mapToInt(Fusion::longFunctions).sum();
    }

    /** Functions that are polynomials or slow instructions. */
    private static boolean isLong(Fn fn) {
        return switch (fn) {
            case DIV, MOD, FMOD, POW, RECIPROCAL, SQRT, EXP, LOG, ERF, TANH, SIGMOID, GELU, GELU_TANH, SIN, COS -> true;
            default -> false;
        };
    }
}
