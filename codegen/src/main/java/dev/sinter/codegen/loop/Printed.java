package dev.sinter.codegen.loop;

import java.util.Map;

/**
 * The text of some kernels and where in it each begins.
 *
 * @param text
 *            all kernels, callees first, an empty line between two
 * @param lines
 *            number of lines
 * @param starts
 *            line of each kernel's head by the kernel's name, the first line being 1
 */
public record Printed(String text, int lines, Map<String, Integer> starts) {
    /** Copies the map. */
    public Printed {
        starts = Map.copyOf(starts);
    }
}
