package dev.sinter.ir;

/** Gives back the constants that were too large to be printed with their graph. */
@FunctionalInterface
public interface ConstantSource {
    /** Has none. */
    ConstantSource NONE = key -> {
        throw new IrException("constant #" + key + " is not in the text, and there is no store of constants");
    };

    /**
     * A constant.
     *
     * @param key
     *            what {@link ConstantSink#put} gave
     * @return the elements
     * @throws IrException
     *             if there is none of that key
     */
    TensorData get(String key);
}
