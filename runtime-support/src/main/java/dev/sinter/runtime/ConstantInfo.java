package dev.sinter.runtime;

import java.util.Arrays;
import java.util.List;

/**
 * A constant that a script hands to library routines or control flow.
 *
 * @param register its register
 * @param dtype its element type
 * @param shape its dimensions
 * @param offset where it lies in the weights, in bytes: plain elements, two- and four-bit ones a byte each; strings as
 *     {@link Texts} reads them
 */
public record ConstantInfo(int register, DType dtype, List<Long> shape, long offset) {
    /** Copies the list. */
    public ConstantInfo {
        shape = List.copyOf(shape);
        if (offset < 0) {
            throw new ModelException("constant: negative offset " + offset);
        }
    }

    /** The dimensions. */
    long[] dims() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Number of elements. */
    int count() {
        return (int) Tensor.size(dtype, dims());
    }

    /** Type and shape. */
    @Override
    public String toString() {
        return dtype + Arrays.toString(dims());
    }
}
