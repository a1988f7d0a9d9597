package dev.sinter.cli;

import dev.sinter.Sinter;
import dev.sinter.runtime.RunOptions;
import dev.sinter.testkit.CaseResult;
import dev.sinter.testkit.CaseRunner;
import dev.sinter.testkit.Suite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter verify}: ONNX test cases; a line for each as soon as it is done, then the totals. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = {"Runs ONNX test cases and compares their outputs.",
                "Tolerances come from a manifest.csv one or two folders above a case, unless given here."})
final class VerifyCommand extends Console implements Callable<Integer> {
    /** The longest that a case may take; one that hangs must not keep the others from running. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Parameters(paramLabel = "CASE_DIR", arity = "1..*",
            description = "Folders with model.onnx and test_data_set_*/{input,output}_N.pb.")
    private List<Path> cases = List.of();
    @Option(names = "--json", description = "Prints one JSON object a line.")
    private boolean json;
    @Option(names = "--rtol", paramLabel = "R", description = "Relative tolerance (default: the manifest's, or 1e-3).")
    private @Nullable Double rtol;
    @Option(names = "--atol", paramLabel = "A", description = "Absolute tolerance (default: the manifest's, or 1e-7).")
    private @Nullable Double atol;
    @Option(names = "--jar", description = "Runs each model from a jar instead of just in time.")
    private boolean jar;
    @Option(names = "--threads", paramLabel = "N", defaultValue = "1",
            description = "Cases to run at a time (default: ${DEFAULT-VALUE}).")
    private int threads;

    /** Made by the command line parser. */
    VerifyCommand() {
    }

    @Override
    public Integer call() {
        if (threads < 1) {
            throw wrong("--threads " + threads + ": expected at least 1");
        }
        for (var folder : cases) {
            if (!Files.isDirectory(folder)) {
                throw wrong(folder + " is no folder");
            }
        }
        var runner = new CaseRunner(Sinter.compiler(), RunOptions.defaults(), jar, optional(rtol), optional(atol));
        var counts = new EnumMap<CaseResult.Status, Integer>(CaseResult.Status.class);
        new Suite(runner::run, threads, LIMIT).run(cases, result -> {
            counts.merge(result.status(), 1, Integer::sum);
            out().println(json ? json(result) : text(result));
            out().flush();
        });
        int passed = counts.getOrDefault(CaseResult.Status.PASS, 0);
        int failed = counts.getOrDefault(CaseResult.Status.FAIL, 0);
        int unsupported = counts.getOrDefault(CaseResult.Status.UNSUPPORTED, 0);
        out().println(json
                ? new JsonObject().put("passed", passed).put("failed", failed).put("unsupported", unsupported)
                : passed + " passed, " + failed + " failed, " + unsupported + " unsupported");
        return passed == cases.size() ? 0 : 1;
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static String status(CaseResult result) {
        return result.status().name().toLowerCase(Locale.ROOT);
    }

    private static JsonObject json(CaseResult result) {
        return new JsonObject().put("case", result.name()).put("status", status(result)).put("reason", result.reason())
                .put("millis", result.millis()).put("maxAbs", result.maxAbs()).put("minCosine", result.minCosine());
    }

    private static String text(CaseResult result) {
        var numbers = new StringBuilder();
        result.maxAbs().ifPresent(v -> numbers.append(String.format(Locale.ROOT, ", max abs %.3g", v)));
        result.minCosine().ifPresent(v -> numbers.append(String.format(Locale.ROOT, ", min cosine %.7f", v)));
        return "%-11s %s (%d ms%s)%s".formatted(status(result), result.name(), result.millis(), numbers,
                result.reason().isEmpty() ? "" : ": " + result.reason());
    }
}
