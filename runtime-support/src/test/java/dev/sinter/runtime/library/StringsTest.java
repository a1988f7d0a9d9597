package dev.sinter.runtime.library;

import static dev.sinter.runtime.library.Calls.one;
import static dev.sinter.runtime.library.Calls.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StringsTest {
    private static Value[] split(Map<String, String> arguments, String... x) {
        return Routines.call("string.split", arguments, new Value[]{strings(x)});
    }

    private static String[] texts(Value value) {
        return ((Tensor) value).toStrings();
    }

    @Test
    void concatBroadcasts() {
        var a = Tensor.of(new String[]{"a", "b"}, 2, 1);
        var got = one("string.concat", a, strings("x", "", "ß"));
        assertThat(got.shape()).containsExactly(2, 3);
        assertThat(got.toStrings()).containsExactly("ax", "a", "aß", "bx", "b", "bß");
        assertThat(one("string.concat", Tensor.of(new String[]{"p"}), Tensor.of(new String[]{"q"})).toStrings())
                .containsExactly("pq");
        assertThatThrownBy(() -> one("string.concat", strings("a", "b"), strings("a", "b", "c")))
                .isInstanceOf(ModelException.class).hasMessageContaining("[2] and [3]");
    }

    @Test
    void splitByADelimiterPads() {
        var got = split(Map.of("delimiter", "."), "abc.com", "def.net.x", "", "..");
        assertThat(((Tensor) got[0]).shape()).containsExactly(4, 3);
        assertThat(texts(got[0])).containsExactly("abc", "com", "", "def", "net", "x", "", "", "", "", "", "");
        assertThat(((Tensor) got[1]).toLongs()).containsExactly(2, 3, 1, 3);
    }

    @Test
    void splitByWhiteSpaceAndMaxsplit() {
        var got = split(Map.of(), "  a  b\tc ", "", " ");
        assertThat(texts(got[0])).containsExactly("a", "b", "c", "", "", "", "", "", "");
        assertThat(((Tensor) got[1]).toLongs()).containsExactly(3, 0, 0);
        assertThat(texts(split(Map.of("maxsplit", "1"), " a b  c ")[0])).containsExactly("a", "b  c");
        assertThat(texts(split(Map.of("maxsplit", "1", "delimiter", "--"), "a--b--c")[0])).containsExactly("a", "b--c");
        assertThat(((Tensor) split(Map.of())[0]).shape()).containsExactly(0, 0);
    }

    @Test
    void normalizeDropsStopWords() {
        var x = strings("monday", "Tuesday", "WEDNESDAY");
        assertThat(one("string.normalize case=UPPER case_sensitive=1", x, strings("monday")).toStrings())
                .containsExactly("TUESDAY", "WEDNESDAY");
        assertThat(one("string.normalize case=lower", x, strings("MONDAY")).toStrings())
                .containsExactly("tuesday", "wednesday");
        var row = Tensor.of(new String[]{"a", "A"}, 1, 2);
        assertThat(one("string.normalize", row, strings("a")).shape()).containsExactly(1, 1);
        assertThat(one("string.normalize", row, strings("a")).toStrings()).containsExactly("");
        assertThatThrownBy(() -> one("string.normalize", Tensor.of(new String[4], 2, 2)))
                .hasMessageContaining("[1,C]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '"', value = {
            "www\\.[\\w.-]+\\.com ~ www.google.com ~ true", "www\\.[\\w.-]+\\.com ~ www.facebook.org ~ false",
            "a|bc ~ bc ~ true", "a|bc ~ ac ~ false", "(?i)straße ~ STRAßE ~ true", "(?i)[a-c]+ ~ AbC ~ true",
            "(?i)[^a] ~ A ~ false", "a{2,3} ~ aaaa ~ false", "a{2,} ~ aaaaa ~ true", "a{,2} ~ a{,2} ~ true",
            "(?P<x>a)(?:b)(?<y>c) ~ abc ~ true", "\\d+\\D ~ 12x ~ true", "\\d ~ \u0663 ~ false",
            "\\p{Greek}+ ~ αβγ ~ true", "\\PN ~ 7 ~ false", "[[:alpha:]_]+ ~ ab_c ~ true", "[[:^digit:]] ~ 5 ~ false",
            "[]a]+ ~ ]a ~ true", "[a\\-z] ~ - ~ true", "[-a] ~ - ~ true", "\\Qa.b\\E+ ~ a.bb ~ true",
            "x*? ~ xxx ~ true", "\\x41\\x{1F600} ~ A😀 ~ true", ". ~ 😀 ~ true", "\\bfoo\\b.* ~ foo bar ~ true",
            "\\bfoo\\b.* ~ foobar ~ false", "^a$ ~ a ~ true", "a$b ~ ab ~ false", "(a|(?i)b)c ~ Bc ~ true",
            "(a|(?i)b)c ~ BC ~ false", "((a*)*)*b ~ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac ~ false"})
    void matchFollowsRe2(String pattern, String text, boolean matches) {
        var got = (Tensor) Routines.call("string.match", Map.of("pattern", pattern), new Value[]{strings(text)})[0];
        assertThat(got.dtype()).isEqualTo(DType.BOOL);
        assertThat(got.toBooleans()).containsExactly(matches);
    }

    @Test
    void dotAndLines() {
        assertThat(Regex.parse("a.b").matches("a\nb")).isFalse();
        assertThat(Regex.parse("(?s)a.b").matches("a\nb")).isTrue();
        assertThat(Regex.parse("(?m)a$\n^b").matches("a\nb")).isTrue();
        assertThat(Regex.parse("a$\n^b").matches("a\nb")).isFalse();
        assertThat(Regex.parse("").matches("")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"(", "a)", "[a", "a**", "*", "\\", "(?=a)", "(?<=a)b", "\\1", "\\p{Klingon}",
            "[z-a]", "a{1001}", "(?P<>a)", "[[:foo:]]", "\\y", "\\x{110000}", "((((a{999}){999}){999}){999})"})
    void badPatternsAreRefused(String pattern) {
        assertThatThrownBy(() -> Regex.parse(pattern)).isInstanceOf(ModelException.class);
    }

    @Test
    void deepPatternsAreRefusedAndLongTextsTakeLinearTime() {
        assertThatThrownBy(() -> Regex.parse("(".repeat(100_000))).isInstanceOf(ModelException.class);
        assertThat(Regex.parse("(x+x+)+y").matches("x".repeat(100_000))).isFalse();
    }
}
