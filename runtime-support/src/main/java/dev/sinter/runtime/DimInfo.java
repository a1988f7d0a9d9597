package dev.sinter.runtime;

/** One dimension of an input or output. */
public sealed interface DimInfo {
    /**
     * A fixed dimension.
     *
     * @param value its extent
     */
    record Constant(long value) implements DimInfo {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /**
     * A dimension that is a symbol.
     *
     * @param index the symbol's index in {@link ModelInfo#symbols()}
     * @param name the symbol's name
     */
    record Symbol(int index, String name) implements DimInfo {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * A dimension that follows from symbols.
     *
     * @param text the expression, for people
     * @param value where {@link Program#bind} leaves its result: an index into the values
     */
    record Expression(String text, int value) implements DimInfo {
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A dimension that only a run tells.
     *
     * @param text what it is called, for people
     */
    record Open(String text) implements DimInfo {
        @Override
        public String toString() {
            return text;
        }
    }
}
