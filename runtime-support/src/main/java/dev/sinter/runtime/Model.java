package dev.sinter.runtime;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A compiled model. Thread-safe, and immutable as far as results go: any number of threads, virtual ones included, may call {@link #run} at
 * the same time. Closing it is good manners; a forgotten model's memory and threads go by themselves.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("model.jar"))) {
 *     Outputs out = model.run(Map.of("input_ids", Tensor.of(ids, 1, 128)));
 *     float[] vector = out.tensor("last_hidden_state").toFloats();
 * }
 * }</pre>
 */
public final class Model implements AutoCloseable {
    private final ModelInfo info;
    private final ModelClassLoader loader;
    private final Workers workers;
    private final Signature signature;
    private final Binder binder;
    private final FramePool frames;
    private final RunningForm form;
    private final Runner runner;
    private final Versions versions; // null: the model is not specialized
    private final ModelEvents events;
    private final CallGate gate = new CallGate();

    private Model(ModelInfo info, ModelClassLoader loader, RunOptions options, Specialization specialization) {
        this.info = info;
        this.loader = loader;
        this.form = new RunningForm(info, loader, options);
        this.workers = Workers.of(options.threads(), options.executor(), info.name(),
                options.checked() ? Sharing.EVERYTHING : Sharing.BY_COST);
        this.signature = new Signature(info);
        Program program = form.active().program();
        this.binder = new Binder(info, program, workers.size());
        this.frames = new FramePool(workers);
        this.events = new ModelEvents(info, loader, workers.size());
        Script script = info.script().exists()
                ? new Script(info, program, loader.weights(), workers.size(), options.checked()) : null;
        this.runner = new Runner(info, signature, binder, frames, form, events, script, options.checked());
        this.versions = specialization == null || info.symbols().isEmpty()
                ? null : new Versions(info, options, specialization);
    }

    /**
     * Loads a model with {@link RunOptions#defaults()}.
     *
     * @param jar a jar that the compiler wrote
     * @return the model
     * @throws ModelException if the file can't be read, is corrupt or holds no model
     */
    public static Model load(Path jar) {
        return load(jar, RunOptions.defaults());
    }

    /**
     * Loads a model. A plain jar file is mapped and must stay as it is while the model lives.
     *
     * @param jar a jar that the compiler wrote
     * @param options how it runs
     * @return the model
     * @throws ModelException if the file can't be read, is corrupt or holds no model, or has no form that the options
     *     allow
     */
    public static Model load(Path jar, RunOptions options) {
        return load(jar, options, null);
    }

    /**
     * Loads a model that gets versions of its own for sizes that come often.
     *
     * @param jar a jar that the compiler wrote; it must stay as it is while the model lives
     * @param options how it runs
     * @param specialization when versions are made and how; null for none
     * @return the model
     * @throws ModelException as {@link #load(Path, RunOptions)}
     */
    public static Model load(Path jar, RunOptions options, Specialization specialization) {
        var event = ModelEvents.loading();
        try {
            ModelJar content = ModelJar.open(jar);
            return started(content.info(),
                    new ModelClassLoader(content.zip(), content.weights()), options, specialization, event,
                    jar.toString());
        } catch (IOException e) {
            throw new ModelException("model " + jar + " can't be read: " + e, e);
        }
    }

    /**
     * Loads the model that was compiled for a class, with {@link RunOptions#defaults()}.
     *
     * @param owner the class, such as the typed one that the compiler wrote for the model
     * @return the model
     * @throws ModelException as {@link #load(Class, RunOptions)}
     */
    public static Model load(Class<?> owner) {
        return load(owner, RunOptions.defaults());
    }

