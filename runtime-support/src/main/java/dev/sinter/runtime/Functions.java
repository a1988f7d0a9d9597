package dev.sinter.runtime;

/**
 * For emitted code: functions that Java has no instruction or method for. {@link StrictMath} throughout, so that
 * results do not depend on the machine.
 */
public final class Functions {
    private static final double SQRT_PI = 1.7724538509055160273;
    /** From here on the continued fraction is used: the series would lose the tail's relative precision. */
    private static final double TAIL = 1.0;
    /** Above this, erfc is below the smallest double. */
    private static final double END = 27.5;
    private static final double LOG_2 = StrictMath.log(2);

    private Functions() {
    }

    /**
     * The error function.
     *
     * @param x any number
     * @return erf(x), to a few units in the last place
     * @see <a href="https://dlmf.nist.gov/7.6.E2">DLMF 7.6.2, the series of positive terms</a>
     */
    public static double erf(double x) {
        double a = Math.abs(x);
        return Double.isNaN(x) ? x : a < 2 * TAIL ? series(x) : Math.copySign(1 - tail(a), x);
    }

    /**
     * The complement of the error function.
     *
     * @param x any number
     * @return 1 - erf(x), to a few units in the last place also where it is small
     * @see <a href="https://dlmf.nist.gov/7.9.E1">DLMF 7.9.1, Laplace's continued fraction</a>
     */
    public static double erfc(double x) {
        return Double.isNaN(x) ? x : x >= TAIL ? tail(x) : 1 - erf(x);
    }

    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; sum + term != sum; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / SQRT_PI * gauss(x) * sum;
    }

    private static double tail(double x) {
        if (x > END) {
            return 0;
        }
        double fraction = x;
        for (int n = (int) (20 + 240 / (x * x)); n > 0; n--) {
            fraction = x + n / (2 * fraction);
        }
        return gauss(x) / (SQRT_PI * fraction);
    }

    /** e to the minus x squared, with the rounding of the square made good. */
    private static double gauss(double x) {
        double square = x * x;
        double lost = Math.fma(x, x, -square);
        return StrictMath.exp(-square) * (1 - lost);
    }

    /**
     * C's power, which unlike Java's is 1 for 1 to the NaN and for -1 to an infinity.
     *
     * @param a base
     * @param b exponent
     * @return a to the b
     */
    public static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : StrictMath.pow(a, b);
    }

    /**
     * Power of signed integers; wraps.
     *
     * @param base base
     * @param exponent exponent; a negative one gives the quotient cut towards zero
     * @return base to the exponent
     * @throws ArithmeticException if the base is 0 and the exponent negative
     */
    public static long power(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 1 / base;
        }
        return unsignedPower(base, exponent);
    }

    /**
     * Power of unsigned integers; wraps.
     *
     * @param base base
     * @param exponent exponent, unsigned
     * @return base to the exponent
     */
    public static long unsignedPower(long base, long exponent) {
        long power = 1;
        long square = base;
        for (long rest = exponent; rest != 0; rest >>>= 1) {
            power *= (rest & 1) != 0 ? square : 1;
            square *= square;
        }
        return power;
    }

    /**
     * The inverse hyperbolic sine.
     *
     * @param x any number
     * @return asinh(x)
     */
    public static double asinh(double x) {
        double m = Math.abs(x);
        double r = m > 0x1p28 ? StrictMath.log(m) + LOG_2
                : StrictMath.log1p(m + m * m / (1 + Math.sqrt(m * m + 1)));
        return Math.copySign(r, x);
    }

    /**
     * The inverse hyperbolic cosine.
     *
     * @param x at least 1, else the result is NaN
     * @return acosh(x)
     */
    public static double acosh(double x) {
        double t = x - 1;
        return x > 0x1p28 ? StrictMath.log(x) + LOG_2 : StrictMath.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /**
     * The inverse hyperbolic tangent.
     *
     * @param x between -1 and 1, else the result is NaN
     * @return atanh(x)
     */
    public static double atanh(double x) {
        return 0.5 * (StrictMath.log1p(x) - StrictMath.log1p(-x));
    }

    /**
     * Nearest double to a long where its value is to be rounded again: what does not fit is rounded to odd, so that the
     * second rounding gives what a single one would have given.
     *
     * @param value any long
     * @return a double
     */
    public static double odd(long value) {
        boolean negative = value < 0;
        long magnitude = negative ? -value : value;
        double result = oddUnsigned(magnitude);
        return negative ? -result : result;
    }

    /**
     * The same of an unsigned long.
     *
     * @param value read as unsigned
     * @return a double
     */
    public static double oddUnsigned(long value) {
        int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(value) - 53);
        if (shift == 0) {
            return value;
        }
        long kept = value >>> shift;
        return Math.scalb((double) (kept << shift == value ? kept : kept | 1), shift);
    }

    /**
     * {@code a + b} rounded to odd, for a sum that is rounded again.
     *
     * @param a first summand
     * @param b second summand
     * @return the sum
     * @see <a href="https://doi.org/10.1109/TC.2007.70819">Boldo and Melquiond, Emulation of FMA and correctly rounded
     *     sums</a>
     */
    public static double addToOdd(double a, double b) {
        double sum = a + b;
        double part = sum - a;
        double error = (a - (sum - part)) + (b - part);
        boolean exact = error == 0 || Double.isNaN(error) || Double.isInfinite(sum);
        if (exact || (Double.doubleToRawLongBits(sum) & 1) != 0) {
            return sum;
        }
        return error > 0 ? Math.nextUp(sum) : Math.nextDown(sum);
    }
}
