package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueViewsTest {
    private static final Tensor ONE = Tensor.of(new float[]{1.5f});

    @Test
    void sequencesGiveWhatIsInThem() {
        var map = MapValue.ofFloats(Map.of(1, 2f));
        assertThat(SequenceValue.of(ONE, ONE).tensors()).containsExactly(ONE, ONE);
        assertThat(SequenceValue.of(map).maps()).containsExactly(map);
        assertThat(SequenceValue.of().tensors()).isEmpty();
        assertThatThrownBy(() -> SequenceValue.of(ONE, map).tensors()).isInstanceOf(ModelException.class)
                .hasMessageContaining("at 1 of 2");
        assertThatThrownBy(() -> SequenceValue.of(map, ONE).maps()).isInstanceOf(ModelException.class)
                .hasMessageContaining("Tensor");
    }

    @Test
    void mapsAreThoseOfJava() {
        var entries = new LinkedHashMap<Object, Value>();
        entries.put("b", ONE);
        entries.put("a", Tensor.of(new float[]{-2}, 1));
        var map = new MapValue(entries);
        assertThat(map.toMap(String.class, Float.class)).containsExactly(Map.entry("b", 1.5f), Map.entry("a", -2f));
        assertThat(map.toMap(String.class, Double.class)).containsEntry("b", 1.5);
        assertThat(MapValue.of(Map.of(7, Tensor.of(new long[]{9}))).toMap(Long.class, Long.class))
                .isEqualTo(Map.of(7L, 9L));
        assertThat(MapValue.of(Map.of(7, Tensor.of(new String[]{"x"}))).toMap(Long.class, String.class))
                .isEqualTo(Map.of(7L, "x"));
        assertThatThrownBy(() -> map.toMap(Long.class, Float.class)).isInstanceOf(ModelException.class)
                .hasMessageContaining("keys of class Long were expected, got 'b'");
        assertThatThrownBy(() -> map.toMap(String.class, Integer.class)).isInstanceOf(ModelException.class);
        for (var value : List.of(Tensor.of(new float[2], 2), SequenceValue.of(ONE))) {
            assertThatThrownBy(() -> MapValue.of(Map.of("k", value)).toMap(String.class, Float.class))
                    .isInstanceOf(ModelException.class).hasMessageContaining("k");
        }
    }
}
