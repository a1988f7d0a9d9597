package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    private static byte[] file(String header, byte... data) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[]{(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
        out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(data);
        return out.toByteArray();
    }

    private static byte[] shorts(ByteOrder order, int... values) {
        var out = ByteBuffer.allocate(2 * values.length).order(order);
        Arrays.stream(values).forEach(v -> out.putShort((short) v));
        return out.array();
    }

    @Test
    void theBytesAreNumpys() {
        // what numpy.save writes for numpy.array([1, 2], dtype='<f4')
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
        var bytes = Npy.format(Tensor.of(new float[]{1, 2}, 2));
        assertThat(bytes).hasSize(128 + 8).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
        assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
                .isEqualTo(header + " ".repeat(118 - header.length() - 1) + "\n");
        assertThat(Arrays.copyOfRange(bytes, 128, 136)).containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64",
            "BOOL", "C64", "C128"})
    void everyTypeOfNumpySurvives(DType dtype) {
        var array = dtype.storage().allocate((int) dtype.arrayLength(6));
        switch (array) {
            case float[] a -> a[3] = -0f;
            case double[] a -> a[3] = Math.PI;
            case long[] a -> a[3] = -1;
            case int[] a -> a[3] = -7;
            case short[] a -> a[3] = -300;
            case byte[] a -> a[3] = 1;
            default -> throw new AssertionError(dtype);
        }
        var tensor = Tensor.of(dtype, array, 2, 3, 1);
        assertThat(AllForms.sameBits(tensor, Npy.parse(Npy.format(tensor), "t"))).isTrue();
    }

    @Property(tries = 100)
    void shapesAndFloatsSurvive(@ForAll @Size(max = 4) List<@IntRange(max = 5) Integer> dims, @ForAll float value) {
        var shape = dims.stream().mapToLong(d -> d).toArray();
        var array = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(array, value);
        var tensor = Tensor.of(array, shape);
        var bytes = Npy.format(tensor);
        assertThat((bytes.length - 4 * array.length) % 64).isZero();
        assertThat(AllForms.sameBits(tensor, Npy.parse(bytes, "t"))).isTrue();
    }

    @Test
    void stringsArePadded() {
        var tensor = Tensor.of(new String[]{"", "äöü", "𝄞 clef"}, 3);
        assertThat(Npy.parse(Npy.format(tensor), "t").toStrings()).containsExactly("", "äöü", "𝄞 clef");
        var bytes = file("{'descr': '|S3', 'fortran_order': False, 'shape': (2,)}", (byte) 'a', (byte) 0, (byte) 0,
                (byte) 'b', (byte) 'c', (byte) 'd');
        assertThat(Npy.parse(bytes, "t").toStrings()).containsExactly("a", "bcd");
    }

    @Test
    void otherTypesAreWidened() {
        var packed = Tensor.of(DType.I4, new byte[]{(byte) 0xF1, 0x02}, 3);
        assertThat(Npy.parse(Npy.format(packed), "t").dtype()).isEqualTo(DType.I8);
        assertThat(Npy.parse(Npy.format(packed), "t").toInts()).containsExactly(1, -1, 2);
        var half = Tensor.of(DType.BF16, new short[]{0x3F80}, 1);
        assertThat(Npy.parse(Npy.format(half), "t").toFloats()).containsExactly(1f);
    }

    @Test
    void columnMajorAndBigEndianAreTurned() {
        var header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}";
        var tensor = Npy.parse(file(header, shorts(ByteOrder.BIG_ENDIAN, 1, 4, 2, 5, 3, 6)), "t");
        assertThat(tensor.shape()).containsExactly(2, 3);
        assertThat(tensor.toInts()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'descr': '<i2', 'fortran_order': False, 'shape': (3,)}",
            "{'descr': '<i2', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807)}",
            "{'descr': '<i2', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
            "{'descr': [('a', '<i2')], 'fortran_order': False, 'shape': (2,)}", "{'descr': '<f3'}", ""})
    void whatDoesNotFitIsRefused(String header) {
        var bytes = file(header, shorts(ByteOrder.LITTLE_ENDIAN, 1, 2));
        assertThatThrownBy(() -> Npy.parse(bytes, "some.npy")).isInstanceOf(ModelException.class)
                .hasMessageStartingWith("some.npy: ");
    }

    @Test
    void everyCutIsRefused() {
        var whole = Npy.format(Tensor.of(new float[]{1, 2}, 2));
        for (int length = 0; length < whole.length; length++) {
            var cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Npy.parse(cut, "cut")).isInstanceOf(ModelException.class);
        }
    }
}
