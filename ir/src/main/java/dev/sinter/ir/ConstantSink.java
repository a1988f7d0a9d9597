package dev.sinter.ir;

/** Takes the constants that are too large to be printed with their graph. */
@FunctionalInterface
public interface ConstantSink {
    /** Keeps nothing: for text that is only read by people, or beside a store that has the constants already. */
    ConstantSink NONE = ConstantSink::key;

    /**
     * Takes a constant, unless it has an equal one.
     *
     * @param data
     *            the elements
     * @return the key that gives them back, of hexadecimal digits
     */
    String put(TensorData data);

    /**
     * The key of a constant: its content hash. Stores put a suffix behind it for the second of two that share it.
     *
     * @param data
     *            the elements
     * @return 16 hexadecimal digits
     */
    static String key(TensorData data) {
        return String.format("%016x", data.contentHash());
    }
}
