package dev.sinter.frontend.dsl;

import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operators of the language: on numbers and sizes at once, on tensors as nodes. */
final class Operators {
    /** An operator of ONNX, and what its node is called. */
    private record OnTensors(String operator, String label) {
    }

    private static final Map<String, OnTensors> TENSORS = Map.ofEntries(
            Map.entry("+", new OnTensors("Add", "add")),
            Map.entry("-", new OnTensors("Sub", "sub")),
            Map.entry("*", new OnTensors("Mul", "mul")),
            Map.entry("/", new OnTensors("Div", "div")),
            Map.entry("%", new OnTensors("Mod", "mod")),
            Map.entry("@", new OnTensors("MatMul", "matmul")),
            Map.entry("==", new OnTensors("Equal", "equal")),
            Map.entry("<", new OnTensors("Less", "less")),
            Map.entry("<=", new OnTensors("LessOrEqual", "less_or_equal")),
            Map.entry(">", new OnTensors("Greater", "greater")),
            Map.entry(">=", new OnTensors("GreaterOrEqual", "greater_or_equal")),
            Map.entry("and", new OnTensors("And", "and")),
            Map.entry("or", new OnTensors("Or", "or")));

    private final Primitives primitives;

    Operators(Primitives primitives) {
        this.primitives = primitives;
    }

    Item prefix(Ast.Prefix p, Item item, Frame frame) {
        if (item instanceof Item.Tensor || item instanceof Item.State) {
            return primitives.simple(p.operator().equals("-") ? "Neg" : "Not",
                    p.operator().equals("-") ? "neg" : "not", p.place(), frame, item);
        }
        if (p.operator().equals("not") && item instanceof Item.Flag(boolean value)) {
            return new Item.Flag(!value);
        }
        if (p.operator().equals("-") && item instanceof Item.Size(var dim)) {
            return new Item.Size(Dim.ZERO.minus(dim));
        }
        if (p.operator().equals("-") && item instanceof Item.Real(double value)) {
            return new Item.Real(-value);
        }
        throw frame.error(p.place(), (p.operator().equals("-") ? "a number or a tensor was expected after '-', not "
                : "true or false was expected after 'not', not ") + item.describe());
    }

    Item binary(Ast.Binary b, Item left, Item right, Frame frame) {
        boolean absent = left instanceof Item.Nothing || right instanceof Item.Nothing;
        if (absent && (b.operator().equals("==") || b.operator().equals("!="))) {
            return new Item.Flag(left.equals(right) == b.operator().equals("=="));
        }
        if (isTensor(left) || isTensor(right)) {
            return tensors(b, left, right, frame);
        }
        var result = switch (b.operator()) {
            case "==" -> new Item.Flag(equal(b, left, right, frame));
            case "!=" -> new Item.Flag(!equal(b, left, right, frame));
            case "and", "or" -> right instanceof Item.Flag && left instanceof Item.Flag ? right : null;
            default -> switch (left) {
                case Item.Size(var x) when right instanceof Item.Size(var y) -> sizes(b, x, y, frame);
                case Item.Words(var x) when right instanceof Item.Words(var y) && b.operator().equals("+") ->
                        new Item.Words(x + y);
                case Item.Items(var x) when right instanceof Item.Items(var y) && b.operator().equals("+") ->
                        joined(b, x, y, frame);
                default -> numbers(b, left, right, frame);
            };
        };
        if (result == null) {
            throw frame.error(b.place(), "'" + b.operator() + "' between " + left.describe() + " and "
                    + right.describe() + " means nothing");
        }
        return result;
    }

    private static boolean isTensor(Item item) {
        return item instanceof Item.Tensor || item instanceof Item.State;
    }

    private Item tensors(Ast.Binary b, Item left, Item right, Frame frame) {
        for (var item : new Item[]{left, right}) {
            if (!isTensor(item) && !(item instanceof Item.Size) && !(item instanceof Item.Real)) {
                throw frame.error(b.place(), "a tensor or a number was expected at both sides of '" + b.operator()
                        + "', not " + left.describe() + " and " + right.describe());
            }
        }
        if (b.operator().equals("!=")) {
            return primitives.simple("Not", "not", b.place(), frame,
                    primitives.simple("Equal", "equal", b.place(), frame, left, right));
        }
        var operator = TENSORS.get(b.operator());
        if (operator == null) {
            throw frame.error(b.place(), "'" + b.operator() + "' is for numbers and sizes, not for tensors"
                    + (b.operator().equals("//") ? "; write floor(a / b)" : ""));
        }
        return primitives.simple(operator.operator(), operator.label(), b.place(), frame, left, right);
    }

