package dev.sinter.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A named list of measurements. */
enum Suite {
    /** Warm calls, one thread. */
    DENSE(List.of("all-minilm-l6-v2", "bert-base", "distilbert", "resnet18", "resnet50", "mobilenetv2", "lstm", "gpt2",
            "mlp", "trees", "silero-vad", "ppocr-v4-rec", "yolox-nano", "dtln-1", "dtln-2"),
            (m, s) -> Stream.of(new Job.Call(m, s, Peer.ORT, 1, false))),
    /** Warm calls of models with pruned weights, one thread, against each peer. */
    SPARSE(List.of("distilbert-4x1-80", "distilbert-4x1-90", "distilbert-4x1-95", "distilbert-4x1-90-int8",
            "bert-base-unstructured-80:1x128", "bert-base-unstructured-90:1x128", "bert-base-unstructured-95:1x128",
            "bert-mini-4x1-90", "distilbert-2of8", "distilbert-4of16", "all-minilm-l6-v2-4x1-90:1x128",
            "resnet50-unstructured-90", "lstm-4x1-90"),
            (m, s) -> m.peers().stream().map(peer -> new Job.Call(m, s, peer, 1, false))),
    /**
     * Layers of many shapes and sparsities against all weights: products by times of each way, convolutions, whose layouts
     * are chosen too, by calls of the whole model.
     */
    GRID(Stream.concat(
            Stream.of("unstructured-50", "unstructured-80", "unstructured-95", "2x1-80", "4x1-50", "4x1-80", "4x1-95",
                    "8x1-80", "2of8", "4x1-90-int8").map(
                            p -> "product-" + p
                                    + ":1x768x768,4x768x768,16x768x768,128x768x768,128x768x3072,100x129x130"),
            Stream.of("unstructured-50", "unstructured-80", "unstructured-95", "4x1-50", "4x1-80", "4x1-95").map(
                    p -> "convolution-" + p
                            + ":64x64x56x3x1,128x128x28x3x2,512x512x7x3x1,64x256x56x1x1,1024x256x14x1x1,3x32x64x5x1"))
            .toList(),
            (m, s) -> Stream.of(m instanceof DerivedSubject d && d.whole().equals(Layer.CONVOLUTION)
                    ? new Job.Call(m, s, Peer.DENSE, 1, false) : new Job.Cell(m, s))),
    /** Warm calls of models and products with weights of few bits, one thread, against the same weights in f32. */
    LOWBIT(List.of("gpt2-int8:decode", "gpt2-4bit:decode", "gpt2-2bit:decode", "product-4bit", "product-2bit",
            "product-1bit"),
            (m, s) -> m.peers().stream().map(peer -> new Job.Call(m, s, peer, 1, false))),
    /** Warm calls after other code in the process used every kind of memory with the Vector API. */
    POLLUTED(List.of("all-minilm-l6-v2", "bert-base", "distilbert"),
            (m, s) -> Stream.of(new Job.Call(m, s, Peer.ORT, 1, true))),
    /** Process start to first result, from the compiled jar, on one processor and on two. */
    COLD(List.of("all-minilm-l6-v2:1x32", "mlp:1", "resnet50"),
            (m, s) -> Stream.of(new Job.Cold(m, s, 1), new Job.Cold(m, s, 2))),
    /** Largest resident size of such a process, some seconds of calls later. */
    MEMORY(List.of("all-minilm-l6-v2:1x128", "resnet50"), (m, s) -> Stream.of(new Job.Memory(m, s))),
    /** Two threads against one, and against the peer with two. */
    THREADS(List.of("bert-base:1x128", "resnet50", "all-minilm-l6-v2:1x32,1x128,32x128", "mobilenetv2", "lstm",
            "gpt2", "mlp", "trees", "silero-vad"),
            (m, s) -> Stream.of(
                    new Job.Call(m, s, Peer.ONE_THREAD, 2, false),
                    new Job.Call(m, s, Peer.ORT, 2, false)));

    private final List<String> models;
    private final BiFunction<Subject, Shape, Stream<Job>> jobs;

    Suite(List<String> models, BiFunction<Subject, Shape, Stream<Job>> jobs) {
        this.models = models;
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
     * The suite's measurements; models that are not on this machine are left out.
     *
     * @return the measurements, in order
     */
    List<Job> jobs() {
        return models.stream().flatMap(word -> {
            int colon = word.indexOf(':');
            String[] shapes = colon < 0 ? new String[0] : word.substring(colon + 1).split(",");
            return Subjects.named(colon < 0 ? word : word.substring(0, colon)).stream()
                    .flatMap(m -> jobs(m, Shape.all(shapes)).stream());
        }).toList();
    }

    /**
     * The suite's measurements of one model.
     *
     * @param subject the model
     * @param asked shapes to measure at; empty for the model's own
     * @return the measurements, in order
     * @throws UsageException if the model does not take a shape
     */
    List<Job> jobs(Subject subject, List<Shape> asked) {
        asked.forEach(subject::check);
        return (asked.isEmpty() ? subject.usual() : asked).stream().flatMap(s -> jobs.apply(subject, s)).toList();
    }
}
