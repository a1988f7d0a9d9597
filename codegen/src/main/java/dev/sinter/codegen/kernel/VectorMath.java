package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;

/**
 * Our own exp, tanh and erf in f32, made of primitives that are exact or rounded once, so that every form gives equal
 * bits. Errors are measured in the tests against the functions in f64.
 */
final class VectorMath {
    private static final double MAGIC = 0x1.8p23;
    private static final double LOG2E = 1.44269504088896341;
    private static final double LN2_HIGH = 0.693359375;
    private static final double LN2_LOW = -2.12194440e-4;
    /** (exp(r) - 1 - r) / r^2 on |r| <= ln(2)/2, highest power first; error below one unit in the last place. */
    private static final double[] EXP = {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
            1.6666665459e-1, 5.0000001201e-1};
    /**
     * erf in two pieces, as N. Juffa published them: near 0 {@code x + x P(x^2)}, beyond {@link #ERF_SPLIT}
     * {@code 1 - exp(-|x| + |x| P(|x|))}; highest power first, error about one unit in the last place.
     */
    private static final double[] ERF_NEAR = {-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1,
            -3.76125336e-1, 1.28379166e-1};
    private static final double[] ERF_FAR = {-1.72853470e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2,
            -1.06777877e-1, -6.34846687e-1, -1.28717512e-1};
    private static final double ERF_SPLIT = 0.927734375;
    /**
     * log2(0.5 erfc(a / sqrt 2)) on [0, {@link #TAIL_END}], highest power first: fitted so that a times the tail is
     * exact to 2e-7 of itself while that is above 1e-5, and to ever fewer digits beyond.
     */
    private static final double[] LOG_TAIL = {-1.3072288140847377e-8, 4.4919494257555925e-7, -6.482324806711404e-6,
            4.9580088671064004e-5, -1.8375243234913796e-4, -2.0786751701962203e-4, 7.214541081339121e-3,
            -5.263281986117363e-2, -4.5915475487709045e-1, -1.1511119604110718, -1};
    private static final double TAIL_END = 9;
    /** -(2 to the r) for |r| up to 1/2, relative error 9e-8. */
    private static final double[] MINUS_POWER = {-1.3264658628031611e-3, -9.67156607657671e-3, -5.5507343262434006e-2,
            -2.4022240936756134e-1, -6.931470036506653e-1, -1};
    /** 2 to the r for |r| up to 1/2, relative error 3e-9. */
    private static final double[] POWER = {1.5370726020793804e-4, 1.3399845666543508e-3, 9.618373180272446e-3,
            5.5503290446012085e-2, 2.4022648462790944e-1, 6.931472055693884e-1, 1};
    private static final double LOG2E_HIGH = (float) LOG2E;
    private static final double LOG2E_LOW = LOG2E - LOG2E_HIGH;
    /** Odd rational approximation of tanh on [-7.9, 7.9], absolute error 2.6e-7. */
    private static final double[] TANH_P = {-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
            5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03};
    private static final double[] TANH_Q = {1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03,
            4.89352518554385e-03};
    private static final double TANH_LIMIT = 7.90531110763549805;

    private final Body body;
    private final int lanes;
    private final String prefix;
    private int next;

    VectorMath(Body body, int lanes, String prefix) {
        this.body = body;
        this.lanes = lanes;
        this.prefix = prefix;
    }

    private Term let(Term value) {
        return value instanceof Term.Ref || value instanceof Term.Lit ? value : body.let(prefix + next++, value);
    }

    Term literal(double value) {
        return Term.f32(value, lanes);
    }

    private Term integer(int value) {
        return new Term.Lit(0, value, new VType(Elem.I32, lanes));
    }

    private static Term fma(Term a, Term b, Term c) {
        return Term.of(Prim.FMA, a, b, c);
    }

    private static Term mul(Term a, Term b) {
        return Term.of(Prim.MUL, a, b);
    }

    private Term horner(double[] coefficients, Term x) {
        var sum = literal(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            sum = let(fma(sum, x, literal(coefficients[i])));
        }
        return sum;
    }

