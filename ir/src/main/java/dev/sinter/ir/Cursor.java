package dev.sinter.ir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** A position in a line of the text form; spaces before a token are skipped. */
final class Cursor {
    private final String text;
    private int at;

    Cursor(String text) {
        this.text = text;
    }

    static boolean isNamePart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private void skipSpaces() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    /** Whether nothing is left. */
    boolean atEnd() {
        skipSpaces();
        return at == text.length();
    }

    boolean peek(char c) {
        skipSpaces();
        return at < text.length() && text.charAt(at) == c;
    }

    /** Whether an integer, or a real number that is not spelled in letters, comes next. */
    boolean peekInteger() {
        skipSpaces();
        return at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-');
    }

    /** Whether a number comes next; NaN and Infinity are numbers. */
    boolean peekNumber() {
        return peekInteger() || text.startsWith("NaN", at) || text.startsWith("Infinity", at);
    }

    /** Steps over a token if it comes next. */
    boolean take(String token) {
        skipSpaces();
        boolean there = text.startsWith(token, at);
        at += there ? token.length() : 0;
        return there;
    }

    void expect(String token) {
        if (!take(token)) {
            throw error("'" + token + "'", text.substring(at));
        }
    }

    String oneOf(String... tokens) {
        for (var token : tokens) {
            if (take(token)) {
                return token;
            }
        }
        throw error("one of " + String.join(" ", tokens), text.substring(at));
    }

    /** An identifier, or a quoted name. */
    String name() {
        if (peek('"')) {
            return quoted();
        }
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw error("a name", text.substring(at));
        }
        return text.substring(start, at);
    }

    long integer() {
        var number = number();
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException e) {
            throw error("an integer", number);
        }
    }

    /** The text of a number: digits, sign, point, exponent, hexadecimal digits, NaN, Infinity. */
    String number() {
        skipSpaces();
        int start = at;
        while (at < text.length() && isNumberPart(at, start)) {
            at++;
        }
        if (at == start) {
            throw error("a number", text.substring(at));
        }
        return text.substring(start, at);
    }

    private boolean isNumberPart(int i, int start) {
        char c = text.charAt(i);
        if (c == '.') {
            return !text.startsWith("..", i);
        }
        boolean sign = c == '-' || c == '+';
        return sign ? i == start || text.charAt(i - 1) == 'E' || text.charAt(i - 1) == 'e' : isNamePart(c);
    }

    String quoted() {
        expect("\"");
        var out = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            out.append(c == '\\' ? escape() : c);
        }
        expect("\"");
        return out.toString();
    }

    private char escape() {
        if (at == text.length()) {
            throw error("an escaped character", "the end");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '"', '\\' -> c;
            case 'u' -> {
                if (at + 4 > text.length()) {
                    throw error("four hexadecimal digits", text.substring(at));
                }
                at += 4;
                try {
                    yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
                } catch (NumberFormatException e) {
                    throw error("four hexadecimal digits", text.substring(at - 4, at));
                }
            }
            default -> throw error("one of the escapes n r t u \" \\", String.valueOf(c));
        };
    }

    /** Items in square brackets. */
    <T> List<T> list(Supplier<T> item) {
        expect("[");
        var items = new ArrayList<T>();
        while (!take("]")) {
            if (!items.isEmpty()) {
                expect(",");
            }
            items.add(item.get());
        }
        return items;
    }

    /** The text up to a comma or closing bracket that belongs to no bracket or quotes opened in it. */
    String balanced() {
        skipSpaces();
        int start = at;
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                quoted();
                continue;
            }
            boolean closes = c == ')' || c == ']' || c == '}';
            if (depth == 0 && (closes || c == ',')) {
                break;
            }
            depth += c == '(' || c == '[' || c == '{' ? 1 : closes ? -1 : 0;
            at++;
        }
        return text.substring(start, at).strip();
    }

    /** Names and values, {@code {name=value, name=value}}, in order. */
    Map<String, String> braces(Function<Cursor, String> value) {
        expect("{");
        var texts = new LinkedHashMap<String, String>();
        while (!take("}")) {
            if (!texts.isEmpty()) {
                expect(",");
            }
            var name = name();
            expect("=");
            texts.put(name, value.apply(this));
        }
        return texts;
    }

    /** The text up to the next space. */
    String word() {
        skipSpaces();
        int start = at;
        while (at < text.length() && text.charAt(at) != ' ') {
            at++;
        }
        return text.substring(start, at);
    }

    /** Checks that nothing is left. */
    <T> T finish(T value) {
        if (!atEnd()) {
            throw error("nothing more", text.substring(at));
        }
        return value;
    }

    IrException error(String expected, String came) {
        return new IrException(expected + " was expected, not '" + came + "', at column " + (at + 1) + " of: " + text);
    }
}
