package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;

/** Splits one line of a loop program into words. */
final class Words {
    /** What a word is. */
    enum Kind {
        /** A name or keyword. */
        NAME,
        /** A name in back quotes. */
        QUOTED,
        /** A number with its suffixes, without sign. */
        NUMBER,
        /** A text in double quotes. */
        TEXT,
        /** Punctuation. */
        SIGN
    }

    /**
     * A word.
     *
     * @param kind
     *            what it is
     * @param text
     *            its characters, unquoted
     */
    record Word(Kind kind, String text) {
        boolean is(String wanted) {
            return (kind == Kind.NAME || kind == Kind.SIGN) && text.equals(wanted);
        }
    }

    private static final List<String> SIGNS =
            List.of(">>>", "<<", ">>", "<=", "==", "..", "(", ")", "[", "]", ",", ";", ":", "=",
                    "<", "+", "-", "*", "/", "%", "&", "|", "^", "@");

    private final String line;
    private int at;

    private Words(String line) {
        this.line = line;
    }

    static boolean startsWord(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$';
    }

    static boolean isWord(char c) {
        return startsWord(c) || isDigit(c) || c == '@';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The words of a line; what follows two slashes is a remark. */
    static List<Word> of(String line) {
        return new Words(line).all();
    }

    private List<Word> all() {
        var words = new ArrayList<Word>();
        while (true) {
            while (at < line.length() && line.charAt(at) == ' ') {
                at++;
            }
            if (at == line.length() || line.startsWith("//", at)) {
                return words;
            }
            words.add(next());
        }
    }

    private char peek(int ahead) {
        return at + ahead < line.length() ? line.charAt(at + ahead) : '\0';
    }

    private Word next() {
        char c = peek(0);
        int start = at;
        if (startsWord(c)) {
            while (isWord(peek(0)) || peek(0) == '.' && isWord(peek(1))) {
                at++;
            }
            return new Word(Kind.NAME, line.substring(start, at));
        }
        if (isDigit(c)) {
            return number(start);
        }
        if (c == '`' || c == '"') {
            return quoted(c);
        }
        for (var sign : SIGNS) {
            if (line.startsWith(sign, at)) {
                at += sign.length();
                return new Word(Kind.SIGN, sign);
            }
        }
        throw new IllegalArgumentException("unexpected character '" + c + "'");
    }

    private Word number(int start) {
        digits();
        if (peek(0) == '.' && isDigit(peek(1))) {
            at++;
            digits();
        }
        if (peek(0) == 'E') {
            at += peek(1) == '-' ? 2 : 1;
            digits();
        }
        while (isWord(peek(0))) {
            at++;
        }
        return new Word(Kind.NUMBER, line.substring(start, at));
    }

    private void digits() {
        while (isDigit(peek(0))) {
            at++;
        }
    }

    private Word quoted(char quote) {
        var text = new StringBuilder();
        at++;
        while (peek(0) != quote) {
            if (at >= line.length()) {
                throw new IllegalArgumentException("a quoted name or text has no end");
            }
            char c = line.charAt(at++);
            if (c == '\\' && peek(0) == 'u') {
                c = (char) Integer.parseInt(line.substring(at + 1, Math.min(line.length(), at + 5)), 16);
                at += 5;
            } else if (c == '\\') {
                c = line.charAt(at++);
            }
            text.append(c);
        }
        at++;
        return new Word(quote == '`' ? Kind.QUOTED : Kind.TEXT, text.toString());
    }
}
