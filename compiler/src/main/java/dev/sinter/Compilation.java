package dev.sinter;

import dev.sinter.codegen.GeneratedModel;
import dev.sinter.codegen.KernelListing;
import dev.sinter.ir.Graph;
import dev.sinter.ir.cost.Choice;
import dev.sinter.passes.Rewrite;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.RunOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

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
}
