package dev.sinter.ir;

import java.util.List;
import java.util.Map;

/** Evaluates the routines of {@link dev.sinter.ir.op.Library} nodes, of which this module knows the names only. */
@FunctionalInterface
public interface LibraryEvaluator {
    /** Knows no routine. */
    LibraryEvaluator NONE = (routine, arguments, inputs) -> {
        throw new IrException("library routine " + routine + " has no reference evaluation");
    };

    /**
     * Calls a routine.
     *
     * @param routine
     *            its name
     * @param arguments
     *            its settings
     * @param inputs
     *            operands
     * @return results
     * @throws IrException
     *             if there is no such routine, or it fails
     */
    List<TensorData> evaluate(String routine, Map<String, String> arguments, List<TensorData> inputs);
}
