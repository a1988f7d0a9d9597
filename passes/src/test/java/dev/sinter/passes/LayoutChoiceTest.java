package dev.sinter.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Cost;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Softmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Measured costs decide about layouts as estimates do. */
class LayoutChoiceTest {
    private static Graph conv() {
        return conv(0);
    }

    /** Weights of which a part is zero. */
    private static Graph conv(double zeros) {
        var weights = new float[5 * 8 * 9];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i < zeros * weights.length ? 0 : 1;
        }
        var b = new GraphBuilder("conv");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(Dim.sym("N"), Dim.of(8), Dim.of(9), Dim.of(7))));
        var w = b.constant(TensorData.floats(weights, 5, 8, 3, 3), "w");
        b.output("y", b.apply(new Conv(1, List.of(1, 1), List.of(1, 1), List.of(1, 1), List.of(1, 1), false),
                Origin.of("/conv"), x, w));
        return b.build();
    }

    /** Costs by the name of the way. */
    private static Costs costs(Map<String, Double> nanos) {
        return q -> q.ways().stream().map(w -> new Cost(w.name(), nanos.get(w.name()), true)).toList();
    }

    private static boolean isLast(Graph graph) {
        return graph.nodes().stream().anyMatch(n -> n.op() instanceof Conv c && c.channelsLast());
    }

    private static Choice choose(double first, double last, double copy) {
        var choices = new Choices(costs(Map.of("channels-first", first, "channels-last", last, "copy", copy)));
        var graph = Pipeline.standard(choices).run(conv());
        var made = choices.made();
        assertThat(made).hasSize(1);
        assertThat(made.getFirst().picked()).isEqualTo(isLast(graph) ? "channels-last" : "channels-first");
        return made.getFirst();
    }

    @Test
    void theQuickerLayoutIsTaken() {
        assertThat(choose(1000, 500, 10)).hasToString("choice layout of \"/conv\": channels-last;"
                + " channels-first 1.0 us, channels-last 0.5 us, measured; less time");
        assertThat(choose(500, 1000, 10).picked()).isEqualTo("channels-first");
    }

    @Test
    void unlessPermutationsCostMore() {
        var choice = choose(1000, 500, 251);
        assertThat(choice.picked()).isEqualTo("channels-first");
        assertThat(choice.why()).contains("permutations");
        assertThat(choose(1000, 500, 249).picked()).isEqualTo("channels-last");
    }

    @Test
    void samplesAreWhatTheLayoutsMakeOfTheNode() {
        var asked = new ArrayList<String>();
        Pipeline.standard(new Choices(q -> {
            q.ways().forEach(w -> asked.add(w.name() + " " + w.sample().toString().replaceFirst(" \\{groups.*", "")));
            return Costs.ESTIMATED.of(q);
        })).run(conv());
        assertThat(asked).contains("channels-first conv f32[1,8,9,7], constant f32[5,8,3,3]",
                "channels-last conv f32[1,9,7,8], constant f32[5,8,3,3]",
                "copy permute f32[1,8,9,7] {perm=[0, 2, 3, 1]}", "copy permute f32[1,9,7,5] {perm=[0, 3, 1, 2]}");
    }

    /** What is computed without zeros is so with channels first. */
    @Test
    void prunedWeightsKeepChannelsFirst() {
        var asked = new ArrayList<String>();
        var choices = new Choices(q -> {
            q.ways().forEach(w -> asked.add(w.name() + " " + w.sample().toString().replaceFirst(" \\{groups.*", "")));
            return Costs.ESTIMATED.of(q);
        });
        assertThat(isLast(Pipeline.standard(choices).run(conv(0.9)))).isFalse();
        assertThat(asked).contains("channels-first conv f32[1,8,9,7], constant f32[5,8,3,3] 1x1@0.90",
                "channels-last conv f32[1,9,7,8], constant f32[5,8,3,3]");
        assertThat(isLast(Pipeline.standard(new Choices(Costs.ESTIMATED)).run(conv(0.1)))).isTrue();
    }

    /** The estimate without zeros, 9 of 10 weights, behind and before other nodes or not; nanoseconds. */
    private static double pruned(boolean behind, boolean before) {
        var b = new GraphBuilder("conv");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(1, 4, 20, 30)));
        var weights = new float[6 * 4 * 9];
        Arrays.fill(weights, 0, weights.length / 10, 1);
        var w = b.constant(TensorData.floats(weights, 6, 4, 3, 3), "w");
        var y = b.apply(new Conv(1, List.of(1, 1), List.of(1, 1), List.of(1, 1), List.of(1, 1), false),
                Origin.of("/conv"), behind ? b.apply(new Softmax(3), Origin.of("/before"), x) : x, w);
        b.output("y", before ? b.apply(new Softmax(3), Origin.of("/behind"), y) : y);
        var nanos = new ArrayList<Double>();
        Pipeline.standard(new Choices(q -> {
            q.ways().stream().filter(way -> way.name().equals("channels-first")).forEach(way -> nanos.add(way.nanos()));
            return Costs.ESTIMATED.of(q);
        })).run(b.build());
        return nanos.getFirst();
    }

    /** Planes with zeros between their rows are copies of what a caller gives and takes, not of what lies between nodes. */
    @Test
    void copiesForTheCallerCount() {
        double within = pruned(true, true);
        assertThat(pruned(false, true)).isCloseTo(within + 0.17 * 4 * 20 * 30, within(1e-6));
        assertThat(pruned(true, false)).isCloseTo(within + 0.17 * 6 * 20 * 30, within(1e-6));
        assertThat(pruned(false, false)).isCloseTo(within + 0.17 * 10 * 20 * 30, within(1e-6));
    }

    /**
     * Estimates decide as times did, side by side on one core with AVX-512: where leaving zeros out is slower than all
     * weights with channels last, they stay.
     */
    @ParameterizedTest
    @CsvSource({"1,0.5,512,512,7,3,true", "1,0.8,512,512,7,3,false", "4,0.5,512,512,7,3,false",
            "1,0.5,64,64,56,3,true", "1,0.8,64,64,56,3,true", "4,0.5,64,64,56,3,true", "4,0.8,64,64,56,3,false",
            "1,0.5,1024,256,14,1,false", "1,0.5,64,256,56,1,false", "4,0.5,64,256,56,1,false"})
    void zeros(int group, double zeros, int channels, int results, int side, int window, boolean last) {
        var weights = new float[results * channels * window * window];
        var random = new Random(group);
        int inputs = weights.length / results;
        for (int m = 0; m < results; m += group) {
            for (int k = 0; k < inputs; k++) {
                float value = random.nextDouble() < zeros ? 0 : 1;
                for (int i = 0; i < group; i++) {
                    weights[(m + i) * inputs + k] = value;
                }
            }
        }
        var b = new GraphBuilder("conv");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(1, channels, side, side)));
        var w = b.constant(TensorData.floats(weights, results, channels, window, window), "w");
        var around = List.of(window / 2, window / 2);
        b.output("y", b.apply(new Conv(1, List.of(1, 1), List.of(1, 1), around, around, false), Origin.of("/conv"), x,
                w));
        assertThat(isLast(Pipeline.standard(new Choices(Costs.ESTIMATED)).run(b.build()))).isEqualTo(last);
    }
}
