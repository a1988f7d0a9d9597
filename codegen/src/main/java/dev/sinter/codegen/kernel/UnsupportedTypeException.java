package dev.sinter.codegen.kernel;

import dev.sinter.ir.DType;

/** An element type no kernel computes with yet. */
public final class UnsupportedTypeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param dtype
     *            the type
     */
    public UnsupportedTypeException(DType dtype) {
        super("no kernel computes with elements of type " + dtype);
    }
}
