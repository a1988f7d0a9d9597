package dev.sinter.codegen.asm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Idle;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.KernelParser;
import dev.sinter.codegen.loop.KernelPrinter;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    private static final Buffer Y = Buffer.heap("y", Buffer.Storage.F32);

    private static Kernel kernel(String name, List<String> params, List<Stmt> body) {
        return new Kernel(name, List.of(Y), params.stream().map(p -> new Kernel.Param(p, Elem.I32)).toList(), body);
    }

    /** Sets y[from..to) in vectors; {@code size} ends a loop, too, but is used for more. */
    private static Kernel fill() {
        return kernel("fill", List.of("from", "to", "size"), Body.block(b -> {
            b.loop("i", Term.ref("from"), Term.ref("to"), VType.LANES,
                    x -> x.store("y", Term.ref("i"), Term.f32(1, VType.LANES)));
            b.loop("j", Term.i32(0), Term.ref("size"), 1,
                    x -> x.store("y", Term.ref("j").plus(Term.ref("size")), Term.f32(2, 1)));
        }));
    }

    private static Kernel driver(Kernel callee) {
        return kernel("driver", List.of("n", "lo", "hi"), Body.block(b -> b.par("t", round -> round.loop("part",
                Term.i32(0), Term.ref("n"), 2, part -> part.add(new Stmt.Call(callee, List.of("y"),
                        List.of(Term.ref("part"), Term.ref("n"), Term.i32(7))))))));
    }

    @Test
    void loopsOfCalledKernelsAreCutAndThoseAroundTheCallsGoRoundOnce() {
        var sample = Sample.of(driver(fill()));
        assertThat(sample).isNotNull();
        assertThat(KernelPrinter.print(sample)).endsWith("""
                kernel driver.sample(heap y:f32)
                  params n:i32, lo:i32, hi:i32, rounds:i32
                  par t in lo..hi step 1
                    seq part in 0..min(n, 2) step 2
                      call fill(y; part, min(n, part + rounds * 16), 7)
                """);
    }

    @Test
    void oneThatCallsWhatCanNotBeCutHasNone() {
        var one = kernel("one", List.of("a", "b", "size"),
                Body.block(b -> b.store("y", Term.ref("a").plus(Term.ref("b")), Term.f32(1, 1))));
        assertThat(Sample.of(driver(one))).isNull();
    }

    @Test
    void aKernelThatCallsNothingHasNone() {
        assertThat(Sample.of(fill())).isNull();
    }

    @Test
    void whatReadsWeightsOnlyBeforeItsLoopsIdles() {
        var text = """
                kernel finish(heap x:f32, weight w:f32)
                  params x0:i32, w0:i64, rows:i32
                  let bias = load f32 %s @ %s0
                  seq r in 0..rows step 1
                    store x @ x0 + r = (load f32 x @ x0 + r) + bias
                """;
        assertThat(Idle.idles(KernelParser.parse(text.formatted("w", "w")))).isTrue();
        assertThat(Idle.idles(KernelParser.parse(text.formatted("x", "x")))).isFalse();
    }
}
