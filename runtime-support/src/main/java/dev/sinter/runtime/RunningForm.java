package dev.sinter.runtime;

import java.time.Duration;

/** The form that a model runs in, and its way to another. */
final class RunningForm implements Machine.Forms {
    /** A form with its code. */
    record Active(Form form, Program program) {
    }

    private final ModelInfo info;
    private final ModelClassLoader loader;
    private final RunOptions options;
    private final Changeover way; // null: the first form is the last one
    // Plain fields: whichever values a call sees, it gives the same bits.
    private Active active;
    private Changeover changeover; // null: the active form is the last one

    /** The form to begin with. */
    RunningForm(ModelInfo info, ModelClassLoader loader, RunOptions options) {
        this.info = info;
        this.loader = loader;
        this.options = options;
        Form first = Machine.first(options, this, info.name());
        this.active = instance(first);
        if (first == Form.SCALAR) {
            ScalarStart.prepare(active.program(), info.weightsBytes());
        }
        this.way = Machine.changesOver(options, first, this) ? new Changeover(this) : null;
        this.changeover = way;
    }

    @Override
    public boolean test(Form form) {
        return loader.has(ModelClassLoader.path(className(form)));
    }

    /** The form that runs now. */
    Active active() {
        return active;
    }

    /** The way to another form while the model is on it; else null. */
    Changeover changeover() {
        return changeover;
    }

    /** Whether the form is the last one and compiled, at most so much later; see {@link Model#awaitChangeover}. */
    boolean awaitChangeover(Duration most) throws InterruptedException {
        return way == null || way.await(most);
    }

    /** The model's name. */
    String model() {
        return info.name();
    }

    /** The form that the options ask for, where another is quicker to start. */
    Active goal() {
        return instance(Machine.choose(options, this, info.name()));
    }

    /** Takes the form that is ready; null if there is none but the first. */
    void changed(Active ready) {
        if (ready != null) {
            active = ready;
        }
        changeover = null;
    }

    private String className(Form form) {
        return info.className() + "$" + form.suffix();
    }

    private Active instance(Form form) {
        String name = className(form);
        try {
            return new Active(form,
                    loader.loadClass(name).asSubclass(Program.class).getConstructor().newInstance());
        } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
            throw new ModelException("class " + name + " can't be used as a program: " + e, e);
        }
    }
}
