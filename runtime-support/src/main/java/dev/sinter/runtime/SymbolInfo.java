package dev.sinter.runtime;

/**
 * A symbol in the dimensions of a model's inputs, or one that its script binds to a dimension or an element that data
 * tells.
 *
 * @param name its name
 * @param min least value allowed
 * @param max greatest value allowed
 */
public record SymbolInfo(String name, long min, long max) {
    /** Checks the range. */
    public SymbolInfo {
        if (max < min) {
            throw new ModelException("symbol '" + name + "': the range " + min + " to " + max + " is empty");
        }
    }

    /**
     * Whether this is {@link StateInfo#CAPACITY}, which no caller gives a value and no model file names.
     *
     * @return whether a session sets it
     */
    public boolean isCapacity() {
        return name.equals(StateInfo.CAPACITY);
    }
}
