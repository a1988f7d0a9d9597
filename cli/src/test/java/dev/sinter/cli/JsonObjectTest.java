package dev.sinter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
    @Test
    void valuesOfEveryKind() {
        var object = new JsonObject().put("a", "x\"\\\n\t\u0001é😀").put("b", 1L).put("c", 1e-7).put("d", Double.NaN)
                .put("e", null).put("f", true).put("g", List.of(1, "z")).put("h", Map.of("k", OptionalDouble.empty()))
                .put("i", new JsonObject().put("j", OptionalDouble.of(0.5)));
        assertThat(object.toString()).isEqualTo("{\"a\": \"x\\\"\\\\\\n\\t\\u0001é😀\", \"b\": 1, \"c\": 1.0E-7, "
                + "\"d\": null, \"e\": null, \"f\": true, \"g\": [1, \"z\"], \"h\": {\"k\": null}, \"i\": {\"j\": 0.5}}");
    }

    @Test
    void halfACharacterIsEscaped() {
        assertThat(new JsonObject().put("a", "x\uD83Dy\uDE00").toString()).isEqualTo("{\"a\": \"x\\ud83dy\\ude00\"}");
    }
}
