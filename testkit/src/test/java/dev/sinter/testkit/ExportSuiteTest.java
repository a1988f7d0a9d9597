package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sinter.frontend.onnx.export.ExportOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * ONNX's own cases and the shared real models, read, written again and run by ONNX Runtime, where they lie beside the repository
 * ({@code sinter.shared}): all give the expected outputs but those that {@code export-failures.txt} lists, and those do
 * not. Every eighth is also read again and run by us; with {@code -Dsinter.full=true} all are.
 *
 * <p>
 * {@code -Dsinter.suite.write=FILE} writes the failures of the run as a proposal of that file;
 * {@code -Dsinter.suite.cases=REGEX} runs only the cases whose name it finds.
 */
class ExportSuiteTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final int SAMPLE = 8;

    @Test
    void whatIsWrittenGivesTheExpectedOutputs() throws IOException {
        var shared = Path.of(System.getProperty("sinter.shared", "none"));
        var filter = Pattern.compile(System.getProperty("sinter.suite.cases", ""));
        var folders = new ArrayList<Path>();
        for (var group : folders(shared.resolve("onnx-cases"))) {
            folders.addAll(folders(group));
        }
        assumeTrue(!folders.isEmpty(), "the cases are not here");
        folders.addAll(folders(shared.resolve("models")));
        folders.removeIf(folder -> !Files.exists(folder.resolve("model.onnx"))
                || !filter.matcher(CaseRunner.name(folder)).find());
        boolean all = Boolean.getBoolean("sinter.full") || !filter.pattern().isEmpty();
        var once = new ExportCase(ExportOptions.DEFAULTS, false);
        var twice = new ExportCase(ExportOptions.DEFAULTS, true);
        var results = new ArrayList<CaseResult>();
        new Suite(folder -> (all || Math.floorMod(CaseRunner.name(folder).hashCode(), SAMPLE) == 0 ? twice : once)
                .run(folder), Runtime.getRuntime().availableProcessors(), LIMIT).run(folders, results::add);
        // StringNormalizer wants the locale en_US, which a machine may lack: then ONNX Runtime can tell nothing
        results.removeIf(result -> result.reason().contains("Failed to construct locale"));
        var proposal = System.getProperty("sinter.suite.write", "");
        if (!proposal.isEmpty()) {
            ExpectedFailures.write(Path.of(proposal), results);
        }
        var expected = expected();
        assertThat(expected.surprises(results)).as("surprises in %d cases", results.size()).isEmpty();
        if (filter.pattern().isEmpty()) {
            assertThat(expected.unknown(results)).isEmpty();
        }
    }

    private static List<Path> folders(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (var files = Files.list(parent)) {
            return files.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static ExpectedFailures expected() throws IOException {
        try (InputStream in = ExportSuiteTest.class.getResourceAsStream("export-failures.txt")) {
            assertThat(in).isNotNull();
            return ExpectedFailures.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        }
    }
}
