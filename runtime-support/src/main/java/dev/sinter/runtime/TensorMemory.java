package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;

/** The memory that callers give for tensors: which may be used, and which of it in place. */
final class TensorMemory {
    private TensorMemory() {
    }

    /** A tensor on an array, a buffer or a segment; see {@link Tensor#of(DType, Object, long...)}. */
    static Tensor wrapped(DType dtype, Object data, long[] dims) {
        long size = Tensor.size(dtype, dims);
        long needed = dtype.arrayLength(size);
        if (data == null) {
            throw new ModelException(dtype + Arrays.toString(dims) + ": the data is null");
        }
        if (data instanceof MemorySegment segment) {
            return onSegment(dtype, dims, size, segment, ByteOrder.nativeOrder());
        }
        if (data instanceof Buffer buffer) {
            return onBuffer(dtype, dims, size, buffer);
        }
        Object own = data;
        if (dtype == DType.BOOL && data instanceof boolean[] flags) {
            own = Conversion.bytes(flags);
        } else if (dtype == DType.U16 && data instanceof char[] chars) {
            own = Conversion.shorts(chars);
        }
        int length = dtype.storage().length(own);
        if (length < 0) {
            throw new ModelException(dtype + Arrays.toString(dims) + ": expected data in a "
                    + dtype.storage().allocate(0).getClass().getSimpleName() + ", got "
                    + data.getClass().getSimpleName());
        }
        checkLength(dtype, dims, needed, length);
        return new Tensor(dtype, dims, size, own, null, null);
    }

    private static Tensor onBuffer(DType dtype, long[] dims, long size, Buffer buffer) {
        ByteOrder order = switch (buffer) {
            case ByteBuffer b -> b.order();
            case FloatBuffer b when dtype.storage() == StorageClass.F32 -> b.order();
            case DoubleBuffer b when dtype.storage() == StorageClass.F64 -> b.order();
            case IntBuffer b when dtype.storage() == StorageClass.I32 -> b.order();
            case LongBuffer b when dtype.storage() == StorageClass.I64 -> b.order();
            case ShortBuffer b when dtype.storage() == StorageClass.I16 -> b.order();
            case CharBuffer b when dtype == DType.U16 && (b.isDirect() || b.hasArray()) -> b.order();
            default -> throw new ModelException(dtype + Arrays.toString(dims) + ": expected a buffer of bytes or "
                    + dtype.storage().label() + ", got " + buffer.getClass().getSimpleName());
        };
        return onSegment(dtype, dims, size, MemorySegment.ofBuffer(buffer), order);
    }

    private static Tensor onSegment(DType dtype, long[] dims, long size, MemorySegment segment, ByteOrder order) {
        if (dtype == DType.STRING) {
            throw new ModelException("string" + Arrays.toString(dims) + ": expected a String[], got a segment");
        }
        long needed = dtype.arrayLength(size);
        checkLength(dtype, dims, needed, segment.byteSize() / dtype.storage().bytes());
        Object base = segment.heapBase().orElse(null);
        boolean fits = dtype.storage().length(base) >= 0 && segment.address() == 0;
        if (fits && (order == ByteOrder.nativeOrder() || dtype.storage() == StorageClass.I8)) {
            return new Tensor(dtype, dims, size, base, null, null);
        }
        return new Tensor(dtype, dims, size, null, segment.asReadOnly(), dtype.storage().layout().withOrder(order));
    }

    private static void checkLength(DType dtype, long[] dims, long needed, long length) {
        if (length < needed || dims.length == 0 && length != needed) {
            throw new ModelException(dtype + Arrays.toString(dims) + ": expected "
                    + (dims.length == 0 ? "exactly " : "at least ") + needed + " elements of "
                    + dtype.storage().label() + ", got " + length
                    + (dims.length == 0 ? " (no dimensions given: a scalar)" : ""));
        }
    }
}
