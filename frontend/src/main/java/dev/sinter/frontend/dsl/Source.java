package dev.sinter.frontend.dsl;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text of the language.
 *
 * @param name
 *            what messages call it, such as {@code bert.sinter}
 * @param text
 *            its content
 * @param folder
 *            where imported files and weights lie, or null if it was not read from a file
 */
record Source(String name, String text, @Nullable Path folder) {
    /** Begins names of the standard library's texts. */
    static final String STANDARD = "std/";

    /** Whether this is a text of the standard library, which users did not write. */
    boolean isStandard() {
        return name.startsWith(STANDARD);
    }

    /** A line of the text, from 1, without its end; empty behind the last. */
    String line(int number) {
        List<String> lines = text.lines().skip(number - 1L).limit(1).toList();
        return lines.isEmpty() ? "" : lines.getFirst();
    }
}
