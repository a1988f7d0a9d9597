package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sinter.Sinter;
import dev.sinter.runtime.RunOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX's own cases, where they lie beside the repository: what is supported gives the right result. */
class ConformanceTest {
    @ParameterizedTest
    @ValueSource(strings = {"node", "node-older", "node-1.23.1", "pytorch-converted", "pytorch-operator", "simple",
            "models-exported"})
    void noCaseFails(String group) throws Exception {
        var folder = Path.of(System.getProperty("sinter.shared", "none"), "onnx-cases", group);
        assumeTrue(Files.isDirectory(folder), "the cases are not here");
        var runner = new CaseRunner(Sinter.compiler(), RunOptions.defaults(), false, OptionalDouble.empty(),
                OptionalDouble.empty());
        var counts = new EnumMap<CaseResult.Status, Integer>(CaseResult.Status.class);
        var failed = new ArrayList<String>();
        try (var cases = Files.list(folder)) {
            for (var file : cases.filter(f -> Files.exists(f.resolve("model.onnx"))).sorted().toList()) {
                var result = runner.run(file);
                counts.merge(result.status(), 1, Integer::sum);
                if (result.status() == CaseResult.Status.FAIL) {
                    failed.add(result.name() + ": " + result.reason());
                }
            }
        }
        assertThat(failed).as("%s", counts).isEmpty();
        assertThat(counts).containsKey(CaseResult.Status.PASS);
    }
}
