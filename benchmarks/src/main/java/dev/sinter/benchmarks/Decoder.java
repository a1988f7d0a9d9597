package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Architecture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** GPT-2: reading a prompt ({@code prefill128}), and writing tokens behind a prompt of 128 ({@code decode}). */
final class Decoder implements Subject {
    /** The shape of a decode loop. */
    static final String DECODE = "decode";

    private static final String PREFILL = "prefill";
    private static final int PROMPT = 128;
    private static final int LONGEST = 1024;
    private static final int VOCABULARY = 50257;
    private static final int HIDDEN = 768;
    private static final int HEADS = 12;
    private static final int LAYERS = 12;
    private static final long SEED = 20240609L;
    private static final double TOLERANCE = 1e-3;

    @Override
    public String name() {
        return "gpt2";
    }

    @Override
    public List<Shape> usual() {
        return Shape.all(DECODE, PREFILL + PROMPT);
    }

    @Override
    public void check(Shape shape) {
        boolean prefill = shape.kind().equals(PREFILL) && shape.sizes().size() == 1 && shape.extent() <= LONGEST;
        if (!prefill && !shape.equals(Shape.parse(DECODE))) {
            throw new UsageException("shape '%s': %s takes decode, or prefill up to %d, such as prefill128"
                    .formatted(shape, name(), LONGEST));
        }
    }

    @Override
    public boolean decodes(Shape shape) {
        return shape.kind().equals(DECODE);
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return files.generated(name(), Architecture.GPT2, 1, 1);
    }

    /** A prompt of random words with an empty cache. */
    @Override
    public List<Feed> inputs(Shape shape) {
        int n = prompt(shape);
        var ids = new Random(SEED).longs(n, 0, VOCABULARY).toArray();
        var mask = new long[n];
        Arrays.fill(mask, 1);
        var positions = new long[n];
        Arrays.setAll(positions, i -> i);
        var feeds = new ArrayList<>(List.of(Feed.of(DecodeNames.IDS, Element.I64, ids, 1, n),
                Feed.of(DecodeNames.MASK, Element.I64, mask, 1, n),
                Feed.of(DecodeNames.POSITIONS, Element.I64, positions, 1, n)));
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String part : List.of("key", "value")) {
                feeds.add(Feed.of(DecodeNames.PAST + layer + "." + part, Element.F32, new float[0], 1, HEADS, 0,
                        HIDDEN / HEADS));
            }
        }
        return feeds;
    }

    private int prompt(Shape shape) {
        return decodes(shape) ? PROMPT : shape.extent();
    }

    /** A token has 12 H×H products in each layer, H×V at the end, and scores and sums over all positions it reads. */
    @Override
    public OptionalDouble operations(Shape shape) {
        double h = HIDDEN;
        double tokens = decodes(shape) ? 1 : shape.extent();
        return OptionalDouble.of(tokens * (LAYERS * (24 * h * h + 4.0 * prompt(shape) * h) + 2 * h * VOCABULARY));
    }

    @Override
    public double tolerance() {
        return TOLERANCE;
    }
}
