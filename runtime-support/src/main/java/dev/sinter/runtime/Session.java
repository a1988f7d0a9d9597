package dev.sinter.runtime;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One caller's reusable inputs, outputs and scratch: {@link #run} allocates nothing as long as the shapes stay the
 * same, but for two- and four-bit inputs and outputs, which are unpacked and packed, and for models with control flow,
 * library routines or sizes that data tells, whose outputs are new in each run. For one thread at a time. The outputs
 * hold until the next run.
 */
public final class Session {
    private final Model model;
    private final Runner runner;
    private final Signature signature;
    private final Binder binder;
    private final Frame frame;
    private final Value[] inputs;
    private final Object[] io;
    private final Object[] copies; // of inputs in foreign memory
    private final long[] symbols;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final ModelInfo info;
    private final boolean scripted;
    private SessionState state = SessionState.NONE;
    private Binding binding;
    private Outputs outputs;
    /** Whether nothing was set since the last run, which checked it, and all of it is read where it lies. */
    private boolean settled;

    Session(Model model, Runner runner, ModelInfo info, Signature signature, Binder binder, Frame frame) {
        this.model = model;
        this.runner = runner;
        this.info = info;
        this.scripted = runner.scripted();
        this.signature = signature;
        this.binder = binder;
        this.frame = frame;
        this.inputs = new Value[info.inputs().size()];
        this.copies = new Object[inputs.length];
        this.io = new Object[inputs.length + info.outputs().size()];
        this.symbols = new long[info.symbols().size()];
        frame.io = io;
    }

    /**
     * Sets an input for this run and the following ones. The tensor is kept, not copied: what is written to its memory
     * later is seen by the next run.
     *
     * @param name the input's name
     * @param value its value
     * @return this session
     * @throws ModelException if there is no such input or the value is of another kind
     */
    public Session set(String name, Value value) {
        int i = signature.index(name);
        if (state.isInput(i)) {
            throw new ModelException(signature.input(i) + ": the session keeps this state itself");
        }
        Value checked = signature.checked(i, value, true);
        settled = false;
        inputs[i] = checked;
        return this;
    }

    /**
     * From now on the session keeps the model's states ({@link Model#states()}), such as a language model's caches, in
     * memory of its own, and they are empty. They are no inputs to be set and no outputs any more: a run finds what the
     * runs before left, and only writes what it appends, so that nothing is copied.
     *
     * <pre>{@code
     * Session session = model.newSession().keepState(1024);
     * session.set("input_ids", prompt).set("attention_mask", ones).run();
     * session.set("input_ids", next).set("attention_mask", onesAndOneMore).run();
     * }</pre>
     *
     * @param capacity how many positions there is room for
     * @return this session
     * @throws ModelException if the model has no states, or the capacity is below 1
     */
    public Session keepState(int capacity) {
        if (info.states().isEmpty()) {
            throw new ModelException(signature.model() + ": it has no states: no input is the first part of an output "
                    + "and nothing else");
        }
        if (capacity < 1) {
            throw new ModelException(signature.model() + ": expected a capacity of at least 1, got " + capacity);
        }
        state = new SessionState(info, capacity);
        for (int i = 0; i < inputs.length; i++) {
            if (state.isInput(i)) {
                inputs[i] = null;
            }
        }
        settled = false;
        binding = null;
        outputs = null;
        return this;
    }

    /**
     * Empties the states that the session keeps; their memory stays.
     *
     * @return this session
     */
    public Session clearState() {
        state.clear();
        return this;
    }

    /**
     * Forgets all but the first positions of the states that the session keeps, to go on from there: from a prompt that
     * several answers share, or behind what was guessed and turned out wrong. Nothing is moved.
     *
     * @param length how many positions stay
     * @return this session
     * @throws ModelException if a state is shorter
     */
    public Session truncateState(long length) {
        state.truncate(length);
        return this;
    }

    /**
     * A copy of a state the session keeps.
     *
     * @param output the output's name
     * @return what the model would have given as this output in the last run
     * @throws ModelException if the session does not keep a state of that name, or it is empty
     */
    public Tensor state(String output) {
        if (state == SessionState.NONE) {
            throw new ModelException(signature.model() + ": the session keeps no states; keepState lets it");
        }
        return state.copy(output);
    }

