package dev.sinter.runtime;

/** A form of a model's code. All forms give bit-equal results. */
public enum Form {
    /** Plain loops; needs no incubator module. */
    SCALAR("Scalar", 0),
    /** Vectors of 128 bits. */
    V128("V128", 128),
    /** Vectors of 256 bits. */
    V256("V256", 256),
    /** Vectors of 512 bits. */
    V512("V512", 512);

    private final String suffix;
    private final int bits;

    Form(String suffix, int bits) {
        this.suffix = suffix;
        this.bits = bits;
    }

    /**
     * What the form's class name has behind the model's class name and a dollar sign.
     *
     * @return {@code Scalar}, {@code V128}, …
     */
    public String suffix() {
        return suffix;
    }

    /**
     * Vector width.
     *
     * @return bits; 0 for the scalar form
     */
    public int bits() {
        return bits;
    }

    /**
     * The vector form of this width.
     *
     * @param bits 128, 256 or 512
     * @return the form
     * @throws ModelException for another width
     */
    public static Form ofBits(int bits) {
        return switch (bits) {
            case 128 -> V128;
            case 256 -> V256;
            case 512 -> V512;
            default -> throw new ModelException("vector width: expected 128, 256 or 512 bits, got " + bits);
        };
    }
}
