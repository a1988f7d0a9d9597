package dev.sinter.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An ONNX map; its order is kept.
 *
 * @param entries the entries; a key is a {@link String} or a {@link Long}
 */
public record MapValue(Map<Object, Value> entries) implements Value {
    /**
     * Copies the map and checks its keys.
     *
     * @throws ModelException if a key is no string and no long, or a value is null
     */
    public MapValue {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        entries.forEach((key, value) -> {
            if (!(key instanceof String) && !(key instanceof Long) || value == null) {
                throw new ModelException("map: expected a String or a Long with a value, got " + key + " with "
                        + value);
            }
        });
    }

    /**
     * A map of values.
     *
     * @param entries the entries; a key is a {@link String} or a whole number
     * @return the map
     * @throws ModelException if a key is something else
     */
    public static MapValue of(Map<?, ? extends Value> entries) {
        var copy = new LinkedHashMap<Object, Value>();
        entries.forEach((key, value) -> copy.put(key instanceof Integer i ? Long.valueOf(i) : key, value));
        return new MapValue(copy);
    }

    /**
     * A map to single f32 numbers.
     *
     * @param entries the entries; a key is a {@link String} or a whole number
     * @return the map, each value a scalar
     * @throws ModelException if a key is something else
     */
    public static MapValue ofFloats(Map<?, Float> entries) {
        var values = new LinkedHashMap<Object, Value>();
        entries.forEach((key, value) -> values.put(key, Tensor.of(new float[]{value})));
        return of(values);
    }

    /**
     * The value of a key, which is a tensor.
     *
     * @param key a {@link String} or a {@link Long}
     * @return the tensor
     * @throws ModelException if there is no such key or its value is no tensor
     */
    public Tensor tensor(Object key) {
        if (entries.get(key) instanceof Tensor tensor) {
            return tensor;
        }
        throw new ModelException("map: expected a tensor for key " + key + ", the keys are " + entries.keySet());
    }
}
