package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.Compiler;
import dev.sinter.Sinter;
import dev.sinter.frontend.dsl.DslImporter;
import dev.sinter.frontend.dsl.Formatter;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.ir.op.Constant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The architectures as texts of the model language: short, of the published sizes, and equal in ONNX Runtime. */
class TextModelsTest {
    /** Takes the transformers in full size, too, with some gigabytes of memory. */
    private static final boolean FULL = Boolean.getBoolean("sinter.full");

    @TempDir
    Path folder;

    private static String text(String name) throws IOException {
        try (var in = TextModelsTest.class.getResourceAsStream("models/" + name + ".sinter")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The same with fewer layers, words and positions. */
    private static String small(String text) {
        return FULL ? text : text.replace("repeat 12", "repeat 2").replace("30522", "100").replace("50257", "100")
                .replace("hidden = 768", "hidden = 96").replace("1024", "64").replace("512", "64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-base", "gpt2", "resnet50", "mobilenetv2", "lstm"})
    void areShortAndLaidOut(String name) throws IOException {
        assertThat(text(name).lines().count()).isLessThanOrEqualTo(60);
        assertThat(Formatter.format(text(name), name)).isEqualTo(text(name));
    }

    /** Running means and variances of batch normalization are no parameters in the published counts. */
    @ParameterizedTest
    @CsvSource({"resnet50, 25.557", "mobilenetv2, 3.505", "lstm, 0.264192"})
    void sizesAreThePublishedOnes(String name, double millions) throws IOException {
        var graph = DslImporter.importModel(text(name).getBytes(StandardCharsets.UTF_8), ImportOptions.NONE);
        double parameters = 0;
        for (var node : graph.nodes()) {
            if (node.op() instanceof Constant(var data, var label) && !label.isEmpty() && !label.contains("running")) {
                parameters += data.size();
            }
        }
        assertThat(parameters / 1e6).isCloseTo(millions, within(0.001 * millions));
    }

    private static Feed floats(String name, Random random, long... dims) {
        var values = new float[(int) Arrays.stream(dims).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Feed.of(name, Element.F32, values, dims);
    }

    private static Feed longs(String name, long[] values) {
        return Feed.of(name, Element.I64, values, 1, values.length);
    }

    private void agree(String text, Compiler compiler, List<Feed> feeds) throws IOException {
        var file = Files.writeString(folder.resolve("model.sinter"), text);
        var onnx = folder.resolve("model.onnx");
        compiler.exportOnnx(file, onnx, ExportOptions.DEFAULTS);
        try (Side ours = Sides.sinter(compiler.compile(file), feeds, false);
                Side theirs = Sides.ort(onnx, feeds, false, 1)) {
            ours.run();
            theirs.run();
            assertThat(ours.outputs().keySet()).isEqualTo(theirs.outputs().keySet());
            assertThat(Agreement.distance(ours.outputs(), theirs.outputs())).isLessThan(1e-4);
            assertThat(theirs.outputs().values()).allSatisfy(o -> assertThat(
                    Arrays.stream(o).map(Math::abs).max().orElseThrow()).isBetween(1e-4, 1e3));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50", "mobilenetv2"})
    void imagesAgreeWithOnnxRuntime(String name) throws IOException {
        agree(text(name), Sinter.compiler().dim("batch", 1).dim("side", 64),
                List.of(floats("input", new Random(1), 1, 3, 64, 64)));
    }

    @Test
    void lstmAgreesWithOnnxRuntime() throws IOException {
        agree(text("lstm"), Sinter.compiler(), List.of(floats("input", new Random(2), 2, 7, 128)));
    }

    @Test
    void bertAgreesWithOnnxRuntime() throws IOException {
        agree(small(text("bert-base")), Sinter.compiler(), List.of(longs("input_ids", new long[]{3, 14, 15, 92, 65}),
                longs("attention_mask", new long[]{1, 1, 1, 1, 0}),
                longs("token_type_ids", new long[]{0, 0, 1, 1, 1})));
    }

    @Test
    void gpt2AgreesWithOnnxRuntimeAndHasAState() throws IOException {
        int layers = FULL ? 12 : 2;
        int size = FULL ? 64 : 8;
        var random = new Random(3);
        var feeds = new ArrayList<>(List.of(longs("input_ids", new long[]{3, 14, 15}),
                longs("attention_mask", new long[]{0, 1, 1, 1, 1, 1, 1}),
                longs("position_ids", new long[]{4, 5, 6})));
        for (int layer = 0; layer < layers; layer++) {
            feeds.add(floats(DecodeNames.PAST + layer + ".key", random, 1, 12, 4, size));
            feeds.add(floats(DecodeNames.PAST + layer + ".value", random, 1, 12, 4, size));
        }
        agree(small(text("gpt2")), Sinter.compiler(), feeds);
        try (var model = Sinter.compile(small(text("gpt2")).getBytes(StandardCharsets.UTF_8))) {
            assertThat(model.states()).hasSize(2 * layers);
        }
    }
}
