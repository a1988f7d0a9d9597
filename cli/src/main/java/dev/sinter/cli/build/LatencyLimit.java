package dev.sinter.cli.build;

import dev.sinter.Compilation;
import dev.sinter.Sinter;
import dev.sinter.cli.MadeUpInputs;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Value;
import dev.sinter.testkit.CaseRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long a run may take: so many times what a baseline takes. With another model as baseline both run in turn in one
 * process, so that the ratio hardly depends on the machine; a number of microseconds is one machine's.
 *
 * @param ratio
 *            the limit
 * @param baseline
 *            a model to compare with, or null
 * @param micros
 *            microseconds to compare with, where there is no model
 * @param seconds
 *            how long to run each model, the first half to warm up
 * @param dims
 *            sizes of symbolic dimensions where no case tells them
 */
record LatencyLimit(double ratio, @Nullable Path baseline, double micros, double seconds, Map<String, Long> dims) {
    private static final double SECONDS = 4;
    private static final int TURNS = 20;

    /** The limit a request names, if it does. */
    static Optional<LatencyLimit> of(BuildRequest.Settings settings) {
        var ratio = settings.number("maxLatency");
        var baseline = settings.text("baseline");
        var micros = settings.number("baselineMicros");
        var seconds = settings.number("latencySeconds").orElse(SECONDS);
        var dims = settings.sizes("latencyDim.");
        if (ratio.isEmpty()) {
            return Optional.empty();
        }
        if (baseline.isPresent() == micros.isPresent()) {
            throw new ModelException("maxLatency: it is a ratio, so a baseline is needed: either another model or a"
                    + " number of microseconds");
        }
        return Optional.of(new LatencyLimit(ratio.get(), baseline.map(Path::of).orElse(null), micros.orElse(0.0),
                seconds, dims));
    }

    /** Takes times; gives what is wrong if the limit is broken. */
    Optional<String> check(String name, Compilation compilation, List<Path> cases,
            Messages messages) throws IOException {
        messages.progress("taking times of " + name);
        var options = RunOptions.defaults();
        try (var model = compilation.define(options); var other = baseline == null ? null : open(baseline, options)) {
            var sessions = other == null ? List.of(session(model, cases, compilation))
                    : List.of(session(model, cases, compilation), session(other, cases, compilation));
            var times = times(sessions);
            double against = other == null ? micros : times[1];
            double found = times[0] / against;
            var text = String.format(Locale.ROOT, "%.2f times the baseline: %.1f us against %.1f us", found, times[0],
                    against);
            if (found > ratio) {
                return Optional.of("maxLatency: at most " + ratio + " was expected, a run takes " + text);
            }
            messages.info(name + ": a run takes " + text);
            return Optional.empty();
        }
    }

    private Model open(Path file, RunOptions options) {
        return file.toString().endsWith(".jar") ? Model.load(file, options)
                : Sinter.compiler().running(options).compile(file);
    }

    private Session session(Model model, List<Path> cases, Compilation compilation) throws IOException {
        Map<String, ? extends Value> inputs = cases.isEmpty()
                ? MadeUpInputs.of(model.info(), compilation.optimized(), dims).tensors()
                : CaseRunner.firstInputs(cases.getFirst(), compilation.imported());
        var session = model.newSession();
        inputs.forEach(session::set);
        return session;
    }

    /** Microseconds of a run of each, the median of turns in the second half of the time. */
    private double[] times(List<Session> sessions) {
        long turn = (long) (seconds * 1e9 / TURNS);
        var samples = new double[sessions.size()][TURNS];
        for (int t = 0; t < TURNS; t++) {
            for (int s = 0; s < sessions.size(); s++) {
                samples[s][t] = micros(sessions.get(s), turn);
            }
        }
        return Arrays.stream(samples).mapToDouble(all -> {
            var late = Arrays.copyOfRange(all, TURNS / 2, TURNS);
            Arrays.sort(late);
            return late[late.length / 2];
        }).toArray();
    }

    private static double micros(Session session, long nanos) {
        long begin = System.nanoTime();
        long runs = 0;
        long now;
        do {
            session.run();
            runs++;
            now = System.nanoTime();
        } while (now - begin < nanos);
        return (now - begin) / 1e3 / runs;
    }
}
