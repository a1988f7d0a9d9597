package dev.sinter;

import dev.sinter.codegen.CodegenOptions;
import dev.sinter.frontend.ModelFiles;
import dev.sinter.frontend.dsl.DslException;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.ExportedFile;
import dev.sinter.frontend.onnx.export.OnnxExportException;
import dev.sinter.frontend.onnx.export.OnnxExporter;
import dev.sinter.ir.IrException;
import dev.sinter.passes.PassOptions;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.RunOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to compile a model. Immutable: every option gives a new compiler, so that one may be kept and shared.
 *
 * <p>
 * Whatever is wrong with a model or an option raises {@link ModelException}, with all problems of the model at once;
 * files are changed only when everything went well.
 */
public final class Compiler {
    static final Compiler DEFAULT = new Compiler(ImportOptions.NONE, PassOptions.DEFAULT, Naming.AUTOMATIC, true,
            Tuning.OFF, JustInTime.DEFAULT, Dumps.NONE, message -> {
            });

    private final ImportOptions imports;
    private final PassOptions passes;
    private final Naming naming;
    private final boolean winograd;
    private final Tuning tuning;
    private final JustInTime run;
    private final Dumps dumps;
    private final Consumer<String> progress;

    private Compiler(ImportOptions imports, PassOptions passes, Naming naming, boolean winograd, Tuning tuning,
            JustInTime run, Dumps dumps, Consumer<String> progress) {
        this.imports = imports;
        this.passes = passes;
        this.naming = naming;
        this.winograd = winograd;
        this.tuning = tuning;
        this.run = run;
        this.dumps = dumps;
        this.progress = progress;
    }

    /**
     * Fixes a symbolic dimension.
     *
     * @param name
     *            of the dimension in the model, such as {@code batch}; {@code INPUT_AXIS} for one without a name
     * @param size
     *            its size, at least 0
     * @return a new compiler
     * @throws ModelException
     *             if the size is negative
     */
    public Compiler dim(String name, long size) {
        if (size < 0) {
            throw new ModelException("dimension " + name + ": a size of at least 0 was expected, " + size + " came");
        }
        return new Compiler(imports.dim(name, size), passes, naming, winograd, tuning, run, dumps, progress);
    }

    /**
     * Threads that work on one call of a model compiled into this JVM; a jar is told when it is loaded.
     *
     * @param threads
     *            at least 1, the caller's included
     * @return a new compiler
     */
    public Compiler threads(int threads) {
        return running(running().withThreads(threads));
    }

    /**
     * The form of a model compiled into this JVM; a jar has all forms and is told when it is loaded.
     *
     * @param form
     *            exactly this one, whatever the machine prefers
     * @return a new compiler
     */
    public Compiler form(Form form) {
        return running(running().withForm(form));
    }

    /**
     * How a model compiled into this JVM runs; without it, {@link RunOptions#defaults()}.
     *
     * @param options
     *            form, threads, executor
     * @return a new compiler
     */
    public Compiler running(RunOptions options) {
        return with(run.with(options));
    }

    /**
     * Keeps jars of models compiled into this JVM in a folder, named by a digest of the model's content, the options and the
     * compiler: the next time, in this process or another, the jar is loaded instead. Weights are then mapped from it.
     *
     * @param folder
     *            made if missing; files in it may be deleted while no model loaded from them lives
     * @return a new compiler
     */
    public Compiler cache(Path folder) {
        return with(run.with(new ModelCache(folder)));
    }

    /**
     * Compiles versions of a model with fixed sizes in the background, for sizes that come often; calls of
     * {@link Model#run} with these sizes are then run by them. Each takes memory for weights of its own.
     *
     * @param calls
     *            after how many calls with the same sizes; 0 for never, as without this
     * @param versions
     *            how many there may be at once; the one that was not called for longest makes room
     * @return a new compiler
     * @throws ModelException
     *             if a number is negative, or there may be no version
     */
    public Compiler specialize(int calls, int versions) {
        return with(run.with(calls, versions));
    }

