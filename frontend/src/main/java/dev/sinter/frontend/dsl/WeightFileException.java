package dev.sinter.frontend.dsl;

/** A file of weights that can't be read; the message does not name the file. */
final class WeightFileException extends Exception {
    private static final long serialVersionUID = 1;

    WeightFileException(String problem) {
        super(problem);
    }

    WeightFileException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
