package dev.sinter.frontend.dsl;

import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Evaluates expressions: what is known is computed, the rest becomes nodes. */
final class Evaluation {
    /** A part of a text that a name's value replaces. */
    static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final int LONGEST_TEXT = 4096;
    /** Elements a list may have. */
    static final int LONGEST_LIST = 1 << 16;

    private final Elaboration model;
    private final Shapes shapes;
    private final Primitives primitives;
    private final Calls calls;
    private final Operators operators;
    private final Selecting selecting;

    Evaluation(Elaboration model) {
        this.model = model;
        this.shapes = new Shapes(model, this);
        this.primitives = new Primitives(model);
        this.calls = new Calls(model, this, primitives);
        this.operators = new Operators(primitives);
        this.selecting = new Selecting(this, primitives);
    }

    Shapes shapes() {
        return shapes;
    }

    Symbols symbols() {
        return model.symbols();
    }

    Primitives primitives() {
        return primitives;
    }

    Calls calls() {
        return calls;
    }

    Item evaluate(Ast.Expression expression, Frame frame) {
        model.step(expression.place(), frame);
        return switch (expression) {
            case Ast.Int(long value, var place) -> Item.Size.of(value);
            case Ast.Real(double value, var place) -> new Item.Real(value);
            case Ast.Block(long rows, long columns, var place) -> new Item.BlockSize(rows, columns);
            case Ast.Text text -> new Item.Words(interpolated(text, frame));
            case Ast.Truth(boolean value, var place) -> new Item.Flag(value);
            case Ast.None none -> new Item.Nothing();
            case Ast.Reference(var name) -> reference(name, frame);
            case Ast.Call call -> calls.call(call, frame);
            case Ast.Listing list -> list(list, frame);
            case Ast.Prefix p -> operators.prefix(p, evaluate(p.operand(), frame), frame);
            case Ast.Binary b -> binary(b, frame);
            case Ast.Either e -> evaluate(truth(e.condition(), frame) ? e.yes() : e.no(), frame);
            case Ast.Selection s -> selecting.select(s, evaluate(s.of(), frame), frame);
            case Ast.Member m -> member(m, evaluate(m.of(), frame), frame);
        };
    }

    private Item list(Ast.Listing list, Frame frame) {
        if (list.elements().size() > LONGEST_LIST) {
            throw frame.error(list.place(), "a list of at most " + LONGEST_LIST + " elements was expected, not of "
                    + list.elements().size());
        }
        return new Item.Items(list.elements().stream().map(e -> evaluate(e, frame)).toList());
    }

    /** The second operand of 'and' and 'or' is looked at only where it matters. */
    private Item binary(Ast.Binary b, Frame frame) {
        var left = evaluate(b.left(), frame);
        if (left instanceof Item.Flag(boolean value)
                && (b.operator().equals("and") && !value || b.operator().equals("or") && value)) {
            return left;
        }
        return operators.binary(b, left, evaluate(b.right(), frame), frame);
    }

    private Item reference(Ast.Name name, Frame frame) {
        var item = frame.find(name.text());
        if (item != null) {
            return item;
        }
        var constant = KnownNames.constant(name.text());
        if (constant != null) {
            return constant;
        }
        var target = frame.module().find(name.text());
        if (target != null) {
            return new Item.Callable(target);
        }
        throw frame.error(name.place(), unknown(name, frame));
    }

    private static String unknown(Ast.Name name, Frame frame) {
        Set<String> known = new TreeSet<>(frame.names());
        known.addAll(frame.module().names());
        return "unknown name '" + name + "'" + Suggestions.near(name.text(), known);
    }

    private static Item member(Ast.Member m, Item of, Frame frame) {
        TensorType type = switch (of) {
            case Item.Tensor(var operand) -> operand.type();
            case Item.State s -> s.operand().type();
            default -> throw frame.error(m.place(), "a tensor was expected before '." + m.name() + "', not "
                    + of.describe());
        };
        return switch (m.name().text()) {
            case "shape" -> new Item.Items(type.shape().dims().stream().<Item>map(Item.Size::new).toList());
            case "rank" -> Item.Size.of(type.shape().rank());
            case "size" -> new Item.Size(type.shape().size());
            case "dtype" -> new Item.Type(type.dtype());
            default -> throw frame.error(m.name().place(), "'shape', 'rank', 'size' or 'dtype' was expected, not '"
                    + m.name() + "'" + Suggestions.near(m.name().text(), Set.of("shape", "rank", "size", "dtype")));
        };
    }

    /** A condition, which must be known. */
    boolean truth(Ast.Expression condition, Frame frame) {
        var item = evaluate(condition, frame);
        if (item instanceof Item.Flag(boolean value)) {
            return value;
        }
        throw frame.error(condition.place(), "true or false was expected, not " + item.describe()
                + (item instanceof Item.Tensor ? "; where(condition, a, b) chooses by a tensor" : ""));
    }

    /** A constant integer. */
    long constant(Ast.Expression expression, Frame frame) {
        var item = evaluate(expression, frame);
        var value = Item.integer(item);
        if (value == null) {
            throw frame.error(expression.place(), "a constant integer was expected, not " + item.describe());
        }
        return value;
    }

    /** A text with the values of the names in braces. */
    String interpolated(Ast.Text text, Frame frame) {
        var matcher = PLACEHOLDER.matcher(text.value());
        var result = matcher.replaceAll(m -> Matcher.quoteReplacement(part(m.group(1), text.place(), frame)));
        if (result.length() > LONGEST_TEXT) {
            throw frame.error(text.place(), "a text of at most " + LONGEST_TEXT + " characters was expected, not of "
                    + result.length());
        }
        return result;
    }

    private static String part(String name, Place place, Frame frame) {
        return switch (frame.find(name)) {
            case Item.Words(var words) -> words;
            case Item.Size(var dim) -> dim.toString();
            case Item.Real(double value) -> Double.toString(value);
            case Item.Flag(boolean value) -> Boolean.toString(value);
            case null -> throw frame.error(place, "unknown name '" + name + "' in braces"
                    + Suggestions.near(name, frame.names()));
            case Item other -> throw frame.error(place,
                    "a number or a text was expected as '" + name + "' in braces, not " + other.describe());
        };
    }
}
