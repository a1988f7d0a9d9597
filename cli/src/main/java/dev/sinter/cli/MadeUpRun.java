package dev.sinter.cli;

import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.Session;
import java.util.Map;
import java.util.Set;

/**
 * A first run on inputs made up. A length of 128 may be too short for a model, of sound for instance, and its graph does
 * not always say so; then greater ones are tried.
 *
 * @param inputs
 *            that the model accepts; the session has them
 * @param nanos
 *            what the run took
 */
public record MadeUpRun(MadeUpInputs inputs, long nanos) {
    private static final long[] LENGTHS = {128, 1024, 16384};
    private static final long MOST_ELEMENTS = 1 << 26;

    /**
     * Runs a model for the first time.
     *
     * @param session
     *            of the model; has the inputs that are given
     * @param info
     *            of the model
     * @param graph
     *            of the model
     * @param wanted
     *            sizes of symbols; others are chosen
     * @param given
     *            names of inputs that the session has
     * @return the run
     * @throws ModelException
     *             if no inputs can be made up, or the model can't run on any; it says which were tried first, and what
     *             to give
     */
    public static MadeUpRun of(Session session, ModelInfo info, Graph graph, Map<String, Long> wanted,
            Set<String> given) {
        ModelException failure = null;
        Map<String, Long> before = Map.of();
        for (long length : LENGTHS) {
            var inputs = inputs(info, graph, wanted, given, length);
            if (failure != null && (inputs.sizes().equals(before) || inputs.elements() > MOST_ELEMENTS)) {
                continue;
            }
            inputs.set(session);
            long begin = System.nanoTime();
            try {
                session.run();
                return new MadeUpRun(inputs, System.nanoTime() - begin);
            } catch (ModelException e) {
                failure = failure == null ? new ModelException(told(e, inputs.sizes()), e) : failure;
                before = inputs.sizes();
            }
        }
        throw failure;
    }

    private static MadeUpInputs inputs(ModelInfo info, Graph graph, Map<String, Long> wanted, Set<String> given,
            long length) {
        try {
            return MadeUpInputs.of(info, graph, wanted, given, length);
        } catch (IrException e) {
            throw new ModelException("the sizes of symbolic dimensions can't be chosen: " + e.getMessage(), e);
        }
    }

    private static String told(ModelException e, Map<String, Long> sizes) {
        return e.getMessage() + "; the inputs were made up" + (sizes.isEmpty() ? ""
                : " for " + FittingSizes.text(sizes) + ", which may not suit the model");
    }
}
