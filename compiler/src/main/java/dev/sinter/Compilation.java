package dev.sinter;

import dev.sinter.codegen.GeneratedModel;
import dev.sinter.codegen.KernelListing;
import dev.sinter.ir.Graph;
import dev.sinter.ir.cost.Choice;
import dev.sinter.passes.Rewrite;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.RunOptions;
import dev.sinter.typed.TypedSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What happened when a model was compiled: the graph after every pass, the rewrites, and what was generated.
 *
 * @param stages
 *            the graph as imported, then after each pass
 * @param rewrites
 *            all rewrites in order
 * @param generated
 *            plan, kernels and the finished model
 */
public record Compilation(List<Stage> stages, List<Rewrite> rewrites, GeneratedModel generated) {
    /**
     * The graph at one point of the way.
     *
     * @param number
     *            0 for the import, then counted on
     * @param name
     *            {@code import}, or the pass it comes out of
     * @param graph
     *            as it is then
     */
    public record Stage(int number, String name, Graph graph) {
    }

    /** Copies the lists. */
    public Compilation {
        stages = List.copyOf(stages);
        rewrites = List.copyOf(rewrites);
    }

    /** {@return the graph before all passes} */
    public Graph imported() {
        return stages.getFirst().graph();
    }

    /** {@return the graph that the plan was made from} */
    public Graph optimized() {
        return generated.finalGraph();
    }

    /** {@return the kernels, each emitted once} */
    public List<KernelListing> kernels() {
        return generated.kernels();
    }

    /** {@return what was chosen by cost, of which ways, and why} */
    public List<Choice> choices() {
        return generated.choices();
    }

    /** {@return information, classes, weights and resources} */
    public ModelImage image() {
        return generated.image();
    }

    /**
     * Defines the model in this JVM.
     *
     * @param options
     *            how it runs
     * @return the model
     * @throws ModelException
     *             if the options ask for a form that this JVM can't run
     */
    public Model define(RunOptions options) {
        return Model.define(image(), options);
    }

    /**
     * Writes the model to a jar.
     *
     * @param jar
     *            where to; replaced at once, or untouched
     * @throws ModelException
     *             if it can't be written
     */
    public void writeJar(Path jar) {
        try {
            JarWriter.write(image(), jar);
        } catch (IOException e) {
            throw new ModelException(jar + " can't be written: " + e, e);
        }
    }

    /**
     * Java source of the model's typed classes.
     *
     * @return texts by binary class name; none if the emitted classes' name does not end with {@value ModelInfo#OWNED},
     *         as it does for a {@link Compiler#typed typed} model
     */
    public Map<String, String> typedSource() {
        var owner = typedClass();
        if (owner.isEmpty()) {
            return Map.of();
        }
        int dot = owner.get().lastIndexOf('.');
        var packageName = dot < 0 ? "" : owner.get().substring(0, dot);
        var files = new TreeMap<String, String>();
        TypedSource.of(image().info(), packageName, owner.get().substring(dot + 1))
                .forEach((name, text) -> files.put(packageName.isEmpty() ? name : packageName + "." + name, text));
        return Collections.unmodifiableMap(files);
    }

    /**
     * Writes {@link #typedSource()}. Files that are the same stay as they are.
     *
     * @param folder
     *            where packages begin
     * @return the files' paths in the folder
     * @throws ModelException
     *             if they can't be written
     */
    public Set<String> writeTypedSource(Path folder) {
        var paths = new TreeSet<String>();
        try {
            for (var source : typedSource().entrySet()) {
                var path = source.getKey().replace('.', '/') + ".java";
                FolderWriter.replace(folder.resolve(path),
                        MemorySegment.ofArray(source.getValue().getBytes(StandardCharsets.US_ASCII)));
                paths.add(path);
            }
        } catch (IOException e) {
            throw new ModelException(folder + " can't be written: " + e, e);
        }
        return Collections.unmodifiableSet(paths);
    }

    /**
     * Writes the model into a folder of classes, where {@link Model#load(Class)} finds it once the folder, or a jar
     * made of it, is on the class path with the model's typed class. Files that are the same stay as they are.
     *
     * @param folder
     *            where packages begin
     * @return the files' paths in the folder, and their sizes in bytes
     * @throws ModelException
     *             if they can't be written, or the model has no typed class
     */
    public Map<String, Long> writeFolder(Path folder) {
        var owner = typedClass().orElseThrow(() -> new ModelException("model '" + image().info().name()
                + "' has no typed class to lie with; the compiler's option typed gives it one"));
        try {
            return FolderWriter.write(image(), owner, folder);
        } catch (IOException e) {
            throw new ModelException(folder + " can't be written: " + e, e);
        }
    }

    /** {@return the binary name of the model's typed class, if it has one} */
    public Optional<String> typedClass() {
        var prefix = image().info().className();
        return prefix.endsWith(ModelInfo.OWNED)
                ? Optional.of(prefix.substring(0, prefix.length() - ModelInfo.OWNED.length())) : Optional.empty();
    }
}
