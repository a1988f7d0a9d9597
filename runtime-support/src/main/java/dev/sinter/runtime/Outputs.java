package dev.sinter.runtime;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The values a run gave, by output name, in the model's order; immutable. */
public final class Outputs extends AbstractMap<String, Value> {
    private final Map<String, Value> values;

    Outputs(LinkedHashMap<String, Value> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * The tensor with this name.
     *
     * @param name an output's name
     * @return its tensor
     * @throws ModelException if there is no such output or it is no tensor
     */
    public Tensor tensor(String name) {
        Value value = values.get(name);
        if (value instanceof Tensor tensor) {
            return tensor;
        }
        throw new ModelException(value == null ? "no output '" + name + "'; there are " + values.keySet()
                : "output '" + name + "': expected a tensor, it is a " + value.getClass().getSimpleName());
    }

    @Override
    public Value get(Object name) {
        return values.get(name);
    }

    @Override
    public boolean containsKey(Object name) {
        return values.containsKey(name);
    }

    @Override
    public Set<Entry<String, Value>> entrySet() {
        return values.entrySet();
    }
}
