package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        var feeds = List.of(
                Feed.of("reals", Element.F32, new float[]{1.5f, -2, Float.MIN_VALUE}, 1, 3),
                Feed.of("doubles", Element.F64, new double[]{Math.PI}, 1),
                Feed.of("halves", Element.F16, new short[]{1, -1}, 2),
                Feed.of("longs", Element.I64, new long[]{Long.MIN_VALUE, 7}, 2, 1),
                Feed.of("ints", Element.I32, new int[]{-1}),
                Feed.of("bytes", Element.U8, new byte[]{-1, 0, 1}, 3),
                Feed.of("nothing", Element.F32, new float[0], 1, 12, 0, 64));
        Path file = folder.resolve("feeds");

        Feed.write(file, feeds);

        assertThat(Feed.read(file)).usingRecursiveComparison().isEqualTo(feeds);
        assertThat(Feed.read(file)).extracting(Feed::array).usingRecursiveComparison().isEqualTo(List.of(
                new float[]{1.5f, -2, Float.MIN_VALUE}, new double[]{Math.PI}, new short[]{1, -1},
                new long[]{Long.MIN_VALUE, 7}, new int[]{-1}, new byte[]{-1, 0, 1}, new float[0]));
    }

    @Test
    void textIsNoInput() {
        assertThatThrownBy(() -> Feed.of("x", Element.U8, new String[]{"a"}, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
