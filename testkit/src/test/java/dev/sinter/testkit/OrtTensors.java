package dev.sinter.testkit;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Tensors of ONNX Runtime's Java binding, which knows the types below and no others. */
final class OrtTensors {
    private OrtTensors() {
    }

    static OnnxTensor of(OrtEnvironment environment, Tensor tensor) throws OrtException {
        if (tensor.dtype() == DType.STRING) {
            return OnnxTensor.createTensor(environment, tensor.toStrings(), tensor.shape());
        }
        var bytes = LittleEndian.bytes(tensor);
        var buffer = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder()).put(bytes).flip();
        return OnnxTensor.createTensor(environment, buffer, tensor.shape(), type(tensor.dtype()));
    }

    private static OnnxJavaType type(DType dtype) {
        return switch (dtype) {
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
            case F16 -> OnnxJavaType.FLOAT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            case I8 -> OnnxJavaType.INT8;
            case I16 -> OnnxJavaType.INT16;
            case I32 -> OnnxJavaType.INT32;
            case I64 -> OnnxJavaType.INT64;
            case U8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
            default -> throw new IllegalArgumentException(dtype + " is no type of the binding");
        };
    }

    static Tensor tensor(OnnxTensor value) throws OrtException {
        TensorInfo info = value.getInfo();
        var shape = info.getShape();
        if (info.type == OnnxJavaType.STRING) {
            return Tensor.of(texts(value.getValue()), shape);
        }
        var dtype = switch (info.type) {
            case FLOAT -> DType.F32;
            case DOUBLE -> DType.F64;
            case FLOAT16 -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case INT8 -> DType.I8;
            case INT16 -> DType.I16;
            case INT32 -> DType.I32;
            case INT64 -> DType.I64;
            case UINT8 -> DType.U8;
            case BOOL -> DType.BOOL;
            default -> throw new IllegalArgumentException(info.type + " is no type of the tests");
        };
        long size = 1;
        for (long dim : shape) {
            size *= dim;
        }
        var bytes = size == 0 ? ByteBuffer.allocate(0) : value.getByteBuffer().order(ByteOrder.nativeOrder());
        return Tensor.of(dtype, LittleEndian.array(dtype, bytes, (int) size), shape);
    }

    /** The texts of an array of any rank. */
    private static String[] texts(Object value) {
        return switch (value) {
            case String one -> new String[]{one};
            case Object[] many -> Arrays.stream(many).flatMap(v -> Arrays.stream(texts(v))).toArray(String[]::new);
            default -> throw new IllegalArgumentException(value + " is no text");
        };
    }
}
