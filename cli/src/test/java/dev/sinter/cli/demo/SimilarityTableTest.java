package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimilarityTableTest {

    @Test
    void isAlignedAndNamesTheNearest() {
        var table = SimilarityTable.of(List.of(new float[]{1, 0}, new float[]{0.6f, 0.8f}, new float[]{-0.001f, 1}));
        assertThat(table.lines()).containsExactly(
                "         1     2     3  nearest",
                "   1  1.00  0.60  0.00        2",
                "   2  0.60  1.00  0.80        3",
                "   3  0.00  0.80  1.00        2");
    }

    @Test
    void negativeAndTwoDigitEntriesKeepTheColumns() {
        var vectors = IntStream.range(0, 12).mapToObj(i -> new float[]{i % 2 == 0 ? 1 : -1}).toList();
        var lines = SimilarityTable.of(vectors).lines().toList();
        assertThat(lines).hasSize(13).allSatisfy(line -> assertThat(line).hasSize(4 + 12 * 6 + 9));
        assertThat(lines.get(12)).startsWith("  12 -1.00  1.00").endsWith("-1.00  1.00        2");
    }
}
