package dev.sinter.runtime.library;

import dev.sinter.runtime.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A regular expression in <a href="https://github.com/google/re2/wiki/Syntax">RE2's syntax</a>, matched by following
 * all alternatives at once (<a href="https://swtch.com/~rsc/regexp/regexp2.html">Thompson and Pike</a>), so that the
 * time is linear in the text, whatever the pattern.
 */
final class Regex {
    private static final int MOST_STEPS = 20_000;

    /** The parsed form. */
    sealed interface Node {
        /** One code point. */
        record One(CodePoints set) implements Node {
        }

        /** Nothing, where a condition holds. */
        record At(Place place) implements Node {
        }

        /** One after the other. */
        record Sequence(List<Node> parts) implements Node {
        }

        /** One of several. */
        record Choice(List<Node> parts) implements Node {
        }

        /** Again and again; {@code most} is -1 without limit. */
        record Repeat(Node part, int least, int most) implements Node {
        }
    }

    /** Conditions on a position. */
    enum Place {
        TEXT_START, TEXT_END, LINE_START, LINE_END, WORD_EDGE, NO_WORD_EDGE
    }

    /** A step: takes a code point, tests a place, or forks to one or two steps; the last one has matched. */
    private record Step(CodePoints set, Place place, int next, int other) {
    }

    private final List<Step> steps = new ArrayList<>();

    private Regex() {
    }

    /**
     * Reads a pattern.
     *
     * @throws ModelException if it is not valid or too big
     */
    static Regex parse(String pattern) {
        Node root = new RegexParser(pattern).parse();
        var regex = new Regex();
        regex.emit(root);
        regex.add(new Step(null, null, -1, -1));
        return regex;
    }

    private int add(Step step) {
        if (steps.size() >= MOST_STEPS) {
            throw new ModelException("the pattern needs more than " + MOST_STEPS + " steps");
        }
        steps.add(step);
        return steps.size() - 1;
    }

    private void emit(Node node) {
        switch (node) {
            case Node.One(var set) -> add(new Step(set, null, steps.size() + 1, -1));
            case Node.At(var place) -> add(new Step(null, place, steps.size() + 1, -1));
            case Node.Sequence(var parts) -> parts.forEach(this::emit);
            case Node.Choice(var parts) -> choice(parts);
            case Node.Repeat(var part, int least, int most) -> repeat(part, least, most);
        }
    }

    private void choice(List<Node> parts) {
        var jumps = new ArrayList<Integer>();
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            int fork = last ? -1 : add(new Step(null, null, steps.size() + 1, -1));
            emit(parts.get(i));
            if (!last) {
                jumps.add(add(new Step(null, null, -1, -1)));
                steps.set(fork, new Step(null, null, fork + 1, steps.size()));
            }
        }
        jumps.forEach(jump -> steps.set(jump, new Step(null, null, steps.size(), -1)));
    }

    private void repeat(Node part, int least, int most) {
        for (int i = 0; i < least; i++) {
            emit(part);
        }
        if (most < 0) {
            int fork = add(new Step(null, null, -1, -1));
            emit(part);
            add(new Step(null, null, fork, -1));
            steps.set(fork, new Step(null, null, fork + 1, steps.size()));
            return;
        }
        var forks = new ArrayList<Integer>();
        for (int i = least; i < most; i++) {
            forks.add(add(new Step(null, null, -1, -1)));
            emit(part);
        }
        forks.forEach(fork -> steps.set(fork, new Step(null, null, fork + 1, steps.size())));
    }

    /** Whether the whole text matches. */
    boolean matches(String text) {
        int last = steps.size() - 1;
        var now = new int[steps.size()];
        var then = new int[steps.size()];
        var seen = new int[steps.size()]; // the position at which a step was reached, plus one
        var stack = new int[2 * steps.size() + 2];
        int count = follow(0, text, 0, now, 0, seen, stack);
        for (int at = 0; at < text.length();) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            int reached = 0;
            for (int i = 0; i < count; i++) {
                Step step = steps.get(now[i]);
                if (step.set() != null && step.set().contains(c)) {
                    reached = follow(step.next(), text, at, then, reached, seen, stack);
                }
            }
            var swap = now;
            now = then;
            then = swap;
            count = reached;
            if (count == 0) {
                return false;
            }
        }
        return Arrays.stream(now, 0, count).anyMatch(step -> step == last);
    }

    /** Adds the steps that wait at a position, from one on; returns how many there are then. */
    private int follow(int from, String text, int at, int[] list, int size, int[] seen, int[] stack) {
        int count = size;
        int depth = 0;
        stack[depth++] = from;
        while (depth > 0) {
            int index = stack[--depth];
            if (seen[index] == at + 1) {
                continue;
            }
            seen[index] = at + 1;
            Step step = steps.get(index);
            if (step.set() != null || index == steps.size() - 1) {
                list[count++] = index;
            } else if (step.place() == null || holds(step.place(), text, at)) {
                stack[depth++] = step.next();
                if (step.other() >= 0) {
                    stack[depth++] = step.other();
                }
            }
        }
        return count;
    }

    private static boolean holds(Place place, String text, int at) {
        boolean start = at == 0;
        boolean end = at == text.length();
        return switch (place) {
            case TEXT_START -> start;
            case TEXT_END -> end;
            case LINE_START -> start || text.charAt(at - 1) == '\n';
            case LINE_END -> end || text.charAt(at) == '\n';
            case WORD_EDGE -> edge(text, at);
            case NO_WORD_EDGE -> !edge(text, at);
        };
    }

    private static boolean edge(String text, int at) {
        boolean before = at > 0 && isWord(text.charAt(at - 1));
        boolean after = at < text.length() && isWord(text.charAt(at));
        return before != after;
    }

    static boolean isWord(int c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_';
    }
}
