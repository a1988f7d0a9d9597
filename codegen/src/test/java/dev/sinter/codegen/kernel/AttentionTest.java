package dev.sinter.codegen.kernel;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionTest {
    private static final Tolerance CLOSE = new Tolerance(3e-6, 3e-6);

    /** One model, every number of queries and keys. */
    @ParameterizedTest
    @CsvSource({"2, 16, 16", "1, 5, 7", "3, 20, 33", "2, 32, 32"})
    void everyNumberOfQueriesAndKeys(int heads, int d, int e) {
        var s = new Samples(d, false);
        var b = Dim.sym("B");
        var q = s.input(s.data(DType.F32, 1, 1, heads * d), new Shape(List.of(b, Dim.sym("S"), Dim.of(heads * d))));
        var k = s.input(s.data(DType.F32, 1, 1, heads * d), new Shape(List.of(b, Dim.sym("T"), Dim.of(heads * d))));
        var v = s.input(s.data(DType.F32, 1, 1, heads * e), new Shape(List.of(b, Dim.sym("T"), Dim.of(heads * e))));
        try (var compiled = Compiled.of(s.graph(s.add(new Attention(heads, 0.25f, false, false), q, k, v)))) {
            for (int n : new int[]{1, 2, 3, 5, 6, 7, 8, 12, 13, 15, 16, 17, 31, 32, 33, 40, 47, 48, 49, 64, 65}) {
                for (int t : new int[]{n, 1 + n * 7 % 50}) {
                    int batch = 1 + n % 2;
                    compiled.check(java.util.Map.of("x0", s.data(DType.F32, batch, n, heads * d), "x1",
                            s.data(DType.F32, batch, t, heads * d), "x2",
                            s.data(DType.F32, batch, t, heads * e)), CLOSE);
                }
            }
            compiled.check(java.util.Map.of("x0", s.data(DType.F32, 0, 3, heads * d), "x1",
                    s.data(DType.F32, 0, 3, heads * d), "x2",
                    s.data(DType.F32, 0, 3, heads * e)), CLOSE);
            compiled.check(java.util.Map.of("x0", s.data(DType.F32, 1, 0, heads * d), "x1",
                    s.data(DType.F32, 1, 3, heads * d), "x2",
                    s.data(DType.F32, 1, 3, heads * e)), CLOSE);
        }
    }

    /** Keys and values of a cache, whose heads are apart; one model, every number of queries and keys. */
    @ParameterizedTest
    @CsvSource({"2, 64, 64", "1, 5, 7", "3, 20, 33"})
    void headsApart(int heads, int d, int e) {
        var s = new Samples(d, false);
        var b = Dim.sym("B");
        var q = s.input(s.data(DType.F32, 1, 1, heads * d), new Shape(List.of(b, Dim.sym("S"), Dim.of(heads * d))));
        var k = s.input(s.data(DType.F32, 1, heads, 1, d),
                new Shape(List.of(b, Dim.of(heads), Dim.sym("T"), Dim.of(d))));
        var v = s.input(s.data(DType.F32, 1, heads, 1, e),
                new Shape(List.of(b, Dim.of(heads), Dim.sym("T"), Dim.of(e))));
        try (var compiled = Compiled.of(s.graph(s.add(new Attention(heads, 8, true, false), q, k, v)))) {
            for (int n : new int[]{1, 2, 3, 4, 7, 19}) {
                for (int t : new int[]{0, 1, 15, 16, 33, 70}) {
                    compiled.check(java.util.Map.of("x0", s.data(DType.F32, 2, n, heads * d), "x1",
                            s.data(DType.F32, 2, heads, t, d), "x2", s.data(DType.F32, 2, heads, t, e)), CLOSE);
                }
            }
        }
    }

    /** {@code [B,S,heads*D]} as {@code [B,heads,S,D]}. */
    private static Value apart(Samples s, Value joined, int heads) {
        var shape = joined.shape();
        var split = s.add(new View(new IndexMap.Reshape(Shape.of(shape.dim(0), shape.dim(1), Dim.of(heads),
                Dim.of(shape.dim(2).value() / heads)))), joined);
        return s.add(new View(new IndexMap.Permute(List.of(0, 2, 1, 3))), split);
    }

    @Property(tries = 40)
    void masksOfEveryShapeAndSlicesOfOneProjection(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int heads = 1 + random.nextInt(3);
        int d = 1 + random.nextInt(random.nextBoolean() ? 8 : 40);
        int queries = 1 + random.nextInt(20);
        int batch = 1 + random.nextInt(3);
        boolean self = random.nextBoolean();
        int keys = self ? queries : 1 + random.nextInt(40);
        var operands = new ArrayList<Value>();
        if (self) {
            var all = s.input(s.data(DType.F32, batch, queries, 3 * heads * d),
                    new Shape(List.of(s.dim(batch), s.dim(queries), Dim.of(3 * heads * d))));
            for (int i = 0; i < 3; i++) {
                operands.add(s.add(new View(
                        new IndexMap.Slice(List.of(Dim.ZERO, Dim.ZERO, Dim.of(i * heads * d)), List.of(1L, 1L, 1L),
                                List.of(all.shape().dim(0), all.shape().dim(1), Dim.of(heads * d)))),
                        all));
            }
        } else {
            operands.add(projection(s, batch, queries, heads * d));
            operands.add(projection(s, batch, keys, heads * d));
            operands.add(projection(s, batch, keys, heads * d));
        }
        for (int i = 0; i < 3; i++) {
            if (random.nextInt(3) == 0) {
                operands.set(i, apart(s, operands.get(i), heads));
            }
        }
        boolean mask = random.nextInt(4) > 0;
        if (mask) {
            long[] dims = {random.nextBoolean() ? 1 : batch, random.nextBoolean() ? 1 : heads,
                    random.nextBoolean() ? 1 : queries, random.nextInt(4) == 0 ? 1 : keys};
            var data = TensorData.zeros(DType.F32, dims);
            for (int i = 0; i < data.size(); i++) {
                data.set(i, random.nextInt(3) == 0 ? (random.nextBoolean() ? -3.4028235e38 : -30) : 0);
            }
            var shape = new Shape(List.of(dims[0] == 1 ? Dim.ONE : s.dim(batch), Dim.of(dims[1]),
                    dims[2] == 1 ? Dim.ONE : s.dim(queries),
                    dims[3] == 1 ? Dim.ONE : s.dim(keys)));
            operands.add(random.nextInt(4) == 0 && shape.isConst() && s.dim(2).isConst() ? s.constant(data)
                    : s.input(data, shape));
        }
        if (random.nextInt(6) == 0 && mask && operands.get(3).isConstant()) {
            operands.set(3, s.computed(operands.get(3)));
        }
        // where a mask lowers all scores, they are rounded to its precision
        s.check(mask ? new Tolerance(1e-5, 1e-5) : CLOSE,
                s.add(new Attention(heads, random.nextBoolean() ? 8f : 0.3f, random.nextBoolean(), mask),
                        operands.toArray(Value[]::new)));
    }

    private static Value projection(Samples s, long... dims) {
        return s.input(s.data(DType.F32, dims), new Shape(List.of(s.dim(dims[0]), s.dim(dims[1]), Dim.of(dims[2]))));
    }

    /**
     * Scores in several spans and queries in several blocks, and masks that hide keys behind the last one seen, from all
     * queries or from each others, or all keys from one.
     */
    @ParameterizedTest
    @CsvSource({"none", "row", "causal", "blind"})
    void manyKeys(String kind) {
        var s = new Samples(3, false);
        int heads = 2;
        int d = 20;
        int e = 33;
        var b = Dim.sym("B");
        var operands = new ArrayList<Value>();
        operands.add(s.input(s.data(DType.F32, 1, 1, heads * d),
                new Shape(List.of(b, Dim.sym("S"), Dim.of(heads * d)))));
        for (int width : new int[]{d, e}) {
            operands.add(s.input(s.data(DType.F32, 1, 1, heads * width),
                    new Shape(List.of(b, Dim.sym("T"), Dim.of(heads * width)))));
        }
        boolean masked = !kind.equals("none");
        var rows = kind.equals("row") ? Dim.ONE : Dim.sym("S");
        if (masked) {
            operands.add(s.input(s.data(DType.F32, 1, 1, 1, 1), new Shape(List.of(b, Dim.ONE, rows, Dim.sym("T")))));
        }
        var graph = s.graph(s.add(new Attention(heads, 0.25f, false, masked), operands.toArray(Value[]::new)));
        try (var compiled = Compiled.of(graph)) {
            for (int[] size : new int[][]{{2, 300}, {9, 257}, {41, 130}, {70, 70}, {33, 530}}) {
                int queries = size[0];
                int keys = size[1];
                var inputs = new java.util.HashMap<>(java.util.Map.of("x0",
                        s.data(DType.F32, 2, queries, heads * d), "x1", s.data(DType.F32, 2, keys, heads * d), "x2",
                        s.data(DType.F32, 2, keys, heads * e)));
                if (masked) {
                    inputs.put("x3", mask(kind, kind.equals("row") ? 1 : queries, queries, keys));
                }
                compiled.check(inputs, new Tolerance(1e-5, 1e-5));
            }
        }
    }

    private static TensorData mask(String kind, int rows, int queries, int keys) {
        var mask = TensorData.zeros(DType.F32, 2, 1, rows, keys);
        for (int i = 0; i < mask.size(); i++) {
            int y = i % keys;
            int row = i / keys % rows;
            boolean hidden = switch (kind) {
                case "row" -> y >= keys / (1 + i / (rows * keys)) - 3;
                case "blind" -> row == queries / 2 || y > row;
                default -> y > row + keys - queries;
            };
            mask.set(i, hidden ? -3.4028235e38 : 0);
        }
        return mask;
    }

    /** Rows in which every key is masked: minus infinity gives NaN by the definition, the lowest number the mean. */
    @Test
    void fullyMaskedRows() {
        for (double lowest : new double[]{Double.NEGATIVE_INFINITY, -Float.MAX_VALUE, -10000}) {
            var s = new Samples(1, false);
            var q = s.input(DType.F32, 2, 9, 32);
            var k = s.input(DType.F32, 2, 21, 32);
            var v = s.input(DType.F32, 2, 21, 32);
            var mask = TensorData.zeros(DType.F32, 2, 1, 1, 21);
            for (int i = 0; i < 42; i++) {
                mask.set(i, i < 21 || i > 30 ? lowest : 0);
            }
            s.check(CLOSE, s.add(new Attention(2, 4, true, true), q, k, v, s.input(mask)));
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 64", "128, 128", "96, 80", "160, 33"})
    void wideHeads(int d, int e) {
        for (boolean mask : new boolean[]{false, true}) {
            var s = new Samples(d, false);
            var operands = new ArrayList<>(List.of(s.input(DType.F32, 1, 9, 2 * d), s.input(DType.F32, 1, 13, 2 * d),
                    s.input(DType.F32, 1, 13, 2 * e)));
            if (mask) {
                operands.add(s.input(DType.F32, 1, 1, 9, 13));
            }
            s.check(CLOSE, s.add(new Attention(2, 8, true, mask), operands.toArray(Value[]::new)));
        }
    }

    @Test
    void constantOperands() {
        var s = new Samples(1, false);
        s.check(CLOSE,
                s.add(new Attention(2, 4, true, true), s.constant(DType.F32, 1, 7, 10),
                        s.constant(DType.F32, 1, 18, 10), s.constant(DType.F32, 1, 18, 10),
                        s.constant(DType.F32, 7, 18)),
                s.add(new Attention(1, 1, false, false), s.input(DType.F32, 1, 128, 32), s.input(DType.F32, 1, 128, 32),
                        s.input(DType.F32, 1, 128, 32)));
    }
}
