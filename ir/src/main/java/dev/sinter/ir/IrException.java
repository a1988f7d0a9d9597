package dev.sinter.ir;

/** A graph, type or text that does not obey the rules of the IR; the message names what was expected and what came. */
public final class IrException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param message
     *            what was expected and what came
     */
    public IrException(String message) {
        super(message);
    }

    /**
     * Makes an exception that says where another came from.
     *
     * @param message
     *            what was expected and what came
     * @param cause
     *            the other
     */
    public IrException(String message, Throwable cause) {
        super(message, cause);
    }
}
