package dev.sinter.runtime;

/**
 * For emitted code: floating-point formats of 16 bits and fewer. Codes become the number they stand for, exactly; a
 * number becomes the nearest one of a format, ties to even, subnormals included. What is too large, infinities
 * included, becomes infinity in f16 and bf16; in the formats of 8 bits and fewer it becomes the largest number
 * ("saturating", as ONNX's Cast does by default) or what the format has for it (infinity, else NaN, else the largest
 * number).
 *
 * @see <a href="https://onnx.ai/onnx/technical/float8.html">Float stored in 8 bits</a>
 * @see <a href="https://onnx.ai/onnx/technical/float4.html">Float stored in 4 bits</a>
 */
public final class SmallFloats {
    private static final FloatFormat F16 = new FloatFormat(5, 10, 15, 0x7BFF, 0x7C00, 0x7E00, false);
    private static final FloatFormat BF16 = new FloatFormat(8, 7, 127, 0x7F7F, 0x7F80, 0x7FC0, false);
    private static final FloatFormat E4M3FN = new FloatFormat(4, 3, 7, 0x7E, 0x7E, 0x7F, false);
    private static final FloatFormat E4M3FNUZ = new FloatFormat(4, 3, 8, 0x7F, 0x7F, 0x80, true);
    private static final FloatFormat E5M2 = new FloatFormat(5, 2, 15, 0x7B, 0x7B, 0x7F, false);
    private static final FloatFormat E5M2FNUZ = new FloatFormat(5, 2, 16, 0x7F, 0x7F, 0x80, true);
    private static final FloatFormat E2M1 = new FloatFormat(2, 1, 1, 0x7, 0x7, 0x8, false);
    private static final FloatFormat OPEN_E4M3FN = new FloatFormat(4, 3, 7, 0x7E, 0x7F, 0x7F, false);
    private static final FloatFormat OPEN_E4M3FNUZ = new FloatFormat(4, 3, 8, 0x7F, 0x80, 0x80, true);
    private static final FloatFormat OPEN_E5M2 = new FloatFormat(5, 2, 15, 0x7B, 0x7C, 0x7F, false);
    private static final FloatFormat OPEN_E5M2FNUZ = new FloatFormat(5, 2, 16, 0x7F, 0x80, 0x80, true);
    private static final double E8M0_MIN = 0x1p-127;
    private static final double E8M0_MAX = 0x1p127;
    private static final int E8M0_NAN = 0xFF;
    private static final int E8M0_BIAS = 127;
    /** Anything above 1 is nearer to this or beyond it. */
    private static final double UP = Math.nextUp(1.0);

    private static final float[] OF_E4M3FN = table(E4M3FN, 256);
    private static final float[] OF_E4M3FNUZ = table(E4M3FNUZ, 256);
    private static final float[] OF_E5M2 = table(OPEN_E5M2, 256);
    private static final float[] OF_E5M2FNUZ = table(E5M2FNUZ, 256);
    private static final float[] OF_E2M1 = table(E2M1, 16);

    private SmallFloats() {
    }

