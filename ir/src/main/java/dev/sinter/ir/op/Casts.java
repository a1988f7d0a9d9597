package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.IrException;
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
    static Object cast(Object lanes, DType from, DType to, int count) {
        if (from.kind() == DType.Kind.COMPLEX || to.kind() == DType.Kind.COMPLEX) {
            throw new IrException("cast from " + from + " to " + to + ": complex numbers are not evaluated");
        }
        return switch (lanes) {
            case double[] a -> fromReals(a, from, to, count);
            case long[] a -> fromIntegers(a, from, to, count);
            case String[] a -> fromTexts(a, to, count);
            default -> throw new IllegalStateException("no lanes: " + lanes.getClass());
        };
    }

    private static Object fromReals(double[] a, DType from, DType to, int count) {
        if (to == DType.STRING) {
            var texts = new String[count];
            for (int i = 0; i < count; i++) {
                texts[i] = text(a[i], from);
            }
            return texts;
        }
        if (to.isFloat()) {
            var reals = new double[count];
            for (int i = 0; i < count; i++) {
                reals[i] = to.round(a[i]);
            }
            return reals;
        }
        var integers = new long[count];
        for (int i = 0; i < count; i++) {
            integers[i] = to == DType.BOOL ? (a[i] != 0 ? 1 : 0) : to.wrap(toInteger(a[i], to));
        }
        return integers;
    }

    private static long toInteger(double value, DType to) {
        return to == DType.U64 && value >= TWO_63 ? (long) (value - TWO_63) + Long.MIN_VALUE : (long) value;
    }

    private static String text(double value, DType from) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "INF" : "-INF";
        }
        return from == DType.F64 ? Double.toString(value) : Float.toString((float) value);
    }

    private static Object fromIntegers(long[] a, DType from, DType to, int count) {
        if (to == DType.STRING) {
            var texts = new String[count];
            for (int i = 0; i < count; i++) {
                texts[i] = from == DType.U64 ? Long.toUnsignedString(a[i])
                        : from == DType.BOOL ? (a[i] != 0 ? "True" : "False") : Long.toString(a[i]);
            }
            return texts;
        }
        if (to.isFloat()) {
            var reals = new double[count];
            for (int i = 0; i < count; i++) {
                reals[i] = toReal(a[i], from == DType.U64, to);
            }
            return reals;
        }
        var integers = new long[count];
        for (int i = 0; i < count; i++) {
            integers[i] = to.wrap(a[i]);
        }
        return integers;
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

    private static Object fromTexts(String[] a, DType to, int count) {
        if (to == DType.STRING) {
            return a;
        }
        var reals = new double[to.isFloat() ? count : 0];
        var integers = new long[to.isFloat() ? 0 : count];
        for (int i = 0; i < count; i++) {
            var text = a[i].strip();
            try {
                if (to.isFloat()) {
                    reals[i] = to == DType.F32 ? floatOf(text) : to.round(doubleOf(text));
                } else {
                    integers[i] = to.wrap(integerOf(text, to));
                }
            } catch (NumberFormatException e) {
                throw new IrException("cast to " + to + ": a number was expected, not \"" + a[i] + '"');
            }
        }
        return to.isFloat() ? reals : integers;
    }

    private static double doubleOf(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "INF", "+INF", "INFINITY", "+INFINITY" -> Double.POSITIVE_INFINITY;
            case "-INF", "-INFINITY" -> Double.NEGATIVE_INFINITY;
            case "NAN", "+NAN", "-NAN" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    /** Parsed as f32 itself, as going through double would round twice. */
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