    private Compiler with(JustInTime other) {
        return new Compiler(imports, passes, naming, winograd, tuning, other, dumps, progress);
    }

    /**
     * Fills scratch memory with garbage before each run, so that reading what was not written shows.
     *
     * @param on
     *            off by default, unless the property {@code sinter.checked} is {@code true}
     * @return a new compiler
     */
    public Compiler checked(boolean on) {
        return running(running().withChecked(on));
    }

    /**
     * Whether 3x3 convolutions may be computed by Winograd's algorithm where that is faster. It rounds differently: the
     * error grows to about 1e-5 of the largest result.
     *
     * @param allowed
     *            true by default
     * @return a new compiler
     */
    public Compiler winograd(boolean allowed) {
        return new Compiler(imports, passes, naming, allowed, tuning, run, dumps, progress);
    }

    /**
     * Whether to measure, on this machine, what would otherwise be estimated: layouts and algorithms of convolutions,
     * and what permutations between them cost. A symbolic dimension is measured with 1 where it is the first of an
     * operand, with 256 otherwise. Measured times are kept in a {@linkplain #tuneCache cache}; the same model, options
     * and times give the same jar.
     *
     * @param on
     *            false by default
     * @return a new compiler
     */
    public Compiler tune(boolean on) {
        return with(tuning.withOn(on));
    }

    /**
     * Where measured times are kept: a text file that is read and then replaced if something was measured. Times of
     * another machine, JVM or version are not believed.
     *
     * @param file
     *            without this, beside a jar, with {@code .tune} behind its name; a model compiled into this JVM keeps
     *            none
     * @return a new compiler
     */
    public Compiler tuneCache(Path file) {
        return with(tuning.withCache(file));
    }

    /**
     * How long to measure. Where no time is left, estimates hold; compiling again with the same cache goes on.
     *
     * @param most
     *            five minutes by default; zero only uses what the cache has
     * @return a new compiler
     */
    public Compiler tuneBudget(Duration most) {
        return with(tuning.withBudget(most));
    }

    Compiler with(Tuning other) {
        return new Compiler(imports, passes, naming, winograd, other, run, dumps, progress);
    }

    /** Takes times with another stopwatch. */
    Compiler stopwatch(Stopwatch other) {
        return with(tuning.with(other));
    }

    /**
     * The package of the emitted classes.
     *
     * @param name
     *            a Java package name; {@code dev.sinter.generated} without this
     * @return a new compiler
     * @throws ModelException
     *             if it is no package name
     */
    public Compiler packageName(String name) {
        return new Compiler(imports, passes, naming.withPackage(name), winograd, tuning, run, dumps, progress);
    }

    /**
     * The emitted classes' name.
     *
     * @param name
     *            a simple Java class name; without this, made from the model file's name
     * @return a new compiler
     * @throws ModelException
     *             if it is no class name
     */
    public Compiler className(String name) {
        return new Compiler(imports, passes, naming.withClass(name), winograd, tuning, run, dumps, progress);
    }

    /**
     * Whether the model gets a typed class: then {@link #className} is that class, its source is
     * {@link Compilation#typedSource()}, and the emitted classes have {@value ModelInfo#OWNED} behind its name.
     *
     * @param on
     *            false by default
     * @return a new compiler
     */
    public Compiler typed(boolean on) {
        return new Compiler(imports, passes, naming.withTyped(on), winograd, tuning, run, dumps, progress);
    }

    /**
     * Writes the graph as text, {@code 00-import.ir … NN-plan.ir}; each graph parses back.
     *
     * @param folder
     *            where to; made if missing
     * @param which
     *            {@code all}, or names of passes, or {@code import} or {@code plan}; none means all
     * @return a new compiler
     */
    public Compiler dumpIr(Path folder, String... which) {
        var names = new LinkedHashSet<>(which.length == 0 ? List.of(Dumps.ALL) : Arrays.asList(which));
        return new Compiler(imports, passes, naming, winograd, tuning, run, dumps.withIr(folder, names), progress);
    }

