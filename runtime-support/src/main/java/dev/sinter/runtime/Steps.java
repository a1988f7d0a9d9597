package dev.sinter.runtime;

/** Runs a frame's steps in place of the program that asks: while a model changes its form, another's may be due. */
interface Steps {
    /**
     * Runs iterations [0,count) of a step.
     *
     * @param frame the frame
     * @param program the program that asks
     * @param step the step's number
     * @param count number of iterations, at least 1
     */
    void run(Frame frame, Program program, int step, int count);

    /** Whether steps of one round are wanted too, which a program runs by itself otherwise. */
    default boolean wantsAll() {
        return false;
    }

    /**
     * Calls a library routine.
     *
     * @param call the call of the model that asks
     * @param number the routine's call's number
     */
    default void library(Call call, int number) {
        call.routine(number);
    }

    /**
     * A block of a script is about to run.
     *
     * @param call the call of the model, with the symbols it has bound so far
     * @param number the block's number
     */
    default void block(Call call, int number) {
        // of interest only to who looks
    }
}
