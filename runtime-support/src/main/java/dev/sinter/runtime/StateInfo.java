package dev.sinter.runtime;

/**
 * A state that a model hands on from run to run, such as a cache of keys: an input that grows along one axis by what the
 * run appends, and is an output then. A {@link Session} can keep it in place.
 *
 * @param input name of the input, what came before
 * @param output name of the output, the same with the run's part behind it
 * @param axis which axis grows
 */
public record StateInfo(String input, String output, int axis) {
    /**
     * The symbol that tells kernels for how many positions memory was made: 0 where a state is as long as it is now,
     * else more than it will be in this run. No input has it as a dimension.
     */
    public static final String CAPACITY = "state.capacity";

    /** The two names and the axis, for people. */
    @Override
    public String toString() {
        return "'" + input + "' -> '" + output + "' along axis " + axis;
    }
}
