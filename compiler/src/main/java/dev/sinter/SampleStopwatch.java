package dev.sinter;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.codegen.CodegenOptions;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Sample;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Session;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * Takes the time in the running JVM: a sample is compiled as a model is, run until HotSpot has compiled it, and its
 * best calls count. Within a model, other steps use the caches between two calls: so much data that it would not stay
 * in the first-level cache is thrown out of the second-level cache before each call.
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
    private static final long QUIET = 250 * MILLION;
    private static final long MOST = 4000 * MILLION;
    /** A slice of calls is long beside what it takes to read the clock. */
    private static final long SLICE = MILLION / 20;
    /** Bytes of operands from which on caches are swept, and floats to sweep them with. */
    private static final double LARGE = 1 << 17;
    private static final int SWEEP = 1 << 20;
    /** Floats of a cache line. */
    private static final int LINE = 16;
    /** Part of the best time that is not better. */
    private static final double NEARLY = 0.99;
    /** Work of HotSpot, milliseconds, that is not about the sample. */
    private static final long BUSY = 5;

    @Override
    public long nanos(Sample sample, Costs costs) {
        var one = SampleModel.of(sample);
        var generated = CodeGenerator.generate(one.graph(), options, new Choices(costs));
        try (var model = Model.define(generated.image(), run)) {
            var session = model.newSession();
            one.inputs().forEach(session::set);
            double bytes = sample.operands().stream()
                    .mapToDouble(o -> Sample.elements(o.type().shape()) * o.type().dtype().bits() / 8).sum();
            return new Timing(session, bytes > LARGE).nanos();
        }
    }

    /** The best calls of a session. */
    private static final class Timing {
        private final Session session;
        private final float[] others;
        private float read;
        private double best = Double.MAX_VALUE;

        Timing(Session session, boolean large) {
            this.session = session;
            this.others = new float[large ? SWEEP : 0];
        }

        long nanos() {
            var compiler = ManagementFactory.getCompilationMXBean();
            long start = System.nanoTime();
            long improved = start;
            long now = start;
            long compiled = compiled(compiler);
            double notable = Double.MAX_VALUE;
            while (now - start < MOST && (now - start < LEAST || now - improved < QUIET)) {
                slice();
                now = System.nanoTime();
                long busy = compiled(compiler);
                if (best < notable * NEARLY || busy - compiled > BUSY) {
                    notable = best;
                    compiled = busy;
                    improved = now;
                }
            }
            return Math.max(1, Math.round(best));
        }

        private void slice() {
            int calls = others.length > 0 ? 1 : (int) Math.max(1, SLICE / Math.max(1, best));
            for (int i = 0; i < others.length; i += LINE) {
                read += others[i];
            }
            long before = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                session.run();
            }
            best = Math.min(best, (double) (System.nanoTime() - before) / calls);
        }
    }

    private static long compiled(@Nullable CompilationMXBean compiler) {
        return compiler == null || !compiler.isCompilationTimeMonitoringSupported() ? 0
                : compiler.getTotalCompilationTime();
    }
}
