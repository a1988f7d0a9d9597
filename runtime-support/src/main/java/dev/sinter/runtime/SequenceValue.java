package dev.sinter.runtime;

import java.util.List;

/**
 * An ONNX sequence: values of one type in order.
 *
 * @param values the elements
 */
public record SequenceValue(List<Value> values) implements Value {
    /** Copies the list. */
    public SequenceValue {
        values = List.copyOf(values);
    }
}
