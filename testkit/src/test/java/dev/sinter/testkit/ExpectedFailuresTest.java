package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedFailuresTest {
    private static CaseResult result(String name, CaseResult.Status status, String reason) {
        return new CaseResult(name, status, reason, 1, OptionalDouble.empty(), OptionalDouble.empty());
    }

    private static final List<CaseResult> RESULTS = List.of(result("node/good", CaseResult.Status.PASS, ""),
            result("node/bad", CaseResult.Status.FAIL, "it\n differs"),
            result("node/missing", CaseResult.Status.UNSUPPORTED, "no operator"));

    @Test
    void whatFailsUnlistedAndWhatPassesListedIsASurprise() {
        assertThat(ExpectedFailures.parse(List.of()).surprises(RESULTS)).hasSize(2)
                .anySatisfy(line -> assertThat(line).startsWith("node/bad: "))
                .anySatisfy(line -> assertThat(line).startsWith("node/missing: "));
        var listed = ExpectedFailures.parse(List.of("# comment", "", "node/bad  it differs", "node/missing later",
                "node/good once", "node/gone x"));
        assertThat(listed.surprises(RESULTS)).singleElement().asString().startsWith("node/good: stale");
        assertThat(listed.unknown(RESULTS)).singleElement().asString().startsWith("node/gone: stale");
    }

    @Test
    void aLineNeedsAReasonAndStandsOnce() {
        assertThatThrownBy(() -> ExpectedFailures.parse(List.of("node/bad"))).hasMessageContaining("no reason");
        assertThatThrownBy(() -> ExpectedFailures.parse(List.of("a x", "a y"))).hasMessageContaining("twice");
    }

    @Test
    void aProposalReadsBack(@TempDir Path folder) throws IOException {
        var file = folder.resolve("proposal.txt");
        ExpectedFailures.write(file, RESULTS);
        var proposal = ExpectedFailures.parse(Files.readAllLines(file));
        assertThat(proposal.surprises(RESULTS)).isEmpty();
        assertThat(proposal.reasons()).containsEntry("node/bad", "it differs").doesNotContainKey("node/good");
    }
}
