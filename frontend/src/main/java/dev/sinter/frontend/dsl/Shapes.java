package dev.sinter.frontend.dsl;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Types of tensors: those that are written out, and patterns that the types of arguments must fit. */
final class Shapes {
    /** Terms of a size; products of sums grow fast. */
    static final int MOST_TERMS = 64;
    private static final int MOST_AXES = 16;

    private final Elaboration model;
    private final Evaluation evaluation;

    Shapes(Elaboration model, Evaluation evaluation) {
        this.model = model;
        this.evaluation = evaluation;
    }

    /** The element type of that name, or null. */
    static @Nullable DType dtype(String name) {
        return Arrays.stream(DType.values()).filter(t -> t.label().equals(name)).findFirst().orElse(null);
    }

    /** Names of all element types. */
    static List<String> dtypes() {
        return Arrays.stream(DType.values()).map(DType::label).toList();
    }

    /** A type of which everything is known. */
    TensorType type(Ast.TensorPattern pattern, Frame frame) {
        if (pattern.dtype() == null) {
            throw frame.error(pattern.place(), "an element type such as f32 was expected before '['");
        }
        var dims = new ArrayList<Dim>();
        for (var axis : pattern.axes()) {
            if (axis.size() == null) {
                throw frame.error(axis.place(), "every size was expected to be said here, not '...'");
            }
            dims.add(size(axis.size(), frame));
        }
        if (dims.size() > MOST_AXES) {
            throw frame.error(pattern.place(), "at most " + MOST_AXES + " axes were expected, not " + dims.size());
        }
        return new TensorType(dtype(pattern.dtype(), frame), new Shape(dims));
    }

    private static DType dtype(Ast.Name name, Frame frame) {
        var found = dtype(name.text());
        if (found != null) {
            return found;
        }
        if (frame.find(name.text()) instanceof Item.Type(var type)) {
            return type;
        }
        var plain = name.text().toLowerCase(Locale.ROOT).replace("float", "f").replace("uint", "u").replace("int", "i");
        throw frame.error(name.place(), "an element type was expected, not '" + name + "'"
                + Suggestions.nearOrAll(dtype(plain) != null ? plain : name.text(), dtypes()));
    }

    private Dim size(Ast.Expression size, Frame frame) {
        var item = evaluation.evaluate(size, frame);
        if (!(item instanceof Item.Size(var dim))) {
            throw frame.error(size.place(), "a size was expected, not " + item.describe());
        }
        if (dim instanceof Dim.Const(long value) && (value < 0 || value > Integer.MAX_VALUE)) {
            throw frame.error(size.place(), "a size from 0 to " + Integer.MAX_VALUE + " was expected, not " + value);
        }
        return dim;
    }

    /** An error unless a value is a tensor that fits a pattern; names of the pattern that are free are bound. */
    void check(Ast.TensorPattern pattern, Item item, Place place, Frame frame) {
        match(pattern, item, frame, frame, (wanted, problem) -> frame.error(place, wanted + " was expected, not "
                + item.describe() + problem));
    }

    /** Makes the message of a mismatch. */
    @FunctionalInterface
    interface Mismatch {
        DslException error(String wanted, String problem);
    }

    /** Fits a tensor to a pattern; sizes are of {@code names}, where free names are bound. */
    void match(Ast.TensorPattern pattern, Item item, Frame names, Frame caller, Mismatch mismatch) {
        var type = switch (item) {
            case Item.Tensor(var operand) -> operand.type();
            case Item.State s -> s.operand().type();
            default -> null;
        };
        if (type == null || !type.shape().isRanked()) {
            throw mismatch.error("a tensor " + text(pattern, names), "");
        }
        var dtype = pattern.dtype() == null || isAny(pattern.dtype()) ? type.dtype() : dtype(pattern.dtype(), names);
        var dims = type.shape().dims();
        var axes = pattern.axes();
        int rest = -1;
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i).size() == null) {
                if (rest >= 0) {
                    throw names.error(axes.get(i).place(), "one '...' was expected at most");
                }
                rest = i;
            }
        }
        int named = rest < 0 ? axes.size() : axes.size() - 1;
        if (dtype != type.dtype() || (rest < 0 ? dims.size() != named : dims.size() < named)) {
            throw mismatch.error(text(pattern, names), "");
        }
        int from = rest < 0 ? named : rest;
        for (int i = 0; i < from; i++) {
            fit(pattern, axes.get(i), dims.get(i), names, mismatch);
        }
        for (int i = from + 1; rest >= 0 && i < axes.size(); i++) {
            fit(pattern, axes.get(i), dims.get(dims.size() - axes.size() + i), names, mismatch);
        }
    }

    private static boolean isAny(Ast.Name dtype) {
        return dtype.text().equals("any");
    }

    private void fit(Ast.TensorPattern pattern, Ast.Axis axis, Dim dim, Frame names, Mismatch mismatch) {
        if (axis.size() instanceof Ast.Reference(var name) && names.find(name.text()) == null) {
            names.define(name.text(), new Item.Size(dim));
            return;
        }
        var wanted = axis.size() == null ? dim : size(axis.size(), names);
        if (!model.symbols().agree(wanted, dim)) {
            throw mismatch.error(text(pattern, names), ": " + dim + " is not " + wanted);
        }
    }

    /** A pattern as it is written, with the sizes that are known. */
    private String text(Ast.TensorPattern pattern, Frame names) {
        var text = new StringBuilder(pattern.dtype() == null ? "" : pattern.dtype().text()).append('[');
        for (var axis : pattern.axes()) {
            text.append(text.charAt(text.length() - 1) == '[' ? "" : ",");
            if (axis.size() == null) {
                text.append("...");
            } else if (axis.size() instanceof Ast.Reference(var name)) {
                var item = names.find(name.text());
                text.append(item == null ? name.text() : item.describe());
            } else {
                text.append(size(axis.size(), names));
            }
        }
        return text.append(']').toString();
    }
}
