package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Arithmetic and comparison of operands that broadcast.
 *
 * <p>
 * Add, Sub, Mul, Div (7, 13, 14), Pow (7, 12 mixed types, 13, 15), Mod (10, 13, 28 real remainders), Min, Max (8
 * broadcast, 12 integers, 13),
 * Sum, Mean (8, 13), Equal (7, 11, 13, 19 strings), Less, Greater (7, 9, 13), LessOrEqual, GreaterOrEqual (12, 16),
 * And,
 * Or, Xor, Not (7, 1), Where (9, 16), bitwise operators (18). Before opset 8, variadic operators
 * take operands of one shape, which broadcasting includes.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>
 */
final class Arithmetic {
    private Arithmetic() {
    }

    /** A function of two operands of one type. */
    static OpLowering binary(Fn fn) {
        return node -> {
            var second = second(node);
            var content = Content.binary(fn, node.input(0), second, node.symbols());
            if (content != null) {
                return List.of(content);
            }
            var result = pair(node, fn, node.value(0), second.value(node.builder(), node.origin()));
            return List.of(fn == Fn.EQ && one(node.input(0)) && one(second)
                    ? Operand.ofComparison(result, node.input(0).content().getFirst(), second.content().getFirst())
                    : Operand.of(result));
        };
    }

    private static boolean one(Operand operand) {
        return operand.content() != null && operand.content().size() == 1;
    }

    /**
     * The second operand; before opset 7 it was broadcast only if asked for, from an axis of the first on or else along
     * the last axes.
     */
    private static Operand second(NodeContext node) {
        var operand = node.input(1);
        if (node.opset() >= 7 || !node.attributes().flag("broadcast", false) || !node.attributes().has("axis")) {
            return operand;
        }
        var shape = node.shape(1);
        int rank = node.shape(0).rank();
        int axis = node.axis(node.attributes().integer("axis", 0), rank);
        var dims = new ArrayList<>(shape.dims());
        if (axis + dims.size() > rank) {
            throw node.error("an operand that fits from axis " + axis + " on was expected, not " + node.type(1));
        }
        dims.addAll(Collections.nCopies(rank - axis - dims.size(), Dim.ONE));
        return Operand.of(node.reshape(node.value(1), new Shape(dims)));
    }

    /** A comparison with its operands exchanged: {@code a > b} is {@code b < a}. */
    static OpLowering swapped(Fn fn) {
        return node -> {
            var second = second(node);
            var content = Content.binary(fn, second, node.input(0), node.symbols());
            if (content != null) {
                return List.of(content);
            }
            var a = node.value(0);
            var b = second.value(node.builder(), node.origin());
            sameType(node, a, b, false);
            var wide = NodeContext.wide(a.dtype());
            return node.results(node.map(Expr.apply(fn, Expr.cast(Expr.arg(1, b.dtype()), wide),
                    Expr.cast(Expr.arg(0, a.dtype()), wide)), a, b));
        };
    }

    /** Small floats are computed in f32 and rounded once. */
    private static Value pair(NodeContext node, Fn fn, Value a, Value b) {
        sameType(node, a, b, fn == Fn.EQ);
        var type = a.dtype();
        var wide = NodeContext.wide(type);
        var result = Expr.apply(fn, Expr.cast(Expr.arg(0, type), wide), Expr.cast(Expr.arg(1, type), wide));
        return node.map(result.dtype() == wide ? Expr.cast(result, type) : result, a, b);
    }

    private static void sameType(NodeContext node, Value a, Value b, boolean texts) {
        if (a.dtype() != b.dtype()) {
            throw node.error("operands of one element type were expected, not " + a.type() + " and " + b.type());
        }
        if (a.dtype() == DType.STRING && !texts || a.dtype().kind() == DType.Kind.COMPLEX) {
            throw node.error("numbers were expected, " + a.type() + " is not supported");
        }
    }

    /** Negation, of dimensions too. */
    static List<Operand> negate(NodeContext node) {
        var operand = node.input(0);
        var content = operand.content();
        if (content == null || content.stream().allMatch(Dim::isConst)) {
            return Pointwise.of(Fn.NEG).lower(node);
        }
        return List.of(Operand.ofContent(operand.type(), content.stream().map(Dim.ZERO::minus).toList()));
    }

