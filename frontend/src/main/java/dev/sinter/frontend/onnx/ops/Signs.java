package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Symbols;

/**
 * Signs of dimensions, where bounds alone do not tell them: a product of sizes may be beyond every bound, never below
 * 0.
 */
final class Signs {
    private Signs() {
    }

    /** Whether a dimension is 0 or more whatever the symbols are. */
    static boolean notNegative(Dim dim, Symbols symbols) {
        return symbols.min(dim) >= 0 || switch (dim) {
            case Dim.Const c -> c.value() >= 0;
            case Dim.Sym s -> false;
            case Dim.Add(var a, var b) -> notNegative(a, symbols) && notNegative(b, symbols);
            case Dim.Mul(var a, var b) -> notNegative(a, symbols) && notNegative(b, symbols);
            case Dim.FloorDiv(var a, var b) -> notNegative(a, symbols) && notNegative(b, symbols);
            case Dim.Min(var a, var b) -> notNegative(a, symbols) && notNegative(b, symbols);
            case Dim.Max(var a, var b) -> notNegative(a, symbols) || notNegative(b, symbols);
        };
    }

    /** Whether a dimension is 1 or more whatever the symbols are. */
    static boolean positive(Dim dim, Symbols symbols) {
        return symbols.min(dim) > 0 || notNegative(dim.minus(Dim.ONE), symbols);
    }

    /** Whether a dimension is -1 or less whatever the symbols are. */
    static boolean negative(Dim dim, Symbols symbols) {
        return positive(Dim.ZERO.minus(dim), symbols);
    }
}
