package dev.sinter.codegen.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
    void outlinedIsEqualAndCutOnce(Sample sample) {
        var cut = Outlining.of(Lanewise.scalar(Unrolling.expand(sample.kernel())));
        check(sample, cut);
        assertThat(parts(cut)).allSatisfy(part -> assertThat(Outlining.of(part)).isEqualTo(part));
    }

    @Test
    void loopsAndRoundsBecomeMethods() {
        var kernel = KernelParser.parse("""
                kernel center(heap x:f32, weight w:f32)
                  params n:i32, lo:i32, hi:i32
                  par r in lo..hi step 1
                    let at = r * n
                    seq i in 0..n step 1
                      carry s = 0.0f
                      yield s = s + (load f32 x @ at + i)
                    seq j in 0..n step 1
                      store x @ at + j = (load f32 x @ at + j) - s * (load f32 w @ wide(j))
                """);
        var cut = Outlining.of(kernel);
        assertThat(parts(cut)).extracting(Kernel::name).containsExactly("center.round0", "center.loop0");
        assertThat(parts(cut).getLast().params()).extracting(Kernel.Param::name).containsExactly("n", "at", "s");
        assertThat(parts(cut).getLast().buffers()).extracting(Buffer::name).containsExactly("x", "w");
    }

    @Test
    void partsOfFixedLengthCanBeCalledIdle() {
        var kernel = KernelParser.parse("""
                kernel sums(heap x:f32)
                  params on:i32, lo:i32, hi:i32
                  par r in lo..hi step 1
                    let at = r * 64 + on
                    seq i in 0..64 step 1
                      carry s = 0.0f
                      yield s = s + (load f32 x @ at + i)
                    seq j in 0..64 step 1
                      store x @ at + j = s
                """);
        var cut = Outlining.of(kernel);
        assertThat(parts(cut)).extracting(Kernel::name).containsExactly("sums.round0", "sums.loop0");
        assertThat(parts(cut)).allMatch(Idle::idles);
        assertThat(parts(cut).getLast().params()).extracting(Kernel.Param::name).containsExactly("at", "s", "on_");
    }

    @Test
    void aKernelIsIdleOnlyIfThoseItCallsAre() {
        var callee = """
                kernel fill(heap x:f32)
                  params n:i32
                  seq i in 0..n step 1
                    store x @ i = 1.0f

                kernel outer(heap x:f32)
                  params n:i32
                  call fill(x; n + %d)
                """;
        assertThat(Idle.idles(KernelParser.parse(callee.formatted(0)))).isTrue();
        assertThat(Idle.idles(KernelParser.parse(callee.formatted(1)))).isFalse();
    }

    /** The kernels that a kernel calls, and those that they call. */
    private static List<Kernel> parts(Kernel kernel) {
        var parts = new ArrayList<Kernel>();
        kernel.body().forEach(s -> parts(s, parts));
        return parts;
    }

    private static void parts(Stmt stmt, List<Kernel> parts) {
        if (stmt instanceof Stmt.Call call) {
            parts.add(call.kernel());
            call.kernel().body().forEach(s -> parts(s, parts));
        }
        Stmts.body(stmt).forEach(s -> parts(s, parts));
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
