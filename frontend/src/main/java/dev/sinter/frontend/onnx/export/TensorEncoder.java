package dev.sinter.frontend.onnx.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Constants as tensor messages, elements as raw little-endian bytes. */
final class TensorEncoder {
    private TensorEncoder() {
    }

    /** Type, sizes and name, without elements. */
    static TensorProto.Builder header(TensorData data, String name) {
        var made = TensorProto.newBuilder().setDataType(OnnxTypes.code(data.dtype())).setName(name);
        for (long dim : data.dims()) {
            made.addDims(dim);
        }
        return made;
    }

    static TensorProto encode(TensorData data, String name) {
        var made = header(data, name);
        if (data.array() instanceof String[] texts) {
            for (var text : texts) {
                made.addStringData(ByteString.copyFromUtf8(text));
            }
            return made.build();
        }
        return made.setRawData(UnsafeByteOperations.unsafeWrap(bytes(data))).build();
    }

    /** How many bytes the elements take in a file. */
    static long size(TensorData data) {
        return ((long) data.size() * data.dtype().bits() + 7) / 8;
    }

    /** The elements of anything but strings. */
    static ByteBuffer bytes(TensorData data) {
        int count = data.dtype().kind() == DType.Kind.COMPLEX ? 2 * data.size() : data.size();
        switch (data.array()) {
            case float[] a -> {
                var out = buffer(count, Float.BYTES);
                out.asFloatBuffer().put(a);
                return out;
            }
            case double[] a -> {
                var out = buffer(count, Double.BYTES);
                out.asDoubleBuffer().put(a);
                return out;
            }
            case long[] a -> {
                var out = buffer(count, Long.BYTES);
                out.asLongBuffer().put(a);
                return out;
            }
            case int[] a -> {
                var out = buffer(count, Integer.BYTES);
                out.asIntBuffer().put(a);
                return out;
            }
            case short[] a -> {
                var out = buffer(count, Short.BYTES);
                out.asShortBuffer().put(a);
                return out;
            }
            default -> {
                var a = (byte[]) data.array();
                return ByteBuffer.wrap(data.dtype().bits() < Byte.SIZE ? packed(a, data.dtype().bits()) : a);
            }
        }
    }

    private static ByteBuffer buffer(int count, int width) {
        return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Two 4-bit or four 2-bit elements a byte, the first in the lowest bits. */
    private static byte[] packed(byte[] elements, int bits) {
        int each = Byte.SIZE / bits;
        var out = new byte[(elements.length + each - 1) / each];
        for (int i = 0; i < elements.length; i++) {
            out[i / each] |= (byte) ((elements[i] & (1 << bits) - 1) << bits * (i % each));
        }
        return out;
    }
}