    /**
     * Writes the emitted classes.
     *
     * @param folder
     *            where to, in folders by package; made if missing
     * @return a new compiler
     */
    public Compiler dumpClass(Path folder) {
        return new Compiler(imports, passes, naming, winograd, tuning, run, dumps.withClasses(folder), progress);
    }

    /**
     * Leaves out the passes behind one, to bisect a bug.
     *
     * @param pass
     *            name of the last pass to run
     * @return a new compiler
     */
    public Compiler stopAfter(String pass) {
        return new Compiler(imports, passes.withStopAfter(pass), naming, winograd, tuning, run, dumps, progress);
    }

    /**
     * Leaves out the rewrites behind one, to bisect a bug.
     *
     * @param limit
     *            number of the last rewrite to do
     * @return a new compiler
     */
    public Compiler rewriteLimit(int limit) {
        return new Compiler(imports, passes.withRewriteLimit(limit), naming, winograd, tuning, run, dumps, progress);
    }

    /**
     * Verifies the graph after every pass.
     *
     * @param on
     *            off by default
     * @return a new compiler
     */
    public Compiler verify(boolean on) {
        return new Compiler(imports, passes.withVerify(on), naming, winograd, tuning, run, dumps, progress);
    }

    /**
     * Tells what is being done, one short line each time.
     *
     * @param listener
     *            called on the compiling thread
     * @return a new compiler
     */
    public Compiler progress(Consumer<String> listener) {
        return new Compiler(imports, passes, naming, winograd, tuning, run, dumps, listener);
    }

    /**
     * Compiles a model into this JVM.
     *
     * @param model
     *            an ONNX file, or a text of the model language whose name ends in {@code .sinter}
     * @return the model, ready to run
     * @throws ModelException
     *             if the file can't be read, is broken or uses what is not supported
     */
    public Model compile(Path model) {
        var options = justInTime(stem(model));
        return run.model((cache, load, write) -> cache.get(model, key(options), load, write),
                () -> image(model, options), sizes -> sized(sizes).image(model, options));
    }

    private ModelImage image(Path model, CodegenOptions options) {
        return compiled(null, options, (stages, codegen) -> stages.compile(model, imports, codegen)).image();
    }

    /** Only the form that is going to run: the others would cost time and never be used. */
    private CodegenOptions options(String model) {
        return naming.options(model, checked()).withWinograd(winograd);
    }

    private CodegenOptions justInTime(String model) {
        return options(model).withForms(Set.of(running().preferredForm()));
    }

    /**
     * Compiles a model into this JVM.
     *
     * @param model
     *            the bytes of an ONNX file without external data, or of a text of the model language
     * @return the model, ready to run
     * @throws ModelException
     *             if it is broken or uses what is not supported
     */
    public Model compile(byte[] model) {
        var options = justInTime("model");
        return run.model((cache, load, write) -> cache.get(model, key(options), load, write),
                () -> image(model, options), sizes -> sized(sizes).image(model, options));
    }

    /**
     * Compiles a model into this JVM.
     *
     * @param model
     *            gives the bytes of an ONNX file without external data; read to its end, not closed
     * @return the model, ready to run
     * @throws ModelException
     *             if it can't be read, is broken or uses what is not supported
     */
    public Model compile(InputStream model) {
        try {
            return compile(model.readAllBytes());
        } catch (IOException e) {
            throw new ModelException("the model can't be read: " + e, e);
        } catch (OutOfMemoryError e) {
            throw new ModelException("the model is larger than memory or than an array can be", e);
        }
    }

    private ModelImage image(byte[] model, CodegenOptions options) {
        return compiled(null, options, (stages, codegen) -> stages.compile(model, imports, codegen)).image();
    }

    private Compiler sized(Map<String, Long> sizes) {
        var sized = this;
        for (var size : sizes.entrySet()) {
            sized = sized.dim(size.getKey(), size.getValue());
        }
        return sized;
    }

