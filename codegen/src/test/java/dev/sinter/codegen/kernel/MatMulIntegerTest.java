package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.QuantizeDynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Integer products, which are exact: the reference adds 64-bit integers. */
class MatMulIntegerTest {
    private static final Expr SUM = Expr.arg(0, DType.I32);

    private static Expr dequantized() {
        return Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, Expr.cast(SUM, DType.F32), Expr.arg(1, DType.F32)),
                Expr.arg(2, DType.F32));
    }

    private static TensorData bytes(Random random, DType type, boolean extreme, long... dims) {
        var data = TensorData.zeros(type, dims);
        boolean high = random.nextBoolean();
        for (int i = 0; i < data.size(); i++) {
            long v = extreme ? (high ? type.maxInteger() : type.minInteger()) : type.minInteger() + random.nextInt(256);
            data.set(i, v);
        }
        return data;
    }

    @Property(tries = 50)
    void exactWhateverTheOperands(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var typeA = random.nextBoolean() ? DType.I8 : DType.U8;
        var typeB = random.nextBoolean() ? DType.I8 : DType.U8;
        boolean extreme = random.nextInt(3) == 0;
        int m = random.nextInt(10);
        int k = List.of(0, 1, 5, 16, 100, 257, 514, 515, 600, 1100).get(random.nextInt(10));
        int n = 1 + random.nextInt(random.nextBoolean() ? 20 : 100);
        var dims =
                random.nextInt(5) == 0 ? new long[]{k} : random.nextBoolean() ? new long[]{m, k} : new long[]{2, m, k};
        var a = s.input(bytes(random, typeA, extreme, dims), s.shape(dims));
        var dataB = bytes(random, typeB, extreme, k, n);
        boolean computed = random.nextInt(4) == 0;
        var b = computed ? s.input(dataB, s.shape(k, n)) : s.constant(dataB);
        boolean zeroA = random.nextBoolean();
        boolean zeroB = random.nextBoolean();
        var operands = new ArrayList<Value>(List.of(a, b));
        if (zeroA) {
            boolean perRow = dims.length > 1 && random.nextInt(3) == 0;
            var zero = perRow ? bytes(random, typeA, extreme, m) : bytes(random, typeA, extreme);
            operands.add(random.nextBoolean() && !perRow ? s.constant(zero) : s.input(zero, s.shape(zero.dims())));
        }
        if (zeroB) {
            var zero = random.nextBoolean() ? bytes(random, typeB, extreme, n) : bytes(random, typeB, extreme);
            operands.add(random.nextInt(4) == 0 ? s.input(zero, s.shape(zero.dims())) : s.constant(zero));
        }
        s.check(EXACT, s.add(new MatMulInteger(zeroA, zeroB, SUM), operands.toArray(Value[]::new)));
    }

    @ParameterizedTest
    @CsvSource({"40, 19", "600, 35", "64, 200"})
    void everyNumberOfRows(int k, int n) {
        var random = new Random(k);
        var s = new Samples(k, false);
        var a = s.input(bytes(random, DType.U8, false, 1, k), new Shape(List.of(Dim.sym("M"), Dim.of(k))));
        var zero = s.input(TensorData.scalar(DType.U8, 131));
        var b = s.constant(bytes(random, DType.I8, false, k, n));
        var sum = s.add(new MatMulInteger(true, false, SUM), a, b, zero);
        var real = s.add(new MatMulInteger(true, true, dequantized()), a, b, zero,
                s.constant(bytes(random, DType.I8, false, n)), s.input(DType.F32),
                s.constant(DType.F32, n));
        try (var compiled = Compiled.of(s.graph(sum, real))) {
            IntStream.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 145).forEach(m -> {
                var inputs = new java.util.HashMap<>(s.inputs());
                inputs.put("x0", bytes(random, DType.U8, false, m, k));
                compiled.check(inputs, EXACT);
            });
        }
    }

    /** Epilogues of quantized encoders, in every form, few blocks and many, with and without zero points. */
    @ParameterizedTest
    @ValueSource(ints = {33, 700})
    void epilogues(int k) {
        for (boolean zeroB : new boolean[]{false, true}) {
            for (int n : new int[]{19, 48}) {
                for (var type : List.of(DType.I8, DType.U8)) {
                    var random = new Random(k);
                    var s = new Samples(k, false);
                    var a = s.input(bytes(random, DType.U8, false, 11, k));
                    var b = s.constant(bytes(random, type, false, k, n));
                    var operands = new ArrayList<>(List.of(a, b));
                    if (zeroB) {
                        operands.add(s.constant(bytes(random, type, false, n)));
                    }
                    operands.add(s.constant(TensorData.scalar(DType.F32, 1e-4)));
                    operands.add(s.constant(DType.F32, n));
                    operands.add(s.input(DType.F32, 11, n));
                    operands.add(s.input(DType.F32));
                    var real = dequantized();
                    var residual = Expr.apply(Fn.ADD, real, Expr.arg(3, DType.F32));
                    var scaled = Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, Expr.cast(SUM, DType.F32),
                            Expr.apply(Fn.MUL, Expr.arg(1, DType.F32), Expr.arg(4, DType.F32))),
                            Expr.arg(2, DType.F32));
                    var outputs = new ArrayList<Value>();
                    for (var expr : List.of(real, residual, Expr.apply(Fn.GELU, real), Expr.apply(Fn.TANH, scaled),
                            Expr.apply(Fn.GELU, scaled),
                            Expr.apply(Fn.ADD, Expr.apply(Fn.GELU, scaled), Expr.arg(3, DType.F32)),
                            Expr.apply(Fn.ADD, SUM, SUM),
                            Expr.cast(SUM, DType.I64), Expr.apply(Fn.GELU, Expr.apply(Fn.GELU, residual)))) {
                        outputs.add(s.add(new MatMulInteger(false, zeroB, expr), operands.toArray(Value[]::new)));
                    }
                    s.check(new Tolerance(3e-6, 3e-6), outputs.toArray(Value[]::new));
                }
            }
        }
    }

    @Property(tries = 25)
    void throughDynamicQuantization(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int k = List.of(1, 16, 40, 515, 700).get(random.nextInt(5));
        int n = 1 + random.nextInt(50);
        var x = s.input(DType.F32, 1 + random.nextInt(9), k);
        var b = s.constant(bytes(random, DType.I8, false, k, n));
        var builder = s.builder();
        var centered = builder.add(new QuantizeDynamic(true), List.of(x), Origin.of("/quantize"));
        var codes = builder.add(new QuantizeDynamic(false), List.of(x), Origin.of("/quantize2"));
        var first = s.add(new MatMulInteger(false, false, SUM), centered.get(0), b);
        var second = s.add(new MatMulInteger(true, false, SUM), codes.get(0), b, codes.get(2));
        var y = s.check(EXACT, first, second, codes.get(0), codes.get(2), codes.get(1), centered.get(0),
                centered.get(1));
        org.assertj.core.api.Assertions.assertThat(y.get("y0")).isEqualTo(y.get("y1"));
    }

    static Map<String, float[]> tensors() {
        return Map.of("zeros", new float[20], "constant", filled(20, 3), "negative only", filled(17, -2),
                "positive only", filled(16, 5), "one", filled(1, 1),
                "ties", ties(), "empty", new float[0], "denormal", filled(5, Float.MIN_VALUE), "huge", huge());
    }

    private static float[] filled(int n, float value) {
        var a = new float[n];
        java.util.Arrays.fill(a, value);
        if (n > 3) {
            a[3] = value / 3;
        }
        return a;
    }

    private static float[] ties() {
        var a = new float[100];
        for (int i = 0; i < a.length; i++) {
            a[i] = (i - 20) / 2f;
        }
        a[99] = 255 - 10;
        return a;
    }

    private static float[] huge() {
        return new float[]{Float.MAX_VALUE / 2, -Float.MAX_VALUE / 4, 0, 1, -0f, 1e30f};
    }

    static java.util.stream.Stream<String> names() {
        return tensors().keySet().stream().sorted();
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("names")
    void quantizesAwkwardTensors(String name) {
        var s = new Samples(0, false);
        var data = tensors().get(name);
        var x = s.input(TensorData.floats(data, data.length));
        var codes = s.builder().add(new QuantizeDynamic(false), List.of(x), Origin.of("/q"));
        var centered = s.builder().add(new QuantizeDynamic(true), List.of(x), Origin.of("/c"));
        s.check(EXACT, codes.get(0), codes.get(1), codes.get(2), centered.get(0), centered.get(1));
    }
}
