package dev.sinter.ir;

import java.util.Map;

/** Type of a value. */
public sealed interface Type permits TensorType, Type.Sequence, Type.Optional, Type.MapOf {
    /**
     * A list of values of one type.
     *
     * @param element
     *            type of the elements
     */
    record Sequence(Type element) implements Type {
        @Override
        public String toString() {
            return "seq(" + element + ")";
        }
    }

    /**
     * A value that may be absent.
     *
     * @param element
     *            type of the value if there is one
     */
    record Optional(Type element) implements Type {
        @Override
        public String toString() {
            return "optional(" + element + ")";
        }
    }

    /**
     * Keys and values.
     *
     * @param key
     *            an integer type or string
     * @param value
     *            type of the values
     */
    record MapOf(DType key, Type value) implements Type {
        @Override
        public String toString() {
            return "map(" + key + ", " + value + ")";
        }
    }

    /**
     * Replaces symbols.
     *
     * @param bindings
     *            what stands for the symbols
     * @return this type if it has none of them, else a new one
     */
    default Type substitute(Map<String, Dim> bindings) {
        var changed = switch (this) {
            case TensorType(var dtype, var shape) -> new TensorType(dtype, shape.substitute(bindings));
            case Sequence(var element) -> new Sequence(element.substitute(bindings));
            case Optional(var element) -> new Optional(element.substitute(bindings));
            case MapOf(var key, var value) -> new MapOf(key, value.substitute(bindings));
        };
        return changed.equals(this) ? this : changed;
    }
}
