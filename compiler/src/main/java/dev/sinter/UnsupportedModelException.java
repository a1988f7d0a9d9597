package dev.sinter;

import dev.sinter.runtime.ModelException;
import java.util.List;

/** A model that is well-formed as far as is known, but uses what Sinter does not have; lists everything at once. */
public final class UnsupportedModelException extends ModelException {
    private static final long serialVersionUID = 1;

    /** An array, since exceptions are serializable. */
    private final String[] problems;

    /**
     * An exception.
     *
     * @param message
     *            for people, with all problems
     * @param problems
     *            each by itself
     * @param cause
     *            where they were found
     */
    public UnsupportedModelException(String message, List<String> problems, Throwable cause) {
        super(message, cause);
        this.problems = problems.toArray(String[]::new);
    }

    /** {@return what is not supported, one sentence each} */
    public List<String> problems() {
        return List.of(problems);
    }
}
