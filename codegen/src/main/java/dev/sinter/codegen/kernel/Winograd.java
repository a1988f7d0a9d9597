package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Minimal filtering after Winograd: tiles of {@code m * m} results of a 3x3 convolution by {@code (m + 2)^2} products for
 * each pair of channels, where {@code 9 m^2} are the definition's. Tiles and weights are transformed before, sums behind.
 *
 * @see <a href="https://arxiv.org/abs/1509.09308">Fast Algorithms for Convolutional Neural Networks</a>
 */
public enum Winograd {
    /** Tiles of 2x2: 16 products instead of 36. */
    F2(2, new double[][]{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
            new double[][]{{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}},
            new double[][]{{1, 1, 1, 0}, {0, 1, -1, -1}}),
    /** Tiles of 4x4: 36 products instead of 144, and about four bits less of precision. */
    F4(4, new double[][]{{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0},
            {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}},
            new double[][]{{1.0 / 4, 0, 0}, {-1.0 / 6, -1.0 / 6, -1.0 / 6}, {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                    {1.0 / 24, 1.0 / 12, 1.0 / 6}, {1.0 / 24, -1.0 / 12, 1.0 / 6}, {0, 0, 1}},
            new double[][]{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}});

    private final int results;
    private final double[][] ofInput;
    private final double[][] ofWeights;
    private final double[][] ofSums;

    Winograd(int results, double[][] ofInput, double[][] ofWeights, double[][] ofSums) {
        this.results = results;
        this.ofInput = ofInput;
        this.ofWeights = ofWeights;
        this.ofSums = ofSums;
    }

    /** {@return rows and columns of results in a tile} */
    public int results() {
        return results;
    }

    /** {@return rows and columns of the input a tile sees} */
    public int points() {
        return results + 2;
    }

    /**
     * Transforms a window.
     *
     * @param window
     *            weights of which nine from {@code at} on are a window, row by row
     * @param at
     *            the first
     * @param to
     *            gets {@link #points()} squared transformed weights, each rounded once
     */
    public void weights(float[] window, int at, float[] to) {
        int n = points();
        for (int p = 0; p < n; p++) {
            for (int q = 0; q < n; q++) {
                double sum = 0;
                for (int i = 0; i < 3; i++) {
                    for (int j = 0; j < 3; j++) {
                        sum += ofWeights[p][i] * ofWeights[q][j] * window[at + 3 * i + j];
                    }
                }
                to[p * n + q] = (float) sum;
            }
        }
    }

    /** A row or column of the input, transformed. */
    List<Term> input(Body b, List<Term> in, String prefix) {
        return transform(b, ofInput, in, prefix);
    }

    /** A row or column of the sums, transformed. */
    List<Term> sums(Body b, List<Term> in, String prefix) {
        return transform(b, ofSums, in, prefix);
    }

    /**
     * A matrix times a vector of vectors. Points come in pairs of both signs, so neighbouring elements from the second on
     * count equally or oppositely: where two rows see all pairs alike, their sums and differences are computed once.
     */
    private static List<Term> transform(Body b, double[][] matrix, List<Term> in, String prefix) {
        var out = new ArrayList<Term>();
        for (int row = 0; row < matrix.length; row++) {
            if (row + 1 < matrix.length && mirrored(matrix[row], matrix[row + 1])) {
                var even = b.let(prefix + "e" + row, combination(b, parts(matrix[row], in, 0)));
                var parts = parts(matrix[row], in, 1);
                double common = common(parts);
                var odd = b.let(prefix + "o" + row, combination(b,
                        parts.stream().map(p -> new Part(p.factor / common, p.term)).toList()));
                out.add(common == 1 ? Term.of(Prim.ADD, even, odd) : Term.of(Prim.FMA, factor(b, common), odd, even));
                out.add(common == 1 ? Term.of(Prim.SUB, even, odd) : Term.of(Prim.FMA, factor(b, -common), odd, even));
                row++;
            } else {
                out.add(combination(b, paired(b, matrix[row], in, prefix)));
            }
        }
        return out;
    }

    private record Part(double factor, Term term) {
    }

    /** Whether two rows differ in the signs of odd elements only, and have elements of both kinds. */
    private static boolean mirrored(double[] a, double[] c) {
        boolean even = false;
        boolean odd = false;
        for (int i = 0; i < a.length; i++) {
            if (c[i] != (i % 2 == 0 ? a[i] : -a[i])) {
                return false;
            }
            even |= i % 2 == 0 && a[i] != 0;
            odd |= i % 2 == 1 && a[i] != 0;
        }
        return even && odd;
    }

    /** The factor that all terms there are have but for the sign, or one. */
    private static double common(List<Part> parts) {
        var sizes = parts.stream().map(p -> Math.abs(p.factor)).filter(f -> f != 0).distinct().toList();
        return sizes.size() == 1 ? sizes.getFirst() : 1;
    }

    private static List<Part> parts(double[] row, List<Term> in, int parity) {
        var parts = new ArrayList<Part>();
        for (int i = parity; i < row.length; i += 2) {
            parts.add(new Part(row[i], in.get(i)));
        }
        return parts;
    }

    /** Elements of a row, those of a pair as their sum or difference, named when first needed. */
    private static List<Part> paired(Body b, double[] row, List<Term> in, String prefix) {
        var parts = new ArrayList<Part>(List.of(new Part(row[0], in.getFirst())));
        for (int i = 1; i < row.length; i++) {
            boolean pair = i % 2 == 1 && i + 1 < row.length && row[i] != 0 && Math.abs(row[i]) == Math.abs(row[i + 1]);
            if (!pair) {
                parts.add(new Part(row[i], in.get(i)));
                continue;
            }
            boolean equal = row[i] == row[i + 1];
            var name = prefix + (equal ? "s" : "d") + i;
            parts.add(new Part(row[i], once(b, name, Term.of(equal ? Prim.ADD : Prim.SUB, in.get(i), in.get(i + 1)))));
            i++;
        }
        return parts;
    }

    private static Term once(Body b, String name, Term value) {
        boolean known = b.stmts().stream().anyMatch(s -> s instanceof Stmt.Let l && l.name().equals(name));
        return known ? Term.ref(name) : b.let(name, value);
    }

    /** A factor, all of which are whole numbers, in all lanes. */
    private static Term factor(Body b, double value) {
        return once(b, (value < 0 ? "minus" : "times") + Math.round(Math.abs(value)), Term.f32(value, VType.LANES));
    }

    private static Term combination(Body b, List<Part> parts) {
        var rest = parts.stream().filter(p -> p.factor != 0)
                .sorted(Comparator.comparingInt(p -> p.factor == 1 ? 0 : 1)).toList();
        Term sum = null;
        for (var part : rest) {
            if (sum == null) {
                sum = part.factor == 1 ? part.term : Term.of(Prim.MUL, factor(b, part.factor), part.term);
            } else if (Math.abs(part.factor) == 1) {
                sum = Term.of(part.factor > 0 ? Prim.ADD : Prim.SUB, sum, part.term);
            } else {
                sum = Term.of(Prim.FMA, factor(b, part.factor), part.term, sum);
            }
        }
        return sum == null ? Term.f32(0, VType.LANES) : sum;
    }
}
