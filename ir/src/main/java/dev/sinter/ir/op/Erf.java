package dev.sinter.ir.op;

/**
 * The error function in double precision, to within a few units in the last place.
 *
 * @see <a href="https://dlmf.nist.gov/7.6.E2">DLMF 7.6.2, the series of positive terms</a>
 * @see <a href="https://dlmf.nist.gov/7.9.E1">DLMF 7.9.1, Laplace's continued fraction</a>
 */
final class Erf {
    private static final double SQRT_PI = 1.7724538509055160273;
    /** From here on the continued fraction is used: the series would lose the tail's relative precision. */
    private static final double TAIL = 1.0;
    /** Above this, erfc is below the smallest double. */
    private static final double END = 27.5;

    private Erf() {
    }

    static double erf(double x) {
        double a = Math.abs(x);
        return Double.isNaN(x) ? x : a < 2 * TAIL ? series(x) : Math.copySign(1 - tail(a), x);
    }

    static double erfc(double x) {
        return Double.isNaN(x) ? x : x >= TAIL ? tail(x) : 1 - erf(x);
    }

    /** {@code 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 * 3 * … * (2n+1))}. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; sum + term != sum; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / SQRT_PI * gauss(x) * sum;
    }

    /** {@code e^(-x^2)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …))))} for x from {@link #TAIL} on. */
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
}
