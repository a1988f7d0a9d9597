package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An expression of a loop program: no effects but loads. */
public sealed interface Term {
    /**
     * A constant; for a vector type, the same in every lane; the only constant string is the empty one. Equal constants
     * are equal records: the part that the type does not use is 0, and what it uses is rounded or cut to it.
     *
     * @param value
     *            of a float
     * @param bits
     *            of an integer or truth value
     * @param type
     *            its type
     */
    record Lit(double value, long bits, VType type) implements Term {
        /** Brings the value into its one form. */
        public Lit {
            value = switch (type.elem()) {
                case F32 -> (float) value;
                case F64 -> value;
                case I32, I64, BOOL, REF, B4, H2 -> 0;
            };
            bits = switch (type.elem()) {
                case F32, F64, REF, B4, H2 -> 0;
                case I32 -> (int) bits;
                case I64 -> bits;
                case BOOL -> bits == 0 ? 0 : 1;
            };
        }

        /** {@return whether this is an integer constant of that value} */
        boolean isInteger(long wanted) {
            return bits == wanted && (type.elem() == Elem.I32 || type.elem() == Elem.I64);
        }

        private boolean isIntegerLike(Lit other) {
            return type.equals(other.type) && (type.elem() == Elem.I32 || type.elem() == Elem.I64);
        }
    }

    /**
     * A name: parameter, loop variable, carried value or let; with subscripts, a member of an unrolled family.
     *
     * @param name
     *            the name
     * @param subs
     *            subscripts, constants once unrolled
     */
    record Ref(String name, List<Term> subs) implements Term {
    }

    /**
     * A primitive.
     *
     * @param prim
     *            the operation
     * @param args
     *            its operands
     */
    record Apply(Prim prim, List<Term> args) implements Term {
    }

    /**
     * Elements from a buffer, converted from its storage.
     *
     * @param buffer
     *            its name
     * @param index
     *            of the first element: i32 on the heap, i64 in the weights
     * @param type
     *            what is wanted
     * @param mask
     *            lanes to load, the others are 0; null for all
     */
    record Load(String buffer, Term index, VType type, @Nullable Term mask) implements Term {
    }

    /**
     * A scalar in every lane.
     *
     * @param value
     *            a scalar
     * @param lanes
     *            how many
     */
    record Splat(Term value, int lanes) implements Term {
    }

    /**
     * A conversion of value: int to float rounds once, float to int cuts towards zero and saturates, as in Java.
     *
     * @param value
     *            what is converted
     * @param to
     *            target element
     */
    record Convert(Term value, Elem to) implements Term {
    }

    /**
     * The same bits as another type.
     *
     * @param value
     *            f32 or i32; as a scalar also f64 or i64, as a vector also b4 or h2
     * @param to
     *            the other
     */
    record Bits(Term value, Elem to) implements Term {
    }

    /**
     * A mask: lane l is true where {@code first + l < limit}.
     *
     * @param first
     *            index of lane 0, not negative
     * @param limit
     *            end
     * @param lanes
     *            how many
     */
    record Lanes(Term first, Term limit, int lanes) implements Term {
    }

    /**
     * The lanes combined in a fixed tree: lane l with l + 8, then l + 4, l + 2, l + 1.
     *
     * @param prim
     *            ADD, MUL, MIN or MAX
     * @param vector
     *            sixteen lanes
     */
    record Fold(Prim prim, Term vector) implements Term {
    }

    /**
     * An i32 constant.
     *
     * @param value
     *            its value
     * @return the constant
     */
    static Term i32(long value) {
        return new Lit(0, value, VType.I32);
    }

    /**
     * An i64 constant.
     *
     * @param value
     *            its value
     * @return the constant
     */
    static Term i64(long value) {
        return new Lit(0, value, VType.I64);
    }

    /**
     * An f32 constant in every lane.
     *
     * @param value
     *            its value, rounded to f32
     * @param lanes
     *            1 or 16
     * @return the constant
     */
    static Term f32(double value, int lanes) {
        return new Lit(value, 0, new VType(Elem.F32, lanes));
    }

    /**
     * A named value.
     *
     * @param name
     *            its name
     * @param subs
     *            subscripts of a member of a family
     * @return the reference
     */
    static Term ref(String name, Term... subs) {
        return new Ref(name, List.of(subs));
    }

    /**
     * A primitive of operands.
     *
     * @param prim
     *            the operation
     * @param args
     *            its operands
     * @return the application
     */
    static Term of(Prim prim, Term... args) {
        return new Apply(prim, List.of(args));
    }

