package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ZerosTest {
    @Test
    void zerosOfEitherSignCount() {
        assertThat(Zeros.part(TensorData.floats(new float[]{0, -0f, 1, Float.NaN}, 4))).isEqualTo(0.5);
        assertThat(Zeros.part(TensorData.longs(new long[]{0, 3}, 2))).isEqualTo(0.5);
        var halves = TensorData.of(DType.F16, new short[]{(short) 0x8000, 0, 0x3c00, 1}, 4);
        assertThat(Zeros.part(halves)).isEqualTo(0.5);
        assertThat(Zeros.part(TensorData.of(DType.I16, new short[]{(short) 0x8000, 0}, 2))).isEqualTo(0.5);
        assertThat(Zeros.part(TensorData.floats(new float[0], 0))).isZero();
    }
}
