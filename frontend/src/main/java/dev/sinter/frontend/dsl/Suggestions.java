package dev.sinter.frontend.dsl;

import java.util.Collection;
import java.util.Comparator;
import java.util.TreeSet;

/** Finds what someone may have meant. */
final class Suggestions {
    private static final int SHORTEST = 3;

    private Suggestions() {
    }

    /** {@code ; did you mean 'x'?}, or nothing where no name is near. All short names are near each other. */
    static String near(String wrong, Collection<String> names) {
        if (wrong.length() < SHORTEST) {
            return "";
        }
        int most = Math.max(1, wrong.length() / 3);
        return new TreeSet<>(names).stream().filter(n -> Math.abs(n.length() - wrong.length()) <= most)
                .filter(n -> distance(wrong, n) <= most).min(Comparator.comparingInt(n -> distance(wrong, n)))
                .map(n -> "; did you mean '" + n + "'?").orElse("");
    }

    /** What is near, or else all there are. */
    static String nearOrAll(String wrong, Collection<String> names) {
        var near = near(wrong, names);
        return near.isEmpty() ? "; there are " + String.join(", ", new TreeSet<>(names)) : near;
    }

    /** Letters to insert, drop, replace or exchange with their neighbour; case counts nothing. */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] now = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = letter(a, i) == letter(b, j);
                now[j] = Math.min(Math.min(now[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && letter(a, i) == letter(b, j - 1) && letter(a, i - 1) == letter(b, j)) {
                    now[j] = Math.min(now[j], before[j - 2] + 1);
                }
            }
            int[] free = before;
            before = last;
            last = now;
            now = free;
        }
        return last[b.length()];
    }

    private static char letter(String text, int position) {
        return Character.toLowerCase(text.charAt(position - 1));
    }
}
