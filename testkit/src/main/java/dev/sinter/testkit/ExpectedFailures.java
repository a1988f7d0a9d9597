package dev.sinter.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Cases that are known not to pass: a text file with a line {@code group/case  reason} each; {@code #} starts a
 * comment.
 *
 * @param reasons
 *            why, by the name of the case
 */
public record ExpectedFailures(Map<String, String> reasons) {
    /** Copies the map. */
    public ExpectedFailures {
        reasons = Map.copyOf(reasons);
    }

    /**
     * Reads the lines of such a file.
     *
     * @param lines
     *            the lines
     * @return what they say
     * @throws IllegalArgumentException
     *             if a line has no reason or repeats a case
     */
    public static ExpectedFailures parse(List<String> lines) {
        var reasons = new LinkedHashMap<String, String>();
        for (var line : lines) {
            var text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            var parts = text.split("\\s+", 2);
            if (parts.length < 2) {
                throw new IllegalArgumentException("no reason is given for " + text);
            }
            if (reasons.put(parts[0], parts[1]) != null) {
                throw new IllegalArgumentException(parts[0] + " stands there twice");
            }
        }
        return new ExpectedFailures(reasons);
    }

    /**
     * What is not as expected.
     *
     * @param results
     *            of all cases that ran
     * @return a line for each case that failed and is not listed, and for each listed one that passed
     */
    public List<String> surprises(List<CaseResult> results) {
        var lines = new ArrayList<String>();
        for (var result : results) {
            boolean listed = reasons.containsKey(result.name());
            boolean passed = result.status() == CaseResult.Status.PASS;
            if (!passed && !listed) {
                lines.add(result.name() + ": " + result.reason());
            } else if (passed && listed) {
                lines.add(result.name() + ": stale, it passes but is listed as a failure");
            }
        }
        return lines;
    }

    /**
     * Cases listed that do not exist.
     *
     * @param results
     *            of all cases there are
     * @return a line for each
     */
    public List<String> unknown(List<CaseResult> results) {
        var names = results.stream().map(CaseResult::name).toList();
        return reasons.keySet().stream().filter(name -> !names.contains(name)).sorted()
                .map(name -> name + ": stale, there is no such case").toList();
    }

    /**
     * Writes the failures of a run as such a file.
     *
     * @param file
     *            where to
     * @param results
     *            of the run
     * @throws IOException
     *             if it can't be written
     */
    public static void write(Path file, List<CaseResult> results) throws IOException {
        var lines = new TreeMap<String, String>();
        for (var result : results) {
            if (result.status() != CaseResult.Status.PASS) {
                var reason = result.reason().replaceAll("\\s+", " ").strip();
                lines.put(result.name(), reason.length() > 160 ? reason.substring(0, 160) + "…" : reason);
            }
        }
        Files.write(file, lines.entrySet().stream().map(e -> e.getKey() + "  " + e.getValue()).toList());
    }
}
