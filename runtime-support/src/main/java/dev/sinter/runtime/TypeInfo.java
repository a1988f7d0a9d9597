package dev.sinter.runtime;

import java.util.List;
import java.util.stream.Collectors;

/** The type of a model's input or output. */
public sealed interface TypeInfo {
    /**
     * A tensor.
     *
     * @param dtype its element type
     * @param dims its dimensions; empty where not even their number is known
     * @param ranked whether the number of dimensions is known
     */
    record OfTensor(DType dtype, List<DimInfo> dims, boolean ranked) implements TypeInfo {
        /** Copies the list. */
        public OfTensor {
            dims = List.copyOf(dims);
            if (!ranked && !dims.isEmpty()) {
                throw new ModelException("type " + dtype + dims + ": no dimensions were expected where the rank is"
                        + " unknown");
            }
        }

        /** Such as {@code i64[batch,128]}, or {@code f32[..]} where the rank is unknown. */
        @Override
        public String toString() {
            return dtype + (ranked ? dims.stream().map(DimInfo::toString).collect(Collectors.joining(",", "[", "]"))
                    : "[..]");
        }
    }

    /**
     * A sequence.
     *
     * @param element type of its elements
     */
    record OfSequence(TypeInfo element) implements TypeInfo {
        @Override
        public String toString() {
            return "seq(" + element + ")";
        }
    }

    /**
     * A value that may be absent.
     *
     * @param element type of the value if there is one
     */
    record OfOptional(TypeInfo element) implements TypeInfo {
        @Override
        public String toString() {
            return "optional(" + element + ")";
        }
    }

    /**
     * A map.
     *
     * @param key type of its keys: {@link DType#I64} or another integer, or {@link DType#STRING}
     * @param value type of its values
     */
    record OfMap(DType key, TypeInfo value) implements TypeInfo {
        @Override
        public String toString() {
            return "map(" + key + ", " + value + ")";
        }
    }
}
