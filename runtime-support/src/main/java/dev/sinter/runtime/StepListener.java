package dev.sinter.runtime;

import java.util.List;
import java.util.function.Supplier;

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

    /**
     * A straight part of a model with a script is about to run. In a loop of the model it may do so many times, with
     * other sizes each time.
     *
     * @param block its number in {@link ScriptInfo#blocks()}
     * @param memory where the arenas have what for its sizes, as {@link Model#arenaParts} says of a model without a
     *     script; steps are counted from the block's first one. Computed when it is asked for, which costs a run time
     */
    default void block(int block, Supplier<List<ArenaPart>> memory) {
        // of interest only to models with a script
    }
}
