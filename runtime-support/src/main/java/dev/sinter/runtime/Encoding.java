package dev.sinter.runtime;

import java.util.Arrays;

/** Rounds numbers to the elements of any type: to nearest, ties to even; packs what is smaller than a byte. */
final class Encoding {
    private Encoding() {
    }

    /**
     * Numbers as an array of a type's storage class. Beyond the greatest finite value, types without infinity give
     * that value; an integer type takes whole numbers that fit.
     */
    static Object array(DType dtype, double[] values) {
        return switch (dtype) {
            case F64, C128 -> values.clone();
            case F32, C64 -> floats(values);
            case F16 -> shorts(values, dtype);
            case BF16 -> shorts(values, dtype);
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> small(dtype, values);
            case STRING -> throw new ModelException("a string tensor is not made of numbers");
            default -> array(dtype, whole(dtype, values));
        };
    }

    private static float[] floats(double[] values) {
        var out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    private static short[] shorts(double[] values, DType dtype) {
        var out = new short[values.length];
        for (int i = 0; i < out.length; i++) {
            float odd = toOdd(values[i]);
            out[i] = dtype == DType.F16 ? Float.floatToFloat16(odd) : bfloat(odd);
        }
        return out;
    }

    /** A float with the last bit set if it is not exact, so that rounding it once more gives the right answer. */
    private static float toOdd(double value) {
        float near = (float) value;
        if (near == value || Double.isNaN(value)) {
            return near;
        }
        float below = Math.abs((double) near) > Math.abs(value)
                ? Math.copySign(Math.nextDown(Math.abs(near)), near) : near;
        return Float.intBitsToFloat(Float.floatToRawIntBits(below) | 1);
    }

    private static short bfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    private static long[] whole(DType dtype, double[] values) {
        var out = new long[values.length];
        for (int i = 0; i < out.length; i++) {
            double value = values[i];
            // 2^63 and above: only for u64, whose upper half is negative as a long.
            boolean high = dtype == DType.U64 && value >= 0x1p63 && value < 0x1p64;
            out[i] = high ? (long) (value - 0x1p63) ^ Long.MIN_VALUE : (long) value;
            if (!high && (out[i] != value || out[i] == Long.MAX_VALUE || dtype == DType.U64 && value < 0)) {
                throw new ModelException(dtype + ": element " + i + " is " + value + ", expected a whole number that "
                        + "fits");
            }
        }
        return out;
    }

    /** Whole numbers as an array of a type's storage class; floating-point types round them. */
    static Object array(DType dtype, long[] values) {
        if (dtype == DType.STRING) {
            throw new ModelException("a string tensor is not made of numbers");
        }
        if (dtype.kind() == DType.Kind.FLOAT || dtype.kind() == DType.Kind.COMPLEX) {
            return dtype == DType.F32 || dtype == DType.C64 ? singles(values)
                    : array(dtype, Arrays.stream(values).asDoubleStream().toArray());
        }
        for (int i = 0; i < values.length; i++) {
            check(dtype, values[i], i);
        }
        Object out = dtype.storage().allocate((int) dtype.arrayLength(values.length));
        for (int i = 0; i < values.length; i++) {
            switch (out) {
                case long[] a -> a[i] = values[i];
                case int[] a -> a[i] = (int) values[i];
                case short[] a -> a[i] = (short) values[i];
                case byte[] a -> {
                    int perByte = 8 / dtype.bits();
                    int bits = (int) values[i] & (1 << dtype.bits()) - 1;
                    a[i / perByte] |= (byte) (bits << dtype.bits() * (i % perByte));
                }
                default -> throw new ModelException(dtype + " is no integer type");
            }
        }
        return out;
    }

    private static float[] singles(long[] values) {
        var out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    private static void check(DType dtype, long value, int i) {
        int bits = dtype == DType.BOOL ? 1 : dtype.bits();
        boolean fits = bits == 64 || (dtype.kind() == DType.Kind.UNSIGNED ? value >>> bits == 0
                : value << 64 - bits >> 64 - bits == value);
        if (!fits) {
            throw new ModelException(dtype + ": element " + i + " is " + value + ", which does not fit");
        }
    }

    /** Types of at most 8 bits: by search among all their values. */
    private static byte[] small(DType dtype, double[] values) {
        int signBit = dtype == DType.F8E8M0 ? 0 : 1 << dtype.bits() - 1;
        int codes = dtype == DType.F8E8M0 ? 256 : signBit;
        var ladder = new double[codes]; // the values from zero up, by code
        int finite = 0;
        int infinity = -1;
        int nan = dtype == DType.F8E8M0 ? 0xFF : dtype == DType.F4E2M1 ? -1 : signBit;
        byte[] one = {0};
        for (int code = 0; code < codes; code++) {
            one[0] = (byte) code;
            double value = Elements.floating(dtype, one, 0);
            if (Double.isNaN(value)) {
                nan = code;
            } else if (Double.isInfinite(value)) {
                infinity = code;
            } else {
                ladder[finite++] = value;
            }
        }
        double[] steps = Arrays.copyOf(ladder, finite);
        boolean noNegativeZero = dtype == DType.F8E4M3FNUZ || dtype == DType.F8E5M2FNUZ;
        var out = new byte[(int) dtype.arrayLength(values.length)];
        int perByte = 8 / dtype.bits();
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            int code;
            if (Double.isNaN(value)) {
                code = Math.max(nan, 0);
            } else if (Double.isInfinite(value) && infinity >= 0) {
                code = infinity | (value < 0 ? signBit : 0);
            } else {
                code = nearest(steps, Math.abs(value));
                boolean negative = Math.copySign(1, value) < 0 && !(noNegativeZero && code == 0);
                code |= negative ? signBit : 0;
            }
            out[i / perByte] |= (byte) (code << dtype.bits() * (i % perByte));
        }
        return out;
    }

    private static int nearest(double[] steps, double magnitude) {
        int at = Arrays.binarySearch(steps, magnitude);
        if (at >= 0) {
            return at;
        }
        int above = -at - 1;
        if (above == 0 || above == steps.length) {
            return above == 0 ? 0 : above - 1;
        }
        double down = magnitude - steps[above - 1];
        double up = steps[above] - magnitude;
        return down < up || down == up && (above - 1 & 1) == 0 ? above - 1 : above;
    }
}
