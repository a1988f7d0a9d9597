package dev.sinter.ir;

/**
 * Floating-point formats of 16 bits and fewer, to and from {@code double}. Rounding is to the nearest, ties to even,
 * subnormals included. What does not fit becomes infinity in f16 and bf16 and the largest value in the formats of 8
 * bits and fewer, as ONNX's Cast does by default.
 *
 * @see <a href="https://onnx.ai/onnx/technical/float8.html">Float stored in 8 bits</a>
 * @see <a href="https://onnx.ai/onnx/technical/float4.html">Float stored in 4 bits</a>
 */
final class SmallFloats {
    private static final int E8M0_NAN = 0xFF;
    private static final int E8M0_BIAS = 127;

    /**
     * Layout of a format with a sign.
     *
     * @param exponentBits
     *            width of the exponent
     * @param mantissaBits
     *            width of the mantissa
     * @param bias
     *            of the exponent
     * @param max
     *            bits of the largest finite value
     * @param overflow
     *            bits of what replaces a finite value that is too large
     * @param infinity
     *            bits of what replaces infinity
     * @param nan
     *            bits of what replaces NaN
     * @param unsignedZero
     *            whether minus zero means NaN
     */
    private record Format(int exponentBits, int mantissaBits, int bias, int max, int overflow, int infinity, int nan,
            boolean unsignedZero) {
        int signBit() {
            return 1 << (exponentBits + mantissaBits);
        }
    }

    private static final Format F16 = new Format(5, 10, 15, 0x7BFF, 0x7C00, 0x7C00, 0x7E00, false);
    private static final Format BF16 = new Format(8, 7, 127, 0x7F7F, 0x7F80, 0x7F80, 0x7FC0, false);
    private static final Format E4M3FN = new Format(4, 3, 7, 0x7E, 0x7E, 0x7E, 0x7F, false);
    private static final Format E4M3FNUZ = new Format(4, 3, 8, 0x7F, 0x7F, 0x80, 0x80, true);
    private static final Format E5M2 = new Format(5, 2, 15, 0x7B, 0x7B, 0x7B, 0x7F, false);
    private static final Format E5M2FNUZ = new Format(5, 2, 16, 0x7F, 0x7F, 0x80, 0x80, true);
    private static final Format E2M1 = new Format(2, 1, 1, 0x7, 0x7, 0x7, 0x7, false);

    private SmallFloats() {
    }

    private static Format format(DType type) {
        return switch (type) {
            case F16 -> F16;
            case BF16 -> BF16;
            case F8E4M3FN -> E4M3FN;
            case F8E4M3FNUZ -> E4M3FNUZ;
            case F8E5M2 -> E5M2;
            case F8E5M2FNUZ -> E5M2FNUZ;
            case F4E2M1 -> E2M1;
            default -> throw new IrException("a floating-point type of at most 16 bits was expected, not " + type);
        };
    }

    /** The value of a bit pattern; exact. Bits above the type's width are ignored. */
    static double toDouble(DType type, int bits) {
        return switch (type) {
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> Float.intBitsToFloat(bits << 16);
            case F8E8M0 -> (bits & 0xFF) == E8M0_NAN ? Double.NaN : Math.scalb(1.0, (bits & 0xFF) - E8M0_BIAS);
            default -> decode(type, format(type), bits);
        };
    }

    private static double decode(DType type, Format f, int bits) {
        int magnitude = bits & (f.signBit() - 1);
        boolean negative = (bits & f.signBit()) != 0;
        if (f.unsignedZero() && negative && magnitude == 0) {
            return Double.NaN;
        }
        if (magnitude > f.max()) {
            boolean infinite = type == DType.F8E5M2 && magnitude == f.max() + 1;
            return !infinite ? Double.NaN : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        int exponent = magnitude >> f.mantissaBits();
        int mantissa = magnitude & ((1 << f.mantissaBits()) - 1);
        int whole = exponent == 0 ? mantissa : mantissa + (1 << f.mantissaBits());
        double value = Math.scalb((double) whole, Math.max(exponent, 1) - f.bias() - f.mantissaBits());
        return negative ? -value : value;
    }

    /** The bit pattern of the nearest value. */
    static int fromDouble(DType type, double value) {
        return type == DType.F8E8M0 ? scale(value) : encode(format(type), value);
    }

    private static int encode(Format f, double value) {
        if (Double.isNaN(value)) {
            return f.nan();
        }
        int sign = Double.doubleToRawLongBits(value) < 0 ? f.signBit() : 0;
        int magnitude = magnitude(f, Math.abs(value));
        return f.unsignedZero() && magnitude == 0 ? 0 : magnitude | sign;
    }

    private static int magnitude(Format f, double value) {
        if (Double.isInfinite(value)) {
            return f.infinity();
        }
        int exponent = Math.max(Math.getExponent(value), 1 - f.bias());
        int quantum = exponent - f.mantissaBits();
        int units = (int) Math.rint(Math.scalb(value, -quantum));
        // A mantissa that rounds up to the next power of two carries into the exponent, as it should.
        int bits = ((exponent + f.bias()) << f.mantissaBits()) + units - (1 << f.mantissaBits());
        return bits > f.max() ? f.overflow() : bits;
    }

    /** The smallest power of two that is not below the value's magnitude: Cast's round_mode "up". */
    private static int scale(double value) {
        double magnitude = Math.abs(value);
        if (!Double.isFinite(magnitude)) {
            return E8M0_NAN;
        }
        int exponent = Math.getExponent(magnitude);
        int up = magnitude > Math.scalb(1.0, exponent) ? exponent + 1 : exponent;
        return Math.clamp(up + E8M0_BIAS, 0, E8M0_NAN - 1);
    }
}
