package dev.sinter.frontend.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.Verifier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a text holds, it is laid out or refused with a place, and soon. */
class DamagedTextsTest {
    private static final List<String> TEXTS = texts();
    private static final List<String> WORDS = List.of("(", ")", "[", "]", "{", "}", ",", ":", "=", "@", "+", "-", "*",
            "/", "//", "%", "...", ".", "new", "let", "if", "then", "else", "repeat", "as", "param", "state", "along",
            "output", "input", "dim", "return", "none", "true", "not", "0", "1", "-1", "3", "64", "1000000", "1e9",
            "0.5", "inf", "4x1", "\"a.{i}\"", "x", "y", "w", "i", "f32", "i64", "bool", "relu", "linear", "reshape",
            "concat", "split", "gather", "transpose", "append", "arange", "full", "pad", "resize", "conv", "len",
            "normal", "softmax", "max_pool", "einsum", "top_k", "one_hot", "tile", "expand", "\n", "# c\n");

    private static List<String> texts() {
        try {
            var texts = new ArrayList<>(LanguagePageTest.examples());
            texts.add("""
                    fn f(x: [b, n], k: int = 2, g: function = relu) -> [b, n] { return g(x) * k }
                    model m {
                        dim batch, seq <= 8
                        input x: f32[batch, seq, 4]
                        input image: f32[batch, 3, 8, 8]
                        param w: f32[4, 4] @sparse(2x1, 0.5) = normal(0.1)
                        let y = reshape(x, [batch * seq, -1]) @ w
                        let a, c = split(f(y, g = gelu), 2)
                        if batch == batch { y = concat([a, c], axis = 1) }
                        output y = pad(where(y > 0, y, 0.0), [0, 1, 0, 1])
                        output z = max_pool(conv_block(image, 4, 3, stride = 2), [2, 2])
                        output k = top_k(softmax(x), 2)[0][..., 0]
                        output e = tile(expand(full([1, 4], 1.5), [3, 4]), [2, 1])
                        output h = one_hot(argmax(x, axis = -1), 4, tensor([0.0, 1.0]))
                    }
                    """);
            return texts;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void layOutOrRefuse(String text) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(180), () -> {
            try {
                Verifier.verify(Texts.graph(text));
            } catch (DslException e) {
                assertThat(e.getMessage()).startsWith("model.sinter:" + e.line() + ":" + e.column() + ": ");
                assertThat(e.line()).isBetween(1, 1 + (int) text.lines().count());
            }
            try {
                var laidOut = Formatter.format(text, "model.sinter");
                assertThat(Formatter.format(laidOut, "model.sinter")).isEqualTo(laidOut);
            } catch (DslException e) {
                assertThat(e.getMessage()).startsWith("model.sinter:");
            }
        });
    }

    @Property(tries = 400)
    void wordsExchanged(@ForAll @IntRange(max = 10_000) int which, @ForAll @IntRange(min = 1, max = 4) int changes,
            @ForAll long seed) {
        var random = new Random(seed);
        var parts = new ArrayList<>(List.of(TEXTS.get(which % TEXTS.size()).split("(?<=\\W)|(?=\\W)")));
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(parts.size());
            var word = random.nextBoolean() ? WORDS.get(random.nextInt(WORDS.size()))
                    : parts.get(random.nextInt(parts.size()));
            switch (random.nextInt(3)) {
                case 0 -> parts.set(at, word);
                case 1 -> parts.add(at, " " + word + " ");
                default -> parts.set(at, "");
            }
        }
        layOutOrRefuse(String.join("", parts));
    }

    @Property(tries = 100)
    void charactersExchanged(@ForAll @IntRange(max = 10_000) int which, @ForAll long seed) {
        var random = new Random(seed);
        var text = new StringBuilder(TEXTS.get(which % TEXTS.size()));
        for (int i = 0; i <= random.nextInt(5); i++) {
            text.setCharAt(random.nextInt(text.length()), (char) (random.nextInt(10) == 0 ? random.nextInt(0xD800)
                    : 32 + random.nextInt(95)));
        }
        layOutOrRefuse(text.toString());
    }

    private static String model(String before, String value) {
        return "model m {\n    dim n\n    input x: f32[n, 4]\n" + before + "\n    output y = " + value + "\n}\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "-", "not ", "if true then ", "1 + (", "f(", "x[", "x + "})
    void deepNesting(String part) {
        for (int depth : new int[]{60, 5_000, 100_000}) {
            layOutOrRefuse(model("", part.repeat(depth) + "x"));
            layOutOrRefuse(model("", part.repeat(depth)));
        }
        layOutOrRefuse(model("if true { ".repeat(20_000), "x"));
        layOutOrRefuse(model("if n == n {} else ".repeat(20_000), "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"let t = \"ab\" repeat 100 as i { t = \"{t}{t}\" }",
            "let l = [1] repeat 100 as i { l = l + l }",
            "let l = [1] repeat 40 as i { l = [l, l] } param p: f32[2] = l",
            "let s = n repeat 100 as i { s = (s + 1) * (s + n) }", "let k = 2 repeat 100 as i { k = k * k }",
            "let y = x repeat 100000 as i { repeat 100000 as j { y = y + 1.0 } }",
            "let y = full([1000000, 1000000], 1.0)", "let y = tile(full([1000, 1000], 1.0), [100000, 100000])",
            "let y = arange(0, 2000000000)", "let y = tensor([1.0]) repeat 40 as i { y = concat([y, y], axis = 0) }",
            "let y = one_hot(tensor([1], i64), 2000000000, tensor([0.0, 1.0]))"})
    void growth(String statements) {
        layOutOrRefuse(model("    " + statements, "x"));
    }

    @Test
    void textsThatAreTooLong() {
        assertThatThrownBy(() -> Texts.graph("#".repeat(2_000_000) + "\nmodel m {}"))
                .isInstanceOf(DslException.class).hasMessageContaining("characters was expected");
    }
}
