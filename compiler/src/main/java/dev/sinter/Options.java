package dev.sinter;

import dev.sinter.codegen.CodegenOptions;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.passes.PassOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.RunOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that a {@link Compiler} was told, and what it makes of a model.
 *
 * @param imports
 *            sizes to fix
 * @param passes
 *            which passes run
 * @param naming
 *            what classes are called
 * @param winograd
 *            whether Winograd's algorithm is allowed
 * @param tuning
 *            whether costs are measured
 * @param justInTime
 *            how models of this JVM run
 * @param dumps
 *            what is written beside
 * @param progress
 *            is told what is being done
 */
record Options(ImportOptions imports, PassOptions passes, Naming naming, boolean winograd, Tuning tuning,
        JustInTime justInTime, Dumps dumps, Consumer<String> progress) {
    static final Options DEFAULT = new Options(ImportOptions.NONE, PassOptions.DEFAULT, Naming.AUTOMATIC, true,
            Tuning.OFF, JustInTime.DEFAULT, Dumps.NONE, message -> {
            });

    Options with(ImportOptions other) {
        return new Options(other, passes, naming, winograd, tuning, justInTime, dumps, progress);
    }

    Options with(PassOptions other) {
        return new Options(imports, other, naming, winograd, tuning, justInTime, dumps, progress);
    }

    Options with(Naming other) {
        return new Options(imports, passes, other, winograd, tuning, justInTime, dumps, progress);
    }

    Options withWinograd(boolean allowed) {
        return new Options(imports, passes, naming, allowed, tuning, justInTime, dumps, progress);
    }

    Options with(Tuning other) {
        return new Options(imports, passes, naming, winograd, other, justInTime, dumps, progress);
    }

    Options with(JustInTime other) {
        return new Options(imports, passes, naming, winograd, tuning, other, dumps, progress);
    }

    Options with(Dumps other) {
        return new Options(imports, passes, naming, winograd, tuning, justInTime, other, progress);
    }

    Options with(Consumer<String> listener) {
        return new Options(imports, passes, naming, winograd, tuning, justInTime, dumps, listener);
    }

    RunOptions running() {
        return justInTime.running();
    }

    /** Compiles a model into this JVM. */
    Model define(ModelSource model) {
        // Only the form that is going to run: the others would cost time and never be used.
        var codegen = codegen(model).withForms(Set.of(running().preferredForm()));
        return justInTime.model((cache, load, write) -> model.cached(cache, key(codegen), load, write),
                () -> image(model, codegen), sizes -> sized(sizes).image(model, codegen));
    }

    private Options sized(Map<String, Long> sizes) {
        var sized = imports;
        for (var size : sizes.entrySet()) {
            sized = sized.dim(size.getKey(), size.getValue());
        }
        return with(sized);
    }

    private ModelImage image(ModelSource model, CodegenOptions codegen) {
        return compiled(model, codegen, null).image();
    }

    /**
     * Compiles a model in all forms.
     *
     * @param model
     *            the model
     * @param jar
     *            that will be written, or null
     */
    Compilation compile(ModelSource model, @Nullable Path jar) {
        return compiled(model, codegen(model), jar);
    }

    private Compilation compiled(ModelSource model, CodegenOptions codegen, @Nullable Path jar) {
        var compilation = tuning.compile(jar, codegen, running(), progress, costs -> new CompilationRun(passes, costs,
                progress).compile(model, imports, codegen));
        try {
            dumps.write(compilation);
            return compilation;
        } catch (IOException | UncheckedIOException e) {
            throw new ModelException("dumps can't be written: " + e, e);
        }
    }

    private CodegenOptions codegen(ModelSource model) {
        return naming.options(model.name(), running().checked()).withWinograd(winograd);
    }

    /** All that a jar depends on beside the model. */
    private String key(CodegenOptions codegen) {
        return String.join("\n", Build.identity(), new TreeMap<>(imports.dims()).toString(), passes.toString(),
                codegen.packageName(), codegen.className(), "checked " + codegen.checked(),
                "winograd " + codegen.winograd(), new TreeSet<>(codegen.forms()).toString(),
                tuning.on() ? "tuned" : "estimated");
    }
}
