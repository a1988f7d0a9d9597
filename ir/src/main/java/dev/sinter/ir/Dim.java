package dev.sinter.ir;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A dimension: a constant, a symbol bound by an input or a node, or an expression over those. Values are kept in a
 * normal form (a sum of products in a fixed order), so two dimensions that are equal as polynomials are equal as
 * objects. Build them with {@link #of}, {@link #sym}, {@link #plus}, {@link #times} and the others, never with the
 * records' constructors.
 */
public sealed interface Dim {
    /** A known size. */
    record Const(long value) implements Dim {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** A named size, known when the model runs. */
    record Sym(String name) implements Dim {
        @Override
        public String toString() {
            return Notation.name(name);
        }
    }

    /** Sum in normal form. */
    record Add(Dim left, Dim right) implements Dim {
        @Override
        public String toString() {
            return "(" + left + " + " + right + ")";
        }
    }

    /** Product in normal form. */
    record Mul(Dim left, Dim right) implements Dim {
        @Override
        public String toString() {
            return "(" + left + " * " + right + ")";
        }
    }

    /** Quotient rounded towards minus infinity. */
    record FloorDiv(Dim left, Dim right) implements Dim {
        @Override
        public String toString() {
            return "(" + left + " / " + right + ")";
        }
    }

    /** The smaller of two. */
    record Min(Dim left, Dim right) implements Dim {
        @Override
        public String toString() {
            return "min(" + left + ", " + right + ")";
        }
    }

    /** The larger of two. */
    record Max(Dim left, Dim right) implements Dim {
        @Override
        public String toString() {
            return "max(" + left + ", " + right + ")";
        }
    }

    /** The size 1. */
    Dim ONE = new Const(1);
    /** The size 0. */
    Dim ZERO = new Const(0);

    /**
     * A constant.
     *
     * @param value
     *            the size; negative values occur in slice bounds
     * @return the dimension
     */
    static Dim of(long value) {
        return new Const(value);
    }

    /**
     * A symbol.
     *
     * @param name
     *            its name
     * @return the dimension
     */
    static Dim sym(String name) {
        return new Sym(name);
    }

    /**
     * Sum.
     *
     * @param other
     *            the second operand
     * @return this + other
     */
    default Dim plus(Dim other) {
        return Polynomial.of(this).plus(Polynomial.of(other)).toDim();
    }

    /**
     * Difference.
     *
     * @param other
     *            the second operand
     * @return this - other
     */
    default Dim minus(Dim other) {
        return Polynomial.of(this).plus(Polynomial.of(other).times(Polynomial.of(of(-1)))).toDim();
    }

    /**
     * Product.
     *
     * @param other
     *            the second operand
     * @return this * other
     */
    default Dim times(Dim other) {
        return Polynomial.of(this).times(Polynomial.of(other)).toDim();
    }

    /**
     * Quotient rounded towards minus infinity; exact where the polynomial divides.
     *
     * @param other
     *            the divisor
     * @return floor(this / other)
     * @throws IrException
     *             if the divisor is the constant 0
     */
    default Dim floorDiv(Dim other) {
        if (other.equals(ZERO)) {
            throw new IrException("division of dimension " + this + " by 0");
        }
        var exact = Polynomial.of(this).dividedBy(Polynomial.of(other));
        if (exact != null) {
            return exact.toDim();
        }
        return this instanceof Const(long a) && other instanceof Const(long b)
                ? of(Math.floorDiv(a, b))
                : new FloorDiv(this, other);
    }

    /**
     * Quotient rounded towards plus infinity.
     *
     * @param divisor
     *            the divisor, positive
     * @return ceil(this / divisor)
     */
    default Dim ceilDiv(long divisor) {
        return divisor == 1 ? this : plus(of(divisor - 1)).floorDiv(of(divisor));
    }

    /**
     * The smaller of two.
     *
     * @param other
     *            the second operand
     * @return min(this, other)
     */
    default Dim min(Dim other) {
        if (equals(other)) {
            return this;
        }
        return minus(other) instanceof Const(long d) ? (d < 0 ? this : other) : new Min(this, other);
    }

    /**
     * The larger of two.
     *
     * @param other
     *            the second operand
     * @return max(this, other)
     */
    default Dim max(Dim other) {
        if (equals(other)) {
            return this;
        }
        return minus(other) instanceof Const(long d) ? (d > 0 ? this : other) : new Max(this, other);
    }

    /** {@return whether this is a known size} */
    default boolean isConst() {
        return this instanceof Const;
    }

    /**
     * The known size.
     *
     * @return the value
     * @throws IrException
     *             if this is not a constant
     */
    default long value() {
        if (this instanceof Const(long v)) {
            return v;
        }
        throw new IrException("dimension " + this + " is not a constant");
    }

    /** {@return the names of all symbols in this expression, sorted} */
    default Set<String> symbols() {
        var names = new TreeSet<String>();
        collect(this, names);
        return names;
    }

    private static void collect(Dim dim, Set<String> names) {
        switch (dim) {
            case Const c -> {
            }
            case Sym s -> names.add(s.name());
            case Add(var a, var b) -> collectBoth(a, b, names);
            case Mul(var a, var b) -> collectBoth(a, b, names);
            case FloorDiv(var a, var b) -> collectBoth(a, b, names);
            case Min(var a, var b) -> collectBoth(a, b, names);
            case Max(var a, var b) -> collectBoth(a, b, names);
        }
    }

    private static void collectBoth(Dim a, Dim b, Set<String> names) {
        collect(a, names);
        collect(b, names);
    }

    /** {@return how many constants and symbols it is made of} */
    default int terms() {
        return switch (this) {
            case Const c -> 1;
            case Sym s -> 1;
            case Add(var a, var b) -> a.terms() + b.terms();
            case Mul(var a, var b) -> a.terms() + b.terms();
            case FloorDiv(var a, var b) -> a.terms() + b.terms();
            case Min(var a, var b) -> a.terms() + b.terms();
            case Max(var a, var b) -> a.terms() + b.terms();
        };
    }

    /**
     * Replaces symbols and simplifies.
     *
     * @param bindings
     *            symbol names and what stands for them; others stay
     * @return the dimension with those symbols replaced
     */
    default Dim substitute(Map<String, Dim> bindings) {
        return switch (this) {
            case Const c -> c;
            case Sym s -> bindings.getOrDefault(s.name(), s);
            case Add(var a, var b) -> a.substitute(bindings).plus(b.substitute(bindings));
            case Mul(var a, var b) -> a.substitute(bindings).times(b.substitute(bindings));
            case FloorDiv(var a, var b) -> a.substitute(bindings).floorDiv(b.substitute(bindings));
            case Min(var a, var b) -> a.substitute(bindings).min(b.substitute(bindings));
            case Max(var a, var b) -> a.substitute(bindings).max(b.substitute(bindings));
        };
    }

    /**
     * Evaluates with every symbol known.
     *
     * @param bindings
     *            the symbols' values
     * @return the size
     * @throws IrException
     *             if a symbol has no value
     */
    default long evaluate(Map<String, Long> bindings) {
        return switch (this) {
            case Const(long v) -> v;
            case Sym(var name) -> {
                var v = bindings.get(name);
                if (v == null) {
                    throw new IrException("symbol " + name + " has no value");
                }
                yield v;
            }
            case Add(var a, var b) -> a.evaluate(bindings) + b.evaluate(bindings);
            case Mul(var a, var b) -> a.evaluate(bindings) * b.evaluate(bindings);
            case FloorDiv(var a, var b) -> Math.floorDiv(a.evaluate(bindings), b.evaluate(bindings));
            case Min(var a, var b) -> Math.min(a.evaluate(bindings), b.evaluate(bindings));
            case Max(var a, var b) -> Math.max(a.evaluate(bindings), b.evaluate(bindings));
        };
    }
}
