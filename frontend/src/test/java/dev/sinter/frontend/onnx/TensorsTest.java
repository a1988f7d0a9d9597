package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.SparseTensorProto;
import dev.sinter.frontend.onnx.proto.StringStringEntryProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors in every element type and every place a file may keep them. */
class TensorsTest {
    private static TensorProto.Builder proto(DType dtype, long... dims) {
        var tensor = TensorProto.newBuilder().setName("t").setDataType(OnnxTypes.code(dtype));
        for (var dim : dims) {
            tensor.addDims(dim);
        }
        return tensor;
    }

    private static ByteString bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteString.copyFrom(bytes);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeHasItsNumberAndReadsRawBytes(DType dtype) {
        assertThat(OnnxTypes.dtype(OnnxTypes.code(dtype), "test")).isEqualTo(dtype);
        if (dtype == DType.STRING) {
            return;
        }
        int length = (3 * dtype.bits() + 7) / 8;
        var data = OnnxReader.tensor(proto(dtype, 3).setRawData(ByteString.copyFrom(new byte[length])).build(), null);
        assertThat(data).isEqualTo(TensorData.zeros(dtype, 3));
        for (int wrong : new int[]{length - 1, length + 1}) {
            var tensor = proto(dtype, 3).setRawData(ByteString.copyFrom(new byte[wrong])).build();
            assertThatThrownBy(() -> OnnxReader.tensor(tensor, null)).isInstanceOf(OnnxImportException.class)
                    .hasMessageContaining("'t'").hasMessageContaining(length + " bytes")
                    .hasMessageContaining("not " + wrong);
        }
    }

    @Test
    void smallIntegersArePackedLowBitsFirst() {
        var unsigned = OnnxReader.tensor(proto(DType.U4, 3).setRawData(bytes(0xA1, 0x0F)).build(), null);
        assertThat((byte[]) unsigned.array()).containsExactly(1, 10, 15);
        var signed = OnnxReader.tensor(proto(DType.I4, 3).addInt32Data(0xA1).addInt32Data(0x0F).build(), null);
        assertThat((byte[]) signed.array()).containsExactly(1, -6, -1);
        var two = OnnxReader.tensor(proto(DType.I2, 5).setRawData(bytes(0b11_10_01_00, 0b01)).build(), null);
        assertThat((byte[]) two.array()).containsExactly(0, 1, -2, -1, 1);
    }

    @Test
    void typedFieldsHoldWhatTheirTypeSays() {
        assertThat(OnnxReader.tensor(proto(DType.F16, 2).addInt32Data(0x3C00).addInt32Data(0xC000).build(), null)
                .getDouble(1)).isEqualTo(-2);
        assertThat(OnnxReader.tensor(proto(DType.BF16, 1).addInt32Data(0x3FC0).build(), null).getDouble(0))
                .isEqualTo(1.5);
        assertThat(OnnxReader.tensor(proto(DType.I8, 2).addInt32Data(-5).addInt32Data(7).build(), null).getLong(0))
                .isEqualTo(-5);
        assertThat(OnnxReader.tensor(proto(DType.U32, 1).addUint64Data(0xFFFFFFFFL).build(), null).getLong(0))
                .isEqualTo(0xFFFFFFFFL);
        assertThat(OnnxReader.tensor(proto(DType.U64, 1).addUint64Data(-1).build(), null).getDouble(0))
                .isEqualTo(0x1p64);
        assertThat(OnnxReader.tensor(proto(DType.F64, 1).addDoubleData(0.1).build(), null).getDouble(0)).isEqualTo(0.1);
        assertThat(OnnxReader.tensor(proto(DType.BOOL, 2).addInt32Data(0).addInt32Data(256).build(), null).getLong(1))
                .isEqualTo(1);
        assertThat(
                (float[]) OnnxReader.tensor(proto(DType.C64, 1).addFloatData(1).addFloatData(2).build(), null).array())
                .containsExactly(1, 2);
        var text = proto(DType.STRING, 1).addStringData(ByteString.copyFromUtf8("gr\u00fc\u00df")).build();
        assertThat((String[]) OnnxReader.tensor(text, null).array()).containsExactly("gr\u00fc\u00df");
    }

