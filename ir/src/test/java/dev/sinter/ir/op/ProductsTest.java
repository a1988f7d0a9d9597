package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ProductsTest {
    private static TensorData random(Random random, DType type, long... dims) {
        var data = TensorData.zeros(type, dims);
        for (int i = 0; i < data.size(); i++) {
            if (type.isFloat()) {
                data.set(i, random.nextGaussian());
            } else {
                data.set(i, random.nextLong());
            }
        }
        return data;
    }

    @Test
    void productsFollowNumpysRules() {
        var a = ViewsTest.counting(2, 3);
        var b = ViewsTest.counting(3, 2);
        var op = MatMul.plain(DType.I32);
        assertThat(op.evaluate(List.of(a, b)).getFirst())
                .isEqualTo(TensorData.of(DType.I32, new int[]{10, 13, 28, 40}, 2, 2));
        var vector = ViewsTest.counting(3);
        assertThat(op.evaluate(List.of(a, vector)).getFirst()).isEqualTo(TensorData.of(DType.I32, new int[]{5, 14}, 2));
        assertThat(op.evaluate(List.of(vector, b)).getFirst())
                .isEqualTo(TensorData.of(DType.I32, new int[]{10, 13}, 2));
        assertThat(op.evaluate(List.of(vector, vector)).getFirst()).isEqualTo(TensorData.of(DType.I32, new int[]{5}));
        assertThat(op.evaluate(List.of(ViewsTest.counting(4, 1, 2, 3), ViewsTest.counting(5, 3, 1))).getFirst().dims())
                .containsExactly(4, 5, 2, 1);
    }

    @Property(tries = 50)
    void leadingAxesBroadcast(@ForAll long seed, @ForAll @IntRange(max = 4) int m, @ForAll @IntRange(max = 4) int k,
            @ForAll @IntRange(max = 4) int n) {
        var random = new Random(seed);
        var a = random(random, DType.F32, 2, 1, m, k);
        var b = random(random, DType.F32, 3, k, n);
        var out = MatMul.plain(DType.F32).evaluate(List.of(a, b)).getFirst();
        assertThat(out.dims()).containsExactly(2, 3, m, n);
        for (int at = 0; at < out.size(); at++) {
            int j = at % n;
            int i = at / n % m;
            float sum = 0;
            for (int p = 0; p < k; p++) {
                float x = a.floatArray()[(at / (n * m * 3) * m + i) * k + p];
                sum = Math.fma(x, b.floatArray()[(at / (n * m) % 3 * k + p) * n + j], sum);
            }
            assertThat(out.floatArray()[at]).isEqualTo(sum);
        }
    }

    @Test
    void epilogueTakesFurtherOperands() {
        var a = TensorData.floats(new float[]{1, 2}, 1, 2);
        var b = TensorData.floats(new float[]{1, 0, 0, 1}, 2, 2);
        var bias = TensorData.floats(new float[]{10, -20}, 2);
        var zero = Expr.literal(0, DType.F32);
        var relu = Expr.apply(Fn.MAX, zero, Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)));
        assertThat(new MatMul(relu).evaluate(List.of(a, b, bias)).getFirst().floatArray()).containsExactly(11, 0);
    }

    @Test
    void halfPrecisionIsRoundedAfterEachStep() {
        var a = TensorData.zeros(DType.F16, 1, 3);
        var b = TensorData.zeros(DType.F16, 3, 1);
        for (int i = 0; i < 3; i++) {
            a.set(i, i == 0 ? 2048.0 : 1.0);
            b.set(i, 1.0);
        }
        assertThat(MatMul.plain(DType.F16).evaluate(List.of(a, b)).getFirst().getDouble(0)).isEqualTo(2048);
    }

    @Property(tries = 100)
    void integerProductIsExact(@ForAll long seed, @ForAll boolean signedA, @ForAll boolean signedB,
            @ForAll boolean perRow) {
        var random = new Random(seed);
        var typeA = signedA ? DType.I8 : DType.U8;
        var typeB = signedB ? DType.I8 : DType.U8;
        int m = random.nextInt(1, 4);
        int k = random.nextInt(6);
        int n = random.nextInt(1, 4);
        var a = random(random, typeA, m, k);
        var b = random(random, typeB, k, n);
        var za = perRow ? random(random, typeA, m) : random(random, typeA);
        var zb = perRow ? random(random, typeB, n) : random(random, typeB, 1);
        var out = new MatMulInteger(true, true, Expr.arg(0, DType.I32)).evaluate(List.of(a, b, za, zb)).getFirst();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                long sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += (a.getLong(i * k + p) - za.getLong(perRow ? i : 0))
                            * (b.getLong(p * n + j) - zb.getLong(perRow ? j : 0));
                }
                assertThat(out.getLong(i * n + j)).isEqualTo(sum);
            }
        }
    }

    /** Weights dequantized first give the same but for rounding; activations that are integers already stay so. */
    @Property(tries = 60)
    void scaledProductIsThatOfDequantizedWeights(@ForAll long seed, @ForAll boolean rounds) {
        var random = new Random(seed);
        var types = List.of(DType.I8, DType.U8, DType.I4, DType.U4, DType.I2, DType.U2);
        var type = types.get(random.nextInt(types.size()));
        int m = random.nextInt(1, 4);
        int k = random.nextInt(20);
        int n = random.nextInt(1, 4);
        int block = random.nextInt(1, 8);
        int blocks = (k + block - 1) / block;
        var q = random(random, type, k, n);
        var scale = random(random, DType.F32, blocks, n);
        boolean real = !rounds && random.nextBoolean();
        var zero = random(random, real ? DType.F32 : type, blocks, n);
        var a = TensorData.zeros(DType.F32, 2, m, k);
        for (int i = 0; i < a.size(); i++) {
            a.set(i, rounds ? i % k % block == 0 ? 127.0 : random.nextInt(-127, 128) : random.nextGaussian());
        }
        var dequantized = TensorData.zeros(DType.F64, k, n);
        for (int i = 0; i < q.size(); i++) {
            int at = i / n / block * n + i % n;
            dequantized.set(i, (q.getLong(i) - zero.getDouble(at)) * scale.getDouble(at));
        }
        var wide = TensorData.zeros(DType.F64, 2, m, k);
        for (int i = 0; i < a.size(); i++) {
            wide.set(i, a.getDouble(i));
        }
        var expected = MatMul.plain(DType.F64).evaluate(List.of(wide, dequantized)).getFirst();
        var twice = Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32));
        var bias = random(random, DType.F32, n);
        var out = new ScaledMatMul(block, true, rounds, twice).evaluate(List.of(a, q, scale, zero, bias)).getFirst();
        assertThat(out.dims()).containsExactly(2, m, n);
        for (int i = 0; i < out.size(); i++) {
            assertThat(out.getDouble(i)).isCloseTo(expected.getDouble(i) + bias.getDouble(i % n),
                    Offset.offset(rounds ? 0.1 : 2e-3));
        }
    }

    @Test
    void activationsAreRoundedByBlocksWhereDeclared() {
        var a = TensorData.floats(new float[]{0.3f, -2, 0, 0, 5}, 1, 5);
        var q = TensorData.of(DType.U4, new byte[]{9, 3, 15, 8, 1}, 5, 1);
        var scale = TensorData.floats(new float[]{0.5f, 3, 0.25f}, 3, 1);
        var zero = TensorData.of(DType.U4, new byte[]{8, 0, 2}, 3, 1);
        var out = new ScaledMatMul(2, true, true, Expr.arg(0, DType.F32)).evaluate(List.of(a, q, scale, zero));
        // 0.3 of 2 is 19.05 of 127; a block of nothing but zeros adds nothing
        double first = (19 * 1 + -127 * -5) * 2 / 127.0 * 0.5;
        double last = 127 * -1 * 5 / 127.0 * 0.25;
        assertThat(out.getFirst().getDouble(0)).isCloseTo(first + last, Offset.offset(1e-6));
    }

    @Test
    void dynamicQuantizationAsInTheSpecification() {
        var x = TensorData.floats(new float[]{0, 2, -3, -2.5f, 1.34f, 0.5f}, 6);
        var plain = new QuantizeDynamic(false).evaluate(List.of(x));
        assertThat(plain.get(0).array()).isEqualTo(new byte[]{(byte) 153, (byte) 255, 0, 26, (byte) 221, (byte) 179});
        assertThat(plain.get(1).getDouble(0)).isCloseTo(0.0196078438, Offset.offset(1e-9));
        assertThat(plain.get(2).getLong(0)).isEqualTo(153);
        var centered = new QuantizeDynamic(true).evaluate(List.of(x));
        assertThat(centered.getFirst().floatArray()).containsExactly(0, 102, -153, -127, 68, 26);
        assertThat(centered.get(1)).isEqualTo(plain.get(1));
        var zeros = new QuantizeDynamic(false).evaluate(List.of(TensorData.zeros(DType.F32, 0)));
        assertThat(zeros.get(2).getLong(0)).isZero();
    }

    @Property(tries = 40)
    void quantizedProductsAgree(@ForAll long seed) {
        var random = new Random(seed);
        var x = random(random, DType.F32, 3, 5);
        var w = random(random, DType.I8, 5, 4);
        var plain = new QuantizeDynamic(false).evaluate(List.of(x));
        var centered = new QuantizeDynamic(true).evaluate(List.of(x));
        var withZero = new MatMulInteger(true, false, Expr.arg(0, DType.I32))
                .evaluate(List.of(plain.get(0), w, plain.get(2)));
        var without = new MatMulInteger(false, false, Expr.arg(0, DType.I32)).evaluate(List.of(centered.getFirst(), w));
        assertThat(without).isEqualTo(withZero);
    }

    /** Attention taken apart into the ops it stands for. */
    @Property(tries = 40)
    void attentionIsItsDecomposition(@ForAll long seed, @ForAll boolean masked, @ForAll boolean divide) {
        var random = new Random(seed);
        int b = random.nextInt(1, 3);
        int s = random.nextInt(4);
        int t = random.nextInt(1, 5);
        int d = random.nextInt(1, 4);
        int e = random.nextInt(1, 4);
        var q = random(random, DType.F32, b, s, 2 * d);
        var k = random(random, DType.F32, b, t, 2 * d);
        var v = random(random, DType.F32, b, t, 2 * e);
        var mask = random(random, DType.F32, b, 1, 1, t);
        var operands = new ArrayList<>(List.of(q, k, v));
        if (masked) {
            operands.add(mask);
        }
        var got = new Attention(2, 1.7f, divide, masked).evaluate(operands).getFirst();
        var scores = MatMul.plain(DType.F32).evaluate(List.of(heads(q, s, d, 0, 2, 1, 3), heads(k, t, d, 0, 2, 3, 1)))
                .getFirst();
        var scaled = Expr.apply(divide ? Fn.DIV : Fn.MUL, Expr.arg(0, DType.F32), Expr.literal(1.7f, DType.F32));
        var biased = masked ? Expr.apply(Fn.ADD, scaled, Expr.arg(1, DType.F32)) : scaled;
        var weights = new Softmax(3)
                .evaluate(new Map(biased).evaluate(masked ? List.of(scores, mask) : List.of(scores))).getFirst();
        var mixed = MatMul.plain(DType.F32).evaluate(List.of(weights, heads(v, t, e, 0, 2, 1, 3))).getFirst();
        var merged = new View(new IndexMap.Permute(List.of(0, 2, 1, 3))).evaluate(List.of(mixed)).getFirst();
        assertThat(got).isEqualTo(TensorData.floats(merged.floatArray(), b, s, 2 * e));
    }

    private static TensorData heads(TensorData x, int length, int depth, Integer... perm) {
        var split = TensorData.floats(x.floatArray(), x.dims()[0], length, 2, depth);
        return new View(new IndexMap.Permute(List.of(perm))).evaluate(List.of(split)).getFirst();
    }
}
