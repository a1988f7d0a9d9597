package dev.sinter.runtime.library;

import dev.sinter.runtime.ModelException;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** What follows a backslash in a pattern, and the classes with names. */
final class RegexEscapes {
    private final String pattern;
    private int end;

    RegexEscapes(String pattern) {
        this.pattern = pattern;
    }

    static ModelException wrong(String pattern, int at, String what) {
        return new ModelException("pattern '" + pattern + "', at " + at + ": " + what);
    }

    /** Where the escape ended that {@link #single} read. */
    int end() {
        return end;
    }

    /**
     * Reads an escape.
     *
     * @param at behind the backslash
     * @param set gets what it means
     * @return where it ends
     */
    int read(int at, CodePoints set) {
        int c = single(at);
        if (c >= 0) {
            set.add(c, c);
            return end;
        }
        char kind = pattern.charAt(at);
        IntPredicate named = switch (kind) {
            case 'd', 'D' -> p -> p >= '0' && p <= '9';
            case 's', 'S' -> p -> p == ' ' || p == '\t' || p == '\n' || p == '\f' || p == '\r';
            case 'w', 'W' -> Regex::isWord;
            case 'p', 'P' -> property(at + 1);
            default -> throw wrong(pattern, at, "RE2 has no escape \\" + kind);
        };
        set.add(Character.isUpperCase(kind) ? named.negate() : named);
        return kind == 'p' || kind == 'P' ? end : at + 1;
    }

    /** A code point that an escape stands for, or -1 if it stands for a class. */
    int single(int at) {
        if (at >= pattern.length()) {
            throw wrong(pattern, at, "a lone backslash at the end");
        }
        int c = pattern.codePointAt(at);
        end = at + Character.charCount(c);
        return switch (c) {
            case 'a' -> 7;
            case 'f' -> '\f';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'v' -> 11;
            case 'x' -> hex(at + 1);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(at);
            default -> c < 128 && !Regex.isWord(c) || c == '_' ? c : -1;
        };
    }

    private int octal(int at) {
        int value = 0;
        int stop = at;
        while (stop < Math.min(at + 3, pattern.length()) && pattern.charAt(stop) >= '0' && pattern.charAt(stop) < '8') {
            value = 8 * value + pattern.charAt(stop++) - '0';
        }
        if (pattern.charAt(at) != '0' && stop - at == 1) {
            throw wrong(pattern, at, "RE2 has no back references");
        }
        end = stop;
        return value;
    }

    private int hex(int at) {
        int stop = at + 2;
        int start = at;
        if (pattern.startsWith("{", at)) {
            stop = pattern.indexOf('}', at);
            start = at + 1;
            end = stop + 1;
        } else {
            end = stop;
        }
        try {
            int value = Integer.parseInt(pattern.substring(start, stop), 16);
            if (value >= 0 && value <= Character.MAX_CODE_POINT) {
                return value;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new ModelException("pattern '" + pattern + "', at " + at + ": a hexadecimal number was expected", e);
        }
        throw wrong(pattern, at, "a code point was expected");
    }

    /** A Unicode category or script: {@code N}, <code>{Greek}</code>, <code>{^Greek}</code>. */
    private IntPredicate property(int at) {
        if (at >= pattern.length()) {
            throw wrong(pattern, at, "a property's name was expected");
        }
        String name = pattern.substring(at, at + 1);
        end = at + 1;
        if (name.equals("{")) {
            int close = pattern.indexOf('}', at);
            name = close < 0 ? "" : pattern.substring(at + 1, close);
            end = close + 1;
        }
        boolean negated = name.startsWith("^");
        String plain = negated ? name.substring(1) : name;
        IntPredicate named = plain.equals("Any") ? _ -> true : named(at, plain);
        return negated ? named.negate() : named;
    }

    private IntPredicate named(int at, String name) {
        if (name.isEmpty() || !name.codePoints().allMatch(Regex::isWord)) {
            throw wrong(pattern, at, "a property's name was expected");
        }
        try {
            var one = Pattern.compile(name.length() <= 2 ? "\\p{" + name + "}" : "\\p{Is" + name + "}");
            return c -> one.matcher(Character.toString(c)).matches();
        } catch (IllegalArgumentException e) {
            throw new ModelException("pattern '" + pattern + "', at " + at + ": no property '" + name + "'", e);
        }
    }

    /** A class such as {@code alpha} or {@code ^alpha} between {@code [:} and {@code :]}. */
    static IntPredicate posix(String pattern, int at, String name) {
        boolean negated = name.startsWith("^");
        IntPredicate named = switch (negated ? name.substring(1) : name) {
            case "alnum" -> c -> Regex.isWord(c) && c != '_';
            case "alpha" -> c -> c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            case "ascii" -> c -> c < 128;
            case "blank" -> c -> c == ' ' || c == '\t';
            case "cntrl" -> c -> c < 32 || c == 127;
            case "digit" -> c -> c >= '0' && c <= '9';
            case "graph" -> c -> c > 32 && c < 127;
            case "lower" -> c -> c >= 'a' && c <= 'z';
            case "print" -> c -> c >= 32 && c < 127;
            case "punct" -> c -> c > 32 && c < 127 && (!Regex.isWord(c) || c == '_');
            case "space" -> c -> c == ' ' || c >= 9 && c <= 13;
            case "upper" -> c -> c >= 'A' && c <= 'Z';
            case "word" -> Regex::isWord;
            case "xdigit" -> c -> c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f';
            default -> throw wrong(pattern, at, "no class [:" + name + ":]");
        };
        return negated ? named.negate() : named;
    }
}
