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

    /**
     * The entries as Java has them, where each value is a tensor of one element.
     *
     * @param <K> class of the keys
     * @param <V> class of the values
     * @param key {@code String.class} or {@code Long.class}
     * @param value {@code Float.class}, {@code Double.class}, {@code Long.class} or {@code String.class}; numbers are
     *     converted
     * @return a new map in the same order
     * @throws ModelException if a key is of another class, a value is no tensor of one element, or its elements can't
     *     be had as that class
     */
    public <K, V> Map<K, V> toMap(Class<K> key, Class<V> value) {
        var map = new LinkedHashMap<K, V>();
        entries.forEach((k, v) -> {
            if (!key.isInstance(k)) {
                throw new ModelException(
                        "map: keys of class " + key.getSimpleName() + " were expected, got '" + k + "'");
            }
            map.put(key.cast(k), value.cast(single(k, value)));
        });
        return map;
    }

    private Object single(Object key, Class<?> wanted) {
        Tensor tensor = tensor(key);
        if (tensor.size() != 1) {
            throw new ModelException("map: expected one element for key " + key + ", got " + tensor.describe());
        }
        if (wanted == Float.class) {
            return tensor.toFloats()[0];
        }
        if (wanted == Double.class) {
            return tensor.toDoubles()[0];
        }
        if (wanted == Long.class) {
            return tensor.toLongs()[0];
        }
        if (wanted == String.class) {
            return tensor.toStrings()[0];
        }
        throw new ModelException("map: values of class Float, Double, Long or String were expected, not "
                + wanted.getName());
    }
}