    private static float[] table(FloatFormat format, int size) {
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) format.decode(i);
        }
        return values;
    }

    // ---- codes to numbers

    /**
     * A bf16.
     *
     * @param code its bits; higher ones are ignored
     * @return the number
     */
    public static float ofBF16(int code) {
        return Float.intBitsToFloat(code << 16);
    }

    /**
     * An f8e4m3fn.
     *
     * @param code its bits; higher ones are ignored
     * @return the number
     */
    public static float ofF8E4M3FN(int code) {
        return OF_E4M3FN[code & 0xFF];
    }

    /**
     * An f8e4m3fnuz.
     *
     * @param code its bits; higher ones are ignored
     * @return the number
     */
    public static float ofF8E4M3FNUZ(int code) {
        return OF_E4M3FNUZ[code & 0xFF];
    }

    /**
     * An f8e5m2.
     *
     * @param code its bits; higher ones are ignored
     * @return the number
     */
    public static float ofF8E5M2(int code) {
        return OF_E5M2[code & 0xFF];
    }

    /**
     * An f8e5m2fnuz.
     *
     * @param code its bits; higher ones are ignored
     * @return the number
     */
    public static float ofF8E5M2FNUZ(int code) {
        return OF_E5M2FNUZ[code & 0xFF];
    }

    /**
     * An f8e8m0.
     *
     * @param code its bits; higher ones are ignored
     * @return the number, a power of two or NaN
     */
    public static float ofF8E8M0(int code) {
        int bits = code & 0xFF;
        // the exponent of f32 has the same bias; 2^-127 is subnormal there
        return bits == E8M0_NAN ? Float.NaN : Float.intBitsToFloat(bits == 0 ? 1 << 22 : bits << 23);
    }

    /**
     * An f4e2m1.
     *
     * @param code its bits; higher ones are ignored
     * @return the number
     */
    public static float ofF4E2M1(int code) {
        return OF_E2M1[code & 0xF];
    }

    // ---- numbers to codes

    /**
     * To f16.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toF16(float value) {
        return Float.floatToFloat16(value);
    }

    /**
     * To bf16.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toBF16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return 0x7FC0;
        }
        return (bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16;
    }

    /**
     * To f8e4m3fn, saturating.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toF8E4M3FN(float value) {
        return E4M3FN.encode(value);
    }

    /**
     * To f8e4m3fnuz, saturating.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toF8E4M3FNUZ(float value) {
        return E4M3FNUZ.encode(value);
    }

    /**
     * To f8e5m2, saturating finite numbers only, so that what was rounded before keeps its infinities.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toF8E5M2(float value) {
        return Float.isInfinite(value) ? OPEN_E5M2.encode(value) : E5M2.encode(value);
    }

    /**
     * To f8e5m2fnuz, saturating.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toF8E5M2FNUZ(float value) {
        return E5M2FNUZ.encode(value);
    }

    /**
     * To f8e8m0, the power of two that is not below the number's magnitude.
     *
     * @param value a number
     * @return the bits
     */
    public static int toF8E8M0(float value) {
        return scale(value, UP);
    }

    /**
     * To f4e2m1, saturating.
     *
     * @param value a number
     * @return the bits of the nearest
     */
    public static int toF4E2M1(float value) {
        return E2M1.encode(value);
    }

    /** The exponent of a power of two near a magnitude, limited to the range; above {@code limit} it goes up. */
    private static int scale(double value, double limit) {
        double magnitude = Math.abs(value);
        if (Double.isNaN(magnitude)) {
            return E8M0_NAN;
        }
        if (magnitude <= E8M0_MIN || magnitude >= E8M0_MAX) {
            return magnitude <= E8M0_MIN ? 0 : E8M0_NAN - 1;
        }
        int exponent = Math.getExponent(magnitude);
        return exponent + E8M0_BIAS + (Math.scalb(magnitude, -exponent) >= limit ? 1 : 0);
    }

    // ---- rounding

    /**
     * The nearest f16.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundF16(double value) {
        return F16.round(value);
    }

    /**
     * The nearest bf16.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundBF16(double value) {
        return BF16.round(value);
    }

    /**
     * The nearest f16.
     *
     * @param value a number
     * @return one of the format
     */
    public static float roundF16(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }

    /**
     * The nearest bf16.
     *
     * @param value a number
     * @return one of the format
     */
    public static float roundBF16(float value) {
        return ofBF16(toBF16(value));
    }

    /**
     * The nearest f8e4m3fn, saturating.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundF8E4M3FN(double value) {
        return E4M3FN.round(value);
    }

    /**
     * The nearest f8e4m3fnuz, saturating.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundF8E4M3FNUZ(double value) {
        return E4M3FNUZ.round(value);
    }

    /**
     * The nearest f8e5m2, saturating.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundF8E5M2(double value) {
        return E5M2.round(value);
    }

    /**
     * The nearest f8e5m2fnuz, saturating.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundF8E5M2FNUZ(double value) {
        return E5M2FNUZ.round(value);
    }

    /**
     * The nearest f4e2m1, saturating.
     *
     * @param value a number
     * @return one of the format
     */
    public static double roundF4E2M1(double value) {
        return E2M1.round(value);
    }

    /**
     * The nearest f8e4m3fn, NaN if it is too large.
     *
     * @param value a number
     * @return one of the format
     */
    public static double openF8E4M3FN(double value) {
        return OPEN_E4M3FN.round(value);
    }

    /**
     * The nearest f8e4m3fnuz, NaN if it is too large.
     *
     * @param value a number
     * @return one of the format
     */
    public static double openF8E4M3FNUZ(double value) {
        return OPEN_E4M3FNUZ.round(value);
    }

    /**
     * The nearest f8e5m2, infinite if it is too large.
     *
     * @param value a number
     * @return one of the format
     */
    public static double openF8E5M2(double value) {
        return OPEN_E5M2.round(value);
    }

    /**
     * The nearest f8e5m2fnuz, NaN if it is too large.
     *
     * @param value a number
     * @return one of the format
     */
    public static double openF8E5M2FNUZ(double value) {
        return OPEN_E5M2FNUZ.round(value);
    }

    /**
     * The f8e8m0 that is not below the magnitude.
     *
     * @param value a number
     * @return a power of two or NaN
     */
    public static double upF8E8M0(double value) {
        return ofF8E8M0(scale(value, UP));
    }

    /**
     * The f8e8m0 that is not above the magnitude.
     *
     * @param value a number
     * @return a power of two or NaN
     */
    public static double downF8E8M0(double value) {
        return ofF8E8M0(scale(value, 2));
    }

    /**
     * The f8e8m0 nearest to the magnitude, halves up.
     *
     * @param value a number
     * @return a power of two or NaN
     */
    public static double nearestF8E8M0(double value) {
        return ofF8E8M0(scale(value, 1.5));
    }

    /**
     * The f8e8m0 nearest to a positive number within the range, halves up.
     *
     * @param value a number
     * @return a power of two, NaN if the number is out of range
     */
    public static double openF8E8M0(double value) {
        return value >= E8M0_MIN && value <= E8M0_MAX ? nearestF8E8M0(value) : Float.NaN;
    }
}
