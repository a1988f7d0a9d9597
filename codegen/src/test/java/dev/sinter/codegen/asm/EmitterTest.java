package dev.sinter.codegen.asm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.loop.KernelPrinter;
import dev.sinter.codegen.loop.Sample;
import dev.sinter.codegen.loop.Samples;
import dev.sinter.runtime.Form;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Emitted code gives the interpreter's bits, in every form. */
class EmitterTest {
    static Stream<Arguments> samples() {
        return Samples.all().flatMap(s -> Arrays.stream(Form.values()).map(f -> Arguments.of(s, f)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void emittedIsEqual(Sample sample, Form form) throws Throwable {
        check(sample, form);
    }

    static void check(Sample sample, Form form) throws Throwable {
        for (var args : sample.args()) {
            var got = sample.memory();
            Emitted.run(sample.kernel(), form, got, args);
            assertThat(got.bits()).as(() -> sample + " of " + args + " as " + form + "\n"
                    + KernelPrinter.print(Emitted.legalized(sample.kernel(), form)))
                    .isEqualTo(sample.expected(args).bits());
        }
    }
}