    /**
     * A primitive of operands.
     *
     * @param prim
     *            the operation
     * @param args
     *            its operands
     * @return the application
     */
    static Term of(Prim prim, List<Term> args) {
        return new Apply(prim, List.copyOf(args));
    }

    /**
     * Sum, folded where both are integer constants or one is the integer 0.
     *
     * @param other
     *            second operand
     * @return this + other
     */
    default Term plus(Term other) {
        if (other instanceof Lit b && b.isInteger(0)) {
            return this;
        }
        if (this instanceof Lit a && a.isInteger(0)) {
            return other;
        }
        if (this instanceof Lit a && other instanceof Lit b && a.isIntegerLike(b)) {
            return new Lit(0, a.bits + b.bits, a.type);
        }
        return of(Prim.ADD, this, other);
    }

    /**
     * Sum with an i32 constant.
     *
     * @param constant
     *            second operand
     * @return this + constant
     */
    default Term plus(int constant) {
        return plus(i32(constant));
    }

    /**
     * Difference.
     *
     * @param other
     *            second operand
     * @return this - other
     */
    default Term minus(Term other) {
        return of(Prim.SUB, this, other);
    }

    /**
     * Product, folded where both are integer constants or one is the integer 1 or a scalar 0.
     *
     * @param other
     *            second operand
     * @return this * other
     */
    default Term times(Term other) {
        if (other instanceof Lit b && (b.isInteger(1) || b.isInteger(0))) {
            return b.bits == 1 ? this : other;
        }
        if (this instanceof Lit a && (a.isInteger(1) || a.isInteger(0))) {
            return a.bits == 1 ? other : this;
        }
        if (this instanceof Lit a && other instanceof Lit b && a.isIntegerLike(b)) {
            return new Lit(0, a.bits * b.bits, a.type);
        }
        return of(Prim.MUL, this, other);
    }

    /**
     * Product with an i32 constant.
     *
     * @param constant
     *            second operand
     * @return this * constant
     */
    default Term times(int constant) {
        return times(i32(constant));
    }

    /** {@return this i32 as i64} */
    default Term wide() {
        return this instanceof Lit a && a.type.equals(VType.I32) ? i64(a.bits) : new Convert(this, Elem.I64);
    }

    /** {@return this scalar in sixteen lanes} */
    default Term splat() {
        return new Splat(this, VType.LANES);
    }

    /** {@return the direct subterms} */
    default List<Term> children() {
        return switch (this) {
            case Lit l -> List.of();
            case Ref(var n, var subs) -> subs;
            case Apply(var p, var args) -> args;
            case Load(var b, var i, var t, var m) -> m == null ? List.of(i) : List.of(i, m);
            case Splat(var v, var l) -> List.of(v);
            case Convert(var v, var t) -> List.of(v);
            case Bits(var v, var t) -> List.of(v);
            case Lanes(var a, var b, var l) -> List.of(a, b);
            case Fold(var p, var v) -> List.of(v);
        };
    }

    /**
     * Rewrites bottom-up.
     *
     * @param f
     *            applied to every term after its subterms
     * @return the rewritten term
     */
    default Term transform(UnaryOperator<Term> f) {
        return f.apply(switch (this) {
            case Lit l -> l;
            case Ref(var n, var subs) -> subs.isEmpty() ? this : new Ref(n, all(subs, f));
            case Apply(var p, var args) -> new Apply(p, all(args, f));
            case Load(var b, var i, var t, var m) -> new Load(b, i.transform(f), t, m == null ? null : m.transform(f));
            case Splat(var v, var l) -> new Splat(v.transform(f), l);
            case Convert(var v, var t) -> new Convert(v.transform(f), t);
            case Bits(var v, var t) -> new Bits(v.transform(f), t);
            case Lanes(var a, var b, var l) -> new Lanes(a.transform(f), b.transform(f), l);
            case Fold(var p, var v) -> new Fold(p, v.transform(f));
        });
    }

    private static List<Term> all(List<Term> terms, UnaryOperator<Term> f) {
        var out = new ArrayList<Term>(terms.size());
        for (var term : terms) {
            out.add(term.transform(f));
        }
        return out;
    }

    /** {@return whether any subterm is a {@link Fold}} */
    default boolean crossesLanes() {
        return this instanceof Fold || children().stream().anyMatch(Term::crossesLanes);
    }
}
