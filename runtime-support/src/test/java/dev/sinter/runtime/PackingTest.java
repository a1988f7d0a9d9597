package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
    @Test
    void onnxPutsTheFirstElementIntoTheLowestBits() {
        assertThat(Packing.unpack(DType.U4, new byte[]{(byte) 0xA3, 0x07}, 3)).containsExactly(3, 10, 7);
        assertThat(Packing.unpack(DType.I4, new byte[]{(byte) 0xA3, 0x07}, 3)).containsExactly(3, -6, 7);
        assertThat(Packing.unpack(DType.U2, new byte[]{(byte) 0b11_10_01_00, 2}, 5)).containsExactly(0, 1, 2, 3, 2);
        assertThat(Packing.unpack(DType.I2, new byte[]{(byte) 0b11_10_01_00, 2}, 5)).containsExactly(0, 1, -2, -1, -2);
        assertThat(Packing.pack(DType.I4, new byte[]{3, -6, 7}, 3)).containsExactly(0xA3, 0x07);
        assertThat(Packing.pack(DType.I2, new byte[]{0, 1, -2, -1, -2}, 5)).containsExactly(0b11_10_01_00, 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"I4", "U4", "I2", "U2", "F4E2M1"})
    void packingUndoesUnpacking(DType dtype) {
        assertThat(Packing.isPacked(dtype)).isTrue();
        for (int count = 0; count < 20; count++) {
            var packed = new byte[(int) dtype.arrayLength(count)];
            new Random(count).nextBytes(packed);
            var plain = Packing.unpack(dtype, packed, count);
            assertThat(plain).hasSize(count);
            var again = Packing.pack(dtype, plain, count);
            assertThat(Packing.unpack(dtype, again, count)).isEqualTo(plain);
            for (int i = 0; i < packed.length - 1; i++) {
                assertThat(again[i]).isEqualTo(packed[i]);
            }
        }
    }

    @Test
    void onlySmallTypesArePacked() {
        assertThat(Packing.isPacked(DType.I8)).isFalse();
        assertThat(Packing.isPacked(DType.STRING)).isFalse();
        assertThat(Packing.isPacked(DType.F32)).isFalse();
    }

    @Test
    void stringsComeBackFromTheWeights() {
        var texts = new String[]{"", "a", "\u00e9\ud83d\ude00", "two\nlines"};
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(5 + Texts.size(texts));
            Texts.write(texts, segment, 5);
            assertThat(Texts.read(segment, 5, texts.length)).isEqualTo(texts);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, -0.5, 0.9, 1, 1.7, -2.5, 4, 10, 26})
    void errorFunctionAndComplementAddUpToOne(double x) {
        assertThat(Functions.erf(x) + Functions.erfc(x)).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-15));
        assertThat(Functions.erf(-x)).isEqualTo(-Functions.erf(x));
    }

    @Test
    void everyCodeOfASmallFormatComesBack() {
        for (int code = 0; code < 256; code++) {
            int c = code;
            same(SmallFloats.ofF8E4M3FN(c), SmallFloats.ofF8E4M3FN(SmallFloats.toF8E4M3FN(SmallFloats.ofF8E4M3FN(c))));
            same(SmallFloats.ofF8E5M2(c), SmallFloats.ofF8E5M2(SmallFloats.toF8E5M2(SmallFloats.ofF8E5M2(c))));
            same(SmallFloats.ofF8E8M0(c), SmallFloats.ofF8E8M0(SmallFloats.toF8E8M0(SmallFloats.ofF8E8M0(c))));
            same(SmallFloats.ofF8E4M3FNUZ(c),
                    SmallFloats.ofF8E4M3FNUZ(SmallFloats.toF8E4M3FNUZ(SmallFloats.ofF8E4M3FNUZ(c))));
            same(SmallFloats.ofF8E5M2FNUZ(c),
                    SmallFloats.ofF8E5M2FNUZ(SmallFloats.toF8E5M2FNUZ(SmallFloats.ofF8E5M2FNUZ(c))));
            assertThat(SmallFloats.toF4E2M1(SmallFloats.ofF4E2M1(c & 15))).isEqualTo(c & 15);
        }
    }

    private static void same(float got, float wanted) {
        assertThat(Float.floatToIntBits(got)).isEqualTo(Float.floatToIntBits(wanted));
    }

    @Test
    void roundingOfFloatsAgreesWithThatOfDoubles() {
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt());
            same(SmallFloats.roundF16(x), (float) SmallFloats.roundF16((double) x));
            same(SmallFloats.roundBF16(x), (float) SmallFloats.roundBF16((double) x));
        }
    }

    @Test
    void whatIsTooLargeIsLimitedOrNot() {
        assertThat(SmallFloats.roundF8E4M3FN(1e6)).isEqualTo(448);
        assertThat(SmallFloats.openF8E4M3FN(1e6)).isNaN();
        assertThat(SmallFloats.roundF8E5M2(-1e6)).isEqualTo(-57344);
        assertThat(SmallFloats.openF8E5M2(-1e6)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(SmallFloats.roundF4E2M1(100)).isEqualTo(6);
        assertThat(SmallFloats.roundF16(1e6)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(SmallFloats.upF8E8M0(3)).isEqualTo(4);
        assertThat(SmallFloats.downF8E8M0(3)).isEqualTo(2);
        assertThat(SmallFloats.nearestF8E8M0(3)).isEqualTo(4);
        assertThat(SmallFloats.openF8E8M0(0)).isNaN();
    }
}
