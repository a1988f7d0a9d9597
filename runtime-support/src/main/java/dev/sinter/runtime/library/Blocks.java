package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;

/** Moves whole elements of any type: gathers, cuts and joins. Types of less than 8 bits are unpacked in between. */
final class Blocks {
    private final DType dtype;
    private final Object elements; // one array element each, two for complex types
    private final int width;

    private Blocks(DType dtype, Object elements) {
        this.dtype = dtype;
        this.elements = elements;
        this.width = (int) width(dtype);
    }

    private static long width(DType dtype) {
        return dtype.bits() > 8 * dtype.storage().bytes() && dtype != DType.STRING ? 2 : 1;
    }

    private static boolean packed(DType dtype) {
        return dtype.bits() > 0 && dtype.bits() < 8;
    }

    /** A tensor's elements. */
    static Blocks of(Tensor tensor) {
        DType dtype = tensor.dtype();
        return new Blocks(dtype, packed(dtype) ? unpack(dtype, (byte[]) tensor.array(), (int) tensor.size())
                : tensor.array());
    }

    /** Room for elements. */
    static Blocks room(DType dtype, long size) {
        long length = Math.multiplyExact(size, width(dtype));
        if (length > Integer.MAX_VALUE - 16) {
            throw new ModelException("a result of " + size + " elements of " + dtype + " is too big for an array");
        }
        var array = dtype.storage().allocate((int) length);
        if (array instanceof String[] strings) {
            Arrays.fill(strings, "");
        }
        return new Blocks(dtype, array);
    }

    /** Copies elements, counted in tensor elements. */
    void copy(long from, Blocks target, long at, long count) {
        System.arraycopy(elements, Math.toIntExact(from * width), target.elements, Math.toIntExact(at * width),
                Math.toIntExact(count * width));
    }

    /** The elements as a tensor. */
    Tensor tensor(long... shape) {
        return Tensor.of(dtype, packed(dtype) ? pack(dtype, (byte[]) elements) : elements, shape);
    }

    /**
     * Takes blocks of a tensor by number.
     *
     * @param tensor any tensor
     * @param block elements of a block
     * @param picked numbers of the blocks wanted
     * @param shape the result's
     */
    static Tensor pick(Tensor tensor, long block, int[] picked, long... shape) {
        var from = of(tensor);
        var to = room(tensor.dtype(), Math.multiplyExact(block, picked.length));
        for (int i = 0; i < picked.length; i++) {
            from.copy(picked[i] * block, to, i * block, block);
        }
        return to.tensor(shape);
    }

    /**
     * Takes one element.
     *
     * @param tensor any tensor
     * @param at its number
     * @return a scalar
     */
    static Tensor element(Tensor tensor, int at) {
        return pick(tensor, 1, new int[]{at});
    }

    /** Product of dimensions. */
    static long product(long[] shape, int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            product = Math.multiplyExact(product, shape[i]);
        }
        return product;
    }

    private static byte[] unpack(DType dtype, byte[] packed, int size) {
        int perByte = 8 / dtype.bits();
        var out = new byte[size];
        for (int i = 0; i < size; i++) {
            out[i] = (byte) (packed[i / perByte] >> dtype.bits() * (i % perByte) & (1 << dtype.bits()) - 1);
        }
        return out;
    }

    private static byte[] pack(DType dtype, byte[] unpacked) {
        int perByte = 8 / dtype.bits();
        var out = new byte[(int) dtype.arrayLength(unpacked.length)];
        for (int i = 0; i < unpacked.length; i++) {
            out[i / perByte] |= (byte) (unpacked[i] << dtype.bits() * (i % perByte));
        }
        return out;
    }
}
