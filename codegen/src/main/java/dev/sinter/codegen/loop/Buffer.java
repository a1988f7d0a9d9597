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
        BOOL("bool", 1, Elem.I32, "[B");

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

        /** {@return bytes of an element} */
        public int bytes() {
            return bytes;
        }

        /** {@return the element type a plain load gives} */
        public Elem natural() {
            return natural;
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
