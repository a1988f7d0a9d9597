package dev.sinter.cli.demo;

import java.util.List;
import java.util.Map;

/**
 * A JSON value (<a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>). The typed getters of an object name
 * the member and what came instead, so that a tokenizer file of an unknown kind is refused with a useful message.
 */
public sealed interface Json {

    /** The members of an object in the order of the file. */
    record Obj(Map<String, Json> members) implements Json {

        /** The member {@code key}; {@link Null#NULL} where the object has none, as the format defines it. */
        public Json get(String key) {
            var value = members.get(key);
            return value == null ? Null.NULL : value;
        }

        /** The member {@code key}, an object. */
        public Obj object(String key) {
            return get(key) instanceof Obj value ? value : wrong(key, "an object");
        }

        /** The member {@code key}, an array. */
        public List<Json> array(String key) {
            return get(key) instanceof Arr value ? value.elements() : wrong(key, "an array");
        }

        /** The member {@code key}, a string. */
        public String string(String key) {
            return get(key) instanceof Str value ? value.value() : wrong(key, "a string");
        }

        /** The member {@code key}, true or false. */
        public boolean bool(String key) {
            return get(key) instanceof Bool value ? value.value() : wrong(key, "true or false");
        }

        /** The member {@code key}, an integer. */
        public int integer(String key) {
            if (get(key) instanceof Num value && value.value() == (int) value.value()) {
                return (int) value.value();
            }
            return wrong(key, "an integer");
        }

        private <T> T wrong(String key, String expected) {
            throw new IllegalArgumentException("\"" + key + "\": expected " + expected + ", got " + get(key).kind());
        }
    }

    /** An array. */
    record Arr(List<Json> elements) implements Json {
    }

    /** A string, its escapes resolved. */
    record Str(String value) implements Json {
    }

    /** A number; a tokenizer file has none that a double would not hold. */
    record Num(double value) implements Json {
    }

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Json {
    }

    /** {@code null}. */
    enum Null implements Json {
        /** The only one. */
        NULL
    }

    /** What this value is, for messages. */
    default String kind() {
        return switch (this) {
            case Obj _ -> "an object";
            case Arr _ -> "an array";
            case Str(var value) -> "\"" + value + "\"";
            case Num(var value) -> "the number " + value;
            case Bool(var value) -> String.valueOf(value);
            case Null _ -> "null or nothing";
        };
    }

    /**
     * Reads one JSON text.
     *
     * @throws IllegalArgumentException where the text is not exactly one JSON value or an object repeats a key; the
     *     message names the position
     */
    static Json parse(String text) {
        return new JsonReader(text).read();
    }
}
