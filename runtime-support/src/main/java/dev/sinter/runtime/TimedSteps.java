package dev.sinter.runtime;

/** Takes the time of every step. */
final class TimedSteps implements Steps {
    private final Steps inner; // null: the program itself
    private final StepListener listener;

    /**
     * Takes times.
     *
     * @param inner what runs the steps; null if the program that asks does
     * @param listener told of each
     */
    TimedSteps(Steps inner, StepListener listener) {
        this.inner = inner;
        this.listener = listener;
    }

    @Override
    public boolean wantsAll() {
        return true;
    }

    @Override
    public void run(Frame frame, Program program, int step, int count) {
        long begin = System.nanoTime();
        if (inner == null) {
            frame.perform(program, step, count);
        } else {
            inner.run(frame, program, step, count);
        }
        listener.step(step, System.nanoTime() - begin);
    }

    @Override
    public void library(Call call, int number) {
        long begin = System.nanoTime();
        if (inner == null) {
            call.routine(number);
        } else {
            inner.library(call, number);
        }
        listener.library(number, System.nanoTime() - begin);
    }

    @Override
    public void block(Call call, int number) {
        listener.block(number, () -> call.parts(number));
    }
}
