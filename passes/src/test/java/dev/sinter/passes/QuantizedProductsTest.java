package dev.sinter.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Convolutions and matrix products between DequantizeLinear and QuantizeLinear give, behind the pass, what QLinearConv
 * and QLinearMatMul are defined to give: to the bit, computed here in integers.
 */
class QuantizedProductsTest {
    private static final PassOptions VERIFY = PassOptions.DEFAULT.withVerify(true);
    /** Random numbers of seeds that are close to each other begin alike. */
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** Everything about one random case. A matrix product is a convolution of windows of one. */
    private static final class Case {
        final Random random;
        final boolean conv;
        final int groups;
        final int channels;
        final int rows;
        final int window;
        final int length;
        final DType xType;
        final long xZero;
        final long[] wZero;
        final long[] w;
        final float xScale;
        final float[] wScale;
        final float yScale;
        final long yZero;
        final long[] bias;
        final boolean hasBias;
        final boolean cut;

        Case(long seed, boolean conv, int mostChannels) {
            random = new Random(seed);
            this.conv = conv;
            groups = conv ? 1 + random.nextInt(2) : 1;
            channels = 1 + random.nextInt(mostChannels);
            rows = groups * (1 + random.nextInt(3));
            window = conv ? 1 + random.nextInt(3) : 1;
            length = window + random.nextInt(4);
            xType = random.nextBoolean() ? DType.U8 : DType.I8;
            xZero = random.nextBoolean() ? 0 : any(xType);
            boolean byRow = random.nextBoolean();
            wZero = random.nextBoolean() ? new long[rows] : random.longs(rows, -9, 9).toArray();
            w = random.longs((long) rows * channels * window, -128, 128).toArray();
            xScale = scale();
            wScale = new float[rows];
            for (int i = 0; i < rows; i++) {
                wScale[i] = i > 0 && !byRow ? wScale[0] : scale();
                wZero[i] = byRow ? wZero[i] : wZero[0];
            }
            yScale = (float) (xScale * wScale[0] * 100 * Math.sqrt(channels * window));
            yZero = any(DType.U8);
            hasBias = random.nextBoolean();
            bias = random.longs(rows, -5000, 5000).toArray();
            cut = random.nextInt(4) == 0;
        }

        private float scale() {
            return 0.001f + 0.1f * random.nextFloat();
        }

        private long any(DType type) {
            return type.minInteger() + random.nextInt(256);
        }

        private float factor(int row) {
            return xScale * wScale[row];
        }

        // ---- the definition

        private long sum(TensorData x, int row, int at) {
            int first = row / (rows / groups) * channels;
            long sum = hasBias ? bias[row] : 0;
            for (int c = 0; c < channels; c++) {
                for (int k = 0; k < window; k++) {
                    long a = x.getLong((first + c) * length + at + k) - xZero;
                    sum += a * (w[(row * channels + c) * window + k] - wZero[row]);
                }
            }
            return sum;
        }

        TensorData defined(TensorData x) {
            int out = length - window + 1;
            var y = TensorData.zeros(DType.U8, 1, rows, out);
            for (int i = 0; i < y.size(); i++) {
                float real = (float) sum(x, i / out, i % out) * (factor(i / out) / yScale);
                double q = Math.rint(cut ? Math.max(real, 0) : real) + yZero;
                y.set(i, (long) Math.clamp(q, 0, 255));
            }
            return y;
        }

        // ---- the graph

