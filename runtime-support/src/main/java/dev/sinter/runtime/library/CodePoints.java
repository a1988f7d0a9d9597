package dev.sinter.runtime.library;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** A set of code points in a regular expression: ranges and named classes, perhaps negated. */
final class CodePoints {
    private final List<int[]> ranges = new ArrayList<>();
    private final List<IntPredicate> classes = new ArrayList<>();
    private final boolean fold;
    private boolean negated;

    /** An empty set; with {@code fold}, upper and lower case count as the same. */
    CodePoints(boolean fold) {
        this.fold = fold;
    }

    CodePoints add(int from, int to) {
        ranges.add(new int[]{from, to});
        return this;
    }

    CodePoints add(IntPredicate named) {
        classes.add(named);
        return this;
    }

    CodePoints negate() {
        negated = !negated;
        return this;
    }

    boolean contains(int c) {
        boolean in = holds(c);
        if (!in && fold) {
            int upper = Character.toUpperCase(c);
            in = holds(upper) || holds(Character.toLowerCase(c)) || holds(Character.toLowerCase(upper));
        }
        return in != negated;
    }

    private boolean holds(int c) {
        for (int[] range : ranges) {
            if (c >= range[0] && c <= range[1]) {
                return true;
            }
        }
        for (IntPredicate named : classes) {
            if (named.test(c)) {
                return true;
            }
        }
        return false;
    }
}
