package dev.sinter.runtime;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An input or output of a model.
 *
 * @param name its name
 * @param dtype its element type
 * @param dims its dimensions
 */
public record ValueInfo(String name, DType dtype, List<DimInfo> dims) {
    /** Copies the list. */
    public ValueInfo {
        dims = List.copyOf(dims);
    }

    /** Name, type and shape, such as {@code input_ids: i64[batch,sequence]}. */
    @Override
    public String toString() {
        return name + ": " + dtype + dims.stream().map(DimInfo::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
