package dev.sinter.benchmarks;

/** Element types of inputs; each has the name of Sinter's type. */
enum Element {
    /** 32-bit reals. */
    F32(4),
    /** 64-bit reals. */
    F64(8),
    /** 16-bit reals. */
    F16(2),
    /** 64-bit integers. */
    I64(8),
    /** 32-bit integers. */
    I32(4),
    /** Signed bytes. */
    I8(1),
    /** Unsigned bytes. */
    U8(1),
    /** Truth values, a byte each. */
    BOOL(1);

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Size in memory.
     *
     * @return bytes of an element
     */
    int bytes() {
        return bytes;
    }
}
