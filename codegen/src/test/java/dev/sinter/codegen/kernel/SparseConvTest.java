package dev.sinter.codegen.kernel;

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
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions with pruned weights against the reference evaluation, which adds in another order. */
class SparseConvTest {
    private static final Tolerance LONG = new Tolerance(2e-5, 2e-5);
    private static final Expr SUM = Expr.arg(0, DType.F32);
    private static final Expr RELU = Expr.apply(Fn.MAX, SUM, Expr.literal(0, DType.F32));
    private static final Expr ADDED = Expr.apply(Fn.MAX, Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32)),
            Expr.literal(0, DType.F32));

    /** Weights {@code [M,C,K…]} of which groups of neighbouring results keep a part. */
    private static TensorData pruned(Random random, int group, double kept, long... dims) {
        var weights = TensorData.zeros(DType.F32, dims);
        int results = (int) dims[0];
        int inputs = results == 0 ? 0 : weights.size() / results;
        for (int g = 0; g < results; g += group) {
            for (int i = 0; i < inputs; i++) {
                if (random.nextDouble() < kept) {
                    for (int m = g; m < Math.min(results, g + group); m++) {
                        weights.set(m * inputs + i, random.nextFloat() - 0.5);
                    }
                }
            }
        }
        return weights;
    }

    private static List<Integer> pair(int value) {
        return List.of(value, value);
    }

    private static Conv conv(int stride, int dilation, int pad) {
        return new Conv(1, pair(stride), pair(dilation), pair(pad), pair(pad), true);
    }

    @ParameterizedTest
    @CsvSource({"3,1,1,1,1", "3,1,1,1,2", "3,1,1,1,4", "3,1,1,1,8", "1,1,1,0,1", "1,1,1,0,4", "3,2,1,1,1", "3,2,1,1,8",
            "7,2,1,3,1", "1,2,1,0,2", "3,1,2,2,4", "3,3,2,1,1", "2,1,1,0,1", "3,1,1,-1,1", "3,1,1,4,1"})
    void images(int window, int stride, int dilation, int pad, int group) {
        var s = new Samples(window * 31L + stride, false);
        var x = s.input(DType.F32, 2, 6, 19, 23);
        var w = s.constant(pruned(s.random(), group, 0.15, 24, 6, window, window));
        s.check(LONG, s.add(conv(stride, dilation, pad), x, w, s.constant(DType.F32, 24)));
    }

    /** Everything between convolutions stays in planes: residuals, windows of several sizes, strides. */
    @ParameterizedTest
    @CsvSource({"1,14,14", "2,7,7", "3,9,30", "1,28,5"})
    void network(int batch, int height, int width) {
        var s = new Samples(height, false);
        var x = s.input(DType.F32, batch, 16, height, width);
        var first = s.add(conv(1, 1, 0).with(RELU), x, s.constant(pruned(s.random(), 1, 0.2, 32, 16, 1, 1)),
                s.constant(DType.F32, 32));
        var second = s.add(conv(1, 1, 1).with(RELU), first, s.constant(pruned(s.random(), 4, 0.1, 32, 32, 3, 3)),
                s.constant(DType.F32, 32));
        var third = s.add(conv(1, 1, 0).with(ADDED), second, s.constant(pruned(s.random(), 1, 0.2, 16, 32, 1, 1)),
                s.constant(DType.F32, 16), x);
        var strided = s.add(conv(2, 1, 1).with(RELU), third, s.constant(pruned(s.random(), 2, 0.2, 8, 16, 3, 3)),
                s.constant(DType.F32, 8));
        var shortcut = s.add(conv(2, 1, 0), third, s.constant(pruned(s.random(), 1, 0.2, 8, 16, 1, 1)),
                s.constant(DType.F32, 8));
        var last = s.add(conv(1, 1, 2).with(ADDED), strided,
                s.constant(pruned(s.random(), 1, 0.2, 8, 8, 5, 5)), s.constant(DType.F32, 8), shortcut);
        s.check(LONG, second, last);
    }

    /** So many channels that they are taken part by part, with every kind of epilogue. */
    @ParameterizedTest
    @CsvSource({"1", "2", "4", "8"})
    void parts(int group) {
        var s = new Samples(group, false);
        var x = s.input(DType.F32, 1, 112, 17, 15);
        var y = s.input(DType.F32, 1, 24, 17, 15);
        var w = s.constant(pruned(s.random(), group, 0.2, 24, 112, 3, 3));
        var b = s.constant(DType.F32, 24);
        var gelu = Expr.apply(Fn.GELU, Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32)));
        s.check(LONG, s.add(conv(1, 1, 1), x, w, b), s.add(conv(1, 1, 1).with(gelu), x, w, b, y),
                s.add(conv(2, 1, 1).with(RELU), x, w, b));
    }

    /** The groups that are in the weights are found, and all weights are used where there are few zeros. */
    @ParameterizedTest
    @CsvSource({"1,0.1,1x1", "2,0.1,2x1", "4,0.1,4x1", "8,0.1,8x1", "8,0.7,8x1", "1,0.9,"})
    void choices(int group, double kept, @Nullable String way) {
        var s = new Samples(group, false);
        var x = s.input(DType.F32, 1, 64, 14, 14);
        var y = s.add(conv(1, 1, 1), x, s.constant(pruned(s.random(), group, kept, 64, 64, 3, 3)),
                s.constant(DType.F32, 64));
        var choices = new Choices(Costs.ESTIMATED);
        CodeGenerator.generate(s.graph(y), new CodegenOptions("p", "C", false), choices);
        assertThat(choices.made().stream().filter(c -> c.kind().equals("sparse")).map(Choice::picked).toList())
                .isEqualTo(way == null ? List.of() : List.of(way));
    }

    /** Operands of epilogues per channel, per element of a plane, single; of another type; long ones. */
    @ParameterizedTest
    @CsvSource({"1", "3"})
    void epilogues(int batch) {
        var s = new Samples(batch, false);
        var x = s.input(DType.F32, batch, 8, 9, 11);
        var b = s.constant(DType.F32, 16);
        var sum = Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32));
        var gelu = Expr.apply(Fn.GELU, sum);
        var all = new ArrayList<Value>();
        for (long[] dims : new long[][]{{16, 1, 1}, {1, 16, 1, 1}, {9, 11}, {batch, 1, 1, 1}, {batch, 16, 9, 11},
                {1}, {16, 9, 1}}) {
            all.add(s.add(conv(1, 1, 1).with(gelu), x, s.constant(pruned(s.random(), 1, 0.2, 16, 8, 3, 3)), b,
                    s.input(DType.F32, dims)));
        }
        all.add(s.add(conv(1, 1, 1).with(Expr.cast(sum, DType.I32)), x,
                s.constant(pruned(s.random(), 1, 0.2, 16, 8, 3, 3)), b, s.constant(DType.F32, 16, 1, 1)));
        s.check(new Tolerance(3e-5, 3e-5), all.toArray(Value[]::new));
    }

    /** Channels without weights, no weights at all, operands that are views, one spatial axis, no image. */
    @Test
    void corners() {
        var s = new Samples(5, false);
        var w = pruned(s.random(), 1, 0.3, 12, 8, 3, 3);
        Arrays.fill(w.floatArray(), 3 * 72, 5 * 72, 0);
        for (int m = 0; m < 12; m++) {
            Arrays.fill(w.floatArray(), m * 72 + 9, m * 72 + 27, 0);
        }
        var turned = s.add(new View(new IndexMap.Permute(List.of(0, 3, 1, 2))), s.input(DType.F32, 1, 9, 10, 8));
        var b = s.constant(DType.F32, 12);
        var line = new Conv(1, List.of(1), List.of(1), List.of(1), List.of(1), false);
        var steps = new Conv(1, List.of(2), List.of(1), List.of(1), List.of(1), false).with(RELU);
        var row = s.input(DType.F32, 2, 8, 37);
        s.check(LONG, s.add(conv(1, 1, 1), turned, s.constant(w), b),
                s.add(conv(1, 1, 1), turned, s.constant(TensorData.zeros(DType.F32, 12, 8, 3, 3)), b),
                s.add(conv(1, 1, 1), s.input(DType.F32, 0, 8, 5, 5), s.constant(w), b),
                s.add(line, row, s.constant(pruned(s.random(), 1, 0.2, 12, 8, 3))),
                s.add(steps, row, s.constant(pruned(s.random(), 1, 0.2, 12, 8, 3))));
    }

    /** A symbolic number of images. */
    @Test
    void batches() {
        var s = new Samples(6, false);
        var x = s.input(s.data(DType.F32, 1, 8, 10, 12),
                new Shape(List.of(Dim.sym("N"), Dim.of(8), Dim.of(10), Dim.of(12))));
        var w = s.constant(pruned(s.random(), 1, 0.2, 16, 8, 3, 3));
        var first = s.add(conv(1, 1, 1).with(RELU), x, w, s.constant(DType.F32, 16));
        var second = s.add(conv(2, 1, 1), first, s.constant(pruned(s.random(), 1, 0.2, 70, 16, 3, 3)),
                s.constant(DType.F32, 70));
        try (var compiled = Compiled.of(s.graph(second))) {
            for (int n : new int[]{0, 1, 2, 5}) {
                compiled.check(Map.of("x0", s.data(DType.F32, n, 8, 10, 12)), LONG);
            }
        }
    }

    @Property(tries = 40)
    void everyShape(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, false);
        int channels = 1 + random.nextInt(20);
        int results = 1 + random.nextInt(150);
        int group = 1 << random.nextInt(4);
        int window = 1 + random.nextInt(4);
        int other = 1 + random.nextInt(3);
        var op = new Conv(1, List.of(1 + random.nextInt(3), 1 + random.nextInt(2)),
                List.of(1 + random.nextInt(2), 1 + random.nextInt(2)),
                List.of(random.nextInt(5) - 1, random.nextInt(4) - 1),
                List.of(random.nextInt(4) - 1, random.nextInt(3)), random.nextBoolean());
        var x = s.input(DType.F32, 1 + random.nextInt(2), channels, 9 + random.nextInt(30), 6 + random.nextInt(40));
        var w = s.constant(pruned(random, group, random.nextDouble() / 3, results, channels, window, other));
        s.check(LONG, op.bias() ? s.add(op, x, w, s.constant(DType.F32, results)) : s.add(op.with(RELU), x, w));
    }
}
