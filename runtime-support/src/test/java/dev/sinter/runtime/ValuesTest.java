package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValuesTest {
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F16", "BF16", "F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F8E8M0",
            "F4E2M1"})
    void everyCodeOfASmallFloatSurvives(DType dtype) {
        int codes = 1 << dtype.bits();
        for (int code = 0; code < codes; code++) {
            Object data = dtype.bits() == 16 ? (Object) new short[]{(short) code} : new byte[]{(byte) code};
            double value = Tensor.of(dtype, data, 1).toDoubles()[0];
            var back = Tensor.ofValues(dtype, new double[]{value}, 1);
            assertThat(Double.valueOf(back.toDoubles()[0])).isEqualTo(Double.valueOf(value));
            if (!Double.isNaN(value)) {
                int bits = back.array() instanceof short[] s ? s[0] & 0xFFFF : ((byte[]) back.array())[0] & 0xFF;
                assertThat(bits).isEqualTo(code);
            }
        }
    }

    @Test
    void roundingGoesToNearestAndToEven() {
        assertThat(Tensor.ofValues(DType.F4E2M1, new double[]{0.25, 0.75, 2.5, 5, -5.1, 100}, 6).toDoubles())
                .containsExactly(0, 1, 2, 4, -6, 6);
        assertThat(Tensor.ofValues(DType.F8E4M3FN, new double[]{17, 19, 1e9, -1e9, Double.NEGATIVE_INFINITY}, 5)
                .toDoubles()).containsExactly(16, 20, 448, -448, -448);
        assertThat(Tensor.ofValues(DType.F8E5M2, new double[]{Double.POSITIVE_INFINITY, 1e9}, 2).toDoubles())
                .containsExactly(Double.POSITIVE_INFINITY, 57344);
        // Just above the middle of two halves: rounding to float first would lose what decides.
        double above = 1 + 0x1p-11 + 0x1p-40;
        assertThat(Tensor.ofValues(DType.F16, new double[]{above, 1 + 0x1p-11}, 2).toDoubles())
                .containsExactly(1 + 0x1p-10, 1);
        var upper = Tensor.ofValues(DType.BF16, new double[]{1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-8, 3e39}, 3);
        assertThat(upper.toDoubles()).containsExactly(1 + 0x1p-7, 1, Double.POSITIVE_INFINITY);
    }

    @Test
    void integersAreCheckedAndPacked() {
        var packed = Tensor.ofValues(DType.I4, new long[]{1, -1, -8}, 3);
        assertThat((byte[]) packed.array()).containsExactly(0xF1, 0x08);
        assertThat(packed.toLongs()).containsExactly(1, -1, -8);
        assertThat(Tensor.ofValues(DType.U2, new double[]{3, 0, 1, 2, 3}, 5).toLongs()).containsExactly(3, 0, 1, 2, 3);
        assertThat(Tensor.ofValues(DType.U64, new double[]{0x1p63}, 1).toLongs()).containsExactly(Long.MIN_VALUE);
        assertThat(Tensor.ofValues(DType.C64, new double[]{1, 2}, 1).toFloats()).containsExactly(1, 2);
        assertThat(Tensor.ofValues(DType.F32, new long[]{16777217}, 1).toFloats()).containsExactly(16777216);
        for (var wrong : List.of(8.0, 0.5, Double.NaN)) {
            assertThatThrownBy(() -> Tensor.ofValues(DType.I4, new double[]{wrong}, 1))
                    .isInstanceOf(ModelException.class).hasMessageContaining("i4");
        }
        assertThatThrownBy(() -> Tensor.ofValues(DType.BOOL, new long[]{2}, 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.ofValues(DType.U8, new long[]{-1}, 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.ofValues(DType.STRING, new long[]{1}, 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.ofValues(DType.I32, new long[]{1}, 2)).isInstanceOf(ModelException.class);
    }

    @Test
    void sequencesOptionalsAndMaps() {
        var one = Tensor.of(new float[]{1}, 1);
        var sequence = SequenceValue.of(one, one);
        assertThat(sequence.size()).isEqualTo(2);
        assertThat(sequence.tensor(1)).isSameAs(one);
        assertThatThrownBy(() -> sequence.tensor(2)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> new SequenceValue(Collections.singletonList(null))).isInstanceOf(ModelException.class);
        assertThat(OptionalValue.of(one).tensor()).isSameAs(one);
        assertThatThrownBy(() -> OptionalValue.empty().tensor()).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> new OptionalValue(null)).isInstanceOf(ModelException.class);
        var map = MapValue.ofFloats(Map.of("a", 1f));
        assertThat(map.tensor("a").toFloats()).containsExactly(1);
        assertThat(MapValue.of(Map.of(3, one)).tensor(3L)).isSameAs(one);
        assertThatThrownBy(() -> map.tensor("b")).isInstanceOf(ModelException.class).hasMessageContaining("[a]");
        assertThatThrownBy(() -> MapValue.of(Map.of(1.5, one))).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> new MapValue(Collections.singletonMap("a", null))).isInstanceOf(ModelException.class);
    }
}
