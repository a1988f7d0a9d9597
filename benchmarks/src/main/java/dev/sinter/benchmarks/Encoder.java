package dev.sinter.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Function;

/**
 * A text encoder of the BERT family.
 *
 * @param name its name
 * @param layers transformer layers
 * @param hidden width of a token's vector, H; the inner layers are four times as wide
 * @param segments whether it takes token types
 * @param tolerance see {@link Subject#tolerance}
 * @param usual see {@link Subject#usual}
 * @param file where its file comes from
 */
record Encoder(String name, int layers, int hidden, boolean segments, double tolerance, List<Shape> usual,
        Function<ModelFiles, Path> file) implements Subject {
    private static final long SEED = 20240607L;
    private static final int VOCABULARY = 30522;
    private static final int LONGEST = 512;
    /** Ids below are control tokens and unused places in BERT vocabularies. */
    private static final int FIRST_WORD = 1000;

    @Override
    public void check(Shape shape) {
        if (!shape.plain(2)) {
            throw new UsageException("shape '%s': %s takes BATCHxSEQUENCE, such as 1x128".formatted(shape, name));
        }
        if (shape.extent() > LONGEST) {
            throw new UsageException("shape '%s': %s takes sequences up to %d".formatted(shape, name, LONGEST));
        }
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return file.apply(files);
    }

    /** Random words, nothing masked, one segment. */
    @Override
    public List<Feed> inputs(Shape shape) {
        int n = shape.batch() * shape.extent();
        var random = new Random(SEED);
        var ids = new long[n];
        Arrays.setAll(ids, i -> FIRST_WORD + random.nextInt(VOCABULARY - FIRST_WORD));
        var mask = new long[n];
        Arrays.fill(mask, 1);
        long[] dims = {shape.batch(), shape.extent()};
        var idFeed = Feed.of("input_ids", Element.I64, ids, dims);
        var maskFeed = Feed.of("attention_mask", Element.I64, mask, dims);
        return segments ? List.of(idFeed, maskFeed, Feed.of("token_type_ids", Element.I64, new long[n], dims))
                : List.of(idFeed, maskFeed);
    }

    /**
     * A layer has four H×H products (query, key, value, output), two H×4H products and, for each token, S scores and S
     * weighted sums over H: {@code layers * B*S * (24*H*H + 4*S*H)} operations.
     */
    @Override
    public OptionalDouble operations(Shape shape) {
        double h = hidden;
        double tokens = (double) shape.batch() * shape.extent();
        return OptionalDouble.of(layers * tokens * (24 * h * h + 4.0 * shape.extent() * h));
    }
}
