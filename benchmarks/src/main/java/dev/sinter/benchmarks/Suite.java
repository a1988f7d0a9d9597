package dev.sinter.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A named list of rows. */
enum Suite {
    /** Warm calls, one thread. */
    DENSE(Shape.USUAL, (e, s) -> Stream.of(new Job.Call(e, s, EncoderBenchmark.ORT, 1, false))),
    /** The same after other code in the process used every kind of memory with the Vector API. */
    POLLUTED(Shape.USUAL, (e, s) -> Stream.of(new Job.Call(e, s, EncoderBenchmark.ORT, 1, true))),
    /** Process start to first result, from the compiled jar. */
    COLD(List.of(new Shape(1, 32)), (e, s) -> Stream.of(new Job.Cold(e, s))),
    /** Largest resident size of such a process, some seconds of calls later. */
    MEMORY(List.of(new Shape(1, 128)), (e, s) -> Stream.of(new Job.Memory(e, s))),
    /** Two threads against one, and against the peer with two. */
    THREADS(List.of(new Shape(1, 128), new Shape(32, 128)), (e, s) -> Stream.of(
            new Job.Call(e, s, EncoderBenchmark.ONE_THREAD, 2, false),
            new Job.Call(e, s, EncoderBenchmark.ORT, 2, false)));

    private static final String USUAL_MODEL = "all-minilm-l6-v2";

    private final List<Shape> shapes;
    private final BiFunction<Encoder, Shape, Stream<Job>> jobs;

    Suite(List<Shape> shapes, BiFunction<Encoder, Shape, Stream<Job>> jobs) {
        this.shapes = shapes;
        this.jobs = jobs;
    }

    /**
     * The suite with this name.
     *
     * @param name a name on the command line
     * @return the suite, or empty if there is none
     */
    static Optional<Suite> named(String name) {
        return Arrays.stream(values()).filter(s -> s.label().equals(name)).findFirst();
    }

    /**
     * The suites' names.
     *
     * @return the names on the command line
     */
    static List<String> names() {
        return Arrays.stream(values()).map(Suite::label).toList();
    }

    /**
     * The name on the command line.
     *
     * @return the name
     */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The suite's rows.
     *
     * @param asked shapes to measure at; empty for the suite's own
     * @return the rows, in order
     */
    List<Job> jobs(List<Shape> asked) {
        return jobs(Encoder.named(USUAL_MODEL).orElseThrow(), asked);
    }

    /**
     * The suite's rows for one model.
     *
     * @param encoder the model
     * @param asked shapes to measure at; empty for the suite's own
     * @return the rows, in order
     */
    List<Job> jobs(Encoder encoder, List<Shape> asked) {
        return (asked.isEmpty() ? shapes : asked).stream().flatMap(s -> jobs.apply(encoder, s)).toList();
    }
}
