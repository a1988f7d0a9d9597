package dev.sinter.ir;

import java.util.stream.IntStream;

/** Counts zeros. */
public final class Zeros {
    private static final int HALF_WITHOUT_SIGN = 0x7fff;

    private Zeros() {
    }

    /**
     * Counts a tensor's zeros, negative ones too.
     *
     * @param data
     *            its elements
     * @return the part of them that is 0; 0 of none
     */
    public static double part(TensorData data) {
        if (data.size() == 0) {
            return 0;
        }
        boolean half = data.dtype() == DType.F16 || data.dtype() == DType.BF16;
        long zeros = switch (data.array()) {
            case float[] a -> count(a);
            case double[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            case long[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            case int[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            case short[] a -> IntStream.range(0, a.length)
                    .filter(i -> half ? (a[i] & HALF_WITHOUT_SIGN) == 0 : a[i] == 0).count();
            case byte[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            default -> 0;
        };
        return (double) zeros / data.size();
    }

    /** Most weights, by far. */
    private static long count(float[] elements) {
        long zeros = 0;
        for (float element : elements) {
            zeros += element == 0 ? 1 : 0;
        }
        return zeros;
    }
}
