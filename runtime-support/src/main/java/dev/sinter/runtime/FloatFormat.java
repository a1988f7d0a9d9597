package dev.sinter.runtime;

/**
 * Layout of a floating-point format with a sign, of 16 bits or fewer.
 *
 * @param exponentBits width of the exponent
 * @param mantissaBits width of the mantissa
 * @param bias of the exponent
 * @param max bits of the largest finite number
 * @param large bits of what replaces a number that is too large
 * @param nan bits of what replaces NaN
 * @param unsignedZero whether minus zero means NaN
 */
record FloatFormat(int exponentBits, int mantissaBits, int bias, int max, int large, int nan, boolean unsignedZero) {
    private int signBit() {
        return 1 << (exponentBits + mantissaBits);
    }

    /** The number of a code; bits above the format's are ignored. */
    double decode(int bits) {
        int magnitude = bits & (signBit() - 1);
        boolean negative = (bits & signBit()) != 0;
        if (unsignedZero && negative && magnitude == 0) {
            return Double.NaN;
        }
        if (magnitude > max) {
            boolean infinite = magnitude == large && magnitude != nan;
            return !infinite ? Double.NaN
                    : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        int exponent = magnitude >> mantissaBits;
        int mantissa = magnitude & ((1 << mantissaBits) - 1);
        int whole = exponent == 0 ? mantissa : mantissa + (1 << mantissaBits);
        double value = Math.scalb((double) whole, Math.max(exponent, 1) - bias - mantissaBits);
        return negative ? -value : value;
    }

    /** The code of the nearest number. */
    int encode(double value) {
        if (Double.isNaN(value)) {
            return nan;
        }
        int sign = Double.doubleToRawLongBits(value) < 0 ? signBit() : 0;
        int magnitude = magnitude(Math.abs(value));
        return unsignedZero && (magnitude == 0 || magnitude == nan) ? magnitude : magnitude | sign;
    }

    private int magnitude(double value) {
        if (Double.isInfinite(value)) {
            return large;
        }
        int exponent = Math.max(Math.getExponent(value), 1 - bias);
        int quantum = exponent - mantissaBits;
        int units = (int) Math.rint(Math.scalb(value, -quantum));
        // a mantissa that rounds up to the next power of two carries into the exponent, as it should
        int bits = ((exponent + bias) << mantissaBits) + units - (1 << mantissaBits);
        return bits > max ? large : bits;
    }

    /** The nearest number of the format. */
    double round(double value) {
        return decode(encode(value));
    }
}
