package dev.sinter.testkit;

import dev.sinter.Sinter;
import dev.sinter.runtime.RunOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** All {@link SharedCases} pass but those that {@code expected-failures.txt} lists, and those fail. */
class SuiteTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @Test
    void allCasesPassButThoseListed() throws IOException {
        var cases = SharedCases.find();
        var runner = new CaseRunner(Sinter.compiler(), RunOptions.defaults(), false, OptionalDouble.empty(),
                OptionalDouble.empty());
        cases.requireOnlyListedFail(cases.run(runner::run, LIMIT), "expected-failures.txt");
    }
}