    /** All that a jar depends on beside the model. */
    private String key(CodegenOptions options) {
        return String.join("\n", Build.identity(), new TreeMap<>(imports.dims()).toString(), passes.toString(),
                options.packageName(), options.className(), "checked " + options.checked(),
                "winograd " + options.winograd(), new TreeSet<>(options.forms()).toString(),
                tuning.on() ? "tuned" : "estimated");
    }

    /**
     * Compiles a model to a jar, which needs only the module {@code dev.sinter.runtime} to run.
     *
     * @param model
     *            an ONNX file, or a text of the model language whose name ends in {@code .sinter}
     * @param jar
     *            where to; replaced at once when all went well, untouched otherwise
     * @return what happened on the way
     * @throws ModelException
     *             if the model can't be compiled or the jar can't be written
     */
    public Compilation compileToJar(Path model, Path jar) {
        var compilation = compilation(model, jar);
        progress.accept("writing " + jar.getFileName());
        compilation.writeJar(jar);
        return compilation;
    }

    /**
     * Compiles a model and keeps everything that happened on the way.
     *
     * @param model
     *            an ONNX file, or a text of the model language whose name ends in {@code .sinter}
     * @return graphs, rewrites, plan, kernels and the finished model
     * @throws ModelException
     *             if the model can't be compiled
     */
    public Compilation compilation(Path model) {
        return compilation(model, (Path) null);
    }

    private Compilation compilation(Path model, @Nullable Path jar) {
        return compiled(jar, options(stem(model)), (run, options) -> run.compile(model, imports, options));
    }

    /**
     * Compiles a model and keeps everything that happened on the way.
     *
     * @param model
     *            the bytes of an ONNX file without external data, or of a text of the model language
     * @param name
     *            the model's name
     * @return graphs, rewrites, plan, kernels and the finished model
     * @throws ModelException
     *             if the model can't be compiled
     */
    public Compilation compilation(byte[] model, String name) {
        return compiled(null, options(name), (run, options) -> run.compile(model, imports, options));
    }

    /**
     * Writes a model as ONNX: its graph as it was read, with the dimensions fixed, before any pass changed it.
     *
     * @param model
     *            a model file
     * @param file
     *            where to; replaced at once when all went well, untouched otherwise
     * @param options
     *            opset, and how many bytes of weights stay within the file
     * @return what was written
     * @throws ModelException
     *             if the model can't be read, the file can't be written, or (an {@link UnsupportedModelException}) nodes
     *             have no counterpart in ONNX
     */
    public ExportedFile exportOnnx(Path model, Path file, ExportOptions options) {
        try {
            progress.accept("reading " + model);
            var graph = ModelFiles.read(model, imports);
            progress.accept("writing " + file);
            return OnnxExporter.write(graph, file, options);
        } catch (IOException | UncheckedIOException e) {
            throw new ModelException(file + " can't be written: " + e, e);
        } catch (DslException | OnnxImportException | OnnxExportException | IrException | ArithmeticException e) {
            throw CompilationRun.failure(model.toString(), e);
        }
    }

    private Compilation compiled(@Nullable Path jar, CodegenOptions options,
            BiFunction<CompilationRun, CodegenOptions, Compilation> stages) {
        return dumped(tuning.compile(jar, options, running(), progress,
                costs -> stages.apply(new CompilationRun(passes, costs, progress), options)));
    }

    private Compilation dumped(Compilation compilation) {
        try {
            dumps.write(compilation);
            return compilation;
        } catch (IOException | UncheckedIOException e) {
            throw new ModelException("dumps can't be written: " + e, e);
        }
    }

    private RunOptions running() {
        return run.running();
    }

    private boolean checked() {
        return running().checked();
    }

    private static String stem(Path file) {
        if (file.getFileName() == null) {
            throw new ModelException(file + ": a model file was expected");
        }
        return ModelFiles.stem(file);
    }
}
