package dev.sinter.ir;

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
}
