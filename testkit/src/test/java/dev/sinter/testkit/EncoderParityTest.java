package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.Compilation;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.FormChoice;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.RunOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Published encoders give what ONNX Runtime gives, at every batch and sequence length, and the same bits in every form.
 * The grid is run whole in the machine's own form; with {@code -Dsinter.full=true} in all of them.
 */
class EncoderParityTest {
    private static final List<Integer> BATCHES = List.of(1, 3, 8);
    private static final List<Integer> LENGTHS = List.of(1, 2, 7, 16, 33, 128, 511, 512);
    private static final double MOST_ABSOLUTE = 1e-4;
    private static final double LEAST_COSINE = 0.9995;
    /**
     * At some padded positions bge amplifies rounding errors a thousandfold: ONNX Runtime 1.29 with all optimizations
     * differs there from itself without them by up to 1.2e-3 (and by 1.9e-5 at the positions that count).
     */
    private static final double MOST_ABSOLUTE_OF_PADDING = 5e-3;
    /** What no sentence may fall below, whatever flips. */
    private static final double LEAST_COSINE_OF_ALL = 0.97;
    private static final long MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"MINILM", "BGE"})
    void theWholeGridAgreesWithOnnxRuntime(Encoder encoder) throws Exception {
        try (var reference = new OrtReference(encoder.bytes());
                var model = encoder.compilation().define(RunOptions.defaults())) {
            for (int batch : BATCHES) {
                for (int length : LENGTHS) {
                    var inputs = Encoder.inputs(batch, length);
                    var got = run(model, batch, length);
                    var want = reference.run(inputs);
                    var mask = inputs.get("attention_mask").toLongs();
                    assertThat(got).hasSameSizeAs(want);
                    for (int row = 0; row < mask.length; row++) {
                        assertThat(largestDifference(got, want, row))
                                .as("%s at %dx%d, vector %d, mask %d", encoder, batch, length, row, mask[row])
                                .isLessThanOrEqualTo(mask[row] == 0 && encoder == Encoder.BGE
                                        ? MOST_ABSOLUTE_OF_PADDING
                                        : MOST_ABSOLUTE);
                    }
                }
            }
        }
    }

    private static float[] run(Model model, int batch, int length) {
        var output = model.run(Encoder.inputs(batch, length)).tensor("last_hidden_state");
        assertThat(output.shape()).containsExactly(batch, length, Encoder.HIDDEN);
        return output.toFloats();
    }

    /**
     * Sentence vectors of the quantized forms. Where a value lies between two steps of the quantization, the last bit
     * of a sum decides, and one decision about a zero point moves a whole tensor: ONNX Runtime with its optimizations
     * and without them, both correct, give sentence vectors with cosines down to 0.989. So Sinter has to reach 0.9995
     * to the nearer of them, or be as near as they are to each other on average.
     */
    @ParameterizedTest
    @EnumSource(names = {"MINILM_Q", "BGE_Q"})
    void quantizedSentencesAreAsNearAsOnnxRuntimeIsToItself(Encoder encoder) throws Exception {
        var bytes = encoder.bytes();
        var ours = new ArrayList<Double>();
        var theirs = new ArrayList<Double>();
        try (var optimized = new OrtReference(bytes);
                var plain = new OrtReference(bytes, false);
                var model = encoder.compilation().define(RunOptions.defaults())) {
            for (int batch : BATCHES) {
                for (int length : LENGTHS) {
                    var inputs = Encoder.inputs(batch, length);
                    var mask = inputs.get("attention_mask").toLongs();
                    var got = sentences(run(model, batch, length), mask, batch);
                    var one = sentences(optimized.run(inputs), mask, batch);
                    var two = sentences(plain.run(inputs), mask, batch);
                    for (int b = 0; b < batch; b++) {
                        ours.add(Math.max(Comparison.cosine(got[b], one[b]), Comparison.cosine(got[b], two[b])));
                        theirs.add(Comparison.cosine(one[b], two[b]));
                        assertThat(ours.getLast()).as("%s at %dx%d, sentence %d", encoder, batch, length, b)
                                .isGreaterThanOrEqualTo(LEAST_COSINE_OF_ALL);
                    }
                }
            }
        }
        assertThat(mean(ours)).as("mean cosine; ONNX Runtime to itself: %s", mean(theirs))
                .isGreaterThanOrEqualTo(Math.min(LEAST_COSINE, mean(theirs)));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** The sum of the vectors that the mask keeps, for each sentence of a batch; its length does not matter. */
    private static double[][] sentences(float[] all, long[] mask, int batch) {
        var sums = new double[batch][Encoder.HIDDEN];
        int length = mask.length / batch;
        for (int row = 0; row < mask.length; row++) {
            for (int i = 0; i < Encoder.HIDDEN; i++) {
                sums[row / length][i] += mask[row] * all[row * Encoder.HIDDEN + i];
            }
        }
        return sums;
    }

    private static double largestDifference(float[] got, float[] want, int row) {
        double most = 0;
        for (int i = row * Encoder.HIDDEN; i < (row + 1) * Encoder.HIDDEN; i++) {
            double difference = Math.abs(got[i] - want[i]);
            most = difference <= most ? most : difference; // NaN is larger than all
        }
        return most;
    }

    @ParameterizedTest
    @EnumSource
    void allFormsGiveTheSameBits(Encoder encoder) throws Exception {
        var compilation = encoder.compilation();
        boolean full = Boolean.getBoolean("sinter.full");
        // Every kernel of every variant warms up by itself, so all sixteen run for one model of each kind.
        boolean all = full || encoder == Encoder.MINILM || encoder == Encoder.MINILM_Q;
        try (var forms = all ? AllForms.of(compilation) : AllForms.covering(compilation)) {
            if (full) {
                for (int batch : BATCHES) {
                    for (int length : LENGTHS) {
                        forms.run(Encoder.inputs(batch, length));
                    }
                }
                return;
            }
            forms.run(Encoder.inputs(1, 1));
            forms.run(Encoder.inputs(1, 7));
            forms.run(Encoder.inputs(3, 16));
            forms.run(Encoder.inputs(2, 33));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theJarIsSmallAndGivesTheSameBits(Encoder encoder) throws Exception {
        var compilation = encoder.compilation();
        var jar = folder.resolve(encoder + ".jar");
        compilation.writeJar(jar);
        assertThat(Files.size(jar)).isLessThanOrEqualTo(encoder.bytes().length + MEGABYTE)
                .isLessThanOrEqualTo(compilation.image().info().weightsBytes() + MEGABYTE);
        var inputs = Encoder.inputs(2, 33);
        try (var fromJar = Model.load(jar, RunOptions.defaults()); var jit = define(compilation)) {
            var want = jit.run(inputs).tensor("last_hidden_state");
            assertThat(AllForms.sameBits(want, fromJar.run(inputs).tensor("last_hidden_state"))).isTrue();
        }
    }

    /** The widest form with two threads, whatever the machine prefers. */
    private static Model define(Compilation compilation) {
        return compilation.define(new RunOptions(FormChoice.VECTOR, Form.V512.bits(), 2,
                Optional.empty(), false));
    }
}
