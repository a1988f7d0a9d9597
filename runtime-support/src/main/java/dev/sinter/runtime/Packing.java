package dev.sinter.runtime;

/**
 * Element types of 2 and 4 bits lie packed in tensors, as ONNX has them (the first element in the lowest bits), and one
 * element a byte within a model. Signed integers are extended by their sign, all others by zeros.
 *
 * @see <a href="https://onnx.ai/onnx/technical/int4.html">Integers stored in 4 bits</a>
 */
public final class Packing {
    private Packing() {
    }

    /**
     * Whether tensors of a type are packed.
     *
     * @param dtype any type
     * @return whether several elements share a byte
     */
    public static boolean isPacked(DType dtype) {
        return dtype.bits() > 0 && dtype.bits() < Byte.SIZE;
    }

    /**
     * Elements, one a byte.
     *
     * @param dtype a packed type
     * @param packed several elements a byte; may be longer than needed
     * @param count number of elements
     * @return a fresh array of {@code count} bytes
     */
    public static byte[] unpack(DType dtype, byte[] packed, int count) {
        var plain = new byte[count];
        unpack(dtype, packed, plain, 0, count);
        return plain;
    }

    /**
     * Elements, one a byte, into an array.
     *
     * @param dtype a packed type
     * @param packed several elements a byte
     * @param plain where they go
     * @param at index of the first
     * @param count number of elements
     */
    public static void unpack(DType dtype, byte[] packed, byte[] plain, int at, int count) {
        int bits = dtype.bits();
        int perByte = Byte.SIZE / bits;
        int unused = Integer.SIZE - bits;
        boolean signed = dtype == DType.I4 || dtype == DType.I2;
        for (int i = 0; i < count; i++) {
            int high = packed[i / perByte] >> i % perByte * bits << unused;
            plain[at + i] = (byte) (signed ? high >> unused : high >>> unused);
        }
    }

    /**
     * Elements packed; bits of the last byte that no element has are 0.
     *
     * @param dtype a packed type
     * @param plain one element a byte; bits beyond the type's width are ignored
     * @param count number of elements
     * @return a fresh array
     */
    public static byte[] pack(DType dtype, byte[] plain, int count) {
        var packed = new byte[Math.toIntExact(dtype.arrayLength(count))];
        pack(dtype, plain, 0, packed, count);
        return packed;
    }

    /**
     * Elements of an array packed into another; bits of the last byte that no element has become 0.
     *
     * @param dtype a packed type
     * @param plain one element a byte
     * @param at index of the first
     * @param packed where they go
     * @param count number of elements
     */
    public static void pack(DType dtype, byte[] plain, int at, byte[] packed, int count) {
        int bits = dtype.bits();
        int perByte = Byte.SIZE / bits;
        int mask = (1 << bits) - 1;
        for (int i = 0; i < count; i += perByte) {
            int all = 0;
            for (int j = 0; j < perByte && i + j < count; j++) {
                all |= (plain[at + i + j] & mask) << j * bits;
            }
            packed[i / perByte] = (byte) all;
        }
    }
}
