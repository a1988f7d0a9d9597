package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Conversions as ONNX's Cast defines them; where it leaves the result open: real numbers become integers by being cut
 * towards zero, limited to 64 bits (NaN is 0), then wrapped to the target's width.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">Cast</a>
 */
final class Casts {
    private static final double TWO_63 = 0x1p63;

    private Casts() {
    }

    /** Converts lanes (see {@link Elementwise}) from one type to another. */
    static Object cast(Fn fn, Object lanes, DType from, DType to, int count) {
        if (from.kind() == DType.Kind.COMPLEX || to.kind() == DType.Kind.COMPLEX) {
            throw new IrException("cast from " + from + " to " + to + ": complex numbers are not evaluated");
        }
        if (fn == Fn.BITCAST) {
            return reinterpreted(lanes, from, to, count);
        }
        return switch (to.kind()) {
            case STRING -> texts(lanes, from, count);
            case FLOAT -> reals(fn, lanes, from, to, count);
            default -> integers(lanes, to, count);
        };
    }

    private static Object reinterpreted(Object lanes, DType from, DType to, int count) {
        var bits = new long[count];
        for (int i = 0; i < count; i++) {
            bits[i] = lanes instanceof double[] a ? bits(a[i], from) : ((long[]) lanes)[i];
        }
        return to.isFloat() ? Arrays.stream(bits).mapToDouble(b -> ofBits(b, to)).toArray()
                : Arrays.stream(bits).map(to::wrap).toArray();
    }

    /** The bits of a real number. */
    static long bits(double value, DType from) {
        return switch (from) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Float.floatToRawIntBits((float) value);
            case F16 -> Float.floatToFloat16((float) value) & 0xffff;
            case BF16 -> Float.floatToRawIntBits((float) value) >>> 16;
            default -> throw new IrException("bitcast: the bits of " + from + " are not told apart");
        };
    }

    /** The real number of some bits. */
    static double ofBits(long bits, DType to) {
        return switch (to) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> Float.intBitsToFloat((int) bits);
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> Float.intBitsToFloat((int) bits << 16);
            default -> throw new IrException("bitcast: the bits of " + to + " are not told apart");
        };
    }

    private static String[] texts(Object lanes, DType from, int count) {
        var out = new String[count];
        for (int i = 0; i < count; i++) {
            out[i] = switch (lanes) {
                case double[] a -> text(a[i], from);
                case long[] a -> text(a[i], from);
                default -> ((String[]) lanes)[i];
            };
        }
        return out;
    }

    private static double[] reals(Fn fn, Object lanes, DType from, DType to, int count) {
        var out = new double[count];
        for (int i = 0; i < count; i++) {
            out[i] = switch (lanes) {
                case double[] a -> real(fn, a[i], to);
                case long[] a -> real(fn, a[i], from == DType.U64, to);
                default -> real(((String[]) lanes)[i], to);
            };
        }
        return out;
    }

    private static long[] integers(Object lanes, DType to, int count) {
        var out = new long[count];
        for (int i = 0; i < count; i++) {
            out[i] = switch (lanes) {
                case double[] a -> integer(a[i], to);
                case long[] a -> to.wrap(a[i]);
                default -> integer(((String[]) lanes)[i], to);
            };
        }
        return out;
    }

    /** A real number in another floating-point type. */
    static double real(Fn fn, double value, DType to) {
        return switch (fn) {
            case CAST_OVERFLOW -> to.roundOverflowing(value);
            case CAST_DOWN -> to.round(value, DType.ScaleRounding.DOWN);
            case CAST_NEAREST -> to.round(value, DType.ScaleRounding.NEAREST);
            default -> to.round(value);
        };
    }

    /** An integer as a floating-point number. */
    static double real(Fn fn, long value, boolean unsigned, DType to) {
        return to.bits() <= 16 && fn != Fn.CAST ? real(fn, toReal(value, unsigned, DType.F64), to)
                : toReal(value, unsigned, to);
    }

    /** A real number as an integer or bool. */
    static long integer(double value, DType to) {
        return to == DType.BOOL ? (value != 0 ? 1 : 0) : to.wrap(toInteger(value, to));
    }

    private static long toInteger(double value, DType to) {
        return to == DType.U64 && value >= TWO_63 ? (long) (value - TWO_63) + Long.MIN_VALUE : (long) value;
    }

    /** A real number as text. */
    static String text(double value, DType from) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "INF" : "-INF";
        }
        return from == DType.F64 ? Double.toString(value) : Float.toString((float) value);
    }

    /** An integer or bool as text. */
    static String text(long value, DType from) {
        return from == DType.U64 ? Long.toUnsignedString(value)
                : from == DType.BOOL ? (value != 0 ? "True" : "False") : Long.toString(value);
    }

    /** The nearest value of a floating-point type, rounded once: bits below double's precision become a sticky bit. */
    private static double toReal(long value, boolean unsigned, DType to) {
        boolean negative = !unsigned && value < 0;
        long magnitude = negative ? -value : value;
        int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(magnitude) - 53);
        if (shift == 0) {
            return to.round(value);
        }
        if (to == DType.F64) {
            return unsigned && value < 0 ? ((value >>> 1) | (value & 1)) * 2.0 : value;
        }
        long kept = magnitude >>> shift;
        long sticky = kept << shift == magnitude ? kept : kept | 1;
        double odd = Math.scalb((double) sticky, shift);
        return to.round(negative ? -odd : odd);
    }

    /** A text as a floating-point number; f32 parsed as itself, as going through double would round twice. */
    static double real(String text, DType to) {
        try {
            return to == DType.F32 ? floatOf(text.strip()) : to.round(doubleOf(text.strip()));
        } catch (NumberFormatException e) {
            throw noNumber(text, to);
        }
    }

    /** A text as an integer or bool. */
    static long integer(String text, DType to) {
        try {
            return to.wrap(integerOf(text.strip(), to));
        } catch (NumberFormatException e) {
            throw noNumber(text, to);
        }
    }

    private static IrException noNumber(String text, DType to) {
        return new IrException("cast to " + to + ": a number was expected, not \"" + text + '"');
    }

    private static double doubleOf(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "INF", "+INF", "INFINITY", "+INFINITY" -> Double.POSITIVE_INFINITY;
            case "-INF", "-INFINITY" -> Double.NEGATIVE_INFINITY;
            case "NAN", "+NAN", "-NAN" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private static double floatOf(String text) {
        double value = doubleOf(text);
        return Double.isFinite(value) ? Float.parseFloat(text) : value;
    }

    private static long integerOf(String text, DType to) {
        if (to == DType.BOOL) {
            return Boolean.parseBoolean(text) || text.equals("1") ? 1 : 0;
        }
        boolean plain = text.chars().allMatch(c -> c >= '0' && c <= '9' || c == '-' || c == '+');
        if (plain) {
            return to == DType.U64 && !text.startsWith("-") ? Long.parseUnsignedLong(text) : Long.parseLong(text);
        }
        return toInteger(doubleOf(text), to);
    }
}
