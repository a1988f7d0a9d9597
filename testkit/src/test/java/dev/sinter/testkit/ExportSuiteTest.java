package dev.sinter.testkit;

import dev.sinter.frontend.onnx.export.ExportOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The {@link SharedCases}, read, written again and run by ONNX Runtime: all give the expected outputs but those that
 * {@code export-failures.txt} lists, and those do not. Every eighth is also read again and run by us; with
 * {@code -Dsinter.full=true} all are.
 */
class ExportSuiteTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final int SAMPLE = 8;

    @Test
    void whatIsWrittenGivesTheExpectedOutputs() throws IOException {
        var cases = SharedCases.find();
        boolean all = Boolean.getBoolean("sinter.full") || !cases.all();
        var once = new ExportCase(ExportOptions.DEFAULTS, false);
        var twice = new ExportCase(ExportOptions.DEFAULTS, true);
        var results = cases.run(
                folder -> (all || Math.floorMod(CaseRunner.name(folder).hashCode(), SAMPLE) == 0 ? twice : once)
                        .run(folder),
                LIMIT);
        // StringNormalizer wants the locale en_US, which a machine may lack: then ONNX Runtime can tell nothing
        results.removeIf(result -> result.reason().contains("Failed to construct locale"));
        cases.requireOnlyListedFail(results, "export-failures.txt");
    }
}