    /**
     * Loads the model that was compiled for a class and lies on the class path or module path with it: in a folder, in
     * the same jar, in a jar within a jar. In a folder the weights are mapped; in a jar too if they are stored there
     * uncompressed and aligned, otherwise they are copied to memory outside the heap.
     *
     * @param owner the class, such as the typed one that the compiler wrote for the model
     * @param options how it runs
     * @return the model
     * @throws ModelException if there is no such model, it can't be read or is corrupt, or has no form that the options
     *     allow
     */
    public static Model load(Class<?> owner, RunOptions options) {
        var event = ModelEvents.loading();
        try {
            ModelResources content = ModelResources.of(owner);
            return started(content.info(), new ModelClassLoader(content, content.weights()), options, null, event,
                    content.place());
        } catch (IOException e) {
            throw new ModelException("the model of " + owner.getName() + " can't be read: " + e, e);
        }
    }

    /**
     * Defines a model in this JVM with {@link RunOptions#defaults()}.
     *
     * @param image what the compiler made
     * @return the model
     * @throws ModelException if the image has no form that the options allow
     */
    public static Model define(ModelImage image) {
        return define(image, RunOptions.defaults());
    }

    /**
     * Defines a model in this JVM.
     *
     * @param image what the compiler made
     * @param options how it runs
     * @return the model
     * @throws ModelException if the image has no form that the options allow
     */
    public static Model define(ModelImage image, RunOptions options) {
        return define(image, options, null);
    }

    /**
     * Defines a model in this JVM that gets versions of its own for sizes that come often.
     *
     * @param image what the compiler made
     * @param options how it runs
     * @param specialization when versions are made and how; null for none
     * @return the model
     * @throws ModelException if the image has no form that the options allow
     */
    public static Model define(ModelImage image, RunOptions options, Specialization specialization) {
        var event = ModelEvents.loading();
        var files = new LinkedHashMap<>(image.resources());
        for (var type : image.classes().entrySet()) {
            files.put(ModelClassLoader.path(type.getKey()), type.getValue());
        }
        return started(image.info(),
                new ModelClassLoader(new ModelClassLoader.Defined(files), FileBytes.of(image.weights())),
                options, specialization, event, null);
    }

    private static Model started(ModelInfo info, ModelClassLoader loader, RunOptions options,
            Specialization specialization, LoadEvent event, String from) {
        var model = new Model(info, loader, options, specialization);
        model.events.loaded(event, model.form(), from);
        return model;
    }

    /**
     * Runs the model.
     *
     * @param inputs a value for each of the model's inputs, by name; read, not changed
     * @return the outputs, which belong to the caller
     * @throws ModelException if an input is missing, unknown or of a wrong type or shape, if the model is closed, or if
     *     the run fails; then the emitted methods are in the stack trace of the cause
     */
    public Outputs run(Map<String, ? extends Value> inputs) {
        Outputs outputs = runIfOpen(inputs);
        if (outputs == null) {
            throw closed();
        }
        return outputs;
    }

    /** Runs the model; null if it is closed. */
    Outputs runIfOpen(Map<String, ? extends Value> inputs) {
        if (!gate.enter()) {
            return null;
        }
        try {
            Value[] values = signature.order(inputs);
            Binding binding = runner.bind(values);
            Outputs outputs = versions == null ? null : versions.run(binding.symbols(), inputs);
            return outputs != null ? outputs : runner.run(values, binding);
        } finally {
            exit();
        }
    }

    /** Begins a call, which {@link #exit} must end. */
    void enter() {
        if (!gate.enter()) {
            throw closed();
        }
    }

    private ModelException closed() {
        return new ModelException("model '" + info.name() + "' is closed");
    }

    void exit() {
        gate.exit();
    }

    /**
     * A session of this model: one caller's reusable memory.
     *
     * @return a new session
     * @throws ModelException if the model is closed
     */
    public Session newSession() {
        enter();
        try {
            return new Session(this, runner, info, signature, binder, new Frame(workers));
        } finally {
            exit();
        }
    }

    /**
     * The inputs.
     *
     * @return names, types and shapes in order
     */
    public List<ValueInfo> inputs() {
        return info.inputs();
    }

    /**
     * The outputs.
     *
     * @return names, types and shapes in order
     */
    public List<ValueInfo> outputs() {
        return info.outputs();
    }

