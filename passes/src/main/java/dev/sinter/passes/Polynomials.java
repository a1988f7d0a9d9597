package dev.sinter.passes;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A term read as a polynomial in two of its subterms, x and y. Two ways of writing one formula have the same
 * polynomial, whatever the order and association of their products and sums, so a pattern need not list them.
 */
record Polynomials(Map<Power, Double> coefficients) {
    /**
     * Exponents of a product.
     *
     * @param x
     *            of the first atom
     * @param y
     *            of the second atom
     */
    record Power(int x, int y) {
        Power times(Power other) {
            return new Power(x + other.x, y + other.y);
        }
    }

    private static final int HIGHEST = 4;
    private static final double TOLERANCE = 1e-5;

    static Polynomials number(double value) {
        return new Polynomials(Map.of(new Power(0, 0), value));
    }

    /** This and a product more. */
    Polynomials and(double factor, int x, int y) {
        return plus(new Polynomials(Map.of(new Power(x, y), factor)), 1);
    }

    /** Reads a term; null where it is no polynomial in x and y. {@code y} may be null for one atom. */
    static @Nullable Polynomials read(Term term, Term x, @Nullable Term y) {
        return read(term, x, y, 10);
    }

    private static @Nullable Polynomials read(Term term, Term x, @Nullable Term y, int depth) {
        if (term.same(x)) {
            return new Polynomials(Map.of(new Power(1, 0), 1.0));
        }
        if (y != null && term.same(y)) {
            return new Polynomials(Map.of(new Power(0, 1), 1.0));
        }
        var number = term.number();
        if (number != null) {
            return number(number);
        }
        var fn = term.fn();
        if (depth == 0 || fn == null) {
            return null;
        }
        return switch (fn) {
            case ADD, SUB, MUL, DIV, POW -> {
                var left = read(term.arg(0), x, y, depth - 1);
                var right = left == null ? null : read(term.arg(1), x, y, depth - 1);
                if (left == null || right == null) {
                    yield null;
                }
                yield switch (fn) {
                    case ADD -> left.plus(right, 1);
                    case SUB -> left.plus(right, -1);
                    case MUL -> left.times(right);
                    case DIV -> left.dividedBy(right);
                    default -> left.power(right);
                };
            }
            case NEG -> {
                var operand = read(term.arg(0), x, y, depth - 1);
                yield operand == null ? null : number(0).plus(operand, -1);
            }
            default -> null;
        };
    }

    private Polynomials plus(Polynomials other, double factor) {
        var sum = new HashMap<>(coefficients);
        other.coefficients.forEach((power, c) -> sum.merge(power, factor * c, Double::sum));
        return new Polynomials(sum);
    }

    private @Nullable Polynomials times(Polynomials other) {
        var product = new HashMap<Power, Double>();
        coefficients
                .forEach((p, c) -> other.coefficients.forEach((q, d) -> product.merge(p.times(q), c * d, Double::sum)));
        return product.keySet().stream().anyMatch(p -> p.x() + p.y() > HIGHEST) ? null : new Polynomials(product);
    }

    private @Nullable Polynomials dividedBy(Polynomials other) {
        var divisor = other.constant();
        return divisor == null || divisor == 0 ? null : times(number(1 / divisor));
    }

    private @Nullable Polynomials power(Polynomials other) {
        var exponent = other.constant();
        if (exponent == null || exponent != 2 && exponent != 3) {
            return null;
        }
        var square = times(this);
        return square == null || exponent == 2 ? square : square.times(this);
    }

    /** The number this is, or null. */
    private @Nullable Double constant() {
        boolean only =
                coefficients.entrySet().stream().allMatch(e -> e.getKey().equals(new Power(0, 0)) || e.getValue() == 0);
        return only ? coefficients.getOrDefault(new Power(0, 0), 0.0) : null;
    }

    /** Whether every coefficient is nearly the other's: constants in models are rounded to f32 or to a few digits. */
    boolean isNearly(Polynomials other) {
        var powers = new HashSet<>(coefficients.keySet());
        powers.addAll(other.coefficients.keySet());
        return powers.stream().allMatch(p -> {
            double a = coefficients.getOrDefault(p, 0.0);
            double b = other.coefficients.getOrDefault(p, 0.0);
            return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
        });
    }
}
