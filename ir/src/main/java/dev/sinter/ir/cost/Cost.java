package dev.sinter.ir.cost;

/**
 * What a way costs.
 *
 * @param way
 *            its name
 * @param nanos
 *            its time, nanoseconds on one thread
 * @param measured
 *            whether that is measured, not estimated
 */
public record Cost(String way, double nanos, boolean measured) {
}
