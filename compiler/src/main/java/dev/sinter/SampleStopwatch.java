package dev.sinter;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.codegen.CodegenOptions;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Session;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * Takes the time in the running JVM: a sample is compiled as a model is, run until HotSpot has compiled it, and its
 * best calls count. Within a model, other steps use the caches between two calls: what is too large for the
 * first-level cache is read again from farther away.
 *
 * @param options
 *            with the one form that is to be timed
 * @param run
 *            how it runs
 */
record SampleStopwatch(CodegenOptions options, RunOptions run) implements Stopwatch {
    private static final long MILLION = 1_000_000;
    /** How long a sample runs at least, how long without getting better, and at most. */
    private static final long LEAST = 300 * MILLION;
    private static final long QUIET = 300 * MILLION;
    private static final long MOST = 8000 * MILLION;
    /**
     * How long without getting better while it takes so many times what was estimated and some more: HotSpot is still at
     * it.
     */
    private static final long PATIENCE = 3000 * MILLION;
    private static final double FAR = 3;
    private static final double MORE = 30_000;
    /** A slice of calls is long beside what it takes to read the clock. */
    private static final long SLICE = MILLION / 20;
    /** Bytes of operands from which on caches are swept. */
    private static final double LARGE = 1 << 17;
    /** So many times its operands' bytes are touched between two calls of a step, and at most so many bytes. */
    private static final double OTHERS = 16;
    private static final double MOST_OTHERS = 1 << 26;
    /** Calls with swept caches. */
    private static final int CALLS = 25;
    /** Floats of a cache line. */
    private static final int LINE = 16;
    /** Part of the best time that is not better. */
    private static final double NEARLY = 0.99;
    /** Work of HotSpot, milliseconds, that is not about the sample. */
    private static final long BUSY = 5;

    @Override
    public long nanos(Way way, Costs costs) {
        var sample = way.sample();
        var one = SampleModel.of(sample);
        var generated = CodeGenerator.generate(one.graph(), options, new Choices(costs));
        try (var model = Model.define(generated.image(), run)) {
            var session = model.newSession();
            one.inputs().forEach(session::set);
            var timing = new Timing(session, FAR * way.nanos() + MORE);
            double warm = timing.warm();
            double bytes = sample.operands().stream()
                    .mapToDouble(o -> Sample.elements(o.type().shape()) * o.type().dtype().bits() / 8).sum();
            return Math.max(1, Math.round(bytes < LARGE ? warm : timing.cold(Math.min(MOST_OTHERS, OTHERS * bytes))));
        }
    }

    /** The best calls of a session. */
    private static final class Timing {
        private final Session session;
        private final double far;
        private float read;

        Timing(Session session, double far) {
            this.session = session;
            this.far = far;
        }

        /** One call behind the other, as HotSpot gets them quicker. */
        double warm() {
            var compiler = ManagementFactory.getCompilationMXBean();
            long start = System.nanoTime();
            long improved = start;
            long now = start;
            long compiled = compiled(compiler);
            double best = Double.MAX_VALUE;
            double notable = Double.MAX_VALUE;
            while (now - start < MOST && (now - start < LEAST || now - improved < (best > far ? PATIENCE : QUIET))) {
                best = Math.min(best, calls((int) Math.max(1, SLICE / Math.max(1, best))));
                now = System.nanoTime();
                long busy = compiled(compiler);
                if (best < notable * NEARLY || busy - compiled > BUSY) {
                    notable = best;
                    compiled = busy;
                    improved = now;
                }
            }
            return best;
        }

        /** Other data is read between calls. */
        double cold(double bytes) {
            var others = new float[(int) (bytes / Float.BYTES)];
            double best = Double.MAX_VALUE;
            for (int i = 0; i < CALLS; i++) {
                for (int at = 0; at < others.length; at += LINE) {
                    read += others[at];
                }
                best = Math.min(best, calls(1));
            }
            return best;
        }

        /** Nanoseconds of each of some calls. */
        private double calls(int count) {
            long before = System.nanoTime();
            for (int i = 0; i < count; i++) {
                session.run();
            }
            return (double) (System.nanoTime() - before) / count;
        }
    }

    private static long compiled(@Nullable CompilationMXBean compiler) {
        return compiler == null || !compiler.isCompilationTimeMonitoringSupported() ? 0
                : compiler.getTotalCompilationTime();
    }
}
