package dev.sinter.runtime;

/** What goes into a model and comes out of it: mostly a {@link Tensor}. */
public sealed interface Value permits Tensor, SequenceValue, OptionalValue, MapValue {
}
