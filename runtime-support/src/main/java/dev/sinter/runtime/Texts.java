package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** String constants in a model's weights: for each its length in bytes, four bytes little-endian, then UTF-8. */
public final class Texts {
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Texts() {
    }

    /**
     * Reads strings.
     *
     * @param weights the weights
     * @param offset of the first string, in bytes
     * @param count number of strings
     * @return a fresh array
     */
    public static String[] read(MemorySegment weights, long offset, int count) {
        var texts = new String[count];
        long at = offset;
        for (int i = 0; i < count; i++) {
            int length = weights.get(LENGTH, at);
            at += Integer.BYTES;
            texts[i] = new String(weights.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            at += length;
        }
        return texts;
    }

    /**
     * Bytes that strings take.
     *
     * @param texts the strings
     * @return their number
     */
    public static long size(String[] texts) {
        long size = 0;
        for (var text : texts) {
            size += Integer.BYTES + text.getBytes(StandardCharsets.UTF_8).length;
        }
        return size;
    }

    /**
     * Writes strings.
     *
     * @param texts the strings
     * @param weights where they go
     * @param offset of the first, in bytes
     */
    public static void write(String[] texts, MemorySegment weights, long offset) {
        long at = offset;
        for (var text : texts) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            weights.set(LENGTH, at, bytes.length);
            MemorySegment.copy(bytes, 0, weights, ValueLayout.JAVA_BYTE, at + Integer.BYTES, bytes.length);
            at += Integer.BYTES + bytes.length;
        }
    }
}
