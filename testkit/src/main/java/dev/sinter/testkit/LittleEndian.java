package dev.sinter.testkit;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Elements as raw bytes, the way {@code TensorProto.raw_data} and {@code .npy} files hold them. */
final class LittleEndian {
    private LittleEndian() {
    }

    /**
     * Reads elements.
     *
     * @param dtype
     *            their type, not string
     * @param in
     *            bytes in the buffer's order
     * @param elements
     *            number of tensor elements
     * @return an array of the type's storage class
     */
    static Object array(DType dtype, ByteBuffer in, int elements) {
        var array = dtype.storage().allocate((int) dtype.arrayLength(elements));
        switch (array) {
            case float[] a -> in.asFloatBuffer().get(a);
            case double[] a -> in.asDoubleBuffer().get(a);
            case int[] a -> in.asIntBuffer().get(a);
            case long[] a -> in.asLongBuffer().get(a);
            case short[] a -> in.asShortBuffer().get(a);
            case byte[] a -> in.get(a);
            default -> throw new ModelException("strings have no raw bytes");
        }
        return array;
    }

    /**
     * Writes elements.
     *
     * @param tensor
     *            of any type but string
     * @return its bytes
     */
    static byte[] bytes(Tensor tensor) {
        int length = (int) tensor.dtype().arrayLength(tensor.size());
        var out = ByteBuffer.allocate(Math.multiplyExact(length, tensor.dtype().storage().bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.array()) {
            case float[] a -> out.asFloatBuffer().put(a, 0, length);
            case double[] a -> out.asDoubleBuffer().put(a, 0, length);
            case int[] a -> out.asIntBuffer().put(a, 0, length);
            case long[] a -> out.asLongBuffer().put(a, 0, length);
            case short[] a -> out.asShortBuffer().put(a, 0, length);
            case byte[] a -> out.put(a, 0, length);
            default -> throw new ModelException("strings have no raw bytes");
        }
        return out.array();
    }
}
