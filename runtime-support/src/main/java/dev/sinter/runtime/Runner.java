package dev.sinter.runtime;

/** Runs calls of a model: from a value for each input to outputs. */
final class Runner {
    private final ModelInfo info;
    private final Signature signature;
    private final Binder binder;
    private final FramePool frames;
    private final RunningForm form;
    private final ModelEvents events;
    private final OutputMemory memory;
    private final Script script; // null: the model is one block
    private final boolean checked;

    Runner(ModelInfo info, Signature signature, Binder binder, FramePool frames, RunningForm form, ModelEvents events,
            Script script, boolean checked) {
        this.info = info;
        this.signature = signature;
        this.binder = binder;
        this.frames = frames;
        this.form = form;
        this.events = events;
        this.memory = new OutputMemory(info);
        this.script = script;
        this.checked = checked;
    }

    /** Memory of outputs, where the model is one block. */
    OutputMemory memory() {
        return memory;
    }

    /** Whether the model runs by a script: then it allocates its outputs in each run. */
    boolean scripted() {
        return script != null;
    }

    /** Checks the values' sizes, and lays the memory of a call out. */
    Binding bind(Value[] values) {
        var symbols = new long[info.symbols().size()];
        signature.match(values, symbols);
        Binding binding = binder.get(symbols);
        signature.matchExpressions(values, binding);
        return binding;
    }

    /** Runs a call. */
    Outputs run(Value[] values, Binding binding) {
        return script == null ? runBlock(values, binding) : runScript(values, binding, null);
    }

    private Outputs runBlock(Value[] values, Binding binding) {
        var io = new Object[values.length + info.outputs().size()];
        for (int i = 0; i < values.length; i++) {
            io[i] = input(i, (Tensor) values[i]);
        }
        Outputs outputs = memory.allocate(binding, io);
        Frame frame = frames.take();
        frame.fit(binding);
        frame.io = io;
        execute(frame, binding, null);
        frames.give(frame); // not after a failure: after an Error, a helper might still be writing to it
        memory.finish(outputs, io);
        return outputs;
    }

    /** Runs a model that has a script; the listener may be null. */
    Outputs runScript(Value[] given, Binding binding, StepListener listener) {
        Value[] values = given.clone();
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof Tensor t && t.foreign()) {
                values[i] = Tensor.of(t.dtype(), copied(i, t), t.shape());
            }
        }
        Frame frame = frames.take();
        Changeover change = form.changeover();
        RunningForm.Active now = form.active();
        Call call = script.call(now.program(), frame, values, binding.symbols());
        frame.steps = events.watched(change, listener, call.symbols());
        RunEvent event = ModelEvents.begin();
        try {
            script.run(call);
        } catch (ModelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed(e);
        }
        if (event != null) {
            events.end(event, now.form(), binding.symbols(), call.scratchBytes());
        }
        if (change != null && change.wanted()) {
            change.begin(now.program(), ScratchCall.of(script, values, binding.symbols()));
        }
        frame.settle(call.scratchBytes());
        frames.give(frame); // not after a failure: after an Error, a helper might still be writing to it
        return script.outputs(call, values);
    }

    /** The array of an input as kernels read it. */
    private Object input(int i, Tensor tensor) {
        if (Packing.isPacked(tensor.dtype())) {
            return Packing.unpack(tensor.dtype(), (byte[]) copied(i, tensor), (int) tensor.size());
        }
        return tensor.foreign() ? copied(i, tensor) : tensor.array();
    }

    private Object copied(int input, Tensor tensor) {
        try {
            return tensor.array();
        } catch (IllegalStateException | WrongThreadException e) {
            throw new ModelException(signature.input(input) + ": its memory can't be read: " + e.getMessage(), e);
        }
    }

    /** Runs the program in a frame that is ready; the listener may be null. */
    void execute(Frame frame, Binding binding, StepListener listener) {
        Changeover change = form.changeover();
        frame.steps = events.watched(change, listener, binding.symbols());
        if (checked) {
            frame.poison();
        }
        RunEvent event = ModelEvents.begin();
        RunningForm.Active now = form.active();
        try {
            frame.run(now.program());
        } catch (ModelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed(e);
        }
        if (event != null) {
            events.end(event, now.form(), binding.symbols(), binding.bytes());
        }
        if (change != null && change.wanted()) {
            change.begin(now.program(), ScratchCall.of(info, binding, frame.io));
        }
    }

    /** Says which emitted method failed. */
    private ModelException failed(RuntimeException cause) {
        String place = "";
        for (StackTraceElement element : cause.getStackTrace()) {
            if (element.getClassName().startsWith(info.className())) {
                place = " in " + element.getMethodName() + " (" + element.getFileName() + ":" + element.getLineNumber()
                        + ")";
                break;
            }
        }
        return new ModelException("model '" + info.name() + "' failed" + place + ": " + cause, cause);
    }
}
