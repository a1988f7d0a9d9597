package dev.sinter.frontend.onnx.export;

import java.util.OptionalInt;

/**
 * What the caller chooses of the file.
 *
 * @param opset
 *            version of ONNX's operators, {@value #FIRST_OPSET} to {@value #LAST_OPSET}; without it
 *            {@value #DEFAULT_OPSET}, or the first one that has all that is needed
 * @param inlineBytes
 *            up to so many bytes of weights stay in the model file, with more they go to a file beside it
 */
public record ExportOptions(OptionalInt opset, long inlineBytes) {
    /** The opset of a file that needs no later one. */
    public static final int DEFAULT_OPSET = 21;
    /** The earliest opset that is written. */
    public static final int FIRST_OPSET = 20;
    /** The latest opset that is written. */
    public static final int LAST_OPSET = 26;
    /** Protocol buffers end at 2 GB; the rest of the file is left some room. */
    public static final long LARGEST_INLINE = 1_900_000_000L;
    /** Nothing is chosen. */
    public static final ExportOptions DEFAULTS = new ExportOptions(OptionalInt.empty(), LARGEST_INLINE);

    /** Checks the numbers. */
    public ExportOptions {
        if (opset.isPresent() && (opset.getAsInt() < FIRST_OPSET || opset.getAsInt() > LAST_OPSET)) {
            throw new IllegalArgumentException("an opset from " + FIRST_OPSET + " to " + LAST_OPSET
                    + " was expected, not " + opset.getAsInt());
        }
        if (inlineBytes < 0 || inlineBytes > LARGEST_INLINE) {
            throw new IllegalArgumentException("0 to " + LARGEST_INLINE + " inline bytes were expected, not "
                    + inlineBytes);
        }
    }

    /**
     * These options with an opset.
     *
     * @param version
     *            of ONNX's operators
     * @return new options
     */
    public ExportOptions withOpset(int version) {
        return new ExportOptions(OptionalInt.of(version), inlineBytes);
    }

    /**
     * These options with another limit of weights in the model file.
     *
     * @param bytes
     *            0 for all weights beside it
     * @return new options
     */
    public ExportOptions withInlineBytes(long bytes) {
        return new ExportOptions(opset, bytes);
    }
}
