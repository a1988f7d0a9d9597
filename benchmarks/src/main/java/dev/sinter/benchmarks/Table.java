package dev.sinter.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Rows as aligned text for people. */
final class Table {
    private static final List<String> HEAD = List.of("model", "shape", "peer", "measure", "CPUs", "unit", "ours",
            "theirs", "ratio", "GFLOP/s", "of peak", "FMA loop");
    private static final int WORDS = 6;
    private static final double MEGA = 1e6;
    private static final double SMALL = 100;

    private Table() {
    }

    /**
     * Lays the rows out: words to the left, figures to the right; bytes are shown in millions. The last column is how
     * many times faster a loop of fused multiply-additions is on all processors than on one.
     *
     * @param rows the rows
     * @return lines, each ended
     */
    static String of(List<Row> rows) {
        var lines = new ArrayList<List<String>>();
        lines.add(HEAD);
        rows.forEach(r -> lines.add(cells(r)));
        var widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], line.get(c).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> line : lines) {
            for (int c = 0; c < widths.length; c++) {
                String gap = " ".repeat(widths[c] - line.get(c).length());
                text.append(c == 0 ? "" : "  ").append(c < WORDS ? line.get(c) + gap : gap + line.get(c));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Says a decode loop's times as rates.
     *
     * @param rows the rows
     * @return a line for each decode loop, each ended
     */
    static String tokens(List<Row> rows) {
        return rows.stream().filter(r -> r.shape().equals(Decoder.DECODE)).map(r -> String.format(Locale.ROOT,
                "%s writes %.1f tokens a second, %s %.1f\n", r.model(), MEGA / r.ours(), r.peer(), MEGA / r.theirs()))
                .collect(Collectors.joining());
    }

    private static List<String> cells(Row row) {
        boolean bytes = row.measure() == Measure.RESIDENT;
        double scale = bytes ? MEGA : 1;
        return List.of(row.model(), row.shape(), row.peer(), row.measure().label(), Integer.toString(row.cpus()),
                bytes ? "MB" : row.measure().unit(), figure(row.ours() / scale), figure(row.theirs() / scale),
                format("%.2f", row.ratio()),
                row.rate().map(r -> format("%.1f", r.gflops())).orElse("-"),
                row.rate().map(r -> format("%.0f %%", 100 * r.peakShare())).orElse("-"),
                row.scaling().isPresent() ? format("%.2f", row.scaling().getAsDouble()) : "-");
    }

    private static String figure(double value) {
        return format(value < SMALL ? "%.3f" : "%.1f", value);
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
