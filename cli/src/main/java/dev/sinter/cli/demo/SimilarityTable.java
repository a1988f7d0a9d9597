package dev.sinter.cli.demo;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The similarities of all pairs of vectors as text; rows and columns are numbered from 1. */
final class SimilarityTable {

    private SimilarityTable() {
    }

    /**
     * A heading, then a row for each vector: its similarity to every vector and the number of the nearest other one.
     *
     * @param vectors at least two, each of length 1
     */
    static String of(List<float[]> vectors) {
        int count = vectors.size();
        var heading = IntStream.rangeClosed(1, count).mapToObj(column -> String.format(Locale.ROOT, "%6d", column))
                .collect(Collectors.joining("", "    ", "  nearest"));
        return IntStream.range(0, count).mapToObj(row -> row(vectors, row))
                .collect(Collectors.joining(System.lineSeparator(), heading + System.lineSeparator(), ""));
    }

    private static String row(List<float[]> vectors, int row) {
        var line = new StringBuilder(String.format(Locale.ROOT, "%4d", row + 1));
        int nearest = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int column = 0; column < vectors.size(); column++) {
            double similarity = Pooling.dot(vectors.get(row), vectors.get(column));
            // Adding zero turns the -0.00 of a small negative number into 0.00.
            line.append(String.format(Locale.ROOT, "%6.2f", Math.rint(similarity * 100) / 100 + 0.0));
            if (column != row && similarity > highest) {
                highest = similarity;
                nearest = column;
            }
        }
        return line.append(String.format(Locale.ROOT, "%9d", nearest + 1)).toString();
    }
}
