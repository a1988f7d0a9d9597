package dev.sinter.runtime.library;

import static dev.sinter.runtime.library.Calls.floats;
import static dev.sinter.runtime.library.Calls.longs;
import static dev.sinter.runtime.library.Calls.one;
import static dev.sinter.runtime.library.Calls.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.Tensor;
import org.junit.jupiter.api.Test;

class NGramsTest {
    private static final Tensor POOL = longs(2, 3, 5, 4, 5, 6, 7, 8, 6, 7);
    private static final Tensor COUNTS = longs(0, 4);
    private static final Tensor INDEXES = longs(0, 1, 2, 3, 4, 5, 6);

    @Test
    void onlyBigramsWithSkips() {
        var x = longs(1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8);
        assertThat(one("tfidf mode=TF min=2 max=2 skip=0", x, POOL, COUNTS, INDEXES).toFloats())
                .containsExactly(0, 0, 0, 0, 1, 1, 1);
        assertThat(one("tfidf mode=TF min=2 max=2 skip=5", x, POOL, COUNTS, INDEXES).toFloats())
                .containsExactly(0, 0, 0, 0, 1, 3, 1);
        assertThat(one("tfidf mode=TF min=1 max=2 skip=5", x, POOL, COUNTS, INDEXES).toFloats())
                .containsExactly(0, 3, 1, 0, 1, 3, 1);
    }

    @Test
    void rowsAndWeights() {
        var x = Tensor.of(new String[]{"a", "b", "b", "c", "a", "b"}, 2, 3);
        var pool = strings("a", "b", "a", "b");
        var got = one("tfidf mode=TFIDF min=1 max=2", x, pool, longs(0, 2), longs(2, 0, 1), floats(2, 3, 5));
        assertThat(got.shape()).containsExactly(2, 3);
        assertThat(got.toFloats()).containsExactly(6, 5, 2, 3, 5, 2);
        assertThat(one("tfidf mode=IDF min=1 max=1", x, pool, longs(0, 2), longs(2, 0, 1), floats(2, 3, 5)).toFloats())
                .containsExactly(3, 0, 2, 3, 0, 2);
    }

    @Test
    void emptyRowsCountNothing() {
        assertThat(one("tfidf mode=TF min=1 max=2", Tensor.of(new long[0], 0), POOL, COUNTS, INDEXES).toFloats())
                .containsOnly(0);
        assertThat(one("tfidf mode=TF min=1 max=2", Tensor.of(new long[0], 0, 4), POOL, COUNTS, INDEXES).shape())
                .containsExactly(0, 7);
    }

    @Test
    void brokenPoolsAreRefused() {
        assertThatThrownBy(() -> one("tfidf mode=TF", longs(1), POOL, longs(0, 3), INDEXES))
                .hasMessageContaining("whole n-grams");
        assertThatThrownBy(() -> one("tfidf mode=TF", longs(1), POOL, COUNTS, longs(0))).hasMessageContaining("index");
    }
}
