package dev.sinter.codegen.plan;

import dev.sinter.ir.TensorData;

/**
 * A constant in the weight segment.
 *
 * @param byteOffset
 *            where it lies, a multiple of 64
 * @param byteSize
 *            how long it is
 * @param data
 *            its elements
 * @param form
 *            how they are laid out
 */
public record WeightItem(long byteOffset, long byteSize, TensorData data, Form form) {
    /** Layouts of weights. */
    public enum Form {
        /** Row-major; types of 2 and 4 bits a byte each, strings as {@link dev.sinter.runtime.Texts} reads them. */
        PLAIN,
        /** A matrix {@code [K,N]} in panels of sixteen columns: {@code [ceil(N/16)][K][16]}, zero-padded. */
        PANEL16
    }
}
