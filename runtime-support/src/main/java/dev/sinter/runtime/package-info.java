/**
 * What a compiled model needs in production, and nothing else: tensors, models and sessions, weights, workers.
 *
 * <p>Start at {@link dev.sinter.runtime.Model}. Emitted classes extend {@link dev.sinter.runtime.Program} and work on
 * a {@link dev.sinter.runtime.Frame}.
 */
package dev.sinter.runtime;
