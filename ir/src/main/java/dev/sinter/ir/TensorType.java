package dev.sinter.ir;

/**
 * A tensor's element type and shape; prints as {@code f32[B,S,384]}.
 *
 * @param dtype
 *            element type
 * @param shape
 *            dimensions
 */
public record TensorType(DType dtype, Shape shape) implements Type {
    /**
     * A type of known sizes.
     *
     * @param dtype
     *            element type
     * @param sizes
     *            outermost first
     * @return the type
     */
    public static TensorType of(DType dtype, long... sizes) {
        return new TensorType(dtype, Shape.of(sizes));
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
