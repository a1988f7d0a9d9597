package dev.sinter.runtime;

/** How a model's form is chosen. */
public enum FormChoice {
    /**
     * The scalar form for the first calls, and the vector form when HotSpot has compiled it, if the model has both and
     * module {@code jdk.incubator.vector} is there; else the one there is.
     */
    AUTO,
    /** The scalar form. */
    SCALAR,
    /** A vector form; an error without the module. */
    VECTOR
}
