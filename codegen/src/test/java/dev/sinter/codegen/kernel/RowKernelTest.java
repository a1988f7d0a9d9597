package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static dev.sinter.codegen.Compiled.Tolerance.ROUNDING;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Reduce.Monoid;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowKernelTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    @Property(tries = 100)
    void reducesAnyAxes(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = List.of(DType.F32, DType.F32, DType.F64, DType.I32, DType.I64).get(random.nextInt(5));
        int rank = 1 + random.nextInt(4);
        var dims = random.ints(rank, 0, 8).mapToLong(
                i -> i == 0 && random.nextInt(4) == 0 ? 0 : i < 5 ? 1 + random.nextInt(4) : 14 + random.nextInt(20))
                .toArray();
        if (random.nextInt(4) == 0) {
            dims[rank - 1] = 60 + random.nextInt(80);
        }
        var axes = IntStream.range(0, rank).filter(i -> random.nextBoolean()).boxed().toList();
        long folded = axes.stream().mapToLong(a -> dims[a]).reduce(1, (a, b) -> a * b);
        var monoid = Monoid.values()[random.nextInt(5)];
        if (monoid == Monoid.MEAN && !type.isFloat()) {
            // an integer mean of nothing is an error
            java.util.Arrays.setAll(dims, i -> Math.max(1, dims[i]));
        }
        var x = s.input(type, dims);
        if (random.nextInt(3) == 0) {
            var perm = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
            java.util.Collections.shuffle(perm, random);
            x = s.add(new View(new IndexMap.Permute(perm)), x);
        }
        boolean exact = !type.isFloat() || monoid == Monoid.MAX || monoid == Monoid.MIN;
        s.check(exact ? EXACT : new Tolerance(folded * 2e-6, 1e-5),
                s.add(new Reduce(monoid, axes, random.nextBoolean()), x));
    }

    @ParameterizedTest
    @EnumSource
    void reducesSpecialValues(Monoid monoid) {
        for (var type : List.of(DType.F32, DType.F64)) {
            var s = new Samples(2, false);
            var rows = TensorData.of(type, type == DType.F32 ? new float[6 * 21] : new double[6 * 21], 6, 21);
            rows.set(3, Double.NaN);
            rows.set(21 + 20, Double.POSITIVE_INFINITY);
            rows.set(2 * 21, Double.NEGATIVE_INFINITY);
            for (int i = 3 * 21; i < 4 * 21; i++) {
                rows.set(i, -5.0);
                rows.set(i + 21, 5.0);
                rows.set(i + 42, i % 2 == 0 ? Double.NEGATIVE_INFINITY : Double.NEGATIVE_INFINITY);
            }
            var x = s.input(rows);
            s.check(new Tolerance(1e-6, 1e-5), s.add(new Reduce(monoid, List.of(1), false), x),
                    s.add(new Reduce(monoid, List.of(0), true), x));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 15, 16, 17, 31, 32, 33, 100, 384, 385})
    void softmaxOverEveryAxis(int n) {
        for (boolean symbolic : new boolean[]{false, true}) {
            var s = new Samples(n, symbolic);
            s.check(ROUNDING, s.add(new Softmax(2), s.input(DType.F32, 2, 3, n)),
                    s.add(new Softmax(1), s.input(DType.F32, 2, n, 3)),
                    s.add(new Softmax(0), s.input(DType.F32, n, 2, 3)), s.add(new Softmax(0), s.input(DType.F32, n)));
        }
    }

    @Test
    void softmaxOfViews() {
        var s = new Samples(8, true);
        var x = s.input(DType.F32, 5, 7, 19);
        var turned = s.add(new View(new IndexMap.Permute(List.of(1, 0, 2))), x);
        var reversed = s.add(new View(new IndexMap.Permute(List.of(2, 1, 0))), x);
        s.check(ROUNDING, s.add(new Softmax(2), turned), s.add(new Softmax(2), reversed), s.add(new Softmax(0), turned),
                s.add(new Softmax(1), reversed));
    }

    /** What masks make of scores; a row of nothing but minus infinity is NaN by the definition. */
    @Test
    void softmaxOfMaskedRows() {
        var s = new Samples(1, false);
        int n = 19;
        var rows = s.data(DType.F32, 7, n);
        for (int i = 0; i < n; i++) {
            rows.set(i, -INF);
            rows.set(n + i, i == 18 ? 1f : -INF);
            rows.set(2 * n + i, -3.4028235e38);
            rows.set(3 * n + i, i < 9 ? -3.4028235e38 : rows.getDouble(3 * n + i));
            rows.set(5 * n + i, 1e30);
        }
        rows.set(4 * n + 3, Float.NaN);
        rows.set(6 * n + 3, INF);
        s.check(ROUNDING, s.add(new Softmax(1), s.input(rows)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 15, 16, 17, 31, 33, 64, 384, 385})
    void normalizes(int h) {
        for (boolean symbolic : new boolean[]{false, true}) {
            for (boolean bias : new boolean[]{false, true}) {
                var s = new Samples(h, symbolic);
                var x = s.input(DType.F32, 3, 2, h);
                var gamma = symbolic ? s.input(DType.F32, h) : s.constant(DType.F32, h);
                var op = new Normalize(1e-5f, bias);
                var turned = s.add(new View(new IndexMap.Permute(List.of(1, 0, 2))), x);
                var operands = new ArrayList<Value>(List.of(x, gamma));
                if (bias) {
                    operands.add(s.constant(DType.F32, h));
                }
                var y = s.add(op, operands.toArray(Value[]::new));
                operands.set(0, turned);
                s.check(new Tolerance(4e-6, 4e-6), y, s.add(op, operands.toArray(Value[]::new)));
            }
        }
    }

    @Test
    void normalizesConstantAndWildRows() {
        var s = new Samples(3, false);
        var rows = TensorData.zeros(DType.F32, 4, 33);
        for (int i = 0; i < 33; i++) {
            rows.set(i, 7.0);
            rows.set(33 + i, 1e6 + i);
            rows.set(66 + i, i * 1e-20);
        }
        rows.set(99, Double.NaN);
        s.check(new Tolerance(3e-3, 1e-3),
                s.add(new Normalize(1e-5f, false), s.input(rows), s.constant(DType.F32, 33)));
    }

    @Test
    void emptyTensors() {
        var s = new Samples(3, true);
        var x = s.input(DType.F32, 0, 16);
        var y = s.input(DType.F32, 3, 0);
        try (var compiled = Compiled.of(s.graph(s.add(new Softmax(1), x), s.add(new Softmax(1), y),
                s.add(new Reduce(Monoid.SUM, List.of(1), true), y),
                s.add(new Normalize(1e-5f, false), x, s.constant(DType.F32, 16))))) {
            compiled.check(s.inputs(), ROUNDING);
        }
    }
}
