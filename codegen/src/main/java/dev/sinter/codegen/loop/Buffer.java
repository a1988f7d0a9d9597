package dev.sinter.codegen.loop;

/**
 * Memory a kernel reads or writes. Heap buffers are primitive arrays given as parameters, with int element offsets;
 * the weight segment is a static constant of the model's classes, with long element offsets.
 *
 * @param name
 *            its name in the program
 * @param space
 *            where it lies
 * @param storage
 *            type of its elements in memory, apart from the type they are computed with
 */
public record Buffer(String name, Space space, Storage storage) {
    /** Where a buffer lies. */
    public enum Space {
        /** A primitive array. */
        HEAP,
        /** The model's weight segment. */
        WEIGHT
    }

    /** How an element lies in memory. */
    public enum Storage {
        /** 32-bit float. */
        F32("f32", 4, Elem.F32, "[F"),
        /** 64-bit float. */
        F64("f64", 8, Elem.F64, "[D"),
        /** 64-bit integer. */
        I64("i64", 8, Elem.I64, "[J"),
        /** 32-bit integer. */
        I32("i32", 4, Elem.I32, "[I"),
        /** 16-bit integer. */
        I16("i16", 2, Elem.I32, "[S"),
        /** 16-bit unsigned integer. */
        U16("u16", 2, Elem.I32, "[S"),
        /** 8-bit integer. */
        I8("i8", 1, Elem.I32, "[B"),
        /** 8-bit unsigned integer. */
        U8("u8", 1, Elem.I32, "[B"),
        /** Truth value, 0 or 1 in a byte. */
        BOOL("bool", 1, Elem.I32, "[B"),
        /** 32-bit unsigned integer; scalars only, as are all that follow. */
        U32("u32", 4, Elem.I64, "[I"),
        /** IEEE 754 half precision. */
        F16("f16", 2, Elem.F32, "[S"),
        /** The upper half of a 32-bit float. */
        BF16("bf16", 2, Elem.F32, "[S"),
        /** 8-bit float: 4 exponent, 3 mantissa. */
        F8E4M3FN("f8e4m3fn", 1, Elem.F32, "[B"),
        /** 8-bit float: 4 exponent, 3 mantissa, no negative zero. */
        F8E4M3FNUZ("f8e4m3fnuz", 1, Elem.F32, "[B"),
        /** 8-bit float: 5 exponent, 2 mantissa. */
        F8E5M2("f8e5m2", 1, Elem.F32, "[B"),
        /** 8-bit float: 5 exponent, 2 mantissa, no negative zero. */
        F8E5M2FNUZ("f8e5m2fnuz", 1, Elem.F32, "[B"),
        /** 8-bit power of two. */
        F8E8M0("f8e8m0", 1, Elem.F32, "[B"),
        /** 4-bit float, its code in a byte. */
        F4E2M1("f4e2m1", 1, Elem.F32, "[B"),
        /** A string; on the heap only. */
        STRING("string", 0, Elem.REF, "[Ljava/lang/String;");

        private final String label;
        private final int bytes;
        private final Elem natural;
        private final String descriptor;

        Storage(String label, int bytes, Elem natural, String descriptor) {
            this.label = label;
            this.bytes = bytes;
            this.natural = natural;
            this.descriptor = descriptor;
        }

        /** {@return the name in the text form} */
        public String label() {
            return label;
        }

        /** {@return bytes of an element; 0 for strings} */
        public int bytes() {
            return bytes;
        }

        /** {@return the element type a plain load gives} */
        public Elem natural() {
            return natural;
        }

        /** {@return whether vectors can be loaded} */
        public boolean isVectorizable() {
            return ordinal() < U32.ordinal() && natural != Elem.F64 && natural != Elem.I64;
        }

        /** {@return the JVM descriptor of the heap array} */
        public String descriptor() {
            return descriptor;
        }
    }

    /**
     * A heap buffer.
     *
     * @param name
     *            its name
     * @param storage
     *            its elements
     * @return the buffer
     */
    public static Buffer heap(String name, Storage storage) {
        return new Buffer(name, Space.HEAP, storage);
    }

    /**
     * A part of the weight segment.
     *
     * @param name
     *            its name
     * @param storage
     *            its elements
     * @return the buffer
     */
    public static Buffer weight(String name, Storage storage) {
        return new Buffer(name, Space.WEIGHT, storage);
    }

    /** {@return whether this is part of the weight segment} */
    public boolean isWeight() {
        return space == Space.WEIGHT;
    }

    @Override
    public String toString() {
        return (isWeight() ? "weight " : "heap ") + name + ":" + storage.label();
    }
}
