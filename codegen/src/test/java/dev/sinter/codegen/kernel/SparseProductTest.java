package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.codegen.CodegenOptions;
import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Way;
import dev.sinter.ir.op.MatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with pruned weights: a zero left out changes no bit, since both sides add by fma in ascending k. */
class SparseProductTest {
    private static final Expr PRODUCT = Expr.arg(0, DType.F32);

    /** Blocks of so many outputs that share their inputs, some of them kept. */
    private static TensorData pruned(Random random, int k, int n, int group, double kept) {
        var weights = new float[k * n];
        for (int g = 0; g < n; g += group) {
            for (int row = 0; row < k; row++) {
                if (random.nextDouble() < kept) {
                    for (int j = g; j < Math.min(n, g + group); j++) {
                        weights[row * n + j] = random.nextFloat() - 0.5f;
                    }
                }
            }
        }
        return TensorData.floats(weights, k, n);
    }

    /** Weights that are stored in fewer bits: integers times a scale for each column, or halves of f32. */
    private static TensorData small(TensorData weights, boolean integers) {
        int n = (int) weights.dims()[1];
        var values = weights.floatArray().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = integers ? Math.round(values[i] * 200) * (0.013f + i % n * 0.0071f)
                    : Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff0000);
        }
        return TensorData.floats(values, weights.dims());
    }

    /** One model with a symbolic number of rows, run with each: blocks of every width. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void everyNumberOfRows(int group) {
        for (int n : new int[]{1, 16, 64, 83, 136}) {
            var s = new Samples(n, false);
            int k = 45;
            var x = s.input(s.data(DType.F32, 1, k), new Shape(List.of(Dim.sym("M"), Dim.of(k))));
            var bias = Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32));
            var y = s.add(new MatMul(bias), x, s.constant(pruned(s.random(), k, n, group, 0.1)),
                    s.constant(DType.F32, n));
            try (var compiled = Compiled.of(s.graph(y), inGroups(group))) {
                IntStream.concat(IntStream.rangeClosed(0, 34), IntStream.of(47, 48, 63, 64, 65, 81, 128, 150))
                        .forEach(m -> compiled.check(Map.of("x0", s.data(DType.F32, m, k)), EXACT));
            }
        }
    }

    @Property(tries = 40)
    void everyShape(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int k = random.nextInt(100);
        int n = 1 + random.nextInt(200);
        int m = random.nextInt(100);
        var x = s.input(DType.F32, m, k);
        var first = s.add(MatMul.plain(DType.F32), x,
                s.constant(pruned(random, k, n, 1 << random.nextInt(5), random.nextDouble() / 4)));
        var second = s.add(new MatMul(Expr.apply(Fn.MAX, PRODUCT, Expr.literal(0, DType.F32))), first,
                s.constant(pruned(random, n, 33, 1 << random.nextInt(5), random.nextDouble() / 4)));
        var third = s.add(MatMul.plain(DType.F32), x,
                s.constant(pruned(random, k, n, 1 << random.nextInt(5), random.nextDouble() / 4)));
        s.check(EXACT, second, third);
    }

    /** Stored as integers, as halves, and as they are; several parts of k, and several blocks of rows that share a task. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void everyStorage(int group) {
        for (int k : new int[]{70, 1100, 2500}) {
            var s = new Samples(group, true);
            var whole = pruned(s.random(), k, 75, group, 0.06);
            var x = s.input(s.data(DType.F32, 1, k), new Shape(List.of(Dim.sym("M"), Dim.of(k))));
            var graph = s.graph(s.add(MatMul.plain(DType.F32), x, s.constant(whole)),
                    s.add(MatMul.plain(DType.F32), x, s.constant(small(whole, true))),
                    s.add(MatMul.plain(DType.F32), x, s.constant(small(whole, false))));
            try (var compiled = Compiled.of(graph, inGroups(group))) {
                for (int m : new int[]{1, 7, 37 * group}) {
                    compiled.check(Map.of("x0", s.data(DType.F32, m, k)), EXACT);
                }
            }
        }
    }

    /** Results between two products stay as the second wants them: turned, or where rows are few, as they are. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void between(int group) {
        var s = new Samples(group, true);
        var x = s.input(s.data(DType.F32, 1, 40), new Shape(List.of(Dim.sym("M"), Dim.of(40))));
        var first = s.add(new MatMul(Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32))), x,
                s.constant(pruned(s.random(), 40, 99, group, 0.2)), s.constant(DType.F32, 99));
        var second = s.add(new MatMul(Expr.apply(Fn.MAX, PRODUCT, Expr.arg(1, DType.F32))), first,
                s.constant(pruned(s.random(), 99, 70, group, 0.2)), s.constant(DType.F32, 70));
        try (var compiled = Compiled.of(s.graph(second), inGroups(group))) {
            for (int m : new int[]{0, 1, 5, 8, 9, 16, 70}) {
                compiled.check(Map.of("x0", s.data(DType.F32, m, 40)), EXACT);
            }
        }
    }

    private static Choices inGroups(int group) {
        return new Choices(Costs.ESTIMATED.forcing("sparse", group + "x1"));
    }

    /** Sixteen outputs that share their inputs are lanes where rows are few. */
    @Test
    void columnsAreLanesOfFewRows() {
        var s = new Samples(3, true);
        var y = s.add(MatMul.plain(DType.F32), s.input(DType.F32, 1, 768),
                s.constant(pruned(s.random(), 768, 768, 16, 0.1)));
        var choices = new Choices(Costs.ESTIMATED);
        try (var compiled = Compiled.of(s.graph(y), choices)) {
            compiled.check(Map.of("x0", s.data(DType.F32, 1, 768)), EXACT);
        }
        assertThat(choices.made()).singleElement().extracting(Choice::picked).isEqualTo("16x1");
    }

    /** What is measured stores its weights as the layer that is asked about. */
    @Test
    void samplesHaveWeightsOfTheSameKind() {
        assertThat(asked(1f)).endsWith(" in int8");
        assertThat(asked(0x1.02p9f)).endsWith(" in bf16");
        assertThat(asked(0x1.00001p9f)).doesNotContain(" in ").contains("constant f32[64,32]");
    }

    /** The sample of a layer with weights of 0, 1, and one other value. */
    private static String asked(float other) {
        var s = new Samples(4, true);
        var weights = pruned(s.random(), 64, 32, 4, 0.5);
        var values = weights.floatArray();
        int last = 0;
        for (int i = 0; i < values.length; i++) {
            last = values[i] == 0 ? last : i;
            values[i] = values[i] == 0 ? 0 : 1;
        }
        values[last] = other;
        var y = s.add(MatMul.plain(DType.F32), s.input(DType.F32, 8, 64), s.constant(weights));
        var asked = new ArrayList<String>();
        CodeGenerator.generate(s.graph(y), new CodegenOptions("p", "C", false), new Choices(q -> {
            q.ways().stream().map(Way::sample).filter(Objects::nonNull).map(Object::toString).forEach(asked::add);
            return Costs.ESTIMATED.of(q);
        }));
        return asked.getFirst();
    }

    /** Operands of epilogues per column, per row, per element; long ones. */
    @ParameterizedTest
    @ValueSource(ints = {16, 19, 110})
    void epilogues(int n) {
        var s = new Samples(n, true);
        var x = s.input(DType.F32, 2, 70, 40);
        var w = s.constant(pruned(s.random(), 40, n, 4, 0.1));
        var sum = Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32));
        var gelu = s.add(new MatMul(Expr.apply(Fn.ADD, Expr.apply(Fn.GELU, sum), Expr.arg(2, DType.F32))), x, w,
                s.constant(DType.F32, n), s.input(DType.F32, 2, 70, n));
        var row = s.add(new MatMul(sum), x, w, s.input(DType.F32, 2, 70, 1));
        var between = s.add(new MatMul(sum), x, w, s.input(DType.F32, 70, 1));
        var integer = s.add(new MatMul(Expr.cast(sum, DType.I32)), x, w, s.constant(DType.F32, n));
        s.check(new Tolerance(3e-6, 3e-6), gelu, row, between, integer);
    }
}
