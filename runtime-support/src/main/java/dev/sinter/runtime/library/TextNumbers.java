package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Locale;

/** Numbers as text and back, as <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">Cast</a> says. */
final class TextNumbers {
    /** Exponents beyond which no type has anything but zero or infinity. */
    private static final int LONGEST = 400;

    private TextNumbers() {
    }

    /** {@code x string -> y}. */
    static Value[] parse(Invocation call) {
        Tensor x = call.tensor(0, DType.STRING);
        return new Value[]{parse(call, x.toStrings(), call.dtype("to", DType.F32), x.shape())};
    }

    /** Reads numbers, plain or scientific; an integer type drops the fraction. */
    static Tensor parse(Invocation call, String[] texts, DType to, long... shape) {
        if (to == DType.STRING) {
            return Tensor.of(texts, shape);
        }
        if (Order.isFloat(to)) {
            var values = new double[texts.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = real(call, texts[i], to);
            }
            return Tensor.ofValues(to, values, shape);
        }
        var values = new long[texts.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = to == DType.BOOL ? truth(call, texts[i]) : whole(call, texts[i], to);
        }
        return Tensor.ofValues(to, values, shape);
    }

    private static double real(Invocation call, String text, DType to) {
        String plain = text.strip().toUpperCase(Locale.ROOT);
        return switch (plain) {
            case "INF", "+INF", "INFINITY", "+INFINITY" -> Double.POSITIVE_INFINITY;
            case "-INF", "-INFINITY" -> Double.NEGATIVE_INFINITY;
            case "NAN", "+NAN", "-NAN" -> Double.NaN;
            default -> {
                try {
                    if (plain.endsWith("D") || plain.endsWith("F")) {
                        throw new NumberFormatException("a Java suffix");
                    }
                    yield to == DType.F32 ? Float.parseFloat(plain) : Double.parseDouble(plain);
                } catch (NumberFormatException e) {
                    throw call.wrong("expected a number, got '" + text + "'");
                }
            }
        };
    }

    private static long whole(Invocation call, String text, DType to) {
        try {
            var number = new BigDecimal(text.strip());
            if (number.precision() - number.scale() < LONGEST) {
                // A fraction of a million digits would be no smaller than zero.
                BigInteger whole = number.precision() - (long) number.scale() < 0 ? BigInteger.ZERO
                        : number.toBigInteger();
                int bits = to.bits();
                boolean unsigned = to.label().startsWith("u");
                if (unsigned ? whole.signum() >= 0 && whole.bitLength() <= bits : whole.bitLength() < bits) {
                    return whole.longValue();
                }
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw call.wrong("expected a number, got '" + text + "'");
        }
        throw call.wrong("'" + text + "' does not fit " + to);
    }

    private static long truth(Invocation call, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> 1;
            case "false" -> 0;
            default -> real(call, text, DType.F64) != 0 ? 1 : 0;
        };
    }

    /** {@code x -> string}. */
    static Value[] format(Invocation call) {
        Tensor x = call.tensor(0);
        return new Value[]{Tensor.of(texts(x), x.shape())};
    }

    /** The fewest digits that tell an element from its neighbours; an exponent below 1e-4 and from 1e16 on. */
    static String[] texts(Tensor x) {
        return switch (x.dtype()) {
            case STRING -> x.toStrings();
            case BOOL -> {
                boolean[] values = x.toBooleans();
                var out = new String[values.length];
                Arrays.setAll(out, i -> values[i] ? "True" : "False");
                yield out;
            }
            case U64 -> Arrays.stream(x.toLongs()).mapToObj(Long::toUnsignedString).toArray(String[]::new);
            default -> Order.isFloat(x.dtype())
                    ? Arrays.stream(x.toDoubles()).mapToObj(v -> text(v, x.dtype())).toArray(String[]::new)
                    : Arrays.stream(x.toLongs()).mapToObj(Long::toString).toArray(String[]::new);
        };
    }

    private static String text(double value, DType dtype) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal digits = shortest(value, dtype).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            return digits.scale() <= 0 ? digits.setScale(1).toPlainString() : digits.toPlainString();
        }
        String mantissa = digits.movePointLeft(exponent).toPlainString();
        return mantissa + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static BigDecimal shortest(double value, DType dtype) {
        if (dtype == DType.F64) {
            return new BigDecimal(Double.toString(value));
        }
        if (dtype == DType.F32) {
            return new BigDecimal(Float.toString((float) value));
        }
        var exact = new BigDecimal(value);
        for (int precision = 1; precision < 12; precision++) {
            BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (Tensor.ofValues(dtype, new double[]{rounded.doubleValue()}).toDoubles()[0] == value) {
                return rounded;
            }
        }
        return exact;
    }
}
