/**
 * Sinter beside its peers on the same inputs, in one run: {@link dev.sinter.benchmarks.Compare} is the command,
 * {@link dev.sinter.benchmarks.ModelBenchmark} the JMH benchmark beneath it.
 */
@NullMarked
package dev.sinter.benchmarks;

import org.jspecify.annotations.NullMarked;