    /**
     * States that a {@link Session} can keep, such as the caches of a language model.
     *
     * @return the pairs of input and output; none for a model without them
     */
    public List<StateInfo> states() {
        return info.states();
    }

    /**
     * The model's name.
     *
     * @return for people
     */
    public String name() {
        return info.name();
    }

    /**
     * All the model says of itself.
     *
     * @return the information it was compiled with
     */
    public ModelInfo info() {
        return info;
    }

    /**
     * The form that runs now. With {@link FormChoice#AUTO}, the first calls run in the scalar form, which is quick to
     * start, and later ones in a vector form, when HotSpot has compiled it.
     *
     * @return scalar or a vector form
     */
    public Form form() {
        return form.active().form();
    }

    /**
     * Waits until the model has changed over to its last form: for measurements, and for services that answer no
     * request before. The way there begins with the first run, on that run's sizes.
     *
     * @param most how long to wait
     * @return whether the model runs in its last form and HotSpot was seen to have compiled all of it; false if the time is up,
     *     the model has not run yet, or HotSpot did not compile all within half a minute. Where {@link RunOptions}
     *     name a form there is nothing to wait for, and the answer is true
     * @throws InterruptedException if the caller is interrupted
     */
    public boolean awaitChangeover(Duration most) throws InterruptedException {
        return form.awaitChangeover(most);
    }

    /** The versions for sizes that come often; null if there never are any. */
    Versions versions() {
        return versions;
    }

    /** The way to another form while the model is on it; else null. */
    Changeover changeover() {
        return form.changeover();
    }

    /**
     * Threads that work on one call.
     *
     * @return the caller's included
     */
    public int threads() {
        return workers.size();
    }

    /**
     * Bytes of the arenas of one call: what intermediate results take where those that do not live at the same time
     * share memory. Inputs, outputs and weights are not among them.
     *
     * @param sizes values of symbols by name; one left out has its least value
     * @return the bytes; nothing for a model with a script, whose blocks have arenas of their own
     * @throws ModelException if something becomes too big
     */
    public OptionalLong arenaBytes(Map<String, Long> sizes) {
        if (info.script().exists()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(binder.get(symbols(sizes)).bytes());
    }

    /**
     * Where the arenas of one call have what, and when: the memory plan.
     *
     * @param sizes values of symbols by name; one left out has its least value
     * @return all allocations in their order; none for a model with a script, whose blocks have arenas of their own
     * @throws ModelException if something becomes too big
     */
    public List<ArenaPart> arenaParts(Map<String, Long> sizes) {
        if (info.script().exists()) {
            return List.of();
        }
        return binder.parts(symbols(sizes));
    }

    private long[] symbols(Map<String, Long> sizes) {
        return info.symbols().stream().mapToLong(s -> sizes.getOrDefault(s.name(), s.min())).toArray();
    }

    /**
     * A file that was shipped with the model, such as the IR dump at {@link ModelInfo#irResource()}.
     *
     * @param path its path
     * @return its bytes, if there is such a file
     */
    public Optional<byte[]> resource(String path) {
        return Optional.ofNullable(loader.file(path)).map(byte[]::clone);
    }

    /** The mapped or copied weights. */
    MemorySegment weights() {
        return loader.weights();
    }

    /** Waits for the running calls; afterwards {@link #run} raises {@link ModelException}. */
    @Override
    public void close() {
        if (gate.close()) {
            Changeover change = changeover();
            if (change != null) {
                change.close();
            }
            if (versions != null) {
                versions.close();
            }
            workers.close();
            frames.clear();
        }
    }

    /** Name, form, inputs and outputs. */
    @Override
    public String toString() {
        return "model '" + info.name() + "' (" + form() + ", " + workers.size()
                + (workers.size() == 1 ? " thread" : " threads")
                + (gate.closed() ? ", closed" : "") + ") " + info.inputs() + " -> " + info.outputs();
    }
}
