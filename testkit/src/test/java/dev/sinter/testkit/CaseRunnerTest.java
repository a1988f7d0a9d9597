package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.Sinter;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaseRunnerTest {
    @TempDir
    Path root;
    private Path folder;

    @BeforeEach
    void add() throws IOException {
        folder = Files.createDirectories(root.resolve("group/add"));
        Files.write(folder.resolve("model.onnx"), SmallModels.binary("Add"));
        dataSet(0, floats(1, 2), floats(10, 20), floats(11, 22));
    }

    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    private void dataSet(int number, Tensor a, Tensor b, Tensor y) throws IOException {
        var set = Files.createDirectories(folder.resolve("test_data_set_" + number));
        ProtoValues.write(set.resolve("input_0.pb"), a);
        ProtoValues.write(set.resolve("input_1.pb"), b);
        ProtoValues.write(set.resolve("output_0.pb"), y);
    }

    private CaseResult run(boolean jar) {
        return new CaseRunner(Sinter.compiler(), RunOptions.defaults().withForm(Form.SCALAR), jar,
                OptionalDouble.empty(), OptionalDouble.empty()).run(folder);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allDataSetsAgree(boolean jar) throws IOException {
        dataSet(1, floats(1, 2, 3), floats(0, 0, 0), floats(1, 2, 3.001f));
        var result = run(jar);
        assertThat(result.reason()).isEmpty();
        assertThat(result.status()).isEqualTo(CaseResult.Status.PASS);
        assertThat(result.name()).isEqualTo("group/add");
        assertThat(result.maxAbs().getAsDouble()).isBetween(0.0009, 0.0011);
        assertThat(result.minCosine().getAsDouble()).isBetween(0.99999, 1.0);
    }

    @Test
    void aWrongValueInAnyDataSetFails() throws IOException {
        dataSet(1, floats(1), floats(1), floats(3));
        assertThat(run(false).status()).isEqualTo(CaseResult.Status.FAIL);
        assertThat(run(false).reason()).contains("y: 1 of 1 elements differ");
    }

    @Test
    void theManifestCounts() throws IOException {
        dataSet(0, floats(1), floats(1), floats(3));
        Files.writeString(root.resolve("manifest.csv"), "case,group,rtol,atol\nadd,group,0,1.5\n");
        assertThat(run(false).status()).isEqualTo(CaseResult.Status.PASS);
        var strict = new CaseRunner(Sinter.compiler(), RunOptions.defaults(), false, OptionalDouble.empty(),
                OptionalDouble.of(0.5));
        assertThat(strict.run(folder).status()).as("options win").isEqualTo(CaseResult.Status.FAIL);
    }

    @Test
    void unsupportedOperatorsAreNamed() throws IOException {
        Files.write(folder.resolve("model.onnx"), SmallModels.binary("NoSuchOperator"));
        assertThat(run(false).status()).isEqualTo(CaseResult.Status.UNSUPPORTED);
        assertThat(run(false).reason()).contains("NoSuchOperator").contains("the_NoSuchOperator");
    }

    @Test
    void damagedAndMissingFilesFail() throws IOException {
        Files.write(folder.resolve("test_data_set_0/output_0.pb"), new byte[]{9, 9, 9});
        assertThat(run(false).status()).isEqualTo(CaseResult.Status.FAIL);
        assertThat(run(false).reason()).contains("output_0.pb");
        Files.write(folder.resolve("model.onnx"), new byte[]{(byte) 0xFF, 9, 9});
        assertThat(run(false).status()).isEqualTo(CaseResult.Status.FAIL);
        Files.delete(folder.resolve("model.onnx"));
        assertThat(run(false).status()).isEqualTo(CaseResult.Status.FAIL);
        assertThat(run(false).reason()).contains("model.onnx");
    }

    @Test
    void outputsAreCounted() throws IOException {
        Files.delete(folder.resolve("test_data_set_0/output_0.pb"));
        assertThat(run(false).reason()).contains("0 outputs, the model has 1");
    }
}
