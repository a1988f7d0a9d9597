package dev.sinter.codegen.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.loop.KernelParser;
import dev.sinter.codegen.loop.Sample;
import dev.sinter.codegen.loop.Samples;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HotSpot would never compile is not emitted, and what a kernel may not do is refused. */
class LimitsTest {
    private static String copies(String name, int count, String type) {
        return "kernel " + name + "(heap a:f32, heap c:f32)\n  unroll t<" + count + "\n    store c @ 16 * t = load "
                + type + " a @ 16 * t\n";
    }

    @Test
    void moreThan150VectorOperationsAreRefused() {
        assertThatCode(() -> Emitted.bytes(KernelParser.parse(copies("fits", 75, "f32x16")), Form.V512))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Emitted.bytes(KernelParser.parse(copies("too.wide", 76, "f32x16")), Form.V512))
                .hasMessageContaining("kernel too.wide has 152 vector operations").hasMessageContaining("150");
        assertThatThrownBy(() -> Emitted.bytes(KernelParser.parse(copies("too.wide", 38, "f32x16")), Form.V256))
                .hasMessageContaining("152 vector operations");
    }

    @Test
    void moreThan8000BytecodesAreRefused() {
        assertThatCode(() -> Emitted.bytes(KernelParser.parse(copies("fits", 700, "f32")), Form.SCALAR))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Emitted.bytes(KernelParser.parse(copies("too.long", 1000, "f32")), Form.SCALAR))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("too.long")
                .hasMessageContaining("bytecodes");
    }

    @ParameterizedTest
    @EnumSource
    void failedChecksSayWhatCame(Form form) {
        var outer = Samples.all().map(Sample::kernel).filter(k -> k.name().equals("outer")).findFirst().orElseThrow();
        var memory = new Sample(outer, List.of(), false).memory();
        ((long[]) memory.heap().get("i"))[2] = 16;
        assertThatThrownBy(() -> Emitted.run(outer, form, memory, List.of(3))).isInstanceOf(ModelException.class)
                .hasMessage("index of \"row\" out of range, got 16");
        assertThatCode(() -> Emitted.run(outer, form, memory, List.of(2))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"store c @ 0 = 1x16 + 1.0fx16", "store c @ 0 = splat(1x16)", "store c @ 0 = missing",
            "store c @ 0 = 1x16 << 1x16",
            "store c @ 0 = select(true, 1.0fx16, 2.0fx16)", "store h @ 0 = 1.0fx16",
            "store e @ 0 mask lanes(0, 3) = 1x16", "store c @ 0 = load f32x16 h @ 0"})
    void misfitsNameTheKernel(String statement) {
        var kernel = KernelParser.parse("kernel bad.one(heap c:f32, heap e:i8, heap h:i16)\n  " + statement + "\n");
        assertThatThrownBy(() -> Emitted.bytes(kernel, Form.V256)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kernel bad.one");
    }

    @Test
    void descriptorsListArraysThenScalars() {
        assertThat(KernelEmitter.descriptor(KernelParser.parse(
                "kernel k(heap a:f32, weight w:f32, heap b:u16)\n  params x:i64, y:f32, z:i32\n")))
                .isEqualTo("([F[SJFI)V");
    }
}
