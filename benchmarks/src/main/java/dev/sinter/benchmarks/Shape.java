package dev.sinter.benchmarks;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Batch and sequence of a call.
 *
 * @param batch rows, B
 * @param sequence tokens in each, S
 */
record Shape(int batch, int sequence) {
    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,5})");

    /** The shapes an encoder is measured at where none is asked for. */
    static final List<Shape> USUAL =
            List.of(new Shape(1, 8), new Shape(1, 32), new Shape(1, 128), new Shape(1, 256), new Shape(32, 128));

    /**
     * Reads {@code 1x128}.
     *
     * @param text batch, x, sequence
     * @return the shape
     * @throws UsageException if the text is no shape
     */
    static Shape parse(String text) {
        var m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new UsageException("shape '" + text + "': expected BATCHxSEQUENCE, such as 1x128");
        }
        return new Shape(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    }

    /**
     * Number of tokens.
     *
     * @return B·S
     */
    int tokens() {
        return Math.multiplyExact(batch, sequence);
    }

    @Override
    public String toString() {
        return batch + "x" + sequence;
    }
}
