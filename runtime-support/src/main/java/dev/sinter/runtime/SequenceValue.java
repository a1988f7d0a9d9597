package dev.sinter.runtime;

import java.util.List;
import java.util.stream.IntStream;

/**
 * An ONNX sequence: values of one type in order.
 *
 * @param values the elements
 */
public record SequenceValue(List<Value> values) implements Value {
    /**
     * Copies the list.
     *
     * @throws ModelException if the list or an element is null
     */
    public SequenceValue {
        if (values == null || values.stream().anyMatch(v -> v == null)) {
            throw new ModelException("sequence: expected values, got null");
        }
        values = List.copyOf(values);
    }

    /**
     * A sequence of values.
     *
     * @param values the elements, of one type
     * @return the sequence
     */
    public static SequenceValue of(Value... values) {
        return new SequenceValue(List.of(values));
    }

    /**
     * Number of elements.
     *
     * @return 0 for an empty sequence
     */
    public int size() {
        return values.size();
    }

    /**
     * An element that is a tensor.
     *
     * @param index 0 to size-1
     * @return the tensor
     * @throws ModelException if there is no such element or it is no tensor
     */
    public Tensor tensor(int index) {
        if (index >= 0 && index < values.size() && values.get(index) instanceof Tensor tensor) {
            return tensor;
        }
        throw new ModelException("sequence: expected a tensor at " + index + " of " + values.size() + " elements");
    }

    /**
     * The elements, all of which are tensors.
     *
     * @return the tensors in order
     * @throws ModelException if an element is something else
     */
    public List<Tensor> tensors() {
        return IntStream.range(0, size()).mapToObj(this::tensor).toList();
    }

    /**
     * The elements, all of which are maps.
     *
     * @return the maps in order
     * @throws ModelException if an element is something else
     */
    public List<MapValue> maps() {
        return values.stream().map(value -> {
            if (value instanceof MapValue map) {
                return map;
            }
            throw new ModelException("sequence: expected maps, got a " + value.getClass().getSimpleName());
        }).toList();
    }
}
