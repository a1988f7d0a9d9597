package dev.sinter.testkit;

/** Which message a {@code .pb} file holds; the file itself does not say. */
public enum ValueKind {
    /** A {@code TensorProto}. */
    TENSOR,
    /** A {@code SequenceProto}. */
    SEQUENCE,
    /** A {@code MapProto}. */
    MAP,
    /** An {@code OptionalProto}. */
    OPTIONAL
}