    private static Item joined(Ast.Binary b, List<Item> x, List<Item> y, Frame frame) {
        if (x.size() + y.size() > Evaluation.LONGEST_LIST) {
            throw frame.error(b.place(), "a list of at most " + Evaluation.LONGEST_LIST + " elements was expected");
        }
        var all = new ArrayList<>(x);
        all.addAll(y);
        return new Item.Items(all);
    }

    private static boolean equal(Ast.Binary b, Item left, Item right, Frame frame) {
        if (left instanceof Item.Size(var x) && right instanceof Item.Size(var y)) {
            if (!(x.minus(y) instanceof Dim.Const(long difference))) {
                throw frame.error(b.place(), "whether " + x + " equals " + y + " is known only when the model runs");
            }
            return difference == 0;
        }
        var x = Item.number(left);
        var y = Item.number(right);
        return x != null && y != null ? x.doubleValue() == y.doubleValue() : left.equals(right);
    }

    private static @Nullable Item sizes(Ast.Binary b, Dim x, Dim y, Frame frame) {
        try {
            var result = switch (b.operator()) {
                case "+" -> x instanceof Dim.Const(long i) && y instanceof Dim.Const(long j)
                        ? Dim.of(Math.addExact(i, j)) : x.plus(y);
                case "-" -> x instanceof Dim.Const(long i) && y instanceof Dim.Const(long j)
                        ? Dim.of(Math.subtractExact(i, j)) : x.minus(y);
                case "*" -> x instanceof Dim.Const(long i) && y instanceof Dim.Const(long j)
                        ? Dim.of(Math.multiplyExact(i, j)) : x.times(y);
                case "/" -> exact(b, x, y, frame);
                case "//" -> quotient(b, x, y, frame);
                case "%" -> x.minus(y.times(quotient(b, x, y, frame)));
                default -> null;
            };
            if (result == null) {
                return b.operator().equals("@") ? null : compared(b, x, y, frame);
            }
            if (result.terms() > Shapes.MOST_TERMS) {
                throw frame.error(b.place(),
                        "this size has more than " + Shapes.MOST_TERMS + " terms; fewer were expected");
            }
            return new Item.Size(result);
        } catch (ArithmeticException e) {
            throw frame.error(b.place(), x + " " + b.operator() + " " + y + " is too large a number");
        }
    }

    private static Dim quotient(Ast.Binary b, Dim x, Dim y, Frame frame) {
        if (y.equals(Dim.ZERO)) {
            throw frame.error(b.place(), x + " is divided by 0");
        }
        return x.floorDiv(y);
    }

    private static Dim exact(Ast.Binary b, Dim x, Dim y, Frame frame) {
        var quotient = quotient(b, x, y, frame);
        if (!quotient.times(y).equals(x)) {
            throw frame.error(b.place(), x + " is not divisible by " + y
                    + "; '//' rounds down, and a real number such as 1.0 * " + x + " / " + y + " has a fraction");
        }
        return quotient;
    }

    private static Item compared(Ast.Binary b, Dim x, Dim y, Frame frame) {
        if (!(x.minus(y) instanceof Dim.Const(long difference))) {
            throw frame.error(b.place(),
                    "whether " + x + " " + b.operator() + " " + y + " is known only when the model runs");
        }
        return new Item.Flag(compared(b.operator(), difference));
    }

    private static boolean compared(String operator, double difference) {
        return switch (operator) {
            case "<" -> difference < 0;
            case "<=" -> difference <= 0;
            case ">" -> difference > 0;
            default -> difference >= 0;
        };
    }

    private static @Nullable Item numbers(Ast.Binary b, Item left, Item right, Frame frame) {
        var x = Item.number(left);
        var y = Item.number(right);
        if (x == null || y == null) {
            return null;
        }
        return switch (b.operator()) {
            case "+" -> new Item.Real(x + y);
            case "-" -> new Item.Real(x - y);
            case "*" -> new Item.Real(x * y);
            case "/" -> new Item.Real(x / y);
            case "//" -> new Item.Real(Math.floor(x / y));
            case "%" -> new Item.Real(x - y * Math.floor(x / y));
            case "<", "<=", ">", ">=" -> new Item.Flag(compared(b.operator(), x - y));
            default -> null;
        };
    }
}
