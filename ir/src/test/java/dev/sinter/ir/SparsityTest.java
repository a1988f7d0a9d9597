package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SparsityTest {
    @Test
    void parsesWhatItPrints() {
        var pattern = new Sparsity(4, 1, 0.9);
        assertThat(pattern).hasToString("4x1@0.90");
        assertThat(Sparsity.parse("4x1@0.90")).isEqualTo(pattern);
        assertThat(Sparsity.parse("2:8")).isEqualTo(new Sparsity(1, 8, 2, 0.75)).hasToString("2:8");
    }

    @Test
    void saysWhatWasExpected() {
        assertThatThrownBy(() -> Sparsity.parse("4x1")).isInstanceOf(IrException.class)
                .hasMessage("a pattern such as 4x1@0.90 or 2:8 was expected, not '4x1'");
    }
}
