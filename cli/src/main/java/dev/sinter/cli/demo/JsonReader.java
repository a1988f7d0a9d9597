package dev.sinter.cli.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A strict JSON reader: no comments, no trailing commas, no repeated keys, nothing after the value, and a limit to the
 * depth so that a hostile file cannot exhaust the stack.
 */
final class JsonReader {

    private static final int MAX_DEPTH = 200;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    /** No character. */
    private static final int END = -1;

    private final String text;
    private int at;

    JsonReader(String text) {
        this.text = text;
    }

    Json read() {
        var value = value(0);
        if (peek() != END) {
            throw wrong("the end of the file");
        }
        return value;
    }

    private Json value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("at most " + MAX_DEPTH + " nested values");
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Str(string());
            case 't' -> word("true", new Json.Bool(true));
            case 'f' -> word("false", new Json.Bool(false));
            case 'n' -> word("null", Json.Null.NULL);
            default -> number();
        };
    }

    private Json object(int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        expect('{');
        if (!accept('}')) {
            do {
                if (peek() != '"') {
                    throw wrong("a key in double quotes");
                }
                int start = at;
                var key = string();
                expect(':');
                if (members.put(key, value(depth + 1)) != null) {
                    at = start;
                    throw wrong("each key once, \"" + key + "\" is repeated");
                }
            } while (accept(','));
            expect('}');
        }
        return new Json.Obj(members);
    }

    private Json array(int depth) {
        List<Json> elements = new ArrayList<>();
        expect('[');
        if (!accept(']')) {
            do {
                elements.add(value(depth + 1));
            } while (accept(','));
            expect(']');
        }
        return new Json.Arr(elements);
    }

    private String string() {
        expect('"');
        var out = new StringBuilder();
        while (true) {
            int start = at;
            char c = take();
            if (c == '"') {
                return out.toString();
            } else if (c == '\\') {
                out.append(escape());
            } else if (c < ' ') {
                at = start;
                throw wrong("control characters in strings to be escaped");
            } else {
                out.append(c);
            }
        }
    }

    private char escape() {
        char c = take();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at--;
                throw wrong("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
            }
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = take();
            // Character.digit would also take the digits of other scripts.
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                at--;
                throw wrong("four hexadecimal digits after \\u");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private Json number() {
        var matcher = NUMBER.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw wrong("a value");
        }
        at = matcher.end();
        return new Json.Num(Double.parseDouble(matcher.group()));
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return value;
    }

    /** The next character after white space, not taken; {@link #END} where there is none. */
    private int peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : END;
    }

    private char take() {
        if (at == text.length()) {
            throw wrong("more text");
        }
        return text.charAt(at++);
    }

    private boolean accept(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw wrong("'" + c + "'");
        }
    }

    private IllegalArgumentException wrong(String expected) {
        var found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new IllegalArgumentException("JSON, character " + at + ": expected " + expected + ", found " + found);
    }
}
