package dev.sinter.runtime.library;

import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.library.Regex.Node;
import dev.sinter.runtime.library.Regex.Place;
import java.util.ArrayList;
import java.util.List;

/** Reads RE2's syntax; what a full match does not need (captures, greediness) is read and forgotten. */
final class RegexParser {
    private static final int DEEPEST = 200;
    private static final int MOST_REPEATS = 1000;

    /** The flags that change what a pattern means. */
    private record Flags(boolean fold, boolean lines, boolean dotAll) {
        Flags with(char flag, boolean on) {
            return switch (flag) {
                case 'i' -> new Flags(on, lines, dotAll);
                case 'm' -> new Flags(fold, on, dotAll);
                case 's' -> new Flags(fold, lines, on);
                default -> this;
            };
        }
    }

    private final String pattern;
    private final RegexEscapes escapes;
    private int at;
    private int depth;
    private Flags flags = new Flags(false, false, false);

    RegexParser(String pattern) {
        this.pattern = pattern;
        this.escapes = new RegexEscapes(pattern);
    }

    Node parse() {
        Node node = choice();
        if (at < pattern.length()) {
            throw wrong("an unmatched )");
        }
        return node;
    }

    private ModelException wrong(String what) {
        return RegexEscapes.wrong(pattern, at, what);
    }

    private Node choice() {
        if (++depth > DEEPEST) {
            throw wrong("more than " + DEEPEST + " groups in one another");
        }
        var outer = flags;
        var parts = new ArrayList<Node>();
        parts.add(sequence());
        while (eat("|")) {
            parts.add(sequence());
        }
        flags = outer;
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new Node.Choice(parts);
    }

    private Node sequence() {
        var parts = new ArrayList<Node>();
        while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
            if (eat("\\Q")) {
                literals(parts);
                continue;
            }
            Node atom = atom();
            if (atom != null) {
                parts.add(repeated(atom));
            }
        }
        return new Node.Sequence(parts);
    }

    private void literals(List<Node> parts) {
        int end = pattern.indexOf("\\E", at);
        int stop = end < 0 ? pattern.length() : end;
        while (at < stop) {
            parts.add(literal(next()));
        }
        at = end < 0 ? stop : end + 2;
        if (!parts.isEmpty()) {
            parts.add(repeated(parts.removeLast()));
        }
    }

    private Node repeated(Node atom) {
        int[] bounds = bounds();
        if (bounds == null) {
            return atom;
        }
        eat("?"); // lazy or greedy: the same for a full match
        int before = at;
        if (bounds() != null) {
            at = before;
            throw wrong("a repetition of a repetition");
        }
        if (bounds[0] > MOST_REPEATS || bounds[1] > MOST_REPEATS || bounds[1] >= 0 && bounds[1] < bounds[0]) {
            throw wrong("a repetition of 0 to " + MOST_REPEATS + " was expected");
        }
        return new Node.Repeat(atom, bounds[0], bounds[1]);
    }

    /** Least and most of a repetition, -1 without limit; null if there is none here. */
    private int[] bounds() {
        if (eat("*")) {
            return new int[]{0, -1};
        }
        if (eat("+")) {
            return new int[]{1, -1};
        }
        if (eat("?")) {
            return new int[]{0, 1};
        }
        int start = at;
        if (eat("{")) {
            int least = count();
            boolean open = eat(",");
            int most = open ? count() : least;
            if (least >= 0 && eat("}")) {
                return new int[]{least, most};
            }
        }
        at = start;
        return null;
    }

    private int count() {
        int start = at;
        int value = 0;
        while (at < pattern.length() && Character.digit(pattern.charAt(at), 10) >= 0 && pattern.charAt(at) < 128) {
            value = Math.min(10 * value + pattern.charAt(at++) - '0', MOST_REPEATS + 1);
        }
        return at == start ? -1 : value;
    }

    private boolean eat(String token) {
        if (pattern.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    private int next() {
        if (at >= pattern.length()) {
            throw wrong("the end came early");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private Node literal(int c) {
        return new Node.One(new CodePoints(flags.fold()).add(c, c));
    }

    /** One thing that may be repeated; null for a group that only sets flags. */
    private Node atom() {
        int c = next();
        return switch (c) {
            case '(' -> group();
            case '[' -> bracket();
            case '.' -> new Node.One(flags.dotAll() ? new CodePoints(false).negate()
                    : new CodePoints(false).add('\n', '\n').negate());
            case '^' -> new Node.At(flags.lines() ? Place.LINE_START : Place.TEXT_START);
            case '$' -> new Node.At(flags.lines() ? Place.LINE_END : Place.TEXT_END);
            case '*', '+', '?' -> throw wrong("a repetition of nothing");
            case '\\' -> escape();
            default -> literal(c);
        };
    }

    private Node escape() {
        Node place = switch (at < pattern.length() ? pattern.charAt(at) : 0) {
            case 'A' -> new Node.At(Place.TEXT_START);
            case 'z' -> new Node.At(Place.TEXT_END);
            case 'b' -> new Node.At(Place.WORD_EDGE);
            case 'B' -> new Node.At(Place.NO_WORD_EDGE);
            default -> null;
        };
        if (place != null) {
            at++;
            return place;
        }
        var set = new CodePoints(flags.fold());
        at = escapes.read(at, set);
        return new Node.One(set);
    }

    private Node group() {
        var outer = flags;
        if (eat("?")) {
            if (eat("P<") || eat("<")) {
                int end = pattern.indexOf('>', at);
                if (end <= at || !pattern.substring(at, end).codePoints().allMatch(Regex::isWord)) {
                    throw wrong("a group's name was expected");
                }
                at = end + 1;
            } else if (!setFlags()) {
                return null;
            }
        }
        Node inside = choice();
        if (!eat(")")) {
            throw wrong("a ) was expected");
        }
        flags = outer;
        return inside;
    }

    /** Reads flags; returns whether a group follows that they hold for. */
    private boolean setFlags() {
        boolean on = true;
        var changed = flags;
        while (true) {
            int c = next();
            switch (c) {
                case 'i', 'm', 's', 'U' -> changed = changed.with((char) c, on);
                case '-' -> {
                    if (!on) {
                        throw wrong("a second -");
                    }
                    on = false;
                }
                case ':', ')' -> {
                    flags = changed;
                    return c == ':';
                }
                default -> throw wrong("a group of a kind that RE2 does not have");
            }
        }
    }

    private Node bracket() {
        var set = new CodePoints(flags.fold());
        boolean negated = eat("^");
        boolean first = true;
        while (first || !pattern.startsWith("]", at)) {
            first = false;
            if (pattern.startsWith("[:", at)) {
                int end = pattern.indexOf(":]", at + 2);
                if (end > 0) {
                    set.add(RegexEscapes.posix(pattern, at, pattern.substring(at + 2, end)));
                    at = end + 2;
                    continue;
                }
            }
            range(set);
        }
        at++;
        return new Node.One(negated ? set.negate() : set);
    }

    private void range(CodePoints set) {
        int low = member(set);
        if (low >= 0 && pattern.startsWith("-", at) && !pattern.startsWith("-]", at)) {
            at++;
            int high = member(new CodePoints(false));
            if (high < low) {
                throw wrong("a range that goes up was expected");
            }
            set.add(low, high);
        } else if (low >= 0) {
            set.add(low, low);
        }
    }

    /** A code point; or -1 after adding a class to the set. */
    private int member(CodePoints set) {
        int c = next();
        if (c != '\\') {
            return c;
        }
        int single = escapes.single(at);
        at = single >= 0 ? escapes.end() : escapes.read(at, set);
        return single;
    }
}
