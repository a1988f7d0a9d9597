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
    /** Copies the map and checks its keys. */
    public MapValue {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        for (Object key : entries.keySet()) {
            if (!(key instanceof String) && !(key instanceof Long)) {
                throw new ModelException("map key: expected a String or a Long, got " + key);
            }
        }
    }
}
