package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeTest {
    @ParameterizedTest
    @ValueSource(strings = {"1x128", "32x128", "1000", "1", "decode", "prefill128", "1x3x416x416"})
    void textAndShapeAreTheSame(String text) {
        assertThat(Shape.parse(text)).hasToString(text);
    }

    @Test
    void sizesAreBatchFirst() {
        assertThat(Shape.parse("32x128").batch()).isEqualTo(32);
        assertThat(Shape.parse("32x128").extent()).isEqualTo(128);
        assertThat(Shape.parse("prefill128").kind()).isEqualTo("prefill");
        assertThat(Shape.parse("prefill128").plain(1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1x", "x1", "0", "1x0", "-1", "1x128 ", "Decode", "1,2"})
    void whatIsNoShapeIsRefused(String text) {
        assertThatThrownBy(() -> Shape.parse(text)).isInstanceOf(UsageException.class).hasMessageContaining("expected");
    }
}
