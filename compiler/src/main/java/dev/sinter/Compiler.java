package dev.sinter;

import dev.sinter.frontend.ModelFiles;
import dev.sinter.frontend.dsl.DslException;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.ExportedFile;
import dev.sinter.frontend.onnx.export.OnnxExportException;
import dev.sinter.frontend.onnx.export.OnnxExporter;
import dev.sinter.ir.IrException;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
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
import java.util.function.Consumer;

/**
 * How to compile a model. Immutable: every option gives a new compiler, so that one may be kept and shared.
 *
 * <p>
 * Whatever is wrong with a model or an option raises {@link ModelException}, with all problems of the model at once;
 * files are changed only when everything went well.
 */
public final class Compiler {
    static final Compiler DEFAULT = new Compiler(Options.DEFAULT);

    private final Options options;

    private Compiler(Options options) {
        this.options = options;
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
        return new Compiler(options.with(options.imports().dim(name, size)));
    }

    /**
     * Threads that work on one call of a model compiled into this JVM; a jar is told when it is loaded.
     *
     * @param threads
     *            at least 1, the caller's included
     * @return a new compiler
     */
    public Compiler threads(int threads) {
        return running(options.running().withThreads(threads));
    }

    /**
     * The form of a model compiled into this JVM; a jar has all forms and is told when it is loaded.
     *
     * @param form
     *            exactly this one, whatever the machine prefers
     * @return a new compiler
     */
    public Compiler form(Form form) {
        return running(options.running().withForm(form));
    }

    /**
     * How a model compiled into this JVM runs; without it, {@link RunOptions#defaults()}.
     *
     * @param running
     *            form, threads, executor
     * @return a new compiler
     */
    public Compiler running(RunOptions running) {
        return new Compiler(options.with(options.justInTime().with(running)));
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
        return new Compiler(options.with(options.justInTime().with(new ModelCache(folder))));
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
        return new Compiler(options.with(options.justInTime().with(calls, versions)));
    }

    /**
     * Fills scratch memory with garbage before each run, so that reading what was not written shows.
     *
     * @param on
     *            off by default, unless the property {@code sinter.checked} is {@code true}
     * @return a new compiler
     */
    public Compiler checked(boolean on) {
        return running(options.running().withChecked(on));
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
        return new Compiler(options.withWinograd(allowed));
    }

    /**
     * Whether results may be rounded elsewhere than the definition says, for speed: a division by a constant becomes a
     * multiplication with its rounded reciprocal, and in elementwise work {@code a * b + c} is rounded once. Unless
     * {@link #exactIntegers} says otherwise, quantized models also compute with real numbers in between. The results still
     * do not depend on form, width or threads.
     *
     * @param on
     *            false by default
     * @return a new compiler
     */
    public Compiler fastMath(boolean on) {
        return new Compiler(options.with(options.passes().withFastMath(on)));
    }

    /**
     * Whether the integers of quantized models are computed as ONNX defines them. If not, a value that is quantized and
     * dequantized at once ({@code QuantizeLinear}, {@code DequantizeLinear} with the same scale) is only limited to the integers'
     * range, not rounded to them, and products of such values are products of real numbers: closer to the model before
     * it was quantized, at most half a scale away at each such place, and with these weights as f32, which may take four times
     * the memory. Dynamically quantized products stay as they are.
     *
     * @param on
     *            without this, true unless {@link #fastMath} is on
     * @return a new compiler
     */
    public Compiler exactIntegers(boolean on) {
        return new Compiler(options.with(options.passes().withExactIntegers(on)));
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
        return new Compiler(options.with(options.tuning().withOn(on)));
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
        return new Compiler(options.with(options.tuning().withCache(file)));
    }

    /**
     * How long to measure. Where no time is left, estimates hold; compiling again with the same cache goes on.
     *
     * @param most
     *            five minutes by default; zero only uses what the cache has
     * @return a new compiler
     */
    public Compiler tuneBudget(Duration most) {
        return new Compiler(options.with(options.tuning().withBudget(most)));
    }

    /** Takes times with another stopwatch. */
    Compiler stopwatch(Stopwatch other) {
        return new Compiler(options.with(options.tuning().with(other)));
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
        return new Compiler(options.with(options.naming().withPackage(name)));
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
        return new Compiler(options.with(options.naming().withClass(name)));
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
        return new Compiler(options.with(options.naming().withTyped(on)));
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
        return new Compiler(options.with(options.dumps().withIr(folder, names)));
    }

    /**
     * Writes the emitted classes.
     *
     * @param folder
     *            where to, in folders by package; made if missing
     * @return a new compiler
     */
    public Compiler dumpClass(Path folder) {
        return new Compiler(options.with(options.dumps().withClasses(folder)));
    }

    /**
     * Leaves out the passes behind one, to bisect a bug.
     *
     * @param pass
     *            name of the last pass to run
     * @return a new compiler
     */
    public Compiler stopAfter(String pass) {
        return new Compiler(options.with(options.passes().withStopAfter(pass)));
    }

    /**
     * Leaves out the rewrites behind one, to bisect a bug.
     *
     * @param limit
     *            number of the last rewrite to do
     * @return a new compiler
     */
    public Compiler rewriteLimit(int limit) {
        return new Compiler(options.with(options.passes().withRewriteLimit(limit)));
    }

    /**
     * Verifies the graph after every pass.
     *
     * @param on
     *            off by default
     * @return a new compiler
     */
    public Compiler verify(boolean on) {
        return new Compiler(options.with(options.passes().withVerify(on)));
    }

    /**
     * Tells what is being done, one short line each time.
     *
     * @param listener
     *            called on the compiling thread
     * @return a new compiler
     */
    public Compiler progress(Consumer<String> listener) {
        return new Compiler(options.with(listener));
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
        return options.define(new ModelSource.OfFile(model));
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
        return options.define(new ModelSource.OfBytes(model, "model"));
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
        var compilation = options.compile(new ModelSource.OfFile(model), jar);
        options.progress().accept("writing " + jar.getFileName());
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
        return options.compile(new ModelSource.OfFile(model), null);
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
        return options.compile(new ModelSource.OfBytes(model, name), null);
    }

    /**
     * Writes a model as ONNX: its graph as it was read, with the dimensions fixed, before any pass changed it.
     *
     * @param model
     *            a model file
     * @param file
     *            where to; replaced at once when all went well, untouched otherwise
     * @param form
     *            opset, and how many bytes of weights stay within the file
     * @return what was written
     * @throws ModelException
     *             if the model can't be read, the file can't be written, or (an {@link UnsupportedModelException}) nodes
     *             have no counterpart in ONNX
     */
    public ExportedFile exportOnnx(Path model, Path file, ExportOptions form) {
        try {
            options.progress().accept("reading " + model);
            var graph = ModelFiles.read(model, options.imports());
            options.progress().accept("writing " + file);
            return OnnxExporter.write(graph, file, form);
        } catch (IOException | UncheckedIOException e) {
            throw new ModelException(file + " can't be written: " + e, e);
        } catch (DslException | OnnxImportException | OnnxExportException | IrException | ArithmeticException e) {
            throw CompilationRun.failure(model.toString(), e);
        }
    }
}
