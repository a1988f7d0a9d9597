package dev.sinter.runtime;

/** How a model's form is chosen. */
public enum FormChoice {
    /** The vector form if module {@code jdk.incubator.vector} is there, else the scalar one. */
    AUTO,
    /** The scalar form. */
    SCALAR,
    /** A vector form; an error without the module. */
    VECTOR
}
