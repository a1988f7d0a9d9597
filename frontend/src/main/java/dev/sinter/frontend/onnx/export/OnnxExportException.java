package dev.sinter.frontend.onnx.export;

import java.util.List;

/** A graph that cannot be written as ONNX; lists every node that cannot, with the reason. */
public final class OnnxExportException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Serialized with the exception, hence not a plain interface type. */
    private final String[] problems;

    /**
     * Problems, reported at once.
     *
     * @param problems
     *            one sentence each, at least one
     */
    public OnnxExportException(List<String> problems) {
        super(problems.size() == 1 ? problems.getFirst()
                : problems.size() + " problems:\n  " + String.join("\n  ", problems));
        this.problems = problems.toArray(String[]::new);
    }

    /** {@return every problem, one sentence each} */
    public List<String> problems() {
        return List.of(problems);
    }
}
