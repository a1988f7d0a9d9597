package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightAnalysisTest {
    private static final int OUTPUTS = 96;
    private static final int INPUTS = 64;

    private static float[] random(int count, long seed) {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Weights as products have them, an input's side by side. */
    private static WeightMatrix inputsFirst(float[] values, int outputs) {
        return new WeightMatrix(values, outputs, values.length / outputs, 1, outputs);
    }

    private static WeightFacts pruned(int outputs, int inputs, Consumer<Pruning> how) {
        var values = random(outputs * inputs, 7);
        how.accept(new Pruning(values, outputs, inputs, 1, outputs));
        return WeightAnalysis.of(inputsFirst(values, outputs));
    }

    private static WeightFacts pruned(Consumer<Pruning> how) {
        return pruned(OUTPUTS, INPUTS, how);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "8, 1", "16, 1", "48, 1", "1, 4", "1, 16"})
    void blocksAreFound(int outputs, int inputs) {
        var facts = pruned(p -> p.blocks(outputs, inputs, 0.75));
        assertThat(facts.pattern()).isEqualTo(new Sparsity(outputs, inputs, 0.75));
        assertThat(facts.zeros()).isEqualTo(0.75);
        assertThat(facts.reordered()).isFalse();
        assertThat(WeightFacts.parse(facts.toString())).isEqualTo(facts);
    }

    /** The ends have what is left of blocks and groups. */
    @Property(tries = 200)
    void sizesNeedNotFit(@ForAll @IntRange(min = 20, max = 140) int outputs,
            @ForAll @IntRange(min = 16, max = 70) int inputs) {
        var facts = pruned(outputs, inputs, p -> p.blocks(4, 1, 0.5));
        assertThat(facts.pattern()).as(facts.toString()).isNotNull()
                .matches(p -> p.outputs() % 4 == 0 || p.unstructured());
        var plain = new KeptBits(inputsFirst(random(outputs * inputs, 3), outputs));
        assertThat(plain.count()).isEqualTo(plain.within(3, 5)).isEqualTo((long) outputs * inputs);
    }

    @ParameterizedTest
    @CsvSource({"1, 4", "2, 4", "2, 8", "4, 8", "4, 16", "5, 16"})
    void someOfEachFewAreFound(int kept, int of) {
        assertThat(pruned(p -> p.some(kept, of)).pattern()).hasToString(kept + ":" + of);
    }

    /** The same matrix with its outputs in another order has its blocks still. */
    @Test
    void blocksOfOutputsInAnotherOrderAreFound() {
        var values = random(OUTPUTS * INPUTS, 7);
        new Pruning(values, OUTPUTS, INPUTS, 1, OUTPUTS).blocks(8, 1, 0.8);
        var order = new ArrayList<Integer>();
        for (int o = 0; o < OUTPUTS; o++) {
            order.add(o);
        }
        Collections.shuffle(order, new Random(1));
        var shuffled = new float[values.length];
        for (int at = 0; at < values.length; at++) {
            shuffled[at / OUTPUTS * OUTPUTS + order.get(at % OUTPUTS)] = values[at];
        }
        var facts = WeightAnalysis.of(inputsFirst(shuffled, OUTPUTS));
        assertThat(facts.pattern()).isEqualTo(new Sparsity(8, 1, 0.8));
        assertThat(facts.reordered()).isTrue();
        assertThat(facts.words()).isEqualTo(
                "80.0 % zeros in blocks of 8 outputs x 1 input, of outputs that are not neighbours; 3 of 64 inputs have no weights");
        assertThat(WeightFacts.parse(facts.toString())).isEqualTo(facts);
    }

    /** Outputs and inputs without weights are no pattern, and single ones are found among many weights. */
    @Test
    void channelsWithoutWeightsAreCounted() {
        var values = random(500 * 300, 7);
        for (int i = 0; i < 300; i++) {
            values[i * 500 + 17] = 0;
        }
        for (int o = 0; o < 500; o++) {
            values[200 * 500 + o] = 0;
            values[201 * 500 + o] = -0f;
        }
        var facts = WeightAnalysis.of(inputsFirst(values, 500));
        assertThat(facts).hasToString("500x300 zeros=0.0087 zero-outputs=1 zero-inputs=2");
        assertThat(facts.words())
                .isEqualTo("0.9 % zeros; 1 of 500 outputs have no weights; 2 of 300 inputs have no weights");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16, 255, 256})
    void fewValuesAreCounted(int count) {
        var values = random(OUTPUTS * INPUTS, 5);
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.3f + (i * 31 % count) * 0.7f;
        }
        assertThat(WeightAnalysis.of(inputsFirst(values, OUTPUTS)).values()).isEqualTo(count);
    }

    @Test
    void powersOfTwoAreFound() {
        var values = random(OUTPUTS * INPUTS, 5);
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.copySign(Math.scalb(1f, -(i * 7 % 5)), values[i]);
        }
        assertThat(WeightAnalysis.of(inputsFirst(values, OUTPUTS)))
                .hasToString("96x64 values=10 powers");
        values[0] = 3;
        assertThat(WeightAnalysis.of(inputsFirst(values, OUTPUTS)).powers()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 16})
    void lowRanksAreFound(int rank) {
        var left = random(OUTPUTS * rank, 1);
        var right = random(rank * INPUTS, 2);
        var values = new float[OUTPUTS * INPUTS];
        for (int at = 0; at < values.length; at++) {
            double sum = 0;
            for (int r = 0; r < rank; r++) {
                sum += (double) left[at % OUTPUTS * rank + r] * right[r * INPUTS + at / OUTPUTS];
            }
            values[at] = (float) sum;
        }
        assertThat(WeightAnalysis.of(inputsFirst(values, OUTPUTS)))
                .hasToString("96x64 rank=" + rank);
        values[17 * OUTPUTS + 1] += 0.5f;
        assertThat(WeightAnalysis.of(inputsFirst(values, OUTPUTS))).isNull();
    }

    @Test
    void nothingIsSpecialAboutRandomWeights() {
        assertThat(WeightAnalysis.of(inputsFirst(random(OUTPUTS * INPUTS, 1), OUTPUTS))).isNull();
    }

    /** A convolution's results stand first, and each place of its window counts as an input. */
    @Test
    void convolutionsAreMatrices() {
        var values = random(16 * 8 * 9, 1);
        new Pruning(values, 16, 72, 72, 1).blocks(4, 1, 0.5);
        var graph = new GraphBuilder("g");
        var x = graph.input("x", TensorType.of(DType.F32, 1, 8, 9, 9));
        var w = graph.constant(TensorData.floats(values, 16, 8, 3, 3), "w");
        var y = graph.apply(new Conv(1, List.of(1, 1), List.of(1, 1), List.of(1, 1), List.of(1, 1), false),
                Origin.of("c"), x, w);
        graph.output("y", y);
        var node = graph.build().nodes().getLast();
        assertThat(WeightMatrix.of(node, x)).isNull();
        assertThat(WeightAnalysis.of(WeightMatrix.of(node, w)).pattern()).isEqualTo(new Sparsity(4, 1, 0.5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "768", "768x3072 colour=red", "768x3072 zeros=many"})
    void wrongFactsAreRefused(String text) {
        assertThatThrownBy(() -> WeightFacts.parse(text)).isInstanceOf(IrException.class);
    }
}
