package dev.sinter.runtime;

/** Records every step of a run. */
final class KernelEvents implements Steps {
    private final Steps inner; // null: the program itself
    private final ModelInfo info;
    private final StepIndex index;
    private final long[] symbols;

    /**
     * Records a run's steps.
     *
     * @param inner what runs them; null if the program that asks does
     * @param info of the model
     * @param index what the steps are
     * @param symbols values of the symbols, which a script changes as it runs
     */
    KernelEvents(Steps inner, ModelInfo info, StepIndex index, long[] symbols) {
        this.inner = inner;
        this.info = info;
        this.index = index;
        this.symbols = symbols;
    }

    @Override
    public boolean wantsAll() {
        return true;
    }

    @Override
    public void run(Frame frame, Program program, int step, int count) {
        var event = new KernelEvent();
        event.begin();
        if (inner == null) {
            frame.perform(program, step, count);
        } else {
            inner.run(frame, program, step, count);
        }
        event.end();
        if (event.shouldCommit()) {
            StepIndex.Entry entry = index.step(step);
            StepIndex.Sized sized = entry.sized(symbols);
            event.model = info.name();
            event.step = step;
            event.node = entry.node();
            event.method = entry.method();
            event.kernel = entry.kernel();
            event.result = sized.result();
            event.bytes = sized.bytes();
            event.rounds = count;
            event.commit();
        }
    }

    @Override
    public void library(Call call, int number) {
        var event = new KernelEvent();
        event.begin();
        if (inner == null) {
            call.routine(number);
        } else {
            inner.library(call, number);
        }
        event.end();
        if (event.shouldCommit()) {
            LibraryInfo library = info.script().calls().get(number);
            event.model = info.name();
            event.step = -1;
            event.node = library.node();
            event.kernel = library.routine();
            event.rounds = 1;
            if (!library.outputs().isEmpty() && call.get(library.outputs().getFirst()) instanceof Tensor t) {
                event.result = t.describe();
            }
            event.commit();
        }
    }
}
