package dev.sinter.ir;

/**
 * Floating-point formats of 16 bits and fewer, to and from {@code double}. Rounding is to the nearest, ties to even,
 * subnormals included. What does not fit, infinities included, becomes infinity in f16 and bf16 and the largest value
 * in the formats of 8 bits and fewer, as ONNX's Cast does by default.
 *
 * @see <a href="https://onnx.ai/onnx/technical/float8.html">Float stored in 8 bits</a>
 * @see <a href="https://onnx.ai/onnx/technical/float4.html">Float stored in 4 bits</a>
 */
final class SmallFloats {
    private static final int E8M0_NAN = 0xFF;
    private static final int E8M0_BIAS = 127;
    private static final double E8M0_MIN = 0x1p-127;
    private static final double E8M0_MAX = 0x1p127;

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
     * @param limited
     *            bits of what replaces a value that is too large where values are limited
     * @param unlimited
     *            bits of what replaces it where they are not
     * @param nan
     *            bits of what replaces NaN
     * @param unsignedZero
     *            whether minus zero means NaN
     */
    private record Format(int exponentBits, int mantissaBits, int bias, int max, int limited, int unlimited, int nan,
            boolean unsignedZero) {
        int signBit() {
            return 1 << (exponentBits + mantissaBits);
        }
    }

    private static final Format F16 = new Format(5, 10, 15, 0x7BFF, 0x7C00, 0x7C00, 0x7E00, false);
    private static final Format BF16 = new Format(8, 7, 127, 0x7F7F, 0x7F80, 0x7F80, 0x7FC0, false);
    private static final Format E4M3FN = new Format(4, 3, 7, 0x7E, 0x7E, 0x7F, 0x7F, false);
    private static final Format E4M3FNUZ = new Format(4, 3, 8, 0x7F, 0x7F, 0x80, 0x80, true);
    private static final Format E5M2 = new Format(5, 2, 15, 0x7B, 0x7B, 0x7C, 0x7F, false);
    private static final Format E5M2FNUZ = new Format(5, 2, 16, 0x7F, 0x7F, 0x80, 0x80, true);
    private static final Format E2M1 = new Format(2, 1, 1, 0x7, 0x7, 0x7, 0x8, false);

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

    /** The bit pattern of the nearest value, to keep it: limited, but an infinity stays one where the type has it. */
    static int fromDouble(DType type, double value) {
        return fromDouble(type, value, type == DType.F8E5M2 && Double.isInfinite(value));
    }

    /** The bit pattern of the nearest value; what is too large becomes the largest value, or infinity or NaN. */
    static int fromDouble(DType type, double value, boolean overflow) {
        if (type != DType.F8E8M0) {
            return encode(format(type), value, overflow);
        }
        boolean inRange = value >= E8M0_MIN && value <= E8M0_MAX;
        return !overflow ? scale(value, DType.ScaleRounding.UP)
                : inRange ? scale(value, DType.ScaleRounding.NEAREST) : E8M0_NAN;
    }

    private static int encode(Format f, double value, boolean overflow) {
        if (Double.isNaN(value)) {
            return f.nan();
        }
        int sign = Double.doubleToRawLongBits(value) < 0 ? f.signBit() : 0;
        int magnitude = magnitude(f, Math.abs(value), overflow);
        return f.unsignedZero() && (magnitude == 0 || magnitude == f.nan()) ? magnitude : magnitude | sign;
    }

    private static int magnitude(Format f, double value, boolean overflow) {
        int most = overflow ? f.unlimited() : f.limited();
        if (Double.isInfinite(value)) {
            return most;
        }
        int exponent = Math.max(Math.getExponent(value), 1 - f.bias());
        int quantum = exponent - f.mantissaBits();
        int units = (int) Math.rint(Math.scalb(value, -quantum));
        // A mantissa that rounds up to the next power of two carries into the exponent, as it should.
        int bits = ((exponent + f.bias()) << f.mantissaBits()) + units - (1 << f.mantissaBits());
        return bits > f.max() ? most : bits;
    }

    /** A power of two near the value's magnitude, limited to the range. */
    static int scale(double value, DType.ScaleRounding rounding) {
        double magnitude = Math.abs(value);
        if (Double.isNaN(magnitude)) {
            return E8M0_NAN;
        }
        if (magnitude <= E8M0_MIN || magnitude >= E8M0_MAX) {
            return magnitude <= E8M0_MIN ? 0 : E8M0_NAN - 1;
        }
        int exponent = Math.getExponent(magnitude);
        double fraction = Math.scalb(magnitude, -exponent);
        boolean up = switch (rounding) {
            case UP -> fraction > 1;
            case DOWN -> false;
            case NEAREST -> fraction >= 1.5;
        };
        return exponent + E8M0_BIAS + (up ? 1 : 0);
    }
}
