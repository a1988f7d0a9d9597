package dev.sinter.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.GraphParser;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.Verifier;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * One pair of files for each rule and case: {@code RULE.in.ir} or {@code RULE.CASE.in.ir}, and the same with
 * {@code .out.ir}. The rule runs alone; the result must be that text, be well formed and compute the same.
 */
class GoldenRuleTest {
    /** Of the scale 0.02 in these cases, and some rounding. */
    private static final double HALF_A_SCALE = 0.010001;

    private static Path folder() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(GoldenRuleTest.class.getResource("/passes")).toURI());
    }

    private static List<String> cases() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".in.ir"))
                    .map(f -> f.substring(0, f.length() - ".in.ir".length())).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> rewrites() throws IOException, URISyntaxException {
        return cases().stream().map(name -> DynamicTest.dynamicTest(name, () -> check(name)));
    }

    @Test
    void everyRuleHasItsCase() throws IOException, URISyntaxException {
        var tested = cases().stream().map(GoldenRuleTest::rule).distinct().toList();
        for (var pass : Golden.everything().passes()) {
            for (var rule : pass.rules()) {
                assertThat(tested).contains(rule.name());
            }
        }
    }

    private static String rule(String name) {
        return name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    }

    private static void check(String name) throws IOException, URISyntaxException {
        var before = GraphParser.parse(Files.readString(folder().resolve(name + ".in.ir")));
        Verifier.verify(before);
        var after = Golden.pipeline(rule(name)).run(before, PassOptions.DEFAULT.withVerify(true), PassListener.NONE);

        assertThat(GraphPrinter.print(after)).isEqualTo(Files.readString(folder().resolve(name + ".out.ir")));
        // with channels last, products are added in another order
        boolean rounds = name.startsWith("recognize") || name.startsWith("pipeline") || name.startsWith("tune-layout")
                || name.startsWith("relax");
        double most = name.startsWith("relax-quantization") ? HALF_A_SCALE : 1e-5;
        for (long seed = 0; seed < 5; seed++) {
            var wanted = Golden.evaluate(before, seed);
            var got = Golden.evaluate(after, seed);
            if (rounds) {
                wanted.forEach(
                        (port, data) -> assertThat(Golden.difference(data, Objects.requireNonNull(got.get(port))))
                                .isLessThan(most));
            } else {
                assertThat(got).isEqualTo(wanted);
            }
        }
    }
}
