package dev.sinter.codegen.kernel;

/** Thrown where lanes of one vector would have to do different things; the kernel is then written without vectors. */
final class NotLanewiseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotLanewiseException(String what) {
        super(what, null, false, false);
    }
}
