package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImporter;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.OnnxExporter;
import dev.sinter.ir.Graph;
import dev.sinter.passes.Pipeline;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published sentence encoders, written as ONNX, in ONNX Runtime: as the files they were read from. */
class ExportModelsTest {
    private static final String OUTPUT = "last_hidden_state";
    @TempDir
    Path folder;

    private static Graph graph(Encoder encoder) {
        return OnnxImporter.importModel(encoder.bytes(), null, ImportOptions.NONE);
    }

    /** Largest difference, relative to the largest element. */
    private static double distance(float[] got, float[] want) {
        assertThat(got).hasSameSizeAs(want);
        double most = 0;
        double largest = 0;
        for (int i = 0; i < want.length; i++) {
            most = Math.max(most, Math.abs((double) got[i] - want[i]));
            largest = Math.max(largest, Math.abs(want[i]));
        }
        return most / largest;
    }

    private static float[] run(byte[] model, Map<String, Tensor> inputs) throws OrtException {
        try (var session = new OrtReference(model)) {
            return session.run(inputs);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MINILM", "BGE"})
    void encodersGiveWhatTheirFilesGive(Encoder encoder) throws OrtException {
        var exported = OnnxExporter.export(graph(encoder), ExportOptions.DEFAULTS).toByteArray();
        var inputs = Encoder.inputs(2, 19);
        assertThat(distance(run(exported, inputs), run(encoder.bytes(), inputs))).isLessThan(1e-5);
    }

    @Test
    void readAgainItGivesTheSameBits() {
        var exported = OnnxExporter.export(graph(Encoder.MINILM), ExportOptions.DEFAULTS).toByteArray();
        var inputs = Encoder.inputs(1, 7);
        try (var first = Sinter.compile(Encoder.MINILM.bytes()); var second = Sinter.compile(exported)) {
            assertThat(second.run(inputs).tensor(OUTPUT).toFloats())
                    .isEqualTo(first.run(inputs).tensor(OUTPUT).toFloats());
        }
    }

    /** What the passes made of it: epilogues, layer normalization, attention. */
    @ParameterizedTest
    @ValueSource(ints = {20, 23, 26})
    void afterAllPassesItGivesTheSame(int opset) throws OrtException {
        var optimized = Pipeline.standard().run(graph(Encoder.MINILM));
        var exported = OnnxExporter.export(optimized, ExportOptions.DEFAULTS.withOpset(opset));
        assertThat(exported.getGraph().getNodeList()).extracting(n -> n.getOpType())
                .contains("LayerNormalization", "Gelu");
        var inputs = Encoder.inputs(2, 11);
        assertThat(distance(run(exported.toByteArray(), inputs), run(Encoder.MINILM.bytes(), inputs)))
                .isLessThan(1e-5);
    }

    @Test
    void quantizedEncodersRun() throws OrtException {
        var exported = OnnxExporter.export(graph(Encoder.MINILM_Q), ExportOptions.DEFAULTS).toByteArray();
        var inputs = Encoder.inputs(1, 9);
        try (var theirs = new OrtReference(Encoder.MINILM_Q.bytes(), false);
                var ours = new OrtReference(exported, false)) {
            var want = theirs.run(inputs);
            var got = ours.run(inputs);
            // one value at a rounding tie changes all layers behind it
            assertThat(Comparison.cosine(doubles(got), doubles(want))).isGreaterThan(0.99);
        }
    }

    private static double[] doubles(float[] values) {
        var out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    @Test
    void weightsBesideTheModelAreFound() throws IOException, OrtException {
        var graph = graph(Encoder.MINILM);
        var file = folder.resolve("minilm.onnx");
        var written = OnnxExporter.write(graph, file, ExportOptions.DEFAULTS.withInlineBytes(1 << 20));
        assertThat(written.weights()).isEqualTo(folder.resolve("minilm.onnx.data"));
        assertThat(Files.size(file)).isLessThan(1 << 20);
        assertThat(Files.size(written.weights())).isBetween(written.weightBytes() * 9 / 10,
                written.weightBytes() * 11 / 10);
        var inputs = Encoder.inputs(1, 5);
        try (var model = Sinter.compile(file); var original = Sinter.compile(Encoder.MINILM.bytes())) {
            assertThat(model.run(inputs).tensor(OUTPUT).toFloats())
                    .isEqualTo(original.run(inputs).tensor(OUTPUT).toFloats());
        }
        assertThat(distance(OrtReference.run(file, inputs), run(Encoder.MINILM.bytes(), inputs))).isLessThan(1e-5);
    }

    @Test
    void theSameGraphGivesTheSameBytes() throws IOException {
        var one = folder.resolve("one.onnx");
        var two = folder.resolve("two.onnx");
        OnnxExporter.write(graph(Encoder.MINILM), one, ExportOptions.DEFAULTS);
        OnnxExporter.write(graph(Encoder.MINILM), two, ExportOptions.DEFAULTS);
        assertThat(Files.mismatch(one, two)).isEqualTo(-1);
    }
}
