package dev.sinter.frontend.onnx;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tensor message's elements. Sizes are compared with the bytes that are there before anything is allocated, so a
 * header that lies costs nothing.
 */
final class TensorDecoder {
    private final TensorProto tensor;
    private final @Nullable Path folder;
    private final String where;
    private final DType dtype;
    private final long[] dims;
    private final int size;

    TensorDecoder(TensorProto tensor, @Nullable Path folder) {
        this.tensor = tensor;
        this.folder = folder;
        this.where = tensor.getName().isEmpty() ? "tensor" : "tensor '" + tensor.getName() + "'";
        this.dtype = OnnxTypes.dtype(tensor.getDataType(), where);
        this.dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        this.size = size();
    }

    private int size() {
        long size = 1;
        for (var dim : dims) {
            // every partial product is held within int, so a later zero cannot hide an overflow
            if (dim < 0 || dim > Integer.MAX_VALUE || size * dim > Integer.MAX_VALUE) {
                throw new OnnxImportException(where + ": shape " + Arrays.toString(dims) + " is not one of at most "
                        + Integer.MAX_VALUE + " elements");
            }
            size *= dim;
        }
        return (int) size;
    }

    TensorData decode() {
        if (tensor.hasSegment()) {
            throw new OnnxImportException(where + ": a whole tensor was expected, not a segment of one");
        }
        boolean external = tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
        if (dtype == DType.STRING) {
            if (external || tensor.hasRawData()) {
                throw new OnnxImportException(where + ": strings were expected in string_data");
            }
            return data(strings(tensor.getStringDataList()));
        }
        if (external) {
            return data(array(ExternalData.read(tensor, folder, rawBytes(), where)));
        }
        if (tensor.hasRawData()) {
            expect(tensor.getRawData().size(), rawBytes(), "bytes in raw_data");
            return data(array(tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN)));
        }
        return data(typed());
    }

    private TensorData data(Object array) {
        return TensorData.of(dtype, array, dims);
    }

    private void expect(long came, long wanted, String what) {
        if (came != wanted) {
            throw new OnnxImportException(
                    where + " of type " + dtype + Arrays.toString(dims) + ": " + wanted + " " + what
                            + " were expected, not " + came);
        }
    }

    private long rawBytes() {
        return ((long) size * dtype.bits() + 7) / 8;
    }

    private Object array(ByteBuffer raw) {
        int n = dtype.kind() == DType.Kind.COMPLEX ? 2 * size : size;
        switch (dtype) {
            case F32, C64 -> {
                var a = new float[n];
                raw.asFloatBuffer().get(a);
                return a;
            }
            case F64, C128 -> {
                var a = new double[n];
                raw.asDoubleBuffer().get(a);
                return a;
            }
            case I64, U64 -> {
                var a = new long[n];
                raw.asLongBuffer().get(a);
                return a;
            }
            case I32, U32 -> {
                var a = new int[n];
                raw.asIntBuffer().get(a);
                return a;
            }
            case I16, U16, F16, BF16 -> {
                var a = new short[n];
                raw.asShortBuffer().get(a);
                return a;
            }
            default -> {
                var a = new byte[raw.remaining()];
                raw.get(a);
                return dtype.bits() < 8 ? unpack(a) : dtype == DType.BOOL ? truths(a) : a;
            }
        }
    }

    /** Two 4-bit or four 2-bit elements a byte, the first in the lowest bits. */
    private byte[] unpack(byte[] packed) {
        int bits = dtype.bits();
        int perByte = 8 / bits;
        var a = new byte[size];
        for (int i = 0; i < size; i++) {
            int high = packed[i / perByte] << (32 - bits - bits * (i % perByte));
            a[i] = (byte) (dtype.kind() == DType.Kind.SIGNED ? high >> (32 - bits) : high >>> (32 - bits));
        }
        return a;
    }

    private static byte[] truths(byte[] a) {
        for (int i = 0; i < a.length; i++) {
            a[i] = (byte) (a[i] == 0 ? 0 : 1);
        }
        return a;
    }

    private Object typed() {
        return switch (dtype) {
            case F32, C64 -> floats();
            case F64, C128 -> doubles();
            case I64 -> {
                expect(tensor.getInt64DataCount(), size, "elements in int64_data");
                yield tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
            }
            case U64 -> {
                expect(tensor.getUint64DataCount(), size, "elements in uint64_data");
                yield tensor.getUint64DataList().stream().mapToLong(Long::longValue).toArray();
            }
            case U32 -> {
                expect(tensor.getUint64DataCount(), size, "elements in uint64_data");
                yield tensor.getUint64DataList().stream().mapToInt(Long::intValue).toArray();
            }
            default -> fromInts();
        };
    }

    private float[] floats() {
        var a = new float[checked(tensor.getFloatDataCount(), "elements in float_data")];
        for (int i = 0; i < a.length; i++) {
            a[i] = tensor.getFloatData(i);
        }
        return a;
    }

    private double[] doubles() {
        var a = new double[checked(tensor.getDoubleDataCount(), "elements in double_data")];
        for (int i = 0; i < a.length; i++) {
            a[i] = tensor.getDoubleData(i);
        }
        return a;
    }

    private int checked(int came, String what) {
        expect(came, dtype.kind() == DType.Kind.COMPLEX ? 2L * size : size, what);
        return came;
    }

    private Object fromInts() {
        int packed = dtype.bits() < 8 ? (int) rawBytes() : size;
        expect(tensor.getInt32DataCount(), packed, "elements in int32_data");
        if (dtype.bits() == 32) {
            return tensor.getInt32DataList().stream().mapToInt(Integer::intValue).toArray();
        }
        if (dtype.bits() == 16) {
            var a = new short[packed];
            for (int i = 0; i < packed; i++) {
                a[i] = (short) tensor.getInt32Data(i);
            }
            return a;
        }
        var a = new byte[packed];
        for (int i = 0; i < packed; i++) {
            int v = tensor.getInt32Data(i);
            a[i] = (byte) (dtype == DType.BOOL && v != 0 ? 1 : v);
        }
        return dtype.bits() < 8 ? unpack(a) : a;
    }

    private String[] strings(List<ByteString> values) {
        expect(values.size(), size, "elements in string_data");
        return values.stream().map(ByteString::toStringUtf8).toArray(String[]::new);
    }
}
