package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.frontend.onnx.proto.MapProto;
import dev.sinter.frontend.onnx.proto.SequenceProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProtoValuesTest {
    private static void survives(Value value, ValueKind kind) {
        assertThat(AllForms.sameBits(value, ProtoValues.parse(ProtoValues.format(value), kind))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "STRING")
    void everyTypeSurvives(DType dtype) {
        var array = dtype.storage().allocate((int) dtype.arrayLength(5));
        switch (array) {
            case float[] a -> a[3] = Float.NaN;
            case double[] a -> a[3] = -0.0;
            case long[] a -> a[3] = -1;
            case int[] a -> a[3] = -7;
            case short[] a -> a[3] = -300;
            case byte[] a -> a[0] = (byte) (dtype == DType.BOOL ? 1 : dtype.bits() == 2 ? 0b11_01_10_00 : 0x5A);
            default -> throw new AssertionError(dtype);
        }
        survives(Tensor.of(dtype, array, 5), ValueKind.TENSOR);
    }

    @Test
    void everyKindSurvives() {
        var tensor = Tensor.of(new float[]{1, 2}, 1, 2);
        survives(Tensor.of(new String[]{"a", "ß"}, 2), ValueKind.TENSOR);
        survives(new SequenceValue(List.of(tensor, tensor)), ValueKind.SEQUENCE);
        survives(new SequenceValue(List.of()), ValueKind.SEQUENCE);
        survives(new SequenceValue(List.of(new MapValue(Map.of(3L, tensor)))), ValueKind.SEQUENCE);
        survives(new OptionalValue(Optional.empty()), ValueKind.OPTIONAL);
        survives(new OptionalValue(Optional.of(new SequenceValue(List.of(tensor)))), ValueKind.OPTIONAL);
        survives(new MapValue(Map.of("key", tensor)), ValueKind.MAP);
    }

    @Test
    void typedFieldsAreRead() {
        var proto = TensorProto.newBuilder().addDims(2).setDataType(DType.U8.onnx()).addInt32Data(200).addInt32Data(3);
        var tensor = (Tensor) ProtoValues.parse(proto.build().toByteArray(), ValueKind.TENSOR);
        assertThat(tensor.dtype()).isEqualTo(DType.U8);
        assertThat(tensor.toInts()).containsExactly(200, 3);
    }

    @Test
    void aMapMayKeepItsNumbersInOneTensor() {
        var numbers = TensorProto.newBuilder().addDims(2).setDataType(DType.F32.onnx()).addFloatData(0.25f)
                .addFloatData(0.75f);
        var map = MapProto.newBuilder().setKeyType(DType.I64.onnx()).addKeys(7).addKeys(9)
                .setValues(SequenceProto.newBuilder().setElemType(1).addTensorValues(numbers)).build();
        var value = (MapValue) ProtoValues.parse(map.toByteArray(), ValueKind.MAP);
        assertThat(value.entries().keySet()).containsExactly(7L, 9L);
        assertThat(((Tensor) value.entries().get(9L)).toFloats()).containsExactly(0.75f);
    }

    @Test
    void brokenMessagesAreRefused() {
        assertThatThrownBy(() -> ProtoValues.parse(new byte[]{(byte) 0xFF, 1, 2}, ValueKind.TENSOR))
                .isInstanceOf(ModelException.class);
        var lies = TensorProto.newBuilder().addDims(1 << 30).setDataType(DType.F32.onnx()).addFloatData(1).build();
        assertThatThrownBy(() -> ProtoValues.parse(lies.toByteArray(), ValueKind.TENSOR))
                .isInstanceOf(ModelException.class);
        var keys = MapProto.newBuilder().setKeyType(DType.I64.onnx()).addKeys(1).addKeys(2).build();
        assertThatThrownBy(() -> ProtoValues.parse(keys.toByteArray(), ValueKind.MAP))
                .isInstanceOf(ModelException.class).hasMessageContaining("2 keys and 0 values");
    }
}
