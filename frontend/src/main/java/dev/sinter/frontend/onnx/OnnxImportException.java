package dev.sinter.frontend.onnx;

import java.util.List;

/** A model or tensor file that cannot be imported; each problem names what was expected and what came. */
public final class OnnxImportException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Serialized with the exception, hence not a plain interface type. */
    private final String[] problems;

    /**
     * One problem.
     *
     * @param problem
     *            what was expected and what came
     */
    public OnnxImportException(String problem) {
        this(List.of(problem));
    }

    /**
     * Several problems, reported at once.
     *
     * @param problems
     *            at least one
     */
    public OnnxImportException(List<String> problems) {
        super(problems.size() == 1
                ? problems.getFirst()
                : problems.size() + " problems:\n  " + String.join("\n  ", problems));
        this.problems = problems.toArray(String[]::new);
    }

    /**
     * One problem found by another part.
     *
     * @param problem
     *            what was expected and what came
     * @param cause
     *            where it was found
     */
    public OnnxImportException(String problem, Throwable cause) {
        super(problem, cause);
        this.problems = new String[]{problem};
    }

    /** {@return every problem, one sentence each} */
    public List<String> problems() {
        return List.of(problems);
    }
}
