package dev.sinter.codegen.plan;

import java.util.List;

/** A graph that can't be turned into kernels; lists every reason. */
public final class PlanException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param problems
     *            one line for each node concerned
     */
    public PlanException(List<String> problems) {
        super("the model can't be compiled:\n  " + String.join("\n  ", problems));
    }
}
