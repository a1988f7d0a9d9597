package dev.sinter.runtime.library.image;

/**
 * The inverse cosine transform in whole numbers after Loeffler, Ligtenberg and Moschytz (Practical fast 1-D DCT
 * algorithms with 11 multiplications, ICASSP 1989), with 13 bits of fraction as libjpeg's accurate form.
 */
final class JpegTransform {
    private static final int BITS = 13;
    private static final int PASS_BITS = 2;

    private JpegTransform() {
    }

    /** Dequantizes and transforms a block into samples of 0 to 255. */
    static void inverse(short[] coefficients, int from, int[] quantizers, byte[] samples, int to, int stride) {
        var work = new int[64];
        for (int i = 0; i < 64; i++) {
            work[i] = coefficients[from + i] * quantizers[i];
        }
        for (int x = 0; x < 8; x++) {
            pass(work, x, 8, BITS - PASS_BITS);
        }
        for (int y = 0; y < 8; y++) {
            pass(work, 8 * y, 1, BITS + PASS_BITS + 3);
            for (int x = 0; x < 8; x++) {
                samples[to + y * stride + x] = (byte) Math.clamp(work[8 * y + x] + 128, 0, 255);
            }
        }
    }

    private static void pass(int[] v, int at, int step, int shift) {
        int z2 = v[at + 2 * step];
        int z3 = v[at + 6 * step];
        int z1 = (z2 + z3) * 4433;
        int even2 = z1 - z3 * 15137;
        int even3 = z1 + z2 * 6270;
        int even0 = v[at] + v[at + 4 * step] << BITS;
        int even1 = v[at] - v[at + 4 * step] << BITS;
        int a0 = even0 + even3;
        int a3 = even0 - even3;
        int a1 = even1 + even2;
        int a2 = even1 - even2;
        int b0 = v[at + 7 * step];
        int b1 = v[at + 5 * step];
        int b2 = v[at + 3 * step];
        int b3 = v[at + step];
        int y1 = (b0 + b3) * -7373;
        int y2 = (b1 + b2) * -20995;
        int y5 = (b0 + b2 + b1 + b3) * 9633;
        int y3 = (b0 + b2) * -16069 + y5;
        int y4 = (b1 + b3) * -3196 + y5;
        b0 = b0 * 2446 + y1 + y3;
        b1 = b1 * 16819 + y2 + y4;
        b2 = b2 * 25172 + y2 + y3;
        b3 = b3 * 12299 + y1 + y4;
        int half = 1 << shift - 1;
        v[at] = a0 + b3 + half >> shift;
        v[at + 7 * step] = a0 - b3 + half >> shift;
        v[at + step] = a1 + b2 + half >> shift;
        v[at + 6 * step] = a1 - b2 + half >> shift;
        v[at + 2 * step] = a2 + b1 + half >> shift;
        v[at + 5 * step] = a2 - b1 + half >> shift;
        v[at + 3 * step] = a3 + b0 + half >> shift;
        v[at + 4 * step] = a3 - b0 + half >> shift;
    }
}
