package dev.sinter.runtime;

/**
 * Whatever a user can do wrong with a model or its inputs, and whatever goes wrong inside a run. The message names
 * the model, the node or input, what was expected and what came.
 */
public class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception without a deeper cause.
     *
     * @param message where it happened, what was expected, what came
     */
    public ModelException(String message) {
        super(message);
    }

    /**
     * An exception with a deeper cause; the emitted methods are in the stack trace of the cause.
     *
     * @param message where it happened, what was expected, what came
     * @param cause what was thrown
     */
    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
