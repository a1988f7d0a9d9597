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
import dev.sinter.ir.Graph;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Cost;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.Conv;
import dev.sinter.runtime.Form;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WinogradTest {
    /** Sums of some hundred products, each about 1. */
    private static final Tolerance SUMS = new Tolerance(1e-3, 1e-4);
    private static final Expr SUM = Expr.arg(0, DType.F32);
    private static final Expr RESIDUAL =
            Expr.apply(Fn.MAX, Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32)), Expr.literal(0, DType.F32));

    private static Conv conv(int begin, int end, boolean bias) {
        return new Conv(1, List.of(1, 1), List.of(1, 1), List.of(begin, begin), List.of(end, end), bias)
                .in(Conv.Layout.CHANNELS_LAST);
    }

    /** batch, height, width, pads, channels, results; the last axis says how it must be computed. */
    @ParameterizedTest
    @CsvSource({"1,12,12,1,1,32,32,m4", "2,9,14,1,1,48,40,m4", "1,6,6,1,1,32,33,m2", "3,6,5,1,1,64,100,m2",
            "1,17,8,0,0,32,64,m4", "1,40,40,1,2,64,48,m4", "2,14,14,1,1,32,130,m4", "1,20,30,2,1,80,48,m4",
            "1,15,16,1,1,64,64,m4", "2,5,40,0,2,96,32,m4"})
    void everyTile(int batch, int height, int width, int begin, int end, int channels, int results, String tiles) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(height * 31L + width, false);
            var data = s.data(DType.F32, batch, height, width, channels);
            var shape = Shape.of(symbolic ? Dim.sym("B") : Dim.of(batch),
                    Dim.of(height), Dim.of(width), Dim.of(channels));
            var x = s.input(data, shape);
            var w = s.constant(DType.F32, results, channels, 3, 3);
            var op = conv(begin, end, true);
            var b = s.constant(DType.F32, results);
            var y = s.add(op, x, w, b);
            var graph = s.graph(y, s.add(op.with(RESIDUAL), x, w, b, y));
            Compiled.checked(graph, s.inputs(), SUMS);
            assertThat(kernels(graph, true)).anyMatch(k -> k.contains("winograd.f32." + tiles));
            assertThat(kernels(graph, false)).noneMatch(k -> k.contains("winograd"));
        }
    }

    private static List<String> kernels(Graph graph, boolean winograd) {
        var options = new CodegenOptions("p", "C", false).withForms(Set.of(Form.V512)).withWinograd(winograd);
        return CodeGenerator.generate(graph, options).plan().blocks().getFirst().steps().stream()
                .map(step -> step.kernels().get(Form.V512).name()).toList();
    }

    @Test
    void fewChannelsAndWideStridesAreComputedDirectly() {
        var s = new Samples(5, false);
        var x = s.input(DType.F32, 1, 12, 12, 8);
        var graph = s.graph(s.add(conv(1, 1, false), x, s.constant(DType.F32, 64, 8, 3, 3)));
        assertThat(kernels(graph, true)).noneMatch(k -> k.contains("winograd"));
    }

    /** Each way in turn is said to be the quickest. */
    @ParameterizedTest
    @CsvSource({"direct,window", "f2,winograd.f32.m2", "f4,winograd.f32.m4"})
    void measuredTimesChooseTheAlgorithm(String way, String kernel) {
        var s = new Samples(5, false);
        var x = s.input(s.data(DType.F32, 2, 12, 12, 32), Shape.of(Dim.sym("B"), Dim.of(12), Dim.of(12), Dim.of(32)));
        var graph = s.graph(s.add(conv(1, 1, false), x, s.constant(DType.F32, 32, 32, 3, 3)));
        Costs costs = q -> q.ways().stream().map(w -> new Cost(w.name(), w.name().equals(way) ? 10 : 20, true))
                .toList();
        var options = new CodegenOptions("p", "C", false).withForms(Set.of(Form.V512));
        var generated = CodeGenerator.generate(graph, options, new Choices(costs));
        assertThat(generated.kernels()).anyMatch(k -> k.name().contains(kernel));
        assertThat(generated.choices()).extracting(Choice::picked).containsExactly(way);
        var dump = new String(generated.image().resources().get(generated.image().info().irResource()),
                StandardCharsets.UTF_8);
        assertThat(Choice.parse(dump)).hasToString(generated.choices().toString());
    }

    /** The largest error against sums in f64, by the size of the largest result. */
    @ParameterizedTest
    @CsvSource({"12,1e-4", "6,1e-5"})
    void errorIsBounded(int size, double most) {
        int channels = 256;
        int results = 32;
        var s = new Samples(9, false);
        var x = s.data(DType.F32, 1, size, size, channels);
        var w = s.data(DType.F32, results, channels, 3, 3);
        var graph = s.graph(s.add(conv(1, 1, false), s.input(x), s.constant(w)));
        try (var compiled = Compiled.of(graph)) {
            var y = compiled.run(s.inputs()).values().iterator().next().floatArray();
            double largest = 0;
            double error = 0;
            for (int i = 0; i < y.length; i++) {
                double exact = sum(x, w, size, i / results / size, i / results % size, i % results);
                largest = Math.max(largest, Math.abs(exact));
                error = Math.max(error, Math.abs(y[i] - exact));
            }
            assertThat(error / largest).isLessThan(most);
        }
    }

    private static double sum(TensorData x, TensorData w, int size, int row, int column, int result) {
        int channels = (int) w.dims()[1];
        double sum = 0;
        for (int ky = Math.max(0, 1 - row); ky < Math.min(3, size + 1 - row); ky++) {
            for (int kx = Math.max(0, 1 - column); kx < Math.min(3, size + 1 - column); kx++) {
                int pixel = ((row + ky - 1) * size + column + kx - 1) * channels;
                for (int c = 0; c < channels; c++) {
                    sum += (double) x.floatArray()[pixel + c]
                            * w.floatArray()[(result * channels + c) * 9 + ky * 3 + kx];
                }
            }
        }
        return sum;
    }
}
