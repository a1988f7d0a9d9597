package dev.sinter.benchmarks;

import dev.sinter.Sinter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
 * A model on Sinter and on a peer, in one process, started by {@link CallRunner}.
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
public class ModelBenchmark {
    private static final String NONE = "none";
    private static final long PEAK_WARM_UP_MILLIS = 600;
    private static final long PEAK_MILLIS = 60;

    /** The ONNX file. */
    @Param(NONE)
    public String model = "";

    /** The ONNX file of the other side. */
    @Param(NONE)
    public String other = "";

    /** The inputs, as {@link Feed#write} wrote them. */
    @Param(NONE)
    public String feeds = "";

    /** Whether a call is a token of a decode loop. */
    @Param("false")
    public boolean decode;

    /** The largest relative distance of the sides' outputs that is agreement. */
    @Param("1e-3")
    public double tolerance;

    /** The other side: the name of a {@link Peer}. */
    @Param(NONE)
    public String peer = "";

    /** Threads that work on a call. */
    @Param("1")
    public int threads;

    /** Whether other code has used every kind of memory with the Vector API before. */
    @Param("false")
    public boolean polluted;

    private Duel duel;

    /** For JMH. */
    public ModelBenchmark() {
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
        /** The same with one thread. */
        public double single;

        /** For JMH. */
        public Best() {
        }
    }

    /**
     * Loads both sides, warms them up, compares their outputs and pins the process.
     *
     * @throws IOException if the inputs can't be read
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        if (polluted) {
            Pollution.spread();
        }
        duel = load(Peer.valueOf(peer), Feed.read(Path.of(feeds)));
        duel.warmUp();
        if (polluted) {
            Pollution.spread();
            duel.warmUp();
        }
        double distance = duel.distance();
        if (!(distance <= tolerance)) {
            throw new IllegalStateException("the outputs disagree: their relative distance is " + distance);
        }
        if (peer.equals(Peer.ONE_THREAD.name()) && !duel.equal()) {
            throw new IllegalStateException("the outputs depend on the number of threads");
        }
        Peak.gflops(threads, PEAK_WARM_UP_MILLIS);
        Pinning.pin(threads);
    }

    private Duel load(Peer side, List<Feed> inputs) {
        return new Duel(sinter(model, inputs, threads), side.ort()
                ? Sides.ort(Path.of(other), inputs, decode, threads)
                : sinter(other, inputs, side == Peer.ONE_THREAD ? 1 : threads));
    }

    private Side sinter(String onnx, List<Feed> inputs, int count) {
        return Sides.sinter(Sinter.compiler().threads(count).compile(Path.of(onnx)), inputs, decode);
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
        best.peak = Math.max(best.peak, Peak.gflops(threads, PEAK_MILLIS));
        best.single = threads == 1 ? best.peak : Math.max(best.single, Peak.gflops(1, PEAK_MILLIS));
    }

    /** Closes both sides. */
    @TearDown(Level.Trial)
    public void close() {
        duel.close();
    }
}
