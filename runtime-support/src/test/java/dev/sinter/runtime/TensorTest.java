package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
    @Test
    void numbersAreOnnxNumbers() {
        assertThat(DType.values()).hasSize(26);
        for (DType t : DType.values()) {
            assertThat(DType.ofOnnx(t.onnx())).isSameAs(t);
            assertThat(DType.parse(t.label())).isSameAs(t);
        }
        assertThat(DType.ofOnnx(1)).isSameAs(DType.F32);
        assertThat(DType.ofOnnx(7)).isSameAs(DType.I64);
        assertThat(DType.ofOnnx(16)).isSameAs(DType.BF16);
        assertThat(DType.ofOnnx(26)).isSameAs(DType.I2);
        assertThatThrownBy(() -> DType.ofOnnx(27)).isInstanceOf(ModelException.class).hasMessageContaining("27");
        assertThatThrownBy(() -> DType.ofOnnx(0)).isInstanceOf(ModelException.class);
    }

    @Test
    void everyArrayTypeIsWrapped() {
        var floats = new float[]{1, 2, 3, 4, 5, 6};
        Tensor t = Tensor.of(floats, 2, 3);
        assertThat(t.array()).isSameAs(floats);
        assertThat(t.dtype()).isEqualTo(DType.F32);
        assertThat(t.shape()).containsExactly(2, 3);
        assertThat(t.rank()).isEqualTo(2);
        assertThat(t.size()).isEqualTo(6);
        assertThat(t.toFloats()).containsExactly(floats).isNotSameAs(floats);
        assertThat(Tensor.of(new double[]{1.5}, 1).toFloats()).containsExactly(1.5f);
        assertThat(Tensor.of(new int[]{-7}, 1).toLongs()).containsExactly(-7);
        assertThat(Tensor.of(new long[]{-7}, 1).toInts()).containsExactly(-7);
        assertThat(Tensor.of(new short[]{-7}, 1).toBytes()).containsExactly(-7);
        assertThat(Tensor.of(new byte[]{-7}, 1).toShorts()).containsExactly((short) -7);
        assertThat(Tensor.of(new char[]{'\uFFFF'}, 1).toInts()).containsExactly(0xFFFF);
        assertThat(Tensor.of(new boolean[]{true, false}, 2).toBooleans()).containsExactly(true, false);
        assertThat(Tensor.of(new String[]{"a", "b"}, 2).toStrings()).containsExactly("a", "b");
        assertThat(Tensor.of(new float[]{3}).rank()).isZero();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void foreignMemoryGivesTheSameAsAnArray(DType type) {
        if (type == DType.STRING) {
            return;
        }
        int n = 13;
        var bytes = new byte[(int) type.arrayLength(n) * type.storage().bytes()];
        new Random(type.onnx()).nextBytes(bytes);
        Object array = type.storage().allocate((int) type.arrayLength(n));
        MemorySegment.copy(MemorySegment.ofArray(bytes), type.storage().layout(), 0, array, 0,
                (int) type.arrayLength(n));
        MemorySegment foreign = Arena.ofAuto().allocate(bytes.length + 1L).asSlice(1);
        foreign.copyFrom(MemorySegment.ofArray(bytes));
        Tensor a = Tensor.of(type, array, n);
        Tensor b = Tensor.of(type, foreign, n);
        Tensor c = Tensor.of(type, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), n);
        Tensor d = Tensor.of(type, swapped(bytes, type.storage().bytes()), n);
        assertThat(b.foreign()).isTrue();
        for (Tensor other : new Tensor[]{b, c, d}) {
            assertThat(other.toDoubles()).isEqualTo(a.toDoubles());
            assertThat(other.toFloats()).isEqualTo(a.toFloats());
            assertThat(other.array()).isEqualTo(array);
            assertThat(other).hasToString(a.toString());
        }
    }

    /** The same elements in a direct buffer of the other byte order. */
    private static ByteBuffer swapped(byte[] bytes, int element) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).order(
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        IntStream.range(0, bytes.length).forEach(i -> buffer.put(i, bytes[i / element * element + element - 1
                - i % element]));
        return buffer;
    }

    @Test
    void arrayBackedBuffersAndSegmentsAreNotCopied() {
        var floats = new float[]{1, 2, 3};
        assertThat(Tensor.of(DType.F32, MemorySegment.ofArray(floats), 3).array()).isSameAs(floats);
        assertThat(Tensor.of(DType.F32, FloatBuffer.wrap(floats), 3).array()).isSameAs(floats);
        Tensor behind = Tensor.of(DType.F32, FloatBuffer.wrap(floats).position(1), 2);
        assertThat(behind.toFloats()).containsExactly(2, 3);
        floats[2] = 7;
        assertThat(behind.toFloats()).containsExactly(2, 7);
        assertThat(Tensor.of(DType.F32, FloatBuffer.wrap(floats).asReadOnlyBuffer(), 3).toFloats())
                .containsExactly(1, 2, 7);
        var bytes = new byte[]{1, 2};
        assertThat(Tensor.of(DType.U8, ByteBuffer.wrap(bytes), 2).array()).isSameAs(bytes);
        assertThat(Tensor.of(DType.U16, CharBuffer.wrap(new char[]{'a'}), 1).toInts()).containsExactly('a');
    }

    @ParameterizedTest
    @CsvSource({
            "F16, 0x3C00, 1.0", "F16, 0xFBFF, -65504", "BF16, 0x3F80, 1.0", "BF16, 0xC040, -3.0",
            "F8E4M3FN, 0x38, 1.0", "F8E4M3FN, 0x7E, 448", "F8E4M3FN, 0x7F, NaN", "F8E4M3FN, 0x01, 0.001953125",
            "F8E4M3FNUZ, 0x40, 1.0", "F8E4M3FNUZ, 0x7F, 240", "F8E4M3FNUZ, 0x80, NaN",
            "F8E5M2, 0x3C, 1.0", "F8E5M2, 0x7B, 57344", "F8E5M2, 0x7C, Infinity", "F8E5M2, 0xFC, -Infinity",
            "F8E5M2FNUZ, 0x40, 1.0", "F8E5M2FNUZ, 0x7F, 57344", "F8E5M2FNUZ, 0x80, NaN",
            "F8E8M0, 0x7F, 1.0", "F8E8M0, 0x80, 2.0", "F8E8M0, 0xFF, NaN", "F8E8M0, 0x00, 5.877471754111438E-39",
    })
    void smallFloatsDecode(DType type, String bits, double expected) {
        int raw = Integer.decode(bits);
        Object array = type.storage() == StorageClass.I16 ? new short[]{(short) raw} : new byte[]{(byte) raw};
        assertThat(Tensor.of(type, array, 1).toDoubles()).containsExactly(expected);
    }

    @Test
    void packedTypesUnpackFromTheLowestBits() {
        assertThat(Tensor.of(DType.I4, new byte[]{(byte) 0x8F, 0x07}, 3).toBytes()).containsExactly(-1, -8, 7);
        assertThat(Tensor.of(DType.U4, new byte[]{(byte) 0x8F, 0x07}, 3).toInts()).containsExactly(15, 8, 7);
        assertThat(Tensor.of(DType.I2, new byte[]{(byte) 0b11_10_01_00, 1}, 5).toLongs())
                .containsExactly(0, 1, -2, -1, 1);
        assertThat(Tensor.of(DType.U2, new byte[]{(byte) 0b11_10_01_00, 1}, 5).toInts())
                .containsExactly(0, 1, 2, 3, 1);
        assertThat(Tensor.of(DType.F4E2M1, new byte[]{(byte) 0xF7, 0x01}, 3).toFloats()).containsExactly(6, -6, 0.5f);
    }

    @Test
    void unsignedTypesKeepTheirValue() {
        assertThat(Tensor.of(DType.U8, new byte[]{-1}, 1).toInts()).containsExactly(255);
        assertThat(Tensor.of(DType.U32, new int[]{-1}, 1).toLongs()).containsExactly(0xFFFF_FFFFL);
        assertThat(Tensor.of(DType.U64, new long[]{-1}, 1).toDoubles()).containsExactly(0x1p64);
        assertThat(Tensor.of(DType.U64, new long[]{0x8000_0080_0000_0001L}, 1).toFloats())
                .as("rounded once, the sticky bit decides").containsExactly(0x1.000002p63f);
        assertThat(Tensor.of(DType.U64, new long[]{-1}, 1)).hasToString("u64[1] {18446744073709551615}");
        assertThat(Tensor.of(DType.U8, new byte[]{-1}, 1).toBytes()).containsExactly(-1);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> Tensor.of(new long[]{0, 1L << 40}, 2).toInts()).isInstanceOf(ModelException.class)
                .hasMessageContaining("i64[2]").hasMessageContaining("element 1").hasMessageContaining("1099511627776");
        assertThatThrownBy(() -> Tensor.of(new float[]{1.5f}, 1).toLongs()).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.of(DType.U64, new long[]{-1}, 1).toInts())
                .isInstanceOf(ModelException.class).hasMessageContaining("18446744073709551615");
        assertThat(Tensor.of(new float[]{-3f}, 1).toLongs()).containsExactly(-3);
        assertThatThrownBy(() -> Tensor.of(new String[]{"a"}, 1).toFloats()).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.of(new float[]{1}, 1).toStrings()).isInstanceOf(ModelException.class);
    }

    @Test
    void wrongDataIsRefused() {
        assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3)).isInstanceOf(ModelException.class)
                .hasMessageContaining("f32[2, 3]").hasMessageContaining("at least 6").hasMessageContaining("got 5");
        assertThatThrownBy(() -> Tensor.of(new float[5])).isInstanceOf(ModelException.class)
                .hasMessageContaining("exactly 1");
        assertThatThrownBy(() -> Tensor.of(DType.F32, new double[1], 1)).isInstanceOf(ModelException.class)
                .hasMessageContaining("float[]").hasMessageContaining("double[]");
        assertThatThrownBy(() -> Tensor.of(DType.F32, null, 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.of(new float[1], -1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.of(new float[1], 1L << 32, 1L << 32)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.of(DType.F64, FloatBuffer.allocate(4), 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Tensor.of(DType.F64, MemorySegment.ofArray(new byte[15]), 2))
                .isInstanceOf(ModelException.class);
        assertThat(Tensor.of(new float[0], 0, 1L << 40).size()).isZero();
        assertThat(Tensor.of(new float[7], 2, 3).toFloats()).hasSize(6);
    }

    @Test
    void textShowsTypeShapeAndSomeElements() {
        assertThat(Tensor.of(new float[]{0.5f, 1}, 1, 2)).hasToString("f32[1,2] {0.5, 1.0}");
        assertThat(Tensor.of(new long[20], 20)).hasToString("i64[20] {0, 0, 0, 0, 0, 0, 0, 0, …}");
        assertThat(Tensor.of(new boolean[]{true})).hasToString("bool[] {true}");
        assertThat(Tensor.of(new String[]{"a"}, 1)).hasToString("string[1] {\"a\"}");
        assertThat(Tensor.of(DType.C64, new float[]{1, 2}, 1)).hasToString("c64[1] {1.0, 2.0}");
    }

    @Test
    void closedForeignMemoryIsReportedByItsOwnException() {
        Tensor tensor;
        try (Arena arena = Arena.ofConfined()) {
            tensor = Tensor.of(DType.F32, arena.allocate(ValueLayout.JAVA_FLOAT), 1);
        }
        assertThatThrownBy(tensor::toFloats).isInstanceOf(IllegalStateException.class);
    }
}
