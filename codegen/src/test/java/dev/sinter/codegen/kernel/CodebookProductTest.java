package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.MatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with weights of few different values: no bit changes, since weights are what they were and sums in order. */
class CodebookProductTest {
    private static final Expr PRODUCT = Expr.arg(0, DType.F32);
    /** Numbers that must stay what they are, those that are no numbers included. */
    private static final float[] SPECIAL = {-0f, 0, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, 1};

    /** Weights of so many values, others for every {@code columns} columns. */
    private static TensorData coded(Random random, int k, int n, int values, int columns, boolean special) {
        var weights = new float[k * n];
        for (int first = 0; first < n; first += columns) {
            var book = new float[values];
            for (int i = 0; i < values; i++) {
                book[i] = special && random.nextInt(4) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)]
                        : (float) random.nextGaussian();
            }
            for (int row = 0; row < k; row++) {
                for (int column = first; column < Math.min(n, first + columns); column++) {
                    weights[row * n + column] = book[random.nextInt(values)];
                }
            }
        }
        return TensorData.floats(weights, k, n);
    }

    /** Whatever estimates say. */
    private static Choices coded() {
        return new Choices(Costs.ESTIMATED.forcing("codebook", "coded"));
    }

    private static boolean isCoded(Compiled compiled) {
        return compiled.generated().planText().contains("values.i");
    }

    /** One row and several, one task and several, by one compiled product of any number of rows. */
    @ParameterizedTest
    @CsvSource({"768, 200, 16", "1000, 416, 3", "515, 64, 2", "512, 100, 1"})
    void everyNumberOfRows(int k, int n, int values) {
        var random = new Random(k);
        var s = new Samples(k, false);
        var a = s.input(s.data(DType.F32, 1, k), new Shape(List.of(Dim.sym("M"), Dim.of(k))));
        var w = s.constant(coded(random, k, n, values, n, false));
        var plain = s.add(new MatMul(PRODUCT), a, w);
        var sum = Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32));
        var biased = s.add(new MatMul(sum), a, w, s.constant(DType.F32, n));
        try (var compiled = Compiled.of(s.graph(plain, biased), coded())) {
            assertThat(isCoded(compiled)).isTrue();
            IntStream.of(0, 1, 2, 3, 6, 7, 8, 13, 14, 15, 64, 255, 256, 257, 300).forEach(m -> {
                var inputs = new HashMap<>(s.inputs());
                inputs.put("x0", s.data(DType.F32, m, k));
                compiled.check(inputs, EXACT);
            });
        }
    }

    /** Weights take the bits that tell their values apart; products that were merged have a codebook each. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 2", "5, 4", "16, 4"})
    void bitsByValues(int values, int bits) {
        int k = 1024;
        int n = 96;
        var s = new Samples(bits, false);
        var y = s.add(new MatMul(PRODUCT), s.input(DType.F32, 3, k),
                s.constant(coded(new Random(values), k, n, values, 32, false)));
        try (var compiled = Compiled.of(s.graph(y), coded())) {
            compiled.check(s.inputs(), EXACT);
            assertThat(compiled.generated().image().weights().byteSize()).isLessThan(k * n * bits / 8 + n * 8 + 256);
        }
    }

    /** One more value than a vector holds. */
    @Test
    void tooManyValues() {
        var s = new Samples(1, false);
        var y = s.add(new MatMul(PRODUCT), s.input(DType.F32, 3, 1024),
                s.constant(coded(new Random(1), 1024, 32, 17, 32, false)));
        try (var compiled = Compiled.of(s.graph(y), coded())) {
            assertThat(isCoded(compiled)).isFalse();
            compiled.check(s.inputs(), EXACT);
        }
    }

    /** One row whose dense weights would come from memory, and one whose weights stay in cache. */
    @Test
    void takenWhereMemoryIsSlow() {
        for (int n : new int[]{1024, 8 * 1024 + 16}) {
            var s = new Samples(1, false);
            var y = s.add(new MatMul(PRODUCT), s.input(DType.F32, 1, 1024),
                    s.constant(coded(new Random(1), 1024, n, 16, n, false)));
            var choices = new Choices(Costs.ESTIMATED);
            try (var compiled = Compiled.of(s.graph(y), choices)) {
                assertThat(isCoded(compiled)).isEqualTo(n > 1024);
                assertThat(choices.made()).extracting(Choice::picked).containsExactly(n > 1024 ? "coded" : "dense");
            }
        }
    }

    @Property(tries = 120)
    void anySizesValuesAndOperands(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int m = random.nextInt(10);
        int k = List.of(0, 1, 5, 16, 33, 64, 100, 257, 515).get(random.nextInt(9));
        int n = 1 + random.nextInt(random.nextBoolean() ? 20 : 100);
        var dims = random.nextInt(5) == 0 ? new long[]{k} : random.nextBoolean() ? new long[]{m, k}
                : new long[]{2, m, k};
        var weights = coded(random, k, n, 1 + random.nextInt(16), 16 * (1 + random.nextInt(7)), random.nextBoolean());
        var operands = new ArrayList<Value>(
                List.of(s.input(s.data(DType.F32, dims), s.shape(dims)), s.constant(weights),
                        s.constant(DType.F32, n)));
        var epilogue = random.nextBoolean() ? PRODUCT : Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32));
        var y = s.add(new MatMul(epilogue), operands.toArray(Value[]::new));
        try (var compiled = Compiled.of(s.graph(y), coded())) {
            compiled.check(s.inputs(), EXACT);
        }
    }
}
