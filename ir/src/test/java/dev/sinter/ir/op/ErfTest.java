package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ErfTest {
    private static final MathContext DIGITS = new MathContext(80);
    private static final BigDecimal PI = new BigDecimal(
            "3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348");

    /** 2/sqrt(pi) times the sum of (-1)^n x^(2n+1) / (n! (2n+1)), with enough digits for the cancellation. */
    private static BigDecimal exact(double x) {
        var square = new BigDecimal(x).multiply(new BigDecimal(x)).negate();
        var power = new BigDecimal(x);
        var sum = power;
        for (int n = 1; n < 400; n++) {
            power = power.multiply(square, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
            sum = sum.add(power.divide(BigDecimal.valueOf(2L * n + 1), DIGITS), DIGITS);
        }
        return sum.multiply(BigDecimal.TWO).divide(PI.sqrt(DIGITS), DIGITS);
    }

    @Test
    void bothAreExactToAFewUnits() {
        for (double x = 0.0078125; x < 6; x += 0.0859375) {
            var erf = exact(x);
            var erfc = BigDecimal.ONE.subtract(erf);
            assertThat(units(Erf.erf(x), erf)).as("erf %s", x).isLessThan(4);
            assertThat(Erf.erf(-x)).isEqualTo(-Erf.erf(x));
            assertThat(units(Erf.erfc(x), erfc)).as("erfc %s", x).isLessThan(x < 1 ? 16 : 12);
        }
    }

    private static double units(double value, BigDecimal exact) {
        return new BigDecimal(value).subtract(exact).abs().doubleValue() / Math.ulp(exact.doubleValue());
    }

    @Test
    void endsOfTheLine() {
        assertThat(Erf.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(Erf.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(Erf.erfc(Double.POSITIVE_INFINITY)).isZero();
        assertThat(Erf.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
        assertThat(Erf.erf(Double.NaN)).isNaN();
        assertThat(Erf.erf(-0.0)).isEqualTo(Double.valueOf(-0.0));
        assertThat(Erf.erf(1e-300)).isCloseTo(1.1283791670955126e-300, Offset.offset(1e-315));
        assertThat(Erf.erfc(26.5)).isPositive();
    }
}