    /**
     * The same sum in pairs, pairs of pairs and so on: a few more operations, of which fewer wait for each other.
     */
    private Term paired(double[] coefficients, Term x) {
        var sums = new ArrayList<Term>();
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sums.add(literal(coefficients[i]));
        }
        for (var power = x; sums.size() > 1;) {
            for (int i = 0; i < sums.size() / 2; i++) {
                sums.set(i, let(fma(sums.get(2 * i + 1), power, sums.get(2 * i))));
            }
            if (sums.size() % 2 == 1) {
                sums.set(sums.size() / 2, sums.getLast());
            }
            sums.subList((sums.size() + 1) / 2, sums.size()).clear();
            power = sums.size() > 1 ? let(mul(power, power)) : power;
        }
        return sums.getFirst();
    }

    /** The same sum by even and odd powers: one operation more than one by one, and half as many wait for each other. */
    private Term halved(double[] coefficients, Term x) {
        var square = let(mul(x, x));
        int last = coefficients.length - 1;
        var sums = new Term[]{literal(coefficients[0]), literal(coefficients[1])};
        for (int i = 2; i <= last; i++) {
            sums[i % 2] = let(fma(sums[i % 2], square, literal(coefficients[i])));
        }
        return let(fma(sums[1 - last % 2], x, sums[last % 2]));
    }

    private Term atLeast(Term x, double limit) {
        return let(Term.of(Prim.SELECT, Term.of(Prim.LT, x, literal(limit)), literal(limit), x));
    }

    private Term atMost(Term x, double limit) {
        return let(Term.of(Prim.SELECT, Term.of(Prim.LT, literal(limit), x), literal(limit), x));
    }

    /** 2^n - 1 + ... : exp of the reduced argument, and t whose low bits hold the power of two. */
    private Term reduced(Term x, Term t) {
        var n = let(t.minus(literal(MAGIC)));
        var high = let(fma(n, literal(-LN2_HIGH), x));
        var r = let(fma(n, literal(-LN2_LOW), high));
        var p = horner(EXP, r);
        var square = let(mul(r, r));
        return let(Term.of(Prim.ADD, fma(p, square, r), literal(1)));
    }

    private Term power(Term exponent) {
        var biased = Term.of(Prim.ADD, exponent, integer(127));
        return new Term.Bits(Term.of(Prim.SHL, biased, Term.i32(23)), Elem.F32);
    }

    /** 2^n where the low bits of t hold n, for normal results. */
    private Term powerOf(Term t) {
        var biased =
                Term.of(Prim.ADD, new Term.Bits(t, Elem.I32), integer(127 - Float.floatToRawIntBits((float) MAGIC)));
        return new Term.Bits(Term.of(Prim.SHL, biased, Term.i32(23)), Elem.F32);
    }

    /** e to the x: all of f32, denormal results included. */
    Term exp(Term argument) {
        var x = atMost(atLeast(let(argument), -104), 89);
        var t = let(fma(x, literal(LOG2E), literal(MAGIC)));
        var y = reduced(x, t);
        var n = let(Term.of(Prim.SUB, new Term.Bits(t, Elem.I32), integer(Float.floatToRawIntBits((float) MAGIC))));
        var half = let(Term.of(Prim.SHR, n, Term.i32(1)));
        var rest = let(Term.of(Prim.SUB, n, half));
        return let(mul(mul(y, power(half)), power(rest)));
    }

    /** e to the x for x at most 0, as in softmax; results below 2^-126 become 0. */
    Term expOfNegative(Term argument) {
        var x = let(argument);
        double least = -87.3;
        var tiny = body.let(prefix + next++, Term.of(Prim.LT, x, literal(least)));
        var clamped = let(Term.of(Prim.SELECT, tiny, literal(least), x));
        var t = let(fma(clamped, literal(LOG2E), literal(MAGIC)));
        var y = reduced(clamped, t);
        var scaled = mul(y, powerOf(t));
        return let(Term.of(Prim.SELECT, tiny, literal(0), scaled));
    }

    Term erf(Term argument) {
        var x = let(argument);
        var near = let(fma(horner(ERF_NEAR, let(mul(x, x))), x, x));
        var size = atMost(let(Term.of(Prim.ABS, x)), 4);
        var exponent = let(fma(horner(ERF_FAR, size), size, Term.of(Prim.NEG, size)));
        var t = let(fma(exponent, literal(LOG2E), literal(MAGIC)));
        var far = let(fma(Term.of(Prim.NEG, reduced(exponent, t)), powerOf(t), literal(1)));
        var sign = Term.of(Prim.AND, new Term.Bits(x, Elem.I32), integer(Integer.MIN_VALUE));
        var signed = new Term.Bits(Term.of(Prim.OR, new Term.Bits(far, Elem.I32), sign), Elem.F32);
        return let(Term.of(Prim.SELECT, Term.of(Prim.LT, literal(ERF_SPLIT), size), signed, near));
    }

    /** At the limit and beyond the nearest values are 1 and -1, as GELU needs them to vanish far to the left. */
    Term tanh(Term argument) {
        var x = atMost(atLeast(let(argument), -TANH_LIMIT), TANH_LIMIT);
        var ratio = ratio(x, TANH_P, TANH_Q);
        var low = let(Term.of(Prim.SELECT, Term.of(Prim.LE, x, literal(-TANH_LIMIT)), literal(-1), ratio));
        return let(Term.of(Prim.SELECT, Term.of(Prim.LE, literal(TANH_LIMIT), x), literal(1), low));
    }

    /** x P(x^2) / Q(x^2). */
    private Term ratio(Term x, double[] p, double[] q) {
        var square = let(mul(x, x));
        var above = let(mul(x, horner(p, square)));
        var below = horner(q, square);
        return let(Term.of(Prim.DIV, above, below));
    }

    /**
     * 0.5 x (1 + erf(x / sqrt 2)), as the positive part of x less |x| times the normal distribution's tail at |x|: near
     * its digits also where the function vanishes. The tail is 2 to a polynomial; at {@link #TAIL_END} it is 1e-19.
     */
    Term gelu(Term argument) {
        var x = let(argument);
        var size = Term.of(Prim.AND, new Term.Bits(x, Elem.I32), integer(Integer.MAX_VALUE));
        // as positive numbers' bits are ordered like themselves; what is not a number comes through by the positive part
        var end = integer(Float.floatToRawIntBits((float) TAIL_END));
        var a = let(new Term.Bits(Term.of(Prim.MIN, size, end), Elem.F32));
        var exponent = halved(LOG_TAIL, a);
        var t = let(Term.of(Prim.ADD, exponent, literal(MAGIC)));
        var rest = let(Term.of(Prim.SUB, exponent, t.minus(literal(MAGIC))));
        var scale = Term.of(Prim.SHL, new Term.Bits(t, Elem.I32), Term.i32(23));
        var minusTail = Term.of(Prim.ADD, new Term.Bits(halved(MINUS_POWER, rest), Elem.I32), scale);
        // a difference in place of zero, as by the definition minus infinity gives no number
        var positive = let(Term.of(Prim.SELECT, Term.of(Prim.LT, x, literal(0)), x.minus(x), x));
        return let(fma(a, new Term.Bits(minusTail, Elem.F32), positive));
    }

    /** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
    Term geluTanh(Term argument) {
        var x = let(argument);
        var square = let(mul(x, x));
        var inner = let(fma(mul(x, square), literal(0.044715), x));
        var t = tanh(mul(inner, literal(Math.sqrt(2 / Math.PI))));
        var half = let(mul(x, literal(0.5)));
        return let(fma(half, t, half));
    }

    /**
     * 1 / (1 + e to the -x), by y, e to the -|x|: y / (1 + y) on the left and 1 / (1 + y) on the right; y is 0 where it
     * would be below 2^-127. What operations wait for each other counts more than their number: a processor looks ahead
     * over so many that wait.
     */
    Term sigmoid(Term argument) {
        var x = let(argument);
        var size = Term.of(Prim.AND, new Term.Bits(x, Elem.I32), integer(Integer.MAX_VALUE));
        var a = atMost(let(new Term.Bits(size, Elem.F32)), 88.5);
        var t = let(fma(a, literal(-LOG2E_HIGH), literal(MAGIC)));
        var n = let(Term.of(Prim.SUB, literal(MAGIC), t));
        var rest = let(fma(a, literal(-LOG2E_LOW), fma(a, literal(-LOG2E_HIGH), n)));
        var scale = Term.of(Prim.SHL, new Term.Bits(t, Elem.I32), Term.i32(23));
        var power = Term.of(Prim.ADD, new Term.Bits(paired(POWER, rest), Elem.I32), scale);
        var y = let(new Term.Bits(Term.of(Prim.MAX, power, integer(0)), Elem.F32));
        var above = Term.of(Prim.SELECT, Term.of(Prim.LT, x, literal(0)), y, literal(1));
        return let(Term.of(Prim.DIV, above, Term.of(Prim.ADD, y, literal(1))));
    }

    /** Nearest integer, ties to even; the sign of zero is kept. */
    Term round(Term argument) {
        var x = let(argument);
        var magnitude = let(Term.of(Prim.ABS, x));
        var rounded = let(Term.of(Prim.SUB, Term.of(Prim.ADD, magnitude, literal(0x1p23)), literal(0x1p23)));
        var sign = Term.of(Prim.AND, new Term.Bits(x, Elem.I32), integer(Integer.MIN_VALUE));
        var signed = new Term.Bits(Term.of(Prim.OR, new Term.Bits(rounded, Elem.I32), sign), Elem.F32);
        return let(Term.of(Prim.SELECT, Term.of(Prim.LT, magnitude, literal(0x1p23)), signed, x));
    }

    Term floor(Term argument) {
        var x = let(argument);
        var r = round(x);
        return let(Term.of(Prim.SELECT, Term.of(Prim.LT, x, r), Term.of(Prim.SUB, r, literal(1)), r));
    }

    Term ceil(Term argument) {
        // through floor, so that what rounds up to zero keeps its sign
        return let(Term.of(Prim.NEG, floor(Term.of(Prim.NEG, argument))));
    }
}
