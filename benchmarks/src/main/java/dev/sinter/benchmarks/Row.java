package dev.sinter.benchmarks;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * A measured pair.
 *
 * @param model the model's name
 * @param shape the call's shape
 * @param peer the other side's name and version
 * @param measure what was measured
 * @param cpus processors that both sides could use
 * @param ours our figure
 * @param theirs the peer's
 * @param rate our rate, where the work of a call is known
 * @param scaling with several processors, what a loop of fp32 fused multiply-additions on all of them did against one
 */
record Row(String model, String shape, String peer, Measure measure, int cpus, double ours, double theirs,
        Optional<Rate> rate, OptionalDouble scaling) {
    /**
     * Work in time.
     *
     * @param gflops GFLOP/s of our side
     * @param peakShare the part of what a loop of fp32 fused multiply-additions reached in the same run; narrower
     *     types, and algorithms that need fewer operations than the plain form, may go above 1
     */
    record Rate(double gflops, double peakShare) {
    }

    /**
     * How many times better we are.
     *
     * @return {@code theirs / ours}
     */
    double ratio() {
        return theirs / ours;
    }

    /**
     * The rows as a JSON array, one object a line.
     *
     * @param rows the rows
     * @return the text
     */
    static String json(List<Row> rows) {
        return rows.isEmpty() ? "[]\n"
                : rows.stream().map(Row::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
    }

    private String json() {
        return "{\"model\": %s, \"shape\": %s, \"peer\": %s, \"unit\": %s, ".formatted(
                quoted(model), quoted(shape), quoted(peer), quoted(measure.unit()))
                + "\"ours\": %s, \"theirs\": %s, \"ratio\": %s, \"gflops\": %s, \"peak_share\": %s, ".formatted(
                        number(OptionalDouble.of(ours), 3), number(OptionalDouble.of(theirs), 3),
                        number(OptionalDouble.of(ratio()), 4), number(gflops(), 2), number(peakShare(), 4))
                + "\"measure\": %s, \"cpus\": %d, \"fma_scaling\": %s}".formatted(quoted(measure.label()), cpus,
                        number(scaling, 3));
    }

    private OptionalDouble gflops() {
        return rate.map(r -> OptionalDouble.of(r.gflops)).orElse(OptionalDouble.empty());
    }

    private OptionalDouble peakShare() {
        return rate.map(r -> OptionalDouble.of(r.peakShare)).orElse(OptionalDouble.empty());
    }

    /** Names here have no characters that JSON escapes. */
    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static String number(OptionalDouble value, int digits) {
        if (value.isEmpty() || !Double.isFinite(value.getAsDouble())) {
            return "null";
        }
        var rounded = BigDecimal.valueOf(value.getAsDouble()).setScale(digits, RoundingMode.HALF_UP);
        return rounded.stripTrailingZeros().toPlainString();
    }
}