    @Test
    void headersThatLieCostNothing() {
        for (var dims : new long[][]{{1L << 31}, {1 << 20, 1 << 20}, {Long.MAX_VALUE, 2, 0}, {-1},
                {1 << 30, 1 << 30, 0}}) {
            var tensor = proto(DType.F32, dims).setRawData(bytes(0, 0, 0, 0)).build();
            assertThatThrownBy(() -> OnnxReader.tensor(tensor, null)).isInstanceOf(OnnxImportException.class);
        }
        var large = proto(DType.F64, 1 << 30).setRawData(bytes(1)).build();
        assertThatThrownBy(() -> OnnxReader.tensor(large, null)).isInstanceOf(OnnxImportException.class)
                .hasMessageContaining("8589934592 bytes");
        var unknown = TensorProto.newBuilder().setDataType(99).build();
        assertThatThrownBy(() -> OnnxReader.tensor(unknown, null)).isInstanceOf(OnnxImportException.class)
                .hasMessageContaining("99");
    }

    @Test
    void sparseTensorsAreWrittenOut() {
        var values = proto(DType.F32, 2).addFloatData(5).addFloatData(6);
        var linear = SparseTensorProto.newBuilder().setValues(values).addDims(2).addDims(2)
                .setIndices(proto(DType.I64, 2).addInt64Data(1).addInt64Data(2)).build();
        assertThat(OnnxReader.sparseTensor(linear, null)).isEqualTo(TensorData.floats(new float[]{0, 5, 6, 0}, 2, 2));
        var coordinates = linear.toBuilder()
                .setIndices(proto(DType.I64, 2, 2).addInt64Data(0).addInt64Data(1).addInt64Data(1).addInt64Data(0))
                .build();
        assertThat(OnnxReader.sparseTensor(coordinates, null)).isEqualTo(OnnxReader.sparseTensor(linear, null));
        var outside = linear.toBuilder().setIndices(proto(DType.I64, 2).addInt64Data(1).addInt64Data(4)).build();
        assertThatThrownBy(() -> OnnxReader.sparseTensor(outside, null)).isInstanceOf(OnnxImportException.class)
                .hasMessageContaining("index 4");
    }

    private static TensorProto external(String location, String offset, String length) {
        var tensor = proto(DType.F32, 2).setDataLocation(TensorProto.DataLocation.EXTERNAL);
        for (var entry : new String[][]{{"location", location}, {"offset", offset}, {"length", length}}) {
            if (!entry[1].isEmpty()) {
                tensor.addExternalData(StringStringEntryProto.newBuilder().setKey(entry[0]).setValue(entry[1]));
            }
        }
        return tensor.build();
    }

    @Test
    void externalDataIsReadBesideTheModelAndNowhereElse(@TempDir Path folder) throws IOException {
        var model = Files.createDirectory(folder.resolve("model"));
        var content = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(2).putFloat(3)
                .putFloat(4).array();
        Files.write(model.resolve("weights.bin"), content);
        Files.write(folder.resolve("secret.bin"), content);
        Files.createSymbolicLink(model.resolve("link.bin"), folder.resolve("secret.bin"));
        assertThat(OnnxReader.tensor(external("weights.bin", "8", "8"), model))
                .isEqualTo(TensorData.floats(new float[]{3, 4}, 2));
        assertThat(OnnxReader.tensor(external("weights.bin", "", ""), model))
                .isEqualTo(TensorData.floats(new float[]{1, 2}, 2));
        for (var bad : new TensorProto[]{external("../secret.bin", "", ""),
                external(folder.resolve("secret.bin").toString(), "", ""),
                external("a/../../secret.bin", "", ""), external("link.bin", "", ""), external("missing.bin", "", ""),
                external("", "", ""),
                external("weights.bin", "12", "8"), external("weights.bin", "0", "16"),
                external("weights.bin", "-4", ""),
                external("weights.bin", "x", ""), external("weights.bin", String.valueOf(Long.MAX_VALUE), ""),
                external("a\0b", "", "")}) {
            assertThatThrownBy(() -> OnnxReader.tensor(bad, model)).as("%s", bad)
                    .isInstanceOf(OnnxImportException.class)
                    .hasMessageContaining("tensor 't'");
        }
        assertThatThrownBy(() -> OnnxReader.tensor(external("weights.bin", "", ""), null))
                .isInstanceOf(OnnxImportException.class);
    }
}
