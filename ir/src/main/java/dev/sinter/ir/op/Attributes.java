package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Named attributes of an op as the text form prints them: {@code {axis=1, keep=true}}. Values are kept as their text.
 *
 * @param texts
 *            attribute names and the text of their values, in order
 */
public record Attributes(Map<String, String> texts) {
    /** No attributes. */
    public static final Attributes NONE = new Attributes(Map.of());

    /**
     * Attributes from names and values in turn.
     *
     * @param namesAndValues
     *            name, value, name, value, …; null values are left out
     * @return the attributes
     */
    public static Attributes of(@Nullable Object... namesAndValues) {
        var texts = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1] != null) {
                texts.put(String.valueOf(namesAndValues[i]), String.valueOf(namesAndValues[i + 1]));
            }
        }
        return new Attributes(Collections.unmodifiableMap(texts));
    }

    /**
     * An attribute's text.
     *
     * @param name
     *            of the attribute
     * @return its text
     * @throws IrException
     *             if there is none of that name
     */
    public String get(String name) {
        var text = texts.get(name);
        if (text == null) {
            throw new IrException("attribute '" + name + "' was expected among " + texts.keySet());
        }
        return text;
    }

    /**
     * Whether there is an attribute.
     *
     * @param name
     *            of the attribute
     * @return whether it is there
     */
    public boolean has(String name) {
        return texts.containsKey(name);
    }

    /** An attribute as an integer. */
    int integer(String name) {
        try {
            return Integer.parseInt(get(name));
        } catch (NumberFormatException e) {
            throw new IrException("attribute " + name + ": an integer was expected, not '" + get(name) + "'");
        }
    }

    /** An attribute as integers. */
    List<Integer> integers(String name) {
        return Notation.longs(get(name)).stream().map(Math::toIntExact).toList();
    }

    /** An attribute as a real number. */
    float real(String name) {
        try {
            return Float.parseFloat(get(name));
        } catch (NumberFormatException e) {
            throw new IrException("attribute " + name + ": a number was expected, not '" + get(name) + "'");
        }
    }

    /** An attribute as a truth value. */
    boolean truth(String name) {
        return switch (get(name)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IrException(
                    "attribute " + name + ": true or false was expected, not '" + get(name) + "'");
        };
    }
}
