package dev.sinter.codegen.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rewrite of a loop program means the same, bit for bit. */
class LegalizationTest {
    static Stream<Sample> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void unrolledIsEqual(Sample sample) {
        check(sample, Unrolling.expand(sample.kernel()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void scalarIsEqualAndHasNoVectors(Sample sample) {
        var scalar = Lanewise.scalar(Unrolling.expand(sample.kernel()));
        var text = KernelPrinter.print(scalar);
        assertThat(text.substring(text.lastIndexOf("kernel ")).lines()
                .filter(l -> l.matches(".*(x16|splat\\(|lanes\\(|fold_).*"))).isEmpty();
        check(sample, scalar);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void narrowIsEqual(Sample sample) {
        for (int lanes : List.of(4, 8, 16)) {
            check(sample, Lanewise.narrow(Unrolling.expand(sample.kernel()), lanes));
        }
    }

    static void check(Sample sample, Kernel rewritten) {
        for (var args : sample.args()) {
            var got = sample.memory();
            Interpreter.run(rewritten, got, args);
            assertThat(got.bits()).as(() -> sample + " of " + args + "\n" + KernelPrinter.print(rewritten))
                    .isEqualTo(sample.expected(args).bits());
        }
    }
}
