package dev.sinter.runtime.library.image;

import java.nio.ByteBuffer;

/**
 * How a component is coded (T.800, annexes A.6.1 to A.6.5).
 *
 * @param levels of the wavelet transform
 * @param widthBits of a code-block, as a power of two
 * @param heightBits of a code-block
 * @param style of its code
 * @param reversible whether the transform is in whole numbers
 * @param precincts width (low half) and height (high half) of precincts by resolution, as powers of two
 * @param exponents of the quantization steps, by subband
 * @param mantissas of them
 * @param guardBits beyond the exponent
 * @param derived whether all steps follow from the first
 */
record J2kCoding(int levels, int widthBits, int heightBits, int style, boolean reversible, int[] precincts,
        int[] exponents, int[] mantissas, int guardBits, boolean derived) {
    /** Reads what a COD or COC segment says of components. */
    static J2kCoding read(ByteBuffer in, int at, boolean ownPrecincts) {
        int levels = in.get(at);
        int width = (in.get(at + 1) & 15) + 2;
        int height = (in.get(at + 2) & 15) + 2;
        if (levels < 0 || levels > 32 || width > 10 || height > 10 || width + height > 12) {
            throw new IllegalArgumentException("code-blocks of 2^" + width + " x 2^" + height);
        }
        var precincts = new int[levels + 1];
        for (int r = 0; r <= levels; r++) {
            precincts[r] = ownPrecincts ? in.get(at + 5 + r) & 0xFF : 0xFF;
        }
        return new J2kCoding(levels, width, height, in.get(at + 3), in.get(at + 4) == 1, precincts, new int[1],
                new int[1], 0, false);
    }

    /** With what a QCD or QCC segment says. */
    J2kCoding quantized(ByteBuffer in, int at, int end) {
        int kind = in.get(at) & 31;
        int width = kind == 0 ? 1 : 2;
        int count = (end - at - 1) / width;
        var exponents = new int[count];
        var mantissas = new int[count];
        for (int i = 0; i < count; i++) {
            int value = width == 1 ? (in.get(at + 1 + i) & 0xFF) << 8 : in.getShort(at + 1 + 2 * i) & 0xFFFF;
            exponents[i] = value >> 11;
            mantissas[i] = value & 0x7FF;
        }
        return new J2kCoding(levels, widthBits, heightBits, style, reversible, precincts, exponents, mantissas,
                in.get(at) >> 5 & 7, kind == 1);
    }

    /** This with the quantization of another. */
    J2kCoding quantized(J2kCoding other) {
        return new J2kCoding(levels, widthBits, heightBits, style, reversible, precincts, other.exponents,
                other.mantissas, other.guardBits, other.derived);
    }

    /** A subband of a component with a depth in bits; bands count from the lowest resolution. */
    J2kBand band(int orientation, int resolution, int[] area, int depth) {
        int number = resolution == 0 ? 0 : 3 * (resolution - 1) + orientation;
        int exponent = derived ? exponents[0] - Math.max(0, resolution - 1) : exponents[number];
        int mantissa = derived ? mantissas[0] : mantissas[number];
        int gain = orientation == J2kBand.LL ? 0 : orientation == J2kBand.HH ? 2 : 1;
        float step = Math.scalb(1 + mantissa / 2048f, depth + gain - exponent);
        return new J2kBand(orientation, area, reversible, step, guardBits + exponent - 1);
    }
}
