package dev.sinter.codegen.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with weights of few bits whose sums are looked up: the reference's bits in every form. */
class LookupProductTest {
    private static final Expr SUM = Expr.arg(0, DType.F32);

    /** Weights of some values: {@code least + step * code}, codes of so many bits. */
    private static TensorData weights(Random random, DType type, int bits, int step, int k, int n) {
        long least = Math.max(type.minInteger(), -(step << bits - 1));
        var data = TensorData.zeros(type, k, n);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, least + (long) step * random.nextInt(1 << bits));
        }
        return data;
    }

    private static Compiled compiled(Graph graph) {
        return Compiled.of(graph, new Choices(Costs.ESTIMATED.forcing("lookup", "lookup")));
    }

    private static void check(Samples s, Value... outputs) {
        try (var compiled = compiled(s.graph(outputs))) {
            assertThat(compiled.generated().planText()).contains("lookup.");
            compiled.check(s.inputs(), Tolerance.EXACT);
        }
    }

    /** One model with a symbolic number of rows for each number of bits, run with several. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyNumberOfRows(int bits) {
        for (int n : new int[]{1, 64, 147}) {
            for (int block : new int[]{32, 128}) {
                var s = new Samples(n, false);
                int k = 257;
                var x = s.input(s.data(DType.F32, 1, k), new Shape(List.of(Dim.sym("M"), Dim.of(k))));
                var y = s.add(new ScaledMatMul(block, false, true, SUM), x,
                        s.constant(weights(s.random(), DType.I8, bits, 1, k, n)),
                        s.constant(DType.F32, (k + block - 1) / block, n));
                try (var compiled = compiled(s.graph(y))) {
                    for (int m : new int[]{0, 1, 2, 5, 8, 23}) {
                        compiled.check(Map.of("x0", s.data(DType.F32, m, k)), Tolerance.EXACT);
                    }
                }
            }
        }
    }

    @Property(tries = 40)
    void everyShape(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int bits = 1 + random.nextInt(4);
        var type = List.of(DType.I8, DType.U8, DType.I4, DType.U4).get(random.nextInt(4));
        int step = type.bits() == 8 ? 1 + random.nextInt(3) : 1;
        int m = random.nextInt(random.nextBoolean() ? 6 : 40);
        int k = 1 + random.nextInt(random.nextInt(4) == 0 ? 1000 : 200);
        int n = 1 + random.nextInt(150);
        int block = random.nextInt(4) == 0 ? k + random.nextInt(3) : 32 * (1 + random.nextInt(10));
        int blocks = (k + block - 1) / block;
        var operands = new ArrayList<Value>(List.of(s.input(DType.F32, 2, m, k),
                s.constant(weights(random, type, bits, step, k, n)), s.constant(DType.F32, blocks, n)));
        boolean zero = random.nextBoolean();
        if (zero) {
            var zeros = TensorData.zeros(type, blocks, n);
            boolean differ = random.nextInt(3) > 0;
            for (int i = 0; i < zeros.size(); i++) {
                zeros.set(i,
                        differ ? random.nextLong(type.minInteger(), type.maxInteger() + 1) : type.maxInteger() / 2);
            }
            operands.add(s.constant(zeros));
        }
        operands.add(s.constant(DType.F32, n));
        var bias = random.nextBoolean() ? SUM : Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32));
        check(s, s.add(new ScaledMatMul(block, zero, true, bias), operands.toArray(Value[]::new)));
    }

    /** Rows of infinities, of NaN, of numbers so small that 127 divided by them is infinite, of zeros. */
    @Test
    void rowsOfSpecialNumbers() {
        var s = new Samples(5, false);
        int k = 96;
        var special = new float[]{Float.POSITIVE_INFINITY, Float.NaN, Float.MIN_VALUE, 1e-37f, 0, -0f, Float.MAX_VALUE};
        var rows = TensorData.zeros(DType.F32, special.length, k);
        for (int i = 0; i < rows.size(); i++) {
            rows.set(i,
                    i % 3 == 0 ? special[i / k] : special[i / k] > 1 ? s.random().nextGaussian() : special[i / k] / 3);
        }
        check(s, s.add(new ScaledMatMul(32, false, true, SUM), s.input(rows),
                s.constant(weights(s.random(), DType.I4, 3, 1, k, 40)), s.constant(DType.F32, 3, 40)));
    }

    /** Rounded activations as large as they get, and codes all alike: nothing overflows. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void extremes(int bits) {
        for (int block : new int[]{32, 96, 256, 544, 3000}) {
            var s = new Samples(bits, false);
            int k = 1000;
            var rows = TensorData.zeros(DType.F32, 4, k);
            for (int i = 0; i < rows.size(); i++) {
                rows.set(i, i / k == 0 ? 1 : i / k == 1 ? -1 : i / k == 2 ? (i % 2 == 0 ? 1 : -1) : i % 7 - 3);
            }
            var weights = TensorData.zeros(DType.U4, k, 70);
            for (int i = 0; i < weights.size(); i++) {
                weights.set(i, i % 70 < 30 ? (1L << bits) - 1 : i % 70 < 50 ? 0 : s.random().nextInt(1 << bits));
            }
            check(s, s.add(new ScaledMatMul(block, false, true, SUM), s.input(rows), s.constant(weights),
                    s.constant(DType.F32, (k + block - 1) / block, 70)));
        }
    }

    /** Many rows: more than share indices, columns of one task and of several, blocks of several runs. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void manyRows(int bits) {
        for (int n : new int[]{1024, 3100}) {
            var s = new Samples(n, false);
            int k = n == 1024 ? 600 : 40;
            check(s, s.add(new ScaledMatMul(k, false, true, SUM), s.input(DType.F32, n == 1024 ? 19 : 67, k),
                    s.constant(weights(s.random(), DType.I8, bits, 1, k, n)), s.constant(DType.F32, 1, n)));
        }
    }

    /** Rounded activations as large as they get, in so many rows that these are looked up some at a time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void extremesOfManyRows(int bits) {
        for (int block : new int[]{32, 96, 256, 3000}) {
            var s = new Samples(bits, false);
            int k = 1000;
            var rows = TensorData.zeros(DType.F32, 9, k);
            for (int i = 0; i < rows.size(); i++) {
                rows.set(i, i / k % 3 == 0 ? 1 : i / k % 3 == 1 ? -1 : i % 2 == 0 ? 1 : -1);
            }
            var weights = TensorData.zeros(DType.U4, k, 70);
            for (int i = 0; i < weights.size(); i++) {
                weights.set(i, i % 70 < 30 ? (1L << bits) - 1 : i % 70 < 50 ? 0 : s.random().nextInt(1 << bits));
            }
            check(s, s.add(new ScaledMatMul(block, false, true, SUM), s.input(rows), s.constant(weights),
                    s.constant(DType.F32, (k + block - 1) / block, 70)));
        }
    }

    /** Columns of several tasks, several products of the same rows, epilogues of each kind. */
    @Test
    void tasksAndEpilogues() {
        var s = new Samples(3, true);
        int k = 64;
        int n = 2100;
        var x = s.input(DType.F32, 2, 3, k);
        var w = s.constant(weights(s.random(), DType.I4, 2, 1, k, n));
        var scales = s.constant(DType.F32, 2, n);
        var op = new ScaledMatMul(32, false, true, Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32)));
        var column = s.add(op, x, w, scales, s.constant(DType.F32, n));
        var row = s.add(op, x, w, scales, s.input(DType.F32, 2, 3, 1));
        var between = s.add(op, x, w, scales, s.input(DType.F32, 3, 1));
        var element = s.add(op, x, w, scales, s.input(DType.F32, 2, 3, n));
        check(s, column, row, between, element);
    }
}
