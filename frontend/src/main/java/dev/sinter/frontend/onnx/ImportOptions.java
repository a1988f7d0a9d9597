package dev.sinter.frontend.onnx;

import java.util.HashMap;
import java.util.Map;

/**
 * What the caller fixes at import.
 *
 * @param dims
 *            sizes of symbolic dimensions by their name in the model, or by {@code input_axis} for those without a name
 */
public record ImportOptions(Map<String, Long> dims) {
    /** Everything stays as the model says. */
    public static final ImportOptions NONE = new ImportOptions(Map.of());

    /** Copies the map. */
    public ImportOptions {
        dims = Map.copyOf(dims);
    }

    /**
     * These options with one more dimension fixed.
     *
     * @param name
     *            of the dimension
     * @param size
     *            its size
     * @return new options
     */
    public ImportOptions dim(String name, long size) {
        var more = new HashMap<>(dims);
        more.put(name, size);
        return new ImportOptions(more);
    }
}
