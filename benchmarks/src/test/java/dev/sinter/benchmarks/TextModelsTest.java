package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.Sinter;
import dev.sinter.benchmarks.models.Architecture;
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
import java.util.Locale;
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
        return new String(Architecture.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')).text(),
                StandardCharsets.UTF_8);
    }

    /** The same with fewer layers, words and positions. */
    private static String small(String text) {
        return FULL ? text
                : text.replace("repeat 12", "repeat 2").replace("repeat 6", "repeat 2").replace("30522", "100")
                        .replace("50257", "100")
                        .replace("hidden = 768", "hidden = 96").replace("1024", "64").replace("512", "64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-base", "distilbert", "bert-mini", "gpt2", "resnet18", "resnet50", "mobilenetv2",
            "lstm", "mlp"})
    void areShortAndLaidOut(String name) throws IOException {
        assertThat(text(name).lines().count()).isLessThanOrEqualTo(60);
        assertThat(Formatter.format(text(name), name)).isEqualTo(text(name));
    }

    /** Running means and variances of batch normalization are no parameters in the published counts. */
    @ParameterizedTest
    @CsvSource({"resnet18, 11.690", "resnet50, 25.557", "mobilenetv2, 3.505", "lstm, 0.264192"})
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

    /** The text, the file that the comparison writes of it and the one that anyone would: three ways, one answer. */
    private void agree(String text, ImportOptions sizes, List<Feed> feeds) throws IOException {
        var file = Files.writeString(folder.resolve("model.sinter"), text);
        var compared = folder.resolve("compared.onnx");
        Architecture.write(text.getBytes(StandardCharsets.UTF_8), sizes, compared);
        var exported = folder.resolve("exported.onnx");
        var compiler = Sinter.compiler();
        for (var size : sizes.dims().entrySet()) {
            compiler = compiler.dim(size.getKey(), size.getValue());
        }
        compiler.exportOnnx(file, exported, ExportOptions.DEFAULTS);
        try (Side ours = Sides.sinter(compiler.compile(file), feeds, false);
                Side again = Sides.sinter(Sinter.compile(compared), feeds, false);
                Side theirs = Sides.ort(compared, feeds, false, 1);
                Side plain = Sides.ort(exported, feeds, false, 1)) {
            ours.run();
            theirs.run();
            assertThat(theirs.outputs().values()).allSatisfy(o -> assertThat(
                    Arrays.stream(o).map(Math::abs).max().orElseThrow()).isBetween(1e-4, 1e3));
            for (var side : List.of(ours, again, plain)) {
                side.run();
                assertThat(side.outputs().keySet()).isEqualTo(theirs.outputs().keySet());
                assertThat(Agreement.distance(side.outputs(), theirs.outputs())).isLessThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "mobilenetv2"})
    void imagesAgreeWithOnnxRuntime(String name) throws IOException {
        agree(text(name), ImportOptions.NONE.dim("batch", 1).dim("side", 64),
                List.of(floats("input", new Random(1), 1, 3, 64, 64)));
    }

    @Test
    void lstmAgreesWithOnnxRuntime() throws IOException {
        agree(text("lstm"), ImportOptions.NONE, List.of(floats("input", new Random(2), 2, 7, 128)));
    }

    @Test
    void bertAgreesWithOnnxRuntime() throws IOException {
        agree(small(text("bert-base")), ImportOptions.NONE,
                List.of(longs("input_ids", new long[]{3, 14, 15, 92, 65}),
                        longs("attention_mask", new long[]{1, 1, 1, 1, 0}),
                        longs("token_type_ids", new long[]{0, 0, 1, 1, 1})));
    }

    @Test
    void distilBertAgreesWithOnnxRuntime() throws IOException {
        agree(small(text("distilbert")), ImportOptions.NONE,
                List.of(longs("input_ids", new long[]{3, 14, 15, 92, 65}),
                        longs("attention_mask", new long[]{1, 1, 1, 0, 0})));
    }

    @Test
    void mlpAgreesWithOnnxRuntime() throws IOException {
        agree(text("mlp"), ImportOptions.NONE, List.of(floats("input", new Random(4), 5, 30)));
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
        agree(small(text("gpt2")), ImportOptions.NONE, feeds);
        try (var model = Sinter.compile(small(text("gpt2")).getBytes(StandardCharsets.UTF_8))) {
            assertThat(model.states()).hasSize(2 * layers);
        }
    }
}
