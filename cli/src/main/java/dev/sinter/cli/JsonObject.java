package dev.sinter.cli;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object on one line, its keys in the order they were put
 * (<a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>).
 */
public final class JsonObject {
    private final StringJoiner members = new StringJoiner(", ", "{", "}");

    /** An object without members. */
    public JsonObject() {
    }

    /**
     * Adds a member.
     *
     * @param key
     *            its name
     * @param value
     *            text, a number, a truth value, null, another object, a collection or a map of such; numbers JSON does
     *            not have become null
     * @return this
     */
    public JsonObject put(String key, @Nullable Object value) {
        members.add(quote(key) + ": " + text(value));
        return this;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Double d when !Double.isFinite(d) -> "null";
            case OptionalDouble d -> text(d.isPresent() ? d.getAsDouble() : null);
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            case JsonObject o -> o.toString();
            case Collection<?> list -> {
                var items = new StringJoiner(", ", "[", "]");
                list.forEach(item -> items.add(text(item)));
                yield items.toString();
            }
            case Map<?, ?> map -> {
                var object = new JsonObject();
                map.forEach((key, item) -> object.put(String.valueOf(key), item));
                yield object.toString();
            }
            default -> quote(value.toString());
        };
    }

    private static String quote(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    // A surrogate by itself is no text that UTF-8 could hold.
                    boolean lone = Character.isSurrogate(c) && !Character.isSurrogatePair(c, i + 1 < text.length()
                            ? text.charAt(i + 1)
                            : ' ') && (i == 0 || !Character.isSurrogatePair(text.charAt(i - 1), c));
                    out.append(c < ' ' || lone ? "\\u%04x".formatted((int) c) : c);
                }
            }
        }
        return out.append('"').toString();
    }

    @Override
    public String toString() {
        return members.toString();
    }
}
