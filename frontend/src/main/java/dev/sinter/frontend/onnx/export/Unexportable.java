package dev.sinter.frontend.onnx.export;

/** Why one node cannot be written; collected, so that all are reported at once. */
final class Unexportable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unexportable(String reason) {
        super(reason);
    }
}
