package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;

import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Reduce.Monoid;
import dev.sinter.ir.op.Trees;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TreeKernelTest {
    private static final float[] LIMITS = {0, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, 1, -1, 0.5f};

    /** Trees in the making. */
    private static final class Forest {
        private final Random random;
        private final int features;
        private final int targets;
        private final int width;
        private final boolean missing;
        private final List<long[]> children = new ArrayList<>();
        private final List<Long> roots = new ArrayList<>();

        Forest(Random random, int features, int targets, int width, boolean missing) {
            this.random = random;
            this.features = features;
            this.targets = targets;
            this.width = width;
            this.missing = missing;
        }

        /** A tree whose nodes end earlier the smaller a probability is. */
        void tree(int height, double goOn) {
            roots.add((long) node(height, goOn));
        }

        private int node(int height, double goOn) {
            int number = children.size();
            var leadsTo = new long[]{number, number};
            children.add(leadsTo);
            if (height > 0 && random.nextDouble() < goOn) {
                leadsTo[0] = node(height - 1, goOn);
                leadsTo[1] = node(height - 1, goOn);
            }
            return number;
        }

        Value[] operands(Samples s, Value x) {
            int n = children.size();
            var feature = random.longs(n, 0, features).toArray();
            var limit = new float[n];
            for (int i = 0; i < n; i++) {
                limit[i] = random.nextInt(4) == 0 ? LIMITS[random.nextInt(LIMITS.length)]
                        : (float) random.nextGaussian();
            }
            var tracks = TensorData.zeros(DType.BOOL, n);
            for (int i = 0; missing && i < n; i++) {
                tracks.set(i, (long) random.nextInt(2));
            }
            var first = random.longs(roots.size(), 0, targets - width + 1).toArray();
            return new Value[]{x, s.constant(TensorData.longs(feature, n)), s.constant(TensorData.floats(limit, n)),
                    s.constant(tracks),
                    s.constant(TensorData.longs(children.stream().flatMapToLong(Arrays::stream).toArray(), n, 2)),
                    s.constant(TensorData.longs(roots.stream().mapToLong(r -> r).toArray(), roots.size())),
                    s.constant(TensorData.longs(first, roots.size())), s.constant(DType.F32, n, width)};
        }
    }

    private static TensorData rows(Samples s, int rows, int features) {
        var x = s.wild(DType.F32, rows, features);
        for (int i = 0; i < x.size(); i += 3) {
            x.set(i, LIMITS[s.random().nextInt(LIMITS.length)]);
        }
        return x;
    }

    /** Filled up and not, features in one register and in four and beyond, and missing ones. */
    @ParameterizedTest
    @CsvSource({"3, 3, 1", "6, 16, 1", "6, 30, 1", "7, 33, 0.9", "9, 64, 0.8", "5, 65, 0.9", "14, 20, 0.85",
            "40, 8, 0.6", "6, 1, 1"})
    void heightsAndFeatures(int height, int features, double goOn) {
        for (boolean missing : new boolean[]{false, true}) {
            for (var monoid : List.of(Monoid.SUM, Monoid.MIN, Monoid.MAX)) {
                var s = new Samples(height + features, missing);
                var forest = new Forest(s.random(), features, 1, 1, missing);
                for (int t = 0; t < 9; t++) {
                    forest.tree(height, goOn);
                }
                var x = s.input(rows(s, 50, features), new Shape(List.of(s.dim(50), Dim.of(features))));
                s.check(EXACT, s.add(new Trees(monoid, 1), forest.operands(s, x)));
            }
        }
    }

    /** Trees that vote for one of several targets each, or for several next to each other. */
    @ParameterizedTest
    @CsvSource({"3, 1", "3, 3", "20, 17", "5, 2"})
    void targets(int targets, int width) {
        for (double goOn : new double[]{1, 0.8}) {
            var s = new Samples(targets, false);
            var forest = new Forest(s.random(), 10, targets, width, true);
            for (int t = 0; t < 7; t++) {
                forest.tree(goOn == 1 ? 4 : 16, goOn);
            }
            s.check(EXACT, s.add(new Trees(Monoid.SUM, targets), forest.operands(s, s.input(rows(s, 33, 10)))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 70})
    void rows(int rows) {
        var s = new Samples(rows, true);
        var forest = new Forest(s.random(), 5, 2, 1, false);
        forest.tree(5, 0.9);
        forest.tree(0, 1);
        var x = s.input(rows(s, rows, 5), new Shape(List.of(s.dim(rows), Dim.of(5))));
        s.check(EXACT, s.add(new Trees(Monoid.SUM, 2), forest.operands(s, x)));
    }

    @Test
    void leavesAlone() {
        var s = new Samples(5, false);
        var forest = new Forest(s.random(), 4, 1, 1, false);
        forest.tree(0, 1);
        forest.tree(0, 1);
        s.check(EXACT, s.add(new Trees(Monoid.SUM, 1), forest.operands(s, s.input(DType.F32, 3, 4))));
    }

    @Test
    void columnsOfAView() {
        var s = new Samples(5, false);
        var forest = new Forest(s.random(), 6, 1, 1, false);
        forest.tree(4, 1);
        var turned = s.add(new View(new IndexMap.Permute(List.of(1, 0))), s.input(DType.F32, 6, 20));
        s.check(EXACT, s.add(new Trees(Monoid.SUM, 1), forest.operands(s, turned)));
    }
}
