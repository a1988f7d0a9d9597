package dev.sinter.frontend.dsl;

import dev.sinter.ir.Dim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls of functions, primitives and what is built in. */
final class Calls {
    /** Kinds of parameters that have names. */
    static final List<String> KINDS =
            List.of("any", "bool", "dims", "dtype", "function", "index", "int", "list", "real", "size",
                    "tensor", "tensors", "text");
    private static final int DEEPEST = 64;

    private final Elaboration model;
    private final Evaluation evaluation;
    private final Primitives primitives;
    private final Builtins builtins;

    Calls(Elaboration model, Evaluation evaluation, Primitives primitives) {
        this.model = model;
        this.evaluation = evaluation;
        this.primitives = primitives;
        this.builtins = new Builtins(model, primitives);
    }

    /** The kind of a primitive's parameter; a tensor if it names none. */
    static String kind(Ast.Formal formal) {
        return formal.kind() instanceof Ast.NamedKind(var name) ? name.text() : "tensor";
    }

    Item call(Ast.Call call, Frame frame) {
        var target = target(call.name(), frame);
        var callee = target.callee();
        var given = Binding.bind(callee, call, frame::error);
        return switch (callee) {
            case Ast.Function f -> function(f, target, call, given, frame);
            case Ast.Primitive p -> primitive(p, target, call, given, frame);
        };
    }

    private static Module.Target target(Ast.Name name, Frame frame) {
        var item = frame.find(name.text());
        if (item instanceof Item.Callable(var target)) {
            return target;
        }
        if (item != null) {
            throw frame.error(name.place(), "a function was expected, '" + name + "' is " + item.describe());
        }
        var found = frame.module().find(name.text());
        if (found == null) {
            throw frame.error(name.place(), "unknown function '" + name + "'"
                    + Suggestions.near(name.text(), frame.module().names()));
        }
        return found;
    }

    private Item primitive(Ast.Primitive p, Module.Target target, Ast.Call call, Map<String, Ast.Expression> given,
            Frame frame) {
        var arguments = new HashMap<String, Item>();
        var defaults = Frame.ofModel(target.home());
        for (var formal : p.formals()) {
            var expression = given.get(formal.name().text());
            var item = expression != null ? evaluation.evaluate(expression, frame) : otherwise(formal, defaults);
            var place = expression != null ? expression.place() : call.place();
            arguments.put(formal.name().text(), item instanceof Item.Nothing && formal.otherwise() instanceof Ast.None
                    ? item : converted(kind(formal), p, formal, item, place, frame));
        }
        var label = call.label() != null ? evaluation.interpolated(call.label(), frame) : p.name().text();
        return Character.isLowerCase(p.operator().charAt(0))
                ? builtins.call(p, arguments, label, call.place(), frame)
                : primitives.apply(p, arguments, label, call.place(), frame);
    }

    private Item otherwise(Ast.Formal formal, Frame frame) {
        return formal.otherwise() == null ? new Item.Nothing() : evaluation.evaluate(formal.otherwise(), frame);
    }

    private Item function(Ast.Function f, Module.Target target, Ast.Call call, Map<String, Ast.Expression> given,
            Frame frame) {
        if (frame.depth() >= DEEPEST) {
            throw frame.error(call.place(), "calls within each other deeper than " + DEEPEST
                    + "; does '" + f.name() + "' call itself?");
        }
        var label = call.label() != null ? evaluation.interpolated(call.label(), frame)
                : frame.label(f.name().text());
        var inner = frame.call(target, label, call.place());
        for (var formal : f.formals()) {
            var expression = given.get(formal.name().text());
            var item = expression != null ? evaluation.evaluate(expression, frame) : otherwise(formal, inner);
            var place = expression != null ? expression.place() : call.place();
            var at = expression != null ? frame : inner;
            boolean absent = item instanceof Item.Nothing && formal.otherwise() instanceof Ast.None;
            if (!absent && formal.kind() instanceof Ast.TensorPattern pattern) {
                evaluation.shapes().match(pattern, item, inner, frame, (wanted, problem) -> at.error(place, f.name()
                        + ": " + wanted + " was expected as '" + formal.name() + "', not " + item.describe()
                        + problem));
            }
            inner.define(formal.name().text(), !absent && formal.kind() instanceof Ast.NamedKind(var kind)
                    ? converted(kind.text(), f, formal, item, place, at) : item);
        }
        var result = new Statements(model, evaluation).run(f.body(), inner);
        return checked(f, result == null ? new Item.Nothing() : result, inner);
    }

    private Item checked(Ast.Function f, Item result, Frame inner) {
        if (f.results().isEmpty()) {
            return result;
        }
        var values = f.results().size() == 1 ? List.of(result)
                : result instanceof Item.Items(var parts) ? parts : List.of(result);
        if (values.size() != f.results().size()) {
            throw inner.error(f.name().place(), f.name() + " declares " + f.results().size()
                    + " results and returns " + result.describe());
        }
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            evaluation.shapes().match(f.results().get(i), value, inner, inner, (wanted, problem) -> inner.error(
                    f.name().place(), f.name() + " declares that it returns " + wanted + ", but returns "
                            + value.describe() + problem));
        }
        return result;
    }

    /** A value as the kind of a parameter wants it. */
    private Item converted(String kind, Ast.Callee callee, Ast.Formal formal, Item item, Place place, Frame frame) {
        Item converted = switch (kind) {
            case "any" -> item;
            case "int" -> item instanceof Item.Size(Dim.Const c) ? item : null;
            case "size", "index" -> item instanceof Item.Size ? item : null;
            case "real" -> Item.number(item) instanceof Double value ? new Item.Real(value) : null;
            case "bool" -> item instanceof Item.Flag ? item : null;
            case "text" -> item instanceof Item.Words ? item : null;
            case "dtype" -> item instanceof Item.Type ? item : null;
            case "function" -> item instanceof Item.Callable ? item : null;
            case "list" -> item instanceof Item.Items(var parts) && (!(callee instanceof Ast.Primitive)
                    || parts.stream().allMatch(i -> Item.integer(i) != null)) ? item : null;
            case "dims" -> item instanceof Item.Size || item instanceof Item.Items(var parts)
                    && parts.stream().allMatch(Item.Size.class::isInstance) ? item : null;
            case "tensors" -> item instanceof Item.Items(var parts) && !parts.isEmpty()
                    && parts.stream().allMatch(Calls::isTensor) ? item : null;
            default -> isTensor(item) ? item : null;
        };
        if (converted == null) {
            throw frame.error(place, callee.name() + ": " + wanted(kind, callee) + " was expected as '" + formal.name()
                    + "', not " + item.describe());
        }
        return converted;
    }

    private static boolean isTensor(Item item) {
        return item instanceof Item.Tensor || item instanceof Item.State || item instanceof Item.Size
                || item instanceof Item.Real || item instanceof Item.Flag;
    }

    private static String wanted(String kind, Ast.Callee callee) {
        return switch (kind) {
            case "int" -> "a constant integer";
            case "size", "index" -> "an integer or a size";
            case "real" -> "a number";
            case "bool" -> "true or false";
            case "text" -> "a text";
            case "dtype" -> "an element type";
            case "function" -> "a function";
            case "list" -> callee instanceof Ast.Primitive ? "a list of constant integers" : "a list";
            case "dims" -> "a size or a list of sizes";
            case "tensors" -> "a list of tensors";
            default -> "a tensor";
        };
    }
}
