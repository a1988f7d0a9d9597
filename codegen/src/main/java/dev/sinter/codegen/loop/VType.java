package dev.sinter.codegen.loop;

/**
 * Type of a value in a loop program: elements times lanes; prints as {@code f32} or {@code f32x16}.
 *
 * @param elem
 *            element type
 * @param lanes
 *            1 for a scalar, {@link #LANES} for a vector (fewer only after narrowing)
 */
public record VType(Elem elem, int lanes) {
    /** Lanes of a virtual vector: the same in every form of a kernel, whatever the machine's width. */
    public static final int LANES = 16;
    /** A 32-bit integer. */
    public static final VType I32 = new VType(Elem.I32, 1);
    /** A 64-bit integer. */
    public static final VType I64 = new VType(Elem.I64, 1);
    /** A 32-bit float. */
    public static final VType F32 = new VType(Elem.F32, 1);
    /** Sixteen 32-bit floats. */
    public static final VType F32X16 = new VType(Elem.F32, LANES);
    /** Sixteen 32-bit integers. */
    public static final VType I32X16 = new VType(Elem.I32, LANES);
    /** A truth value. */
    public static final VType BOOL = new VType(Elem.BOOL, 1);

    /** {@return whether this is a vector} */
    public boolean isVector() {
        return lanes > 1;
    }

    /**
     * The same lanes of another element.
     *
     * @param other
     *            element type
     * @return the type
     */
    public VType of(Elem other) {
        return new VType(other, lanes);
    }

    @Override
    public String toString() {
        return lanes == 1 ? elem.label() : elem.label() + "x" + lanes;
    }
}
