package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.ops.OnnxOp;
import dev.sinter.frontend.onnx.ops.OnnxOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How many conformance cases contain an operator, and how many of them pass: all but those in the list of known
 * failures, which the suite's own test keeps true.
 *
 * @param all
 *            cases by operator
 * @param failing
 *            those of them that are known to fail
 */
record ConformanceCounts(Map<String, Integer> all, Map<String, Integer> failing) {
    private static final Path MANIFEST =
            Path.of(System.getProperty("sinter.shared", "shared"), "onnx-cases", "manifest.csv");
    private static final String KNOWN = "testkit/src/test/resources/dev/sinter/testkit/expected-failures.txt";

    /** Whether the cases are here. */
    static boolean available() {
        return Files.exists(MANIFEST);
    }

    /** The document without the column of counts. */
    static String without(String document) {
        return document.lines().map(line -> line.startsWith("| ") ? line.replaceFirst("\\|[^|]*\\|$", "|") : line)
                .collect(Collectors.joining("\n"));
    }

    static ConformanceCounts read(Path root) throws IOException {
        var all = new HashMap<String, Integer>();
        var failing = new HashMap<String, Integer>();
        var known = Files.readAllLines(root.resolve(KNOWN)).stream().map(line -> line.split("\\s+", 2)[0])
                .collect(Collectors.toSet());
        var lines = available() ? Files.readAllLines(MANIFEST) : List.of("");
        for (var line : lines.subList(1, lines.size())) {
            var row = line.split(",", -1);
            for (var op : row[4].split(";")) {
                all.merge(op, 1, Integer::sum);
                if (known.contains(row[1] + "/" + row[0])) {
                    failing.merge(op, 1, Integer::sum);
                }
            }
        }
        return new ConformanceCounts(all, failing);
    }

    /** Passing and all cases, or nothing where there are none. */
    String of(OnnxOp op) {
        var name = op.domain().equals(OnnxOps.ONNX) ? op.name() : op.domain() + "." + op.name();
        int count = all.getOrDefault(name, 0);
        return count == 0 ? "" : count - failing.getOrDefault(name, 0) + " of " + count;
    }
}
