package dev.sinter.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * One integer input, the same for both sides.
 *
 * @param name the model's name for it
 * @param shape batch and sequence
 * @param values B·S elements, row-major
 */
record Input(String name, Shape shape, long[] values) {
    private static final long SEED = 20240607L;
    /** Ids below are control tokens and unused places in BERT vocabularies. */
    private static final int FIRST_WORD = 1000;

    /**
     * What a BERT encoder takes: random words, nothing masked, one segment.
     *
     * @param shape batch and sequence
     * @param vocabulary rows of the word embedding
     * @return the three inputs
     */
    static List<Input> encoder(Shape shape, int vocabulary) {
        int n = shape.tokens();
        var random = new Random(SEED);
        var ids = new long[n];
        Arrays.setAll(ids, i -> FIRST_WORD + random.nextInt(vocabulary - FIRST_WORD));
        var mask = new long[n];
        Arrays.fill(mask, 1);
        return List.of(
                new Input("input_ids", shape, ids),
                new Input("attention_mask", shape, mask),
                new Input("token_type_ids", shape, new long[n]));
    }
}
