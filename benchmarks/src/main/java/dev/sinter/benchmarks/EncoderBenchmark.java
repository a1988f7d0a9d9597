package dev.sinter.benchmarks;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An encoder on Sinter and on a peer, in one process.
 *
 * <p>JMH by itself measures one method to the end and then the next, which on a shared host compares two different
 * hours of the machine. Here JMH gives the forked JVM, the iterations and the bookkeeping; an operation is one
 * {@linkplain Duel#round() round} of both sides in turn. JMH's own score is thus the time of a round and of no
 * interest; the best call of each side within an iteration is reported in the {@linkplain Best counters}, and
 * {@link Compare} takes the best over the iterations.
 *
 * <p>Both sides are warmed up until they get no faster, then all threads are pinned. If the two outputs do not agree,
 * there is no result but an error.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 5, time = 2)
public class EncoderBenchmark {
    /** The peer ONNX Runtime. */
    static final String ORT = "onnxruntime";
    /** The peer Sinter itself with one thread. */
    static final String ONE_THREAD = "one-thread";

    private static final double LEAST_AGREEMENT = 0.995;
    private static final long PEAK_WARM_UP_MILLIS = 600;
    private static final long PEAK_MILLIS = 60;

    /** Name of an encoder. */
    @Param("all-minilm-l6-v2")
    public String model = "";

    /** Batch × sequence. */
    @Param("1x128")
    public String shape = "";

    /** The other side: {@code onnxruntime}, or {@code one-thread} for Sinter itself with one thread. */
    @Param(ORT)
    public String peer = "";

    /** Threads that work on a call. */
    @Param("1")
    public int threads;

    /** Whether other code has used every kind of memory with the Vector API before. */
    @Param("false")
    public boolean polluted;

    /** The ONNX file; empty to take it from the class path. */
    @Param("")
    public String file = "";

    private Duel duel;

    /** For JMH. */
    public EncoderBenchmark() {
    }

    /** The best of an iteration; zero before its first round. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Best {
        /** Our best call, microseconds. */
        public double ours;
        /** Their best call, microseconds. */
        public double theirs;
        /** What the processors could do at the same time, GFLOP/s, all threads together. */
        public double peak;

        /** For JMH. */
        public Best() {
        }
    }

    /** Loads both sides, warms them up, compares their outputs and pins the process. */
    @Setup(Level.Trial)
    public void open() {
        Encoder encoder = Encoder.named(model).orElseThrow(() -> new UsageException("no model '" + model + "'"));
        if (polluted) {
            Pollution.spread();
        }
        try (var files = new ModelFiles()) {
            duel = load(file.isEmpty() ? files.onnx(encoder) : Path.of(file), encoder, Shape.parse(shape));
        }
        duel.warmUp();
        if (polluted) {
            Pollution.spread();
            duel.warmUp();
        }
        double agreement = duel.agreement();
        if (!(agreement >= LEAST_AGREEMENT)) {
            throw new IllegalStateException("the outputs disagree: cosine " + agreement);
        }
        Peak.gflops(PEAK_WARM_UP_MILLIS);
        Pinning.pin(threads);
    }

    private Duel load(Path onnx, Encoder encoder, Shape size) {
        return new Duel(SinterSide.compile(onnx, encoder, size, threads), switch (peer) {
            case ORT -> OrtSide.open(onnx, encoder, size, threads);
            case ONE_THREAD -> SinterSide.compile(onnx, encoder, size, 1);
            default -> throw new UsageException("no peer '" + peer + "'");
        });
    }

    /** Forgets the iteration before. */
    @Setup(Level.Iteration)
    public void reset() {
        duel.reset();
    }

    /**
     * One slice of calls on each side.
     *
     * @param best filled with the iteration's best so far
     */
    @Benchmark
    public void round(Best best) {
        duel.round();
        best.ours = duel.oursBest() / 1e3;
        best.theirs = duel.theirsBest() / 1e3;
        best.peak = Math.max(best.peak, threads * Peak.gflops(PEAK_MILLIS));
    }

    /** Closes both sides. */
    @TearDown(Level.Trial)
    public void close() {
        duel.close();
    }
}
