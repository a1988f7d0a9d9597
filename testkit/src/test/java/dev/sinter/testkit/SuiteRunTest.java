package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.Sinter;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteRunTest {
    @TempDir
    Path root;

    private final CaseRunner runner = new CaseRunner(Sinter.compiler(), RunOptions.defaults().withForm(Form.SCALAR),
            false, OptionalDouble.empty(), OptionalDouble.empty());

    private Path add(String name) throws IOException {
        var folder = Files.createDirectories(root.resolve("group").resolve(name));
        Files.write(folder.resolve("model.onnx"), SmallModels.binary("Add"));
        var set = Files.createDirectories(folder.resolve("test_data_set_0"));
        ProtoValues.write(set.resolve("input_0.pb"), Tensor.of(new float[]{1}, 1));
        ProtoValues.write(set.resolve("input_1.pb"), Tensor.of(new float[]{2}, 1));
        ProtoValues.write(set.resolve("output_0.pb"), Tensor.of(new float[]{3}, 1));
        return folder;
    }

    private List<CaseResult> run(List<Path> folders, Duration limit) {
        var results = new ArrayList<CaseResult>();
        new Suite(runner::run, 3, limit).run(folders, results::add);
        return results;
    }

    @Test
    void resultsComeInOrder() throws IOException {
        var folders = new ArrayList<Path>();
        for (int i = 0; i < 12; i++) {
            folders.add(i == 5 ? Files.createDirectories(root.resolve("group/empty")) : add("case" + i));
        }
        var results = run(folders, Duration.ofMinutes(1));
        assertThat(results).extracting(CaseResult::name)
                .containsExactlyElementsOf(folders.stream().map(CaseRunner::name).toList());
        assertThat(results).filteredOn(r -> r.status() == CaseResult.Status.FAIL).singleElement()
                .extracting(CaseResult::name).isEqualTo("group/empty");
    }

    @Test
    void aCaseBeyondTheLimitFailsAndTheOthersGoOn() throws IOException {
        var results = run(List.of(add("a"), add("b")), Duration.ofNanos(1_000_000)); // no case is compiled in 1 ms
        assertThat(results).hasSize(2).allSatisfy(r -> {
            assertThat(r.status()).isEqualTo(CaseResult.Status.FAIL);
            assertThat(r.reason()).contains("not done after");
        });
    }
}
