package dev.sinter;

import dev.sinter.ir.cost.Cost;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Measured costs: those in a cache, and, as long as there is time, those a stopwatch takes. Where a way of a question
 * has no measured time, the question's estimates hold.
 */
final class Tuner implements Costs {
    private static final double MICRO = 1000;

    private final TuneCache cache;
    private final Stopwatch stopwatch;
    private final String setting;
    private final long budget;
    private final long start = System.nanoTime();
    private final Consumer<String> progress;
    private final Set<String> failed = new HashSet<>();
    private final Set<String> open = new HashSet<>();

    /**
     * Begins.
     *
     * @param cache
     *            what is known; gets what is measured
     * @param stopwatch
     *            takes times
     * @param setting
     *            what times depend on beside the sample: form and options; without blanks
     * @param budget
     *            no measurement begins later
     * @param progress
     *            told of each measurement
     */
    Tuner(TuneCache cache, Stopwatch stopwatch, String setting, Duration budget, Consumer<String> progress) {
        this.cache = cache;
        this.stopwatch = stopwatch;
        this.setting = setting;
        this.budget = budget.toNanos();
        this.progress = progress;
    }

    @Override
    public List<Cost> of(Question question) {
        var costs = new ArrayList<Cost>();
        for (var way : question.ways()) {
            var nanos = nanos(question.kind(), way);
            if (nanos.isEmpty()) {
                return Costs.ESTIMATED.of(question);
            }
            costs.add(new Cost(way.name(), nanos.getAsLong(), true));
        }
        return costs;
    }

    private OptionalLong nanos(String kind, Way way) {
        if (way.sample() == null) {
            return OptionalLong.empty();
        }
        var key = String.join(" ", setting, kind, way.name(), way.sample().toString());
        var known = cache.get(key);
        if (known.isPresent() || failed.contains(key)) {
            return known;
        }
        if (System.nanoTime() - start >= budget) {
            open.add(key);
            return known;
        }
        try {
            long time = stopwatch.nanos(way, forcing(kind, way.name()));
            cache.put(key, time);
            progress.accept(String.format(Locale.ROOT, "%.1f us: %s %s, %s", time / MICRO, kind, way.name(),
                    way.sample()));
        } catch (RuntimeException e) {
            // whatever is wrong with a sample, the model itself may be compiled
            failed.add(key);
            progress.accept("can't be measured: " + key + ": " + e);
        }
        return cache.get(key);
    }

    /** Says what there was no time for. */
    void finish() {
        if (!open.isEmpty()) {
            progress.accept(open.size() + " times were not taken within " + budget / 1_000_000_000
                    + " s; compiling again goes on");
        }
    }
}
