package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeSizeTest {
    private static final Map<String, Long> SIZES = Map.of("B", 2L, "S", 5L, "a b", 7L);

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\'', value = {"f32[]; f32[]; 4", "f32[3]; f32[3]; 12",
            "f32[B,(S + 1),384]; f32[2,6,384]; 18432", "i64[((B * S) / 3)]; i64[3]; 24",
            "i8[min(B, S),max(B, (S * 2))]; i8[2,10]; 20", "f64[\"a b\"]; f64[7]; 56", "bool[(S + -1)]; bool[4]; 4",
            "f32[unknown]; f32[unknown]; 0", "f32[(S / (B + -2))]; f32[(S / (B + -2))]; 0", "u4[3]; u4[3]; 2",
            "string[2]; string[2]; 0"})
    void sizesArePutIn(String type, String text, long bytes) {
        assertThat(TypeSize.text(type, SIZES)).isEqualTo(text);
        assertThat(TypeSize.bytes(type, SIZES)).isEqualTo(bytes);
    }
}
