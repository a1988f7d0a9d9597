package dev.sinter.runtime;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Turns a tensor's elements into arrays that Java programs like.
 *
 * @param dtype the elements' type
 * @param data their array
 * @param size their number
 * @param tensor for messages
 */
record Conversion(DType dtype, Object data, long size, Tensor tensor) {
    private static final int SHOWN = 8;

    float[] floats() {
        if (data instanceof float[] own) {
            return Arrays.copyOf(own, count());
        }
        var out = new float[count()];
        boolean integer = isInteger();
        for (int i = 0; i < out.length; i++) {
            out[i] = integer ? Elements.toFloat(dtype, Elements.integer(dtype, data, i))
                    : (float) Elements.floating(dtype, data, i);
        }
        return out;
    }

    double[] doubles() {
        if (data instanceof double[] own) {
            return Arrays.copyOf(own, count());
        }
        var out = new double[count()];
        boolean integer = isInteger();
        for (int i = 0; i < out.length; i++) {
            out[i] = integer ? Elements.toDouble(dtype, Elements.integer(dtype, data, i))
                    : Elements.floating(dtype, data, i);
        }
        return out;
    }

    long[] longs() {
        if (data instanceof long[] own) {
            return Arrays.copyOf(own, count());
        }
        var out = new long[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = whole(i, 64);
        }
        return out;
    }

    int[] ints() {
        if (data instanceof int[] own) {
            return Arrays.copyOf(own, count());
        }
        var out = new int[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) whole(i, 32);
        }
        return out;
    }

    short[] shorts() {
        var out = new short[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (short) whole(i, 16);
        }
        return out;
    }

    byte[] bytes() {
        var out = new byte[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) whole(i, 8);
        }
        return out;
    }

    boolean[] booleans() {
        if (!isInteger()) {
            throw new ModelException(tensor.describe() + ": expected integers or booleans");
        }
        var out = new boolean[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = Elements.integer(dtype, data, i) != 0;
        }
        return out;
    }

    String[] strings() {
        if (data instanceof String[] own) {
            return Arrays.copyOf(own, count());
        }
        throw new ModelException(tensor.describe() + ": expected strings");
    }

    /** The first elements, such as {@code {0.5, 1.0, …}}. */
    String show() {
        var text = new StringJoiner(", ", "{", "}");
        long all = dtype.kind() == DType.Kind.COMPLEX ? 2 * size : size;
        for (int i = 0; i < Math.min(all, SHOWN); i++) {
            text.add(element(i));
        }
        return all > SHOWN ? text.add("…").toString() : text.toString();
    }

    private String element(int i) {
        return switch (dtype) {
            case STRING -> "\"" + ((String[]) data)[i] + "\"";
            case F64, C128 -> Double.toString(Elements.floating(dtype, data, i));
            case U64 -> Long.toUnsignedString(Elements.integer(dtype, data, i));
            case BOOL -> Boolean.toString(Elements.integer(dtype, data, i) != 0);
            default -> isInteger() ? Long.toString(Elements.integer(dtype, data, i))
                    : Float.toString((float) Elements.floating(dtype, data, i));
        };
    }

    /** Length of the array asked for: complex elements give two numbers. */
    private int count() {
        long count = dtype.kind() == DType.Kind.COMPLEX ? 2 * size : size;
        if (count > Placement.MAX_LENGTH) {
            throw new ModelException(tensor.describe() + ": too many elements for one array");
        }
        return (int) count;
    }

    private boolean isInteger() {
        if (dtype == DType.STRING) {
            throw new ModelException(tensor.describe() + ": expected numbers");
        }
        return dtype.kind() == DType.Kind.SIGNED || dtype.kind() == DType.Kind.UNSIGNED;
    }

    private long whole(int i, int bits) {
        if (!isInteger()) {
            double value = Elements.floating(dtype, data, i);
            long rounded = (long) value;
            if (rounded == value && rounded != Long.MAX_VALUE && fits(rounded, bits)) {
                return rounded;
            }
            throw new ModelException(tensor.describe() + ": element " + i + " is " + value
                    + ", expected a whole number of " + bits + " bits");
        }
        long value = Elements.integer(dtype, data, i);
        boolean unsigned = dtype.kind() == DType.Kind.UNSIGNED;
        if (unsigned ? bits == 64 || value >>> bits == 0 : fits(value, bits)) {
            return value;
        }
        throw new ModelException(tensor.describe() + ": element " + i + " is "
                + (dtype == DType.U64 ? Long.toUnsignedString(value) : Long.toString(value)) + ", expected "
                + bits + " bits");
    }

    private static boolean fits(long value, int bits) {
        return value << (64 - bits) >> (64 - bits) == value;
    }

    /** One byte for each flag. */
    static byte[] bytes(boolean[] flags) {
        var out = new byte[flags.length];
        for (int i = 0; i < flags.length; i++) {
            out[i] = (byte) (flags[i] ? 1 : 0);
        }
        return out;
    }

    /** The characters' values. */
    static short[] shorts(char[] chars) {
        var out = new short[chars.length];
        for (int i = 0; i < chars.length; i++) {
            out[i] = (short) chars[i];
        }
        return out;
    }
}
