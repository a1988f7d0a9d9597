package dev.sinter.testkit;

import java.util.OptionalDouble;

/**
 * When two results count as equal.
 *
 * @param rtol
 *            relative part of {@code |got - want| <= atol + rtol * |want|}
 * @param atol
 *            absolute part
 * @param minCosine
 *            if present, each floating-point output's cosine must reach it instead
 * @param shapesOnly
 *            whether values are random, so that only shapes and types can be compared
 */
public record Tolerance(double rtol, double atol, OptionalDouble minCosine, boolean shapesOnly) {
    /** What ONNX's own runner uses. */
    public static final Tolerance ONNX = new Tolerance(1e-3, 1e-7, OptionalDouble.empty(), false);
    /** Equal values. */
    public static final Tolerance EXACT = new Tolerance(0, 0, OptionalDouble.empty(), false);

    /**
     * This tolerance with what a user demanded.
     *
     * @param relative
     *            relative part, if given
     * @param absolute
     *            absolute part, if given
     * @return the changed tolerance; either one replaces a demanded cosine
     */
    public Tolerance override(OptionalDouble relative, OptionalDouble absolute) {
        if (relative.isEmpty() && absolute.isEmpty()) {
            return this;
        }
        return new Tolerance(relative.orElse(rtol), absolute.orElse(atol), OptionalDouble.empty(), shapesOnly);
    }
}
