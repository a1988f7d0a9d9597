package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shape arithmetic: elementwise functions of integer operands whose elements are dimensions. Where a result is not a
 * dimension (an unknown sign, an undecided comparison) the answer is null and the work is done when the model runs.
 */
final class Content {
    private Content() {
    }

    /** A function of two operands, or null where it cannot be said. */
    static @Nullable Operand binary(Fn fn, Operand a, Operand b, Symbols symbols) {
        var type = a.type().dtype();
        if (a.content() == null || b.content() == null || type != b.type().dtype()) {
            return null;
        }
        var shape = common(List.of(a, b), symbols);
        if (shape == null) {
            return null;
        }
        var elements = new ArrayList<Dim>();
        for (int i = 0; i < shape.size().value(); i++) {
            var x = symbols.simplify(at(a, i));
            var y = symbols.simplify(at(b, i));
            var element = x instanceof Dim.Const(long p) && y instanceof Dim.Const(long q)
                    ? known(fn, p, q)
                    : symbolic(fn, x, y, symbols);
            if (element == null) {
                return null;
            }
            elements.add(wrap(symbols.simplify(element), fn.isPredicate() ? DType.BOOL : type));
        }
        return Operand.ofContent(new TensorType(fn.isPredicate() ? DType.BOOL : type, shape), elements);
    }

    /** A choice between two operands, or null where the condition is not known. */
    static @Nullable Operand select(Operand condition, Operand a, Operand b, Symbols symbols) {
        if (condition.content() == null || a.content() == null || b.content() == null
                || a.type().dtype() != b.type().dtype()) {
            return null;
        }
        var shape = common(List.of(condition, a, b), symbols);
        if (shape == null || !condition.content().stream().allMatch(Dim::isConst)) {
            return null;
        }
        var elements = new ArrayList<Dim>();
        for (int i = 0; i < shape.size().value(); i++) {
            elements.add(at(at(condition, i).equals(Dim.ZERO) ? b : a, i));
        }
        return Operand.ofContent(new TensorType(a.type().dtype(), shape), elements);
    }

    /** The shape operands broadcast to if each has that shape or a single element. */
    private static @Nullable Shape common(List<Operand> operands, Symbols symbols) {
        var shape = Map.broadcast(operands.stream().map(o -> o.type().shape()).toList(), symbols,
                "shape arithmetic");
        for (var operand : operands) {
            var own = operand.type().shape();
            if (!own.isConst() || own.size().value() != 1 && !own.equals(shape)) {
                return null;
            }
        }
        return shape.isConst() ? shape : null;
    }

    private static Dim at(Operand operand, int i) {
        var content = operand.content();
        return content == null ? Dim.ZERO : content.size() == 1 ? content.getFirst() : content.get(i);
    }

    private static @Nullable Dim known(Fn fn, long a, long b) {
        return switch (fn) {
            case ADD -> Dim.of(a + b);
            case SUB -> Dim.of(a - b);
            case MUL -> Dim.of(a * b);
            case DIV -> b == 0 ? null : Dim.of(a / b);
            case MOD -> b == 0 ? null : Dim.of(Math.floorMod(a, b));
            case MIN -> Dim.of(Math.min(a, b));
            case MAX -> Dim.of(Math.max(a, b));
            case EQ -> truth(a == b);
            case LT -> truth(a < b);
            case LE -> truth(a <= b);
            case AND -> Dim.of(a & b);
            case OR -> Dim.of(a | b);
            case XOR -> Dim.of(a ^ b);
            default -> null;
        };
    }

    private static @Nullable Dim symbolic(Fn fn, Dim a, Dim b, Symbols symbols) {
        return switch (fn) {
            case ADD -> a.plus(b);
            case SUB -> a.minus(b);
            case MUL -> a.times(b);
            // ONNX cuts towards zero, which is the floor only where nothing is negative
            case DIV -> divides(a, b, symbols) ? a.floorDiv(b) : null;
            case MOD -> divides(a, b, symbols) ? a.minus(a.floorDiv(b).times(b)) : null;
            case MIN -> a.min(b);
            case MAX -> a.max(b);
            case EQ -> compare(a, b, symbols, true, Fn.EQ);
            case LT -> compare(a, b, symbols, false, Fn.LT);
            case LE -> compare(a, b, symbols, true, Fn.LE);
            default -> null;
        };
    }

    private static boolean divides(Dim a, Dim b, Symbols symbols) {
        return Signs.notNegative(a, symbols) && Signs.notNegative(b, symbols) && !b.equals(Dim.ZERO);
    }

    /** Decides a comparison by the sign of the difference. */
    private static @Nullable Dim compare(Dim a, Dim b, Symbols symbols, boolean ifEqual, Fn fn) {
        var difference = a.minus(b);
        if (difference.equals(Dim.ZERO)) {
            return truth(ifEqual);
        }
        boolean above = Signs.positive(difference, symbols);
        boolean below = Signs.negative(difference, symbols);
        return switch (fn) {
            case EQ -> above || below ? Dim.ZERO : null;
            case LT -> below ? Dim.ONE : Signs.notNegative(difference, symbols) ? Dim.ZERO : null;
            default -> above ? Dim.ZERO : Signs.notNegative(Dim.ZERO.minus(difference), symbols) ? Dim.ONE : null;
        };
    }

    private static Dim truth(boolean value) {
        return value ? Dim.ONE : Dim.ZERO;
    }

    private static Dim wrap(Dim dim, DType dtype) {
        return dim instanceof Dim.Const(long v) && dtype == DType.I32 ? Dim.of((int) v) : dim;
    }
}
