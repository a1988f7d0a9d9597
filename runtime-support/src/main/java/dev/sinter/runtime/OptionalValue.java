package dev.sinter.runtime;

import java.util.Optional;

/**
 * An ONNX optional: a value or none.
 *
 * @param value the element, if there is one
 */
public record OptionalValue(Optional<Value> value) implements Value {
}
