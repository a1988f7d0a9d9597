package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Winograd;
import dev.sinter.codegen.loop.VType;
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
        PANEL16,
        /**
         * Windows {@code [G,M,C,T]} (groups, results of a group, channels, taps) in panels of sixteen results, taps before
         * channels: {@code [G][ceil(M/16)][T][C][16]}, zero-padded.
         */
        WINDOW16,
        /**
         * Windows {@code [M,C,3,3]} transformed for {@link Winograd#F2}, in panels of sixteen results:
         * {@code [16][ceil(M/16)][C][16]}, zero-padded.
         */
        WINOGRAD2,
        /** The same for {@link Winograd#F4}: {@code [36][ceil(M/16)][C][16]}. */
        WINOGRAD4;

        /**
         * How many elements a constant has in the segment.
         *
         * @param data
         *            the constant
         * @return elements with the zeros between them
         */
        long size(TensorData data) {
            var dims = data.dims();
            return switch (this) {
                case PLAIN -> data.size();
                case PANEL16 -> padded(dims[1]) * dims[0];
                case WINOGRAD2 -> 16 * padded(dims[0]) * dims[1];
                case WINOGRAD4 -> 36 * padded(dims[0]) * dims[1];
                case WINDOW16 -> dims[0] * padded(dims[1]) * dims[2] * dims[3];
            };
        }

        private static long padded(long columns) {
            return (columns + VType.LANES - 1) / VType.LANES * VType.LANES;
        }
    }
}