    /**
     * Runs the model on the inputs set.
     *
     * @return the outputs, which the next run overwrites
     * @throws ModelException as {@link Model#run}; and if two threads run the session at once
     */
    public Outputs run() {
        return run(null);
    }

    /**
     * Runs the model on the inputs set and tells what each step took. Such a run is a little slower than
     * {@linkplain #run() others}: by some tens of nanoseconds a step.
     *
     * @param listener told of each step behind its end, on the calling thread
     * @return the outputs, which the next run overwrites
     * @throws ModelException as {@link #run()}
     */
    public Outputs profile(StepListener listener) {
        return run(Objects.requireNonNull(listener));
    }

    private Outputs run(StepListener listener) {
        if (!busy.compareAndSet(false, true)) {
            throw new ModelException(signature.model() + ": the session is running in another thread");
        }
        try {
            model.enter();
            try {
                return runInside(listener);
            } finally {
                model.exit();
            }
        } finally {
            busy.setRelease(false);
        }
    }

    private Outputs runInside(StepListener listener) {
        if (settled) {
            runner.execute(frame, binding, listener);
            runner.memory().finish(outputs, io);
            return outputs;
        }
        return runChecked(listener);
    }

    private Outputs runChecked(StepListener listener) {
        for (int i = 0; i < inputs.length; i++) {
            if (!state.isInput(i)) {
                signature.checked(i, inputs[i], false);
            }
        }
        if (scripted) {
            outputs = runner.runScript(inputs, runner.bind(inputs), listener);
            return outputs;
        }
        signature.match(inputs, symbols);
        state.bind(symbols);
        boolean same = binding != null && Arrays.equals(symbols, binding.symbols());
        Binding next = same ? binding : binder.get(symbols);
        signature.matchExpressions(inputs, next);
        for (int i = 0; i < inputs.length; i++) {
            io[i] = state.isInput(i) ? null : input(i, (Tensor) inputs[i]);
        }
        state.place(next, io);
        if (!same) {
            binding = null; // should memory run out half way, the next run starts afresh
            frame.fit(next);
            outputs = runner.memory().allocate(next, io, state, outputs);
            binding = next;
        }
        settled = state == SessionState.NONE && inPlace();
        runner.execute(frame, next, listener);
        runner.memory().finish(outputs, io);
        state.advance(next);
        return outputs;
    }

    /** Whether kernels read all inputs where they are, so that nothing has to be copied before a run. */
    private boolean inPlace() {
        for (int i = 0; i < inputs.length; i++) {
            if (io[i] != ((Tensor) inputs[i]).arrayOrNull()) {
                return false;
            }
        }
        return true;
    }

    private Object input(int i, Tensor tensor) {
        Object array = tensor.foreign() ? refreshed(i) : tensor.array();
        return Packing.isPacked(tensor.dtype())
                ? Packing.unpack(tensor.dtype(), (byte[]) array, (int) tensor.size()) : array;
    }

    /** The session's own copy of an input in foreign memory, brought up to date. */
    private Object refreshed(int i) {
        Tensor tensor = (Tensor) inputs[i];
        StorageClass storage = tensor.dtype().storage();
        int length = (int) tensor.dtype().arrayLength(tensor.size());
        Object copy = copies[i] != null && storage.length(copies[i]) == length ? copies[i] : storage.allocate(length);
        try {
            tensor.copyInto(copy);
        } catch (IllegalStateException | WrongThreadException e) {
            throw new ModelException(signature.input(i) + ": its memory can't be read: " + e.getMessage(), e);
        }
        copies[i] = copy;
        return copy;
    }

    /**
     * An output of the last run.
     *
     * @param name the output's name
     * @return the tensor, which the next run overwrites
     * @throws ModelException if there is no such output or the session has not run
     */
    public Tensor output(String name) {
        if (outputs == null) {
            throw new ModelException(signature.model() + ": the session has not run yet");
        }
        return outputs.tensor(name);
    }
}
