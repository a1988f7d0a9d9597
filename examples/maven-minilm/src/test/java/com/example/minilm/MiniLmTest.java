package com.example.minilm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MiniLmTest {
    @Test
    void sentencesOfOneMeaningAreAlike() {
        try (var vectors = new SentenceVectors()) {
            var cat = vectors.of(Main.Sentence.CAT.ids());
            var kitten = vectors.of(Main.Sentence.KITTEN.ids());
            var mortgages = vectors.of(Main.Sentence.MORTGAGES.ids());
            assertEquals(1, SentenceVectors.product(cat, cat), 1e-5);
            assertTrue(SentenceVectors.product(cat, kitten) > 0.5);
            assertTrue(SentenceVectors.product(cat, mortgages) < 0.2);
        }
    }

    @Test
    void aBatchWithPaddingGivesWhatItsSentencesGiveAlone() {
        var ids = Main.Sentence.MORTGAGES.ids();
        int length = ids.length + 2;
        var batch = new long[2 * length];
        var mask = new long[2 * length];
        for (int row = 0; row < 2; row++) {
            System.arraycopy(ids, 0, batch, row * length, ids.length);
            Arrays.fill(mask, row * length, row * length + ids.length, 1);
        }
        try (var model = MiniLm.load()) {
            var out = model.run(new MiniLmInput().inputIds(batch, 2, length).attentionMask(mask, 2, length)
                    .tokenTypeIds(new long[2 * length], 2, length)).lastHiddenStateTensor();
            assertArrayEquals(new long[]{2, length, 384}, out.shape());
            var ones = new long[ids.length];
            Arrays.fill(ones, 1);
            var alone = model.run(ids, ones, new long[ids.length], 1, ids.length).lastHiddenState();
            var both = out.toFloats();
            for (int i = 0; i < alone.length; i++) {
                assertEquals(alone[i], both[i], 1e-4f);
                assertEquals(alone[i], both[length * 384 + i], 1e-4f);
            }
        }
    }
}
