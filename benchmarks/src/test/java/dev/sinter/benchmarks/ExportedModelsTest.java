package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.Sinter;
import dev.sinter.benchmarks.models.Architecture;
import dev.sinter.frontend.onnx.export.ExportOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The architectures of the benchmarks, written as ONNX again. */
class ExportedModelsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"mlp, 3, MLP, 1, 1", "trees, 5, TREES, 1, 1", "lstm, 1x4, LSTM, 1, 4", "lstm, 2x3, LSTM, 2, 3",
            "bert-mini, 2x9, BERT_MINI, 1, 1", "mobilenetv2, 1x64, MOBILENETV2, 1, 64",
            "resnet18, 1x64, RESNET18, 1, 64"})
    void whatIsWrittenGivesWhatTheFileGives(String name, String shape, Architecture architecture, int batch,
            int extent) throws IOException {
        Path file = folder.resolve(name + ".onnx");
        architecture.write(file, batch, extent);
        Path exported = folder.resolve(name + ".exported.onnx");
        Sinter.compiler().exportOnnx(file, exported, ExportOptions.DEFAULTS);
        var feeds = Subjects.named(name).orElseThrow().inputs(Shape.parse(shape));
        try (Side original = Sides.ort(file, feeds, false, 1);
                Side written = Sides.ort(exported, feeds, false, 1);
                Side again = Sides.sinter(Sinter.compile(exported), feeds, false)) {
            original.run();
            written.run();
            again.run();
            assertThat(Agreement.distance(written.outputs(), original.outputs())).isLessThan(1e-5);
            assertThat(Agreement.distance(again.outputs(), original.outputs())).isLessThan(1e-5);
        }
    }
}
