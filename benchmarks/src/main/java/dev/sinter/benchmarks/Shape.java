package dev.sinter.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The size of a call, and its kind where a model has several: {@code 1x128}, {@code 1000}, {@code decode},
 * {@code prefill128}.
 *
 * @param kind a word, or empty
 * @param sizes batch first; may be empty behind a word
 */
record Shape(String kind, List<Integer> sizes) {
    private static final Pattern TEXT = Pattern.compile("((?:[a-z]{2,})?)((?:[1-9]\\d{0,6}(?:x[1-9]\\d{0,6})*)?)");

    /**
     * Reads a shape.
     *
     * @param text a word, sizes with x between them, or both
     * @return the shape
     * @throws UsageException if the text is no shape
     */
    static Shape parse(String text) {
        var m = TEXT.matcher(text);
        if (text.isEmpty() || !m.matches()) {
            throw new UsageException(
                    "shape '" + text + "': expected sizes such as 1x128 or 1000, or decode or prefill128");
        }
        return new Shape(m.group(1), m.group(2).isEmpty() ? List.of()
                : Arrays.stream(m.group(2).split("x", -1)).map(Integer::valueOf).toList());
    }

    /**
     * Reads several shapes.
     *
     * @param texts each as {@link #parse} takes it
     * @return the shapes
     */
    static List<Shape> all(String... texts) {
        return Arrays.stream(texts).map(Shape::parse).toList();
    }

    /**
     * A shape of sizes alone.
     *
     * @param sizes the sizes
     * @return the shape
     */
    static Shape of(Integer... sizes) {
        return new Shape("", List.of(sizes));
    }

    /**
     * Whether this is a number of sizes alone.
     *
     * @param count how many
     * @return whether it is
     */
    boolean plain(int count) {
        return kind.isEmpty() && sizes.size() == count;
    }

    /**
     * The first size.
     *
     * @return rows, images or sequences in a call
     */
    int batch() {
        return sizes.getFirst();
    }

    /**
     * The last size.
     *
     * @return tokens in a sequence, steps, or an image's side
     */
    int extent() {
        return sizes.getLast();
    }

    @Override
    public String toString() {
        return kind + sizes.stream().map(Object::toString).collect(Collectors.joining("x"));
    }
}
