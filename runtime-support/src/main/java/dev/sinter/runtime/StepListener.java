package dev.sinter.runtime;

/** Hears what a run spent its time on; see {@link Session#profile}. */
@FunctionalInterface
public interface StepListener {
    /**
     * A step has run. In a loop of the model it may do so many times.
     *
     * @param step its number in the plan, counted through all blocks
     * @param nanos from its beginning to its end, nanoseconds
     */
    void step(int step, long nanos);

    /**
     * A library routine has run.
     *
     * @param call its number in {@link ScriptInfo#calls()}
     * @param nanos from its beginning to its end, nanoseconds
     */
    default void library(int call, long nanos) {
        // of interest only to models with a script
    }
}