        Graph graph() {
            var b = new GraphBuilder("case");
            var shape = Shape.of(Dim.ONE, Dim.of(groups * channels), Dim.of(length));
            var input = b.input("x", new TensorType(xType, shape));
            var x = dequantized(b, input, TensorData.floats(new float[]{xScale}), integers(xType, xZero), Shape.SCALAR);
            var scales = TensorData.floats(wScale, rows);
            var zeros = integers(DType.I8, wZero);
            var weights = b.constant(TensorData.of(DType.I8, bytes(w), rows, channels, window), "w");
            var real = dequantized(b, weights, scales, zeros, Shape.of(rows, 1, 1));
            var y = conv ? convolution(b, x, real) : product(b, x, real);
            if (cut) {
                y = b.apply(new Map(Expr.apply(Fn.MAX, Expr.arg(0, DType.F32), Expr.literal(0, DType.F32))),
                        Origin.of("relu"), y);
            }
            var quotient = Expr.apply(Fn.ROUND,
                    Expr.apply(Fn.DIV, Expr.arg(0, DType.F32), Expr.literal(yScale, DType.F32)));
            var moved = Expr.apply(Fn.ADD, quotient, Expr.literal(yZero, DType.F32));
            var within = Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, moved, Expr.literal(0, DType.F32)),
                    Expr.literal(255, DType.F32));
            b.output("y", b.apply(new Map(Expr.cast(within, DType.U8)), Origin.of("quantize"), y));
            return b.build();
        }

        private Value convolution(GraphBuilder b, Value x, Value real) {
            var one = List.of(1);
            var op = new Conv(groups, one, one, List.of(0), List.of(0), hasBias);
            return hasBias ? b.apply(op, Origin.of("conv"), x, real, bias(b)) : b.apply(op, Origin.of("conv"), x, real);
        }

        /** {@code x' [L,C] x w' [C,M] (+ bias) -> [L,M]}; the test puts the axes right behind the model. */
        private Value product(GraphBuilder b, Value x, Value real) {
            var swap = new View(new IndexMap.Permute(List.of(1, 0)));
            var left = b.apply(swap, Origin.NONE, reshaped(b, x, Shape.of(channels, length)));
            var right = b.apply(swap, Origin.NONE, reshaped(b, real, Shape.of(rows, channels)));
            var y = b.apply(MatMul.plain(DType.F32), Origin.of("matmul"), left, right);
            if (hasBias) {
                y = b.apply(new Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32))),
                        Origin.of("bias"), y, bias(b));
            }
            return y;
        }

        private Value bias(GraphBuilder b) {
            var scales = new float[rows];
            for (int i = 0; i < rows; i++) {
                scales[i] = factor(i);
            }
            var ints = TensorData.zeros(DType.I32, rows);
            for (int i = 0; i < rows; i++) {
                ints.set(i, bias[i]);
            }
            var expr = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I32), DType.F32), Expr.arg(1, DType.F32));
            return b.apply(new Map(expr), Origin.of("bias"), b.constant(ints, "bias"),
                    b.constant(TensorData.floats(scales, rows), "scale"));
        }

        private static Value reshaped(GraphBuilder b, Value value, Shape shape) {
            return b.apply(new View(new IndexMap.Reshape(shape)), Origin.NONE, value);
        }

        private static Value dequantized(GraphBuilder b, Value q, TensorData scale, TensorData zero, Shape shape) {
            var difference = Expr.apply(Fn.SUB, Expr.cast(Expr.arg(0, q.dtype()), DType.I32),
                    Expr.cast(Expr.arg(2, q.dtype()), DType.I32));
            var expr = Expr.apply(Fn.MUL, Expr.cast(difference, DType.F32), Expr.arg(1, DType.F32));
            return b.apply(new Map(expr), Origin.of("dequantize"), q, reshaped(b, b.constant(scale, "scale"), shape),
                    reshaped(b, b.constant(zero, "zero"), shape));
        }

        private static TensorData integers(DType type, long... values) {
            var data = TensorData.zeros(type, values.length);
            for (int i = 0; i < values.length; i++) {
                data.set(i, values[i]);
            }
            return data;
        }

        private static byte[] bytes(long[] values) {
            var out = new byte[values.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) values[i];
            }
            return out;
        }

        TensorData operand() {
            var x = TensorData.zeros(xType, 1, (long) groups * channels, length);
            for (int i = 0; i < x.size(); i++) {
                x.set(i, any(xType));
            }
            return x;
        }
    }

    private static Graph recognized(Graph graph) {
        var passes = Pipeline.standard().passes().stream().filter(p -> p.name().equals("recognize-quantized")).toList();
        return new Pipeline(passes).run(graph, VERIFY, PassListener.NONE);
    }

    private static TensorData result(Graph graph, Case c, TensorData x) {
        var y = Objects.requireNonNull(Evaluator.evaluate(graph, java.util.Map.of("x", x)).get("y"));
        if (c.conv) {
            return y;
        }
        var back = new View(new IndexMap.Permute(List.of(1, 0))).evaluate(List.of(y)).getFirst();
        return new View(new IndexMap.Reshape(Shape.of(1, back.dims()[0], back.dims()[1]))).evaluate(List.of(back))
                .getFirst();
    }

    private static void check(Case c) {
        var before = c.graph();
        var x = c.operand();
        var defined = c.defined(x);

        var after = recognized(before);

        assertThat(result(after, c, x)).isEqualTo(defined);
        var unfolded = result(before, c, x);
        for (int i = 0; i < defined.size(); i++) {
            assertThat(unfolded.getLong(i)).isBetween(defined.getLong(i) - 1, defined.getLong(i) + 1);
        }
        assertThat(result(Pipeline.standard().run(before, VERIFY, PassListener.NONE), c, x)).isEqualTo(defined);
    }

    @Property(tries = 300)
    void convolutionsAreAsDefined(@ForAll long seed) {
        check(new Case(seed, true, 20));
    }

    @Property(tries = 200)
    void productsAreAsDefined(@ForAll long seed) {
        check(new Case(seed, false, 40));
    }

    @Property(tries = 30)
    void longSumsAreAsDefined(@ForAll long seed) {
        check(new Case(seed, true, 3000));
    }

    @Test
    void longSumsAreTakenInPartsThatAreExact() {
        int most = 0;
        for (long seed = 0; seed < 20; seed++) {
            var after = recognized(new Case(seed * MIX, true, 3000).graph());
            var convolutions = after.nodes().stream().filter(n -> n.op() instanceof Conv).toList();
            most = Math.max(most, convolutions.size());
            assertThat(convolutions).allMatch(n -> n.output().dtype() == DType.F32 || grouped(n.op()));
        }
        assertThat(most).isGreaterThan(1);
    }

    private static boolean grouped(Op op) {
        return op instanceof Conv c && c.groups() > 1;
    }

    @Test
    void aLongWindowIsSummedInMoreBits() {
        var b = new GraphBuilder("window");
        int window = 700;
        var x = b.input("x", TensorType.of(DType.U8, 1, 1, window + 1));
        var w = TensorData.zeros(DType.I8, 1, 1, window);
        for (int i = 0; i < window; i++) {
            w.set(i, 127L);
        }
        var scaled = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.U8), DType.F32), Expr.literal(0.5, DType.F32));
        var weights = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I8), DType.F32), Expr.literal(0.5, DType.F32));
        var one = List.of(1);
        b.output("y", b.apply(new Conv(1, one, one, List.of(0), List.of(0), false), Origin.of("conv"),
                b.apply(new Map(scaled), Origin.NONE, x), b.apply(new Map(weights), Origin.NONE, b.constant(w, "w"))));

        var after = recognized(b.build());

        assertThat(after.nodes()).filteredOn(n -> n.op() instanceof Conv).singleElement()
                .satisfies(n -> assertThat(n.output().dtype()).isEqualTo(DType.F64));
    }

    @Test
    void productsAreOfIntegers() {
        for (long seed = 0; seed < 20; seed++) {
            var product = recognized(new Case(seed * MIX, false, 40).graph());
            assertThat(product.nodes()).noneMatch(n -> n.op() instanceof MatMul);
            assertThat(product.nodes()).anyMatch(n -> n.op() instanceof MatMulInteger);
        }
    }
}
