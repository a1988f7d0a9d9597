package dev.sinter.runtime;

/**
 * A compiled model's code; the compiler emits one subclass for each form, with a public constructor without
 * parameters. A program has no state of its own: one instance serves all threads.
 */
public abstract class Program {
    /** For emitted subclasses. */
    protected Program() {
    }

    /**
     * Resolves all sizes for one set of symbol values: pure long arithmetic.
     *
     * @param symbols the symbols' values, in {@link ModelInfo#symbols()}'s order
     * @param values filled with the allocations' sizes in elements, then output dimensions, then kernel parameters
     */
    public abstract void bind(long[] symbols, long[] values);

    /**
     * Runs all steps in order.
     *
     * @param frame the call's memory
     */
    public abstract void run(Frame frame);

    /**
     * Runs all steps in order, each of them by {@link Frame#parallel}, even those of one round that {@link #run} calls
     * itself; so whoever the frame asks sees every step.
     *
     * @param frame the call's memory
     */
    public void walk(Frame frame) {
        run(frame);
    }

    /**
     * Runs all steps of one block of a script, each of them by {@link Frame#parallel}.
     *
     * @param block the block's number
     * @param frame memory, bound to the block
     */
    public void walk(int block, Frame frame) {
        run(block, frame);
    }

    /**
     * Runs the script of a model that has one; it runs blocks and library routines over the call's registers.
     *
     * @param call the call's registers and symbols
     */
    public void script(Call call) {
        throw new IllegalStateException("the model has no script");
    }

    /**
     * Resolves all sizes of one block of a script.
     *
     * @param block the block's number
     * @param symbols the values of the model's symbols, then of those that the script binds
     * @param values filled with the block's values
     */
    public void bind(int block, long[] symbols, long[] values) {
        throw new IllegalStateException("the model has no blocks");
    }

    /**
     * Runs all steps of one block of a script.
     *
     * @param block the block's number
     * @param frame memory, bound to the block
     */
    public void run(int block, Frame frame) {
        throw new IllegalStateException("the model has no blocks");
    }

    /**
     * Runs one slice of a parallel step.
     *
     * @param step the step's number
     * @param frame the call's memory
     * @param worker the slice's scratch slot, 0 to {@link Frame#workers()}-1
     * @param from first iteration
     * @param to iteration behind the last
     */
    public abstract void step(int step, Frame frame, int worker, int from, int to);

    /**
     * The number of a step's kernel. Steps of one kernel are compiled together.
     *
     * @param step the step's number
     * @return the same for steps of one kernel
     */
    public int kernel(int step) {
        return step;
    }

    /**
     * Calls kernels so that they have nothing to do and touch no memory. HotSpot counts calls: a method that is called
     * often it compiles without waiting for slow loops to run long.
     */
    public void idle() {
        // most programs have no kernels that are worth it
    }

    /**
     * Runs a little of one iteration of a step: the kernels that it would call, but only some rounds of their loops. What
     * the step writes is then undefined.
     *
     * @param step the step's number
     * @param frame the call's memory
     * @param iteration which iteration
     * @param rounds of each loop; with 0 the calls have nothing to do, and HotSpot counts them
     * @return whether the step can do that
     */
    public boolean sample(int step, Frame frame, int iteration, int rounds) {
        return false;
    }

    /**
     * For emitted code: an index or size that came from data is out of range.
     *
     * @param message what was expected
     * @param got what came
     * @return the exception to throw
     */
    protected static ModelException outOfRange(String message, long got) {
        return new ModelException(message + ", got " + got);
    }
}
