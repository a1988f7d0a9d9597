package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorDataTest {
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"STRING", "C64", "C128", "F8E8M0"})
    void smallNumbersAreKept(DType type) {
        var data = TensorData.zeros(type, 2);
        data.set(0, 1.0);
        data.set(1, 1L);
        assertThat(data.getDouble(0)).isEqualTo(1);
        assertThat(data.getLong(1)).isEqualTo(1);
        assertThat(DType.of(type.label())).isEqualTo(type);
    }

    @Test
    void integersWrapAndUnsignedOnesAreRead() {
        var bytes = TensorData.zeros(DType.U8, 1);
        bytes.set(0, 257L);
        assertThat(bytes.getLong(0)).isEqualTo(1);
        bytes.set(0, -1L);
        assertThat(bytes.getLong(0)).isEqualTo(255);
        var nibble = TensorData.zeros(DType.I4, 1);
        nibble.set(0, 8L);
        assertThat(nibble.getLong(0)).isEqualTo(-8);
        var wide = TensorData.zeros(DType.U64, 1);
        wide.set(0, 0x1p63);
        assertThat(wide.getLong(0)).isEqualTo(Long.MIN_VALUE);
        assertThat(wide.getDouble(0)).isEqualTo(0x1p63);
        wide.set(0, -1L);
        assertThat(wide.getDouble(0)).isEqualTo(0x1p64);
    }

    @Test
    void longsAreRoundedOnceToFloat() {
        var data = TensorData.zeros(DType.F32, 1);
        long value = (1L << 60) + (1L << 36) + 1;
        data.set(0, value);
        assertThat(data.getDouble(0)).isEqualTo((float) value).isNotEqualTo((float) (double) value);
    }

    @Test
    void wrongArraysAreErrors() {
        assertThatThrownBy(() -> TensorData.of(DType.F32, new double[1], 1)).isInstanceOf(IrException.class)
                .hasMessageContaining("float[]");
        assertThatThrownBy(() -> TensorData.of(DType.F32, new float[3], 2, 2)).isInstanceOf(IrException.class)
                .hasMessageContaining("4 elements");
        assertThat(TensorData.of(DType.C64, new float[4], 2).size()).isEqualTo(2);
        var text = TensorData.zeros(DType.STRING, 1);
        assertThatThrownBy(() -> text.set(0, 1.0)).isInstanceOf(IrException.class);
        assertThatThrownBy(() -> text.getLong(0)).isInstanceOf(IrException.class);
    }

    @Test
    void equalityIsByContent() {
        var a = TensorData.floats(new float[]{1, Float.NaN}, 2);
        var b = TensorData.floats(new float[]{1, Float.NaN}, 2);
        assertThat(a).isEqualTo(b).hasSameHashCodeAs(b).hasToString("f32[2]#" + Long.toHexString(b.contentHash()));
        assertThat(a).isNotEqualTo(TensorData.floats(new float[]{1, Float.NaN}, 1, 2));
        assertThat(TensorData.scalar(DType.F32, 0.0)).isNotEqualTo(TensorData.scalar(DType.F32, -0.0));
        assertThat(TensorData.zeros(DType.I8, 3).contentHash())
                .isNotEqualTo(TensorData.zeros(DType.U8, 3).contentHash());
    }
}
