package dev.sinter.codegen.loop;

/** Element type of a value in a loop program, as the machine computes with it. */
public enum Elem {
    /** 32-bit floating point. */
    F32("f32"),
    /** 64-bit floating point; lanes = 1 only. */
    F64("f64"),
    /** 32-bit integer. */
    I32("i32"),
    /** Four bytes in 32 bits; vectors of 512 bits only: what an i32 holds, added or looked up by. */
    B4("b4"),
    /** Two halves of 16 bits in 32 bits; vectors of 512 bits only: what an i32 holds, added or looked up by. */
    H2("h2"),
    /** 64-bit integer; lanes = 1 only. */
    I64("i64"),
    /** Truth value, or a mask of lanes. */
    BOOL("bool"),
    /** A string; lanes = 1 only: loaded, stored, compared for equality, selected, carried, nothing else. */
    REF("ref");

    private final String label;

    Elem(String label) {
        this.label = label;
    }

    /** {@return the name in the text form} */
    public String label() {
        return label;
    }

    @Override
    public String toString() {
        return label;
    }
}
