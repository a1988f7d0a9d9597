package dev.sinter.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param sections the tables, in order
 * @param json where the results go as JSON, if asked for
 * @param help whether only the usage was asked for
 */
record Request(List<Section> sections, Optional<Path> json, boolean help) {
    /** How the command is used. */
    static final String USAGE = """
            usage: benchmarks/compare [--json FILE] [--shape SHAPE[,SHAPE...]] WORD...
              word: SUITE, SUITE:MODEL[:SHAPE[,SHAPE...]] or MODEL[:SHAPE[,SHAPE...]]
              suites: %s
              models: %s
              pruned: MODEL-PATTERN or MODEL-PATTERN-int8 (kept weights stored as integers), with a PATTERN such as
                4x1-90 (blocks of outputs x inputs, percent of zeros), unstructured-80 or 2of8
              rounded: MODEL-int8 (weights of 8 bits), MODEL-4bit, -3bit, -2bit, -1bit (8-bit activations, or with -f32
                behind it f32 ones), and MODEL-codebook4, 2 or 1 (f32 weights of 16, 4 or 2 values)
              shapes: 1x128 (batch x sequence), 1x224, 1x50, 1000, decode, prefill128, 128x768x3072 (of product:
                rows x inputs x outputs), 64x64x56x3x1 (of convolution: channels x results x side x window x stride)
            Runs Sinter beside ONNX Runtime on the same inputs; a MODEL is measured as in suite dense.
            Times are the best of many rounds in microseconds (a token's, for decode); in suite cold they are the
            medians of 5 processes; in suite grid ours is the way chosen by estimate, theirs the dense
            one. ratio = theirs / ours, above 1 we are better.
            """.formatted(String.join(", ", Suite.names()), String.join(", ", Subjects.names()));

    /**
     * A table.
     *
     * @param title the suite's or the model's name
     * @param jobs its rows
     */
    record Section(String title, List<Job> jobs) {
    }

    /**
     * Reads the command line.
     *
     * @param args the words
     * @return the request
     * @throws UsageException if a word is not understood; it lists what there is
     */
    static Request parse(String... args) {
        var words = new ArrayList<String>();
        var shapes = new ArrayList<Shape>();
        Optional<Path> json = Optional.empty();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "-h", "--help" -> {
                    return new Request(List.of(), Optional.empty(), true);
                }
                case "--json" -> json = Optional.of(Path.of(following(args, i++)));
                case "--shape" -> shapes.addAll(shapes(following(args, i++)));
                default -> words.add(args[i]);
            }
        }
        if (words.isEmpty()) {
            throw new UsageException("which suite or model?");
        }
        return new Request(words.stream().map(w -> section(w, shapes)).toList(), json, false);
    }

    private static String following(String[] args, int at) {
        if (at + 1 == args.length) {
            throw new UsageException(args[at] + " needs a value");
        }
        return args[at + 1];
    }

    private static List<Shape> shapes(String list) {
        return Arrays.stream(list.split(",", -1)).map(Shape::parse).toList();
    }

    private static Section section(String word, List<Shape> shapes) {
        if (word.startsWith("-")) {
            throw new UsageException("no option '" + word + "'");
        }
        int colon = word.indexOf(':');
        String first = colon < 0 ? word : word.substring(0, colon);
        Optional<Suite> suite = Suite.named(first);
        if (suite.isEmpty()) {
            return new Section(word, jobs(Suite.DENSE, word, shapes));
        }
        return new Section(word, colon < 0 ? suite.get().jobs() : jobs(suite.get(), word.substring(colon + 1), shapes));
    }

    private static List<Job> jobs(Suite suite, String word, List<Shape> shapes) {
        int colon = word.indexOf(':');
        return suite.jobs(subject(colon < 0 ? word : word.substring(0, colon)),
                colon < 0 ? shapes : shapes(word.substring(colon + 1)));
    }

    private static Subject subject(String name) {
        return Subjects.named(name).orElseThrow(() -> new UsageException(
                "'%s' is no suite or model that is available. Suites: %s. Models: %s.".formatted(name,
                        String.join(", ", Suite.names()), String.join(", ", Subjects.names()))));
    }
}
