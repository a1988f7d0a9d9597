package dev.sinter.codegen.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
    static Stream<String> texts() {
        return Stream.concat(Samples.TEXTS.stream(), Samples.FOLDS.stream());
    }

    static Stream<Sample> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("texts")
    void textsPrintAsTheyAre(String text) {
        assertThat(KernelPrinter.print(KernelParser.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyFormComesBack(Sample sample) {
        var expanded = Unrolling.expand(sample.kernel());
        for (var kernel : List.of(sample.kernel(), expanded, Lanewise.scalar(expanded), Lanewise.narrow(expanded, 8),
                Lanewise.narrow(expanded, 4))) {
            assertThat(KernelParser.parse(KernelPrinter.print(kernel))).isEqualTo(kernel);
        }
    }

    @Test
    void precedenceIsKept() {
        Term a = Term.ref("a");
        Term b = Term.ref("b");
        for (var outer : Prim.values()) {
            for (var inner : Prim.values()) {
                if (outer.arity() == 2 && inner.arity() == 2) {
                    assertReturns(Term.of(outer, Term.of(inner, a, b), Term.i32(-3)));
                    assertReturns(Term.of(outer, Term.i32(-3), Term.of(inner, a, b)));
                }
            }
        }
    }

    @Test
    void constantsAndOddNamesComeBack() {
        for (double value : new double[]{0, -0.0, 1.5, 1e-30, -3.4e38, Double.NaN, Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY, 0.1}) {
            for (int lanes : new int[]{1, 4, 16}) {
                assertReturns(new Term.Lit(value, 0, new VType(Elem.F32, lanes)));
                assertReturns(new Term.Lit(value, 0, new VType(Elem.F64, lanes)));
            }
        }
        for (long value : new long[]{0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertReturns(Term.i32(value));
            assertReturns(Term.i64(value));
            assertReturns(new Term.Lit(0, value, VType.I32X16));
            assertReturns(new Term.Lit(0, value, new VType(Elem.BOOL, 8)));
        }
        for (var name : List.of("acc$_0_1", "v@13", "load", "true", "falsex16", "for", "mask", "min", "3d", "", "a b",
                "`\\", "x.y", "é\n", "nan.f32")) {
            assertReturns(Term.ref(name));
            assertReturns(Term.ref(name, Term.i32(1), Term.ref(name)));
            assertReturns(new Term.Load(name, Term.ref(name), VType.F32X16, Term.ref(name)));
        }
        assertReturns(new Term.Splat(new Term.Lanes(Term.ref("i"), Term.ref("n"), 8), 4));
        assertReturns(Term.of(Prim.ADD, Term.ref("a")));
    }

    private static void assertReturns(Term term) {
        var body = Body.block(b -> {
            b.let("x", term);
            b.store("c", term, term, term);
            b.copy("c", term, "d", term, term);
            b.loop("i", term, term, 7,
                    inner -> inner.when(term, x -> x.add(new Stmt.Check(term, "a \"b\" \\ \n c", term))));
        });
        var kernel = new Kernel("k.1$a", List.of(), List.of(), body);
        assertThat(KernelParser.parse(KernelPrinter.print(kernel))).isEqualTo(kernel);
    }

    @Test
    void calleesComeFirstAndOnce() {
        var outer = KernelParser
                .parse(Samples.TEXTS.stream().filter(t -> t.contains("kernel outer")).findFirst().orElseThrow());
        var inner = ((Stmt.Call) ((Stmt.Loop) outer.body().getFirst()).body().getLast()).kernel();
        var printed = KernelPrinter.printed(List.of(outer, inner));
        assertThat(KernelParser.parseAll(printed.text())).containsExactly(inner, outer);
        assertThat(printed.lines()).isEqualTo((int) printed.text().lines().count());
        assertThat(printed.text().lines().toList().get(printed.starts().get("outer") - 1)).startsWith("kernel outer(");
        assertThat(printed.starts()).containsEntry("inner", 1);
    }

    @Test
    void remarksAndEmptyLinesAreSkipped() {
        assertThat(KernelParser.parse("""
                // nothing much
                kernel k(heap a:f32)   // one buffer

                  // a remark
                  store a @ 0 = 1.0f
                """)).isEqualTo(KernelParser.parse("kernel k(heap a:f32)\n  store a @ 0 = 1.0f"));
    }

    @Test
    void twoKernelsOfOneNameAreRefused() {
        var a = KernelParser.parse("kernel k(heap a:f32)\n  store a @ 0 = 1.0f\n");
        var b = KernelParser.parse("kernel k(heap a:f32)\n  store a @ 0 = 2.0f\n");
        assertThatThrownBy(() -> KernelPrinter.print(List.of(a, b)))
                .hasMessageContaining("two different kernels are called k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"store a @ 0 = ", "store a @ 0 = 1.0f 2", "let x[t] = 1 for u<2", "let = 1",
            "call other(a; 1)",
            "store a @ 0 = frob(1)", "seq i in 0..4 step 1\n    carry s = 1", "let x = (1 + 2", "let x = 1 ? 2", "frob",
            "check true else \"x", "yield s = 1", "let x = splat(1, 2)", "let x = load f33 a @ 0"})
    void mistakesNameTheLine(String statement) {
        assertThatThrownBy(() -> KernelParser.parse("kernel k(heap a:f32)\n  params n:i32\n  " + statement + "\n"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("line ");
    }
}
