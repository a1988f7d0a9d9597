package dev.sinter.runtime;

import java.util.Map;
import java.util.Objects;

/**
 * When a model of symbolic sizes gets versions of its own for sizes that come often. A version is made and rehearsed by
 * a daemon thread while the model goes on as it is; from then on {@link Model#run} runs calls of those sizes in it.
 * Sessions stay with the model they were made from. Each version has weights and classes of its own.
 *
 * @param calls after how many calls with the same sizes a version is made, at least 1
 * @param versions how many versions there may be at once, at least 1; the one that was not called for longest makes room
 * @param maker makes a version
 */
public record Specialization(int calls, int versions, Maker maker) {
    /** Makes versions of a model. */
    @FunctionalInterface
    public interface Maker {
        /**
         * Compiles the model with fixed sizes.
         *
         * @param sizes the value of each of the model's symbols, by name
         * @return a model with the same inputs and outputs
         * @throws ModelException if it can't; then these sizes are left to the model as it is
         */
        ModelImage make(Map<String, Long> sizes);
    }

    /**
     * Checks the parts.
     *
     * @throws ModelException if a number is below 1
     */
    public Specialization {
        Objects.requireNonNull(maker, "maker");
        if (calls < 1) {
            throw new ModelException("specialization: at least 1 call was expected, got " + calls);
        }
        if (versions < 1) {
            throw new ModelException("specialization: at least 1 version was expected, got " + versions);
        }
    }
}
