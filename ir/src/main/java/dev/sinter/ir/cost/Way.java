package dev.sinter.ir.cost;

import org.jspecify.annotations.Nullable;

/**
 * One of several ways to compute something.
 *
 * @param name
 *            tells it from the others, such as {@code channels-last}; without blanks
 * @param nanos
 *            estimate of its time, nanoseconds on one thread
 * @param sample
 *            what to compile and run to measure it; null where that would say nothing, so that it is always estimated
 */
public record Way(String name, double nanos, @Nullable Sample sample) {
}