    /** Remainder: with the dividend's sign if {@code fmod}, else the divisor's. */
    static List<Operand> mod(NodeContext node) {
        // before opset 28 fmod=0 was for integers only
        return binary(node.attributes().flag("fmod", false) ? Fn.FMOD : Fn.MOD).lower(node);
    }

    /** Power; the exponent's type may differ, the result has the base's. */
    static List<Operand> pow(NodeContext node) {
        var base = node.value(0);
        var exponent = second(node).value(node.builder(), node.origin());
        var type = base.dtype();
        // an integer to a real power is computed in f64, which holds both exactly enough, then cut
        var common = type.isInteger() && exponent.dtype().isFloat() ? DType.F64 : NodeContext.wide(type);
        var power = Expr.apply(Fn.POW, Expr.cast(Expr.arg(0, type), common),
                Expr.cast(Expr.arg(1, exponent.dtype()), common));
        return node.results(node.map(Expr.cast(power, type), base, exponent));
    }

    /** A function folded over any number of operands, from the left. */
    static OpLowering variadic(Fn fn) {
        return node -> {
            if (node.inputCount() == 2) {
                return binary(fn).lower(node);
            }
            return node.results(fold(node, fn, false));
        };
    }

    /** The mean of any number of operands. */
    static List<Operand> mean(NodeContext node) {
        return node.results(fold(node, Fn.ADD, true));
    }

    private static Value fold(NodeContext node, Fn fn, boolean mean) {
        var values = node.values();
        if (values.isEmpty()) {
            throw node.error("at least one input was expected");
        }
        var type = values.getFirst().dtype();
        var wide = NodeContext.wide(type);
        var expr = Expr.cast(Expr.arg(0, type), wide);
        for (int i = 1; i < values.size(); i++) {
            sameType(node, values.getFirst(), values.get(i), false);
            expr = Expr.apply(fn, expr, Expr.cast(Expr.arg(i, type), wide));
        }
        if (mean) {
            expr = Expr.apply(Fn.DIV, expr, Expr.literal(values.size(), wide));
        }
        return values.size() == 1 ? values.getFirst()
                : node.map(Expr.cast(expr, type), values.toArray(Value[]::new));
    }

    /** Elements of the second operand where the first is true, else of the third. */
    static List<Operand> where(NodeContext node) {
        var content = Content.select(node.input(0), node.input(1), node.input(2), node.symbols());
        if (content != null) {
            return List.of(content);
        }
        var a = node.value(1);
        var b = node.value(2);
        sameType(node, a, b, true);
        var expr = Expr.apply(Fn.SELECT, Expr.arg(0, DType.BOOL), Expr.arg(1, a.dtype()), Expr.arg(2, b.dtype()));
        return node.results(node.map(expr, node.value(0), a, b));
    }

    /** {@code min(max(x, low), high)}: bounds as attributes before opset 11, as inputs since. */
    static List<Operand> clip(NodeContext node) {
        var x = node.value(0);
        var type = x.dtype();
        var wide = NodeContext.wide(type);
        var expr = Expr.cast(Expr.arg(0, type), wide);
        var operands = new ArrayList<>(List.of(x));
        boolean bounded = false;
        for (int i = 1; i <= 2; i++) {
            var fn = i == 1 ? Fn.MAX : Fn.MIN;
            var name = i == 1 ? "min" : "max";
            if (node.opset() < 11 && node.attributes().has(name)) {
                expr = Expr.apply(fn, expr, Expr.literal(node.attributes().real(name, 0), wide));
                bounded = true;
            } else if (node.opset() >= 11 && node.has(i)) {
                sameType(node, x, node.value(i), false);
                var bound = node.reshape(node.value(i), Shape.SCALAR);
                expr = Expr.apply(fn, expr, Expr.cast(scalar(bound, operands), wide));
                bounded = true;
            }
        }
        return bounded ? node.results(node.map(Expr.cast(expr, type), operands.toArray(Value[]::new)))
                : List.of(node.input(0));
    }

    /** A scalar operand as a literal where it is constant, else as one more operand. */
    private static Expr scalar(Value value, List<Value> operands) {
        var data = value.constant();
        if (data != null && data.size() == 1) {
            return data.dtype().isFloat()
                    ? Expr.literal(data.getDouble(0), data.dtype())
                    : Expr.integer(data.getLong(0), data.dtype());
        }
        operands.add(value);
        return Expr.arg(operands.size() - 1, value.dtype());
    }
}
