package dev.sinter.runtime;

import java.util.Optional;

/**
 * An ONNX optional: a value or none.
 *
 * @param value the element, if there is one
 */
public record OptionalValue(Optional<Value> value) implements Value {
    /**
     * Checks the element.
     *
     * @throws ModelException if the optional itself is null
     */
    public OptionalValue {
        if (value == null) {
            throw new ModelException("optional: expected an Optional, got null");
        }
    }

    /**
     * An optional with an element.
     *
     * @param value the element
     * @return the optional
     */
    public static OptionalValue of(Value value) {
        return new OptionalValue(Optional.of(value));
    }

    /**
     * An optional without an element.
     *
     * @return the optional
     */
    public static OptionalValue empty() {
        return new OptionalValue(Optional.empty());
    }

    /**
     * The element, which is a tensor.
     *
     * @return the tensor
     * @throws ModelException if there is no element or it is no tensor
     */
    public Tensor tensor() {
        if (value.orElse(null) instanceof Tensor tensor) {
            return tensor;
        }
        throw new ModelException("optional: expected a tensor, got " + (value.isEmpty() ? "none" : "another value"));
    }
}
