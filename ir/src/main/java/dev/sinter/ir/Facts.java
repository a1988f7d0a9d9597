package dev.sinter.ir;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a value beyond its type.
 *
 * @param constant
 *            its elements, where known when compiling
 * @param content
 *            elements of a small integer tensor as dimensions, row-major (the result of {@code Shape} and arithmetic on
 *            it); this is how shape arithmetic vanishes
 * @param range
 *            bounds of the elements
 * @param weights
 *            what is special about weights, such as their zeros; null where nothing is, or nobody has looked
 * @param layout
 *            how elements lie in memory, such as {@code panel16}; null for row-major
 */
public record Facts(@Nullable TensorData constant, @Nullable List<Dim> content, @Nullable Range range,
        @Nullable WeightFacts weights, @Nullable String layout) {
    /** Nothing is known. */
    public static final Facts NONE = new Facts(null, null, null, null, null);

    /**
     * Bounds, both inclusive.
     *
     * @param min
     *            smallest value
     * @param max
     *            largest value
     */
    public record Range(double min, double max) {
    }

    /**
     * Facts of a constant.
     *
     * @param data
     *            its elements
     * @return the facts, with the content where it is a small integer tensor
     */
    public static Facts ofConstant(TensorData data) {
        List<Dim> content = null;
        if (data.dtype().isInteger() && data.dtype().bits() >= 8 && data.size() <= 64) {
            content = IntStream.range(0, data.size()).mapToObj(i -> Dim.of(data.getLong(i))).toList();
        }
        return new Facts(data, content, null, null, null);
    }

    /**
     * These facts and what is special about weights.
     *
     * @param special
     *            of the constant as weights
     * @return the facts
     */
    public Facts with(WeightFacts special) {
        return new Facts(constant, content, range, special, layout);
    }

    /**
     * Facts of an integer tensor whose elements are dimensions.
     *
     * @param content
     *            the elements, row-major
     * @return the facts
     */
    public static Facts ofContent(List<Dim> content) {
        return new Facts(null, List.copyOf(content), null, null, null);
    }
}
