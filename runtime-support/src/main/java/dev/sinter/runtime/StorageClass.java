package dev.sinter.runtime;

import java.lang.foreign.ValueLayout;

/** The Java array type that holds a tensor's elements; a {@link Frame} has one arena for each. */
public enum StorageClass {
    /** {@code float[]}. */
    F32("f32", 4),
    /** {@code double[]}. */
    F64("f64", 8),
    /** {@code int[]}. */
    I32("i32", 4),
    /** {@code long[]}. */
    I64("i64", 8),
    /** {@code short[]}. */
    I16("i16", 2),
    /** {@code byte[]}. */
    I8("i8", 1),
    /** {@code String[]}. */
    STRING("string", 0);

    private final String label;
    private final int bytes;

    StorageClass(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /**
     * The lower-case name, such as {@code f32}.
     *
     * @return the name used in text forms and messages
     */
    public String label() {
        return label;
    }

    /**
     * Bytes of one array element.
     *
     * @return 1, 2, 4 or 8; 0 for strings
     */
    public int bytes() {
        return bytes;
    }

    /** The layout of one element in a segment; null for strings. Named here only, since few models need layouts to start. */
    ValueLayout layout() {
        return switch (this) {
            case F32 -> ValueLayout.JAVA_FLOAT_UNALIGNED;
            case F64 -> ValueLayout.JAVA_DOUBLE_UNALIGNED;
            case I32 -> ValueLayout.JAVA_INT_UNALIGNED;
            case I64 -> ValueLayout.JAVA_LONG_UNALIGNED;
            case I16 -> ValueLayout.JAVA_SHORT_UNALIGNED;
            case I8 -> ValueLayout.JAVA_BYTE;
            case STRING -> null;
        };
    }

    /**
     * Allocates an array of this class, zeroed.
     *
     * @param length number of array elements
     * @return a {@code float[]}, {@code double[]}, …
     * @throws ModelException if the heap has no room for it: sizes may come from data, so this is an input's doing
     */
    public Object allocate(int length) {
        try {
            return zeroed(length);
        } catch (OutOfMemoryError e) {
            throw new ModelException("the heap has no room for " + length + " elements of " + label, e);
        }
    }

    /** A copy of an array of this class. */
    Object copy(Object array) {
        int length = length(array);
        Object copy = allocate(length);
        System.arraycopy(array, 0, copy, 0, length);
        return copy;
    }

    private Object zeroed(int length) {
        return switch (this) {
            case F32 -> new float[length];
            case F64 -> new double[length];
            case I32 -> new int[length];
            case I64 -> new long[length];
            case I16 -> new short[length];
            case I8 -> new byte[length];
            case STRING -> new String[length];
        };
    }

    /**
     * The length of {@code array} if it is of this class.
     *
     * @param array any object
     * @return its length, or -1 if it is no array of this class
     */
    public int length(Object array) {
        return switch (this) {
            case F32 -> array instanceof float[] a ? a.length : -1;
            case F64 -> array instanceof double[] a ? a.length : -1;
            case I32 -> array instanceof int[] a ? a.length : -1;
            case I64 -> array instanceof long[] a ? a.length : -1;
            case I16 -> array instanceof short[] a ? a.length : -1;
            case I8 -> array instanceof byte[] a ? a.length : -1;
            case STRING -> array instanceof String[] a ? a.length : -1;
        };
    }

    /**
     * The class with this label.
     *
     * @param label such as {@code f32}
     * @return the class
     * @throws ModelException if there is none
     */
    public static StorageClass parse(String label) {
        for (StorageClass c : values()) {
            if (c.label.equals(label)) {
                return c;
            }
        }
        throw new ModelException("unknown storage class '" + label + "'");
    }
}
