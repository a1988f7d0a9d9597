package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * ONNX's own cases and the shared real models, where they lie beside the repository ({@code -Dsinter.shared=DIR}).
 *
 * <p>
 * {@code -Dsinter.suite.write=FILE} writes the failures of a run as a proposal of its list;
 * {@code -Dsinter.suite.cases=REGEX} runs only the cases whose name it finds.
 *
 * @param folders
 *            a case each
 * @param all
 *            whether no case was left out
 */
record SharedCases(List<Path> folders, boolean all) {
    /** The cases; a test that asks for them is skipped where they are not. */
    static SharedCases find() throws IOException {
        var shared = Path.of(System.getProperty("sinter.shared", "shared"));
        var filter = Pattern.compile(System.getProperty("sinter.suite.cases", ""));
        var folders = new ArrayList<Path>();
        for (var group : folders(shared.resolve("onnx-cases"))) {
            folders.addAll(folders(group));
        }
        assumeTrue(!folders.isEmpty(), "the ONNX cases are not here: " + shared.resolve("onnx-cases")
                + "; -Dsinter.shared=DIR names the folder around them");
        folders.addAll(folders(shared.resolve("models")));
        folders.removeIf(folder -> !Files.exists(folder.resolve("model.onnx"))
                || !filter.matcher(CaseRunner.name(folder)).find());
        return new SharedCases(folders, filter.pattern().isEmpty());
    }

    private static List<Path> folders(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (var files = Files.list(parent)) {
            return files.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Runs each case on one of all processors. */
    List<CaseResult> run(Function<Path, CaseResult> runner, Duration limit) {
        var results = new ArrayList<CaseResult>();
        new Suite(runner, Runtime.getRuntime().availableProcessors(), limit).run(folders, results::add);
        return results;
    }

    /** Demands that those fail, and only those, that a list beside the tests names. */
    void requireOnlyListedFail(List<CaseResult> results, String list) throws IOException {
        var proposal = System.getProperty("sinter.suite.write", "");
        if (!proposal.isEmpty()) {
            ExpectedFailures.write(Path.of(proposal), results);
        }
        var expected = expected(list);
        assertThat(expected.surprises(results)).as("surprises in %d cases", results.size()).isEmpty();
        if (all) {
            assertThat(expected.unknown(results)).isEmpty();
        }
    }

    private static ExpectedFailures expected(String list) throws IOException {
        try (InputStream in = SharedCases.class.getResourceAsStream(list)) {
            assertThat(in).isNotNull();
            return ExpectedFailures.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        }
    }
}
