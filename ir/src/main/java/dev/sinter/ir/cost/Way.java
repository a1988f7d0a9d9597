package dev.sinter.ir.cost;

/**
 * One of several ways to compute something.
 *
 * @param name
 *            tells it from the others, such as {@code channels-last}; without blanks
 * @param nanos
 *            estimate of its time, nanoseconds on one thread
 * @param sample
 *            what to compile and run to measure it
 */
public record Way(String name, double nanos, Sample sample) {
}
