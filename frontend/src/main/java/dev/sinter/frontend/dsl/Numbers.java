package dev.sinter.frontend.dsl;

import dev.sinter.ir.Dim;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Primitives that are computed at once where all operands are numbers. */
final class Numbers {
    private static final Map<String, DoubleUnaryOperator> UNARY = Map.of("Sqrt", Math::sqrt, "Exp", Math::exp, "Log",
            Math::log, "Abs", Math::abs, "Floor", Math::floor, "Ceil", Math::ceil, "Round", Math::rint, "Neg",
            x -> -x);
    private static final Map<String, DoubleBinaryOperator> BINARY =
            Map.of("Pow", Math::pow, "Min", Math::min, "Max", Math::max);

    private Numbers() {
    }

    /** The number, or null where an operand is none or the primitive is for tensors only. */
    static @Nullable Item apply(Ast.Primitive primitive, Map<String, Item> arguments) {
        var operands = primitive.formals().stream().map(f -> Objects.requireNonNull(arguments.get(f.name().text())))
                .toList();
        var unary = UNARY.get(primitive.operator());
        if (unary != null && operands.size() == 1) {
            var x = Item.number(operands.getFirst());
            return x == null ? null : result(unary.applyAsDouble(x), operands.getFirst(), operands.getFirst());
        }
        var binary = BINARY.get(primitive.operator());
        if (binary == null || operands.size() != 2) {
            return null;
        }
        var a = operands.getFirst();
        var b = operands.getLast();
        if (a instanceof Item.Size(var x) && b instanceof Item.Size(var y) && !primitive.operator().equals("Pow")) {
            Dim chosen = primitive.operator().equals("Min") ? x.min(y) : x.max(y);
            return new Item.Size(chosen);
        }
        var x = Item.number(a);
        var y = Item.number(b);
        return x == null || y == null ? null : result(binary.applyAsDouble(x, y), a, b);
    }

    /** Whole numbers stay what they are where they can. */
    private static Item result(double value, Item a, Item b) {
        boolean whole = a instanceof Item.Size && b instanceof Item.Size && value == Math.rint(value)
                && Math.abs(value) < 1L << 53;
        return whole ? Item.Size.of((long) value) : new Item.Real(value);
    }
}
