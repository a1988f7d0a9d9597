package dev.sinter.runtime;

/** Reads single elements of any type from their array. */
final class Elements {
    private static final float[] F4 = {0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f};

    private Elements() {
    }

    /** The raw bits of element {@code i} of an integer type, sign- or zero-extended as the type says. */
    static long integer(DType type, Object array, int i) {
        return switch (type) {
            case I8 -> ((byte[]) array)[i];
            case U8, BOOL -> ((byte[]) array)[i] & 0xFF;
            case I16 -> ((short[]) array)[i];
            case U16 -> ((short[]) array)[i] & 0xFFFF;
            case I32 -> ((int[]) array)[i];
            case U32 -> ((int[]) array)[i] & 0xFFFF_FFFFL;
            case I64, U64 -> ((long[]) array)[i];
            case U4 -> nibble((byte[]) array, i);
            case I4 -> (nibble((byte[]) array, i) << 28) >> 28;
            case U2 -> pair((byte[]) array, i);
            case I2 -> (pair((byte[]) array, i) << 30) >> 30;
            default -> throw new ModelException("expected an integer type, got " + type);
        };
    }

    /** Element {@code i} of a floating-point type; complex types count real and imaginary parts apart. */
    static double floating(DType type, Object array, int i) {
        return switch (type) {
            case F32, C64 -> ((float[]) array)[i];
            case F64, C128 -> ((double[]) array)[i];
            case F16 -> Float.float16ToFloat(((short[]) array)[i]);
            case BF16 -> Float.intBitsToFloat(((short[]) array)[i] << 16);
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0 -> float8(type, ((byte[]) array)[i] & 0xFF);
            case F4E2M1 -> {
                int bits = nibble((byte[]) array, i);
                yield (bits & 8) == 0 ? F4[bits] : -F4[bits & 7];
            }
            default -> throw new ModelException("expected a floating-point type, got " + type);
        };
    }

    /** The value of 64 bits read as signed or unsigned, rounded once. */
    static double toDouble(DType type, long bits) {
        if (type != DType.U64 || bits >= 0) {
            return bits;
        }
        return (double) (bits >>> 1 | bits & 1) * 2; // the lost bit is kept sticky, so the one rounding is right
    }

    /** The value of 64 bits read as signed or unsigned, rounded once. */
    static float toFloat(DType type, long bits) {
        if (type != DType.U64 || bits >= 0) {
            return bits;
        }
        return (float) (bits >>> 1 | bits & 1) * 2;
    }

    private static int nibble(byte[] packed, int i) {
        return packed[i >> 1] >> ((i & 1) << 2) & 0xF;
    }

    private static int pair(byte[] packed, int i) {
        return packed[i >> 2] >> ((i & 3) << 1) & 0x3;
    }

    private static float float8(DType type, int bits) {
        return switch (type) {
            case F8E4M3FN -> (bits & 0x7F) == 0x7F ? Float.NaN : minifloat(bits, 3, 7);
            case F8E4M3FNUZ -> bits == 0x80 ? Float.NaN : minifloat(bits, 3, 8);
            case F8E5M2FNUZ -> bits == 0x80 ? Float.NaN : minifloat(bits, 2, 16);
            case F8E5M2 -> Float.float16ToFloat((short) (bits << 8)); // the upper half of a half
            default -> bits == 0xFF ? Float.NaN : (float) Math.scalb(1.0, bits - 127);
        };
    }

    private static float minifloat(int bits, int mantissaBits, int bias) {
        int exponent = (bits & 0x7F) >> mantissaBits;
        int mantissa = bits & (1 << mantissaBits) - 1;
        float magnitude = exponent == 0
                ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                : Math.scalb((float) (mantissa | 1 << mantissaBits), exponent - bias - mantissaBits);
        return (bits & 0x80) == 0 ? magnitude : -magnitude;
    }
}
