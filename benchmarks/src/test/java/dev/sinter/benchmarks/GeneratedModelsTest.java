package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.Sinter;
import dev.sinter.benchmarks.models.Architecture;
import dev.sinter.frontend.onnx.OnnxReader;
import dev.sinter.frontend.onnx.proto.GraphProto;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratedModelsTest {
    @TempDir
    Path folder;

    private Path written(Architecture architecture, int batch, int extent) throws IOException {
        Path file = folder.resolve(architecture + ".onnx");
        architecture.write(file, batch, extent);
        return file;
    }

    private GraphProto graph(Architecture architecture, int extent) throws IOException {
        return OnnxReader.readModel(written(architecture, 1, extent)).getGraph();
    }

    @ParameterizedTest
    @CsvSource({"mlp, 3, MLP, 1, 1", "trees, 5, TREES, 1, 1", "lstm, 1x4, LSTM, 1, 4", "lstm, 2x3, LSTM, 2, 3",
            "bert-mini, 2x9, BERT_MINI, 1, 1", "mobilenetv2, 1x32, MOBILENETV2, 1, 32",
            "resnet18, 1x32, RESNET18, 1, 32"})
    void bothEnginesReadThemAndAgree(String name, String shape, Architecture architecture, int batch, int extent)
            throws IOException {
        Path file = written(architecture, batch, extent);
        Subject subject = Subjects.named(name).orElseThrow();
        var feeds = subject.inputs(Shape.parse(shape));
        try (Side ours = Sides.sinter(Sinter.compile(file), feeds, false);
                Side theirs = Sides.ort(file, feeds, false, 1)) {
            ours.run();
            theirs.run();
            theirs.run(); // into pinned outputs
            Map<String, double[]> outputs = theirs.outputs();

            assertThat(Agreement.distance(ours.outputs(), outputs)).isLessThan(1e-5);
            assertThat(outputs.values()).allSatisfy(o -> assertThat(Arrays.stream(o).map(Math::abs).max().orElseThrow())
                    .isBetween(1e-3, 100.0));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Architecture.class, names = {"MLP", "LSTM", "MOBILENETV2", "BERT_MINI"})
    void weightsAreSeededAndNoneIsDenormal(Architecture architecture) throws IOException {
        var one = graph(architecture, 32);
        var two = graph(architecture, 32);

        assertThat(one).isEqualTo(two);
        for (var tensor : one.getInitializerList()) {
            if (tensor.getDataType() == 1) {
                var values = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                while (values.hasRemaining()) {
                    float value = values.get();
                    assertThat(value == 0 || Math.abs(value) >= Float.MIN_NORMAL).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"RESNET18, 11.69", "RESNET50, 25.56", "MOBILENETV2, 3.50", "BERT_MINI, 11.10",
            "MLP, 0.004097"})
    void sizesAreThePublishedOnes(Architecture architecture, double millions) throws IOException {
        double parameters = 0;
        for (var tensor : graph(architecture, 224).getInitializerList()) {
            if (tensor.getDataType() == 1) {
                parameters += tensor.getDimsList().stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
            }
        }
        assertThat(parameters / 1e6).isCloseTo(millions, within(0.005 * millions));
    }

    @Test
    void treesAreComplete() throws IOException {
        var node = graph(Architecture.TREES, 1).getNode(0);
        var modes = node.getAttributeList().stream().filter(a -> a.getName().equals("nodes_modes")).findFirst()
                .orElseThrow().getStringsList();

        assertThat(modes).hasSize(100 * 127);
        assertThat(modes.stream().filter(m -> m.toStringUtf8().equals("LEAF"))).hasSize(100 * 64);
    }
}
