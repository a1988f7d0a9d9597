package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void readsEveryKindOfValue() {
        assertThat(Json.parse(" {\"a\" : [1, -2.5e1,0, true , false, null, \"\"], \"b\":{}, \"\":[ ]}\n"))
                .isEqualTo(new Json.Obj(Map.of(
                        "a", new Json.Arr(List.of(new Json.Num(1), new Json.Num(-25), new Json.Num(0),
                                new Json.Bool(true), new Json.Bool(false), Json.Null.NULL, new Json.Str(""))),
                        "b", new Json.Obj(Map.of()),
                        "", new Json.Arr(List.of()))));
    }

    @Test
    void resolvesEscapes() {
        assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83C\\udf55é\u2028\""))
                .isEqualTo(new Json.Str("\"\\/\b\f\n\r\té\ud83c\udf55é\u2028"));
    }

    @Test
    void keepsTheOrderOfMembers() {
        assertThat(((Json.Obj) Json.parse("{\"z\":1,\"a\":2,\"m\":3}")).members().keySet())
                .containsExactly("z", "a", "m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}",
            "{\"a\":1,\"a\":2}", "[1 2]", "01", "1.", ".5", "+1", "1e", "-", "NaN", "tru", "nulll", "\"a", "\"\\x\"",
            "\"\\u12g4\"", "\"\\u１234\"", "\"\n\"",
            "'a'", "1 2", "[1]]", "{}\0x", "// a\n1", "\u00a01"})
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("JSON, character ");
    }

    @Test
    void saysWhereAndWhat() {
        assertThatThrownBy(() -> Json.parse("[1, x]"))
                .hasMessage("JSON, character 4: expected a value, found 'x'");
        assertThatThrownBy(() -> Json.parse("{\"a\":1, \"a\":2}"))
                .hasMessage("JSON, character 8: expected each key once, \"a\" is repeated, found '\"'");
    }

    @Test
    void refusesNestingThatWouldExhaustTheStack() {
        assertThat(Json.parse("[".repeat(200) + "]".repeat(200))).isInstanceOf(Json.Arr.class);
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested");
    }
}
