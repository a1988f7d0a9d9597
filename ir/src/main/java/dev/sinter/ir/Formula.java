package dev.sinter.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes the expression of one {@code compute} or {@code scatter}; keeps the names of its counters, carried values and
 * lets apart. The functions without names ({@link #add} and so on) are static.
 *
 * <pre>{@code
 * var f = new Formula();
 * var x = f.operand(0, DType.F32);
 * var rowSum = f.sum(Formula.size(columns), k -> x.at(Formula.axis(0), k));
 * }</pre>
 */
public final class Formula {
    private int next;

    /** A new expression. */
    public Formula() {
    }

    /**
     * An operand that is read element by element.
     *
     * @param operand
     *            which one
     * @param dtype
     *            its type
     */
    public record Source(int operand, DType dtype) {
        /**
         * The element at indices that are within the operand; otherwise the run fails.
         *
         * @param index
         *            an i64 for each axis
         * @return the element
         */
        public Expr at(Expr... index) {
            return at(List.of(index));
        }

        /**
         * The element at indices that are within the operand; otherwise the run fails.
         *
         * @param index
         *            an i64 for each axis
         * @return the element
         */
        public Expr at(List<Expr> index) {
            return new Expr.Read(operand, index, null, dtype);
        }

        /**
         * The element at indices, or another value where they are outside of the operand.
         *
         * @param otherwise
         *            the value outside
         * @param index
         *            an i64 for each axis
         * @return the element
         */
        public Expr or(Expr otherwise, List<Expr> index) {
            return new Expr.Read(operand, index, otherwise, dtype);
        }
    }

    /** {@return operand {@code i} as a source of elements} */
    public Source operand(int i, DType dtype) {
        return new Source(i, dtype);
    }

    /** {@return the index along an axis of the result, i64} */
    public static Expr axis(int axis) {
        return new Expr.Var("i" + axis, DType.I64);
    }

    /** {@return the indices along the first axes of the result} */
    public static List<Expr> axes(int rank) {
        var all = new ArrayList<Expr>();
        for (int i = 0; i < rank; i++) {
            all.add(axis(i));
        }
        return all;
    }

    /** {@return a dimension's value, i64} */
    public static Expr size(Dim dim) {
        return dim instanceof Dim.Const(long value) ? number(value) : new Expr.Size(dim);
    }

    /** {@return an i64 constant} */
    public static Expr number(long value) {
        return Expr.integer(value, DType.I64);
    }

    /** {@return a + b; folded where one is the integer 0 or both are integer constants} */
    public static Expr add(Expr a, Expr b) {
        if (isInteger(a, 0)) {
            return b;
        }
        if (isInteger(b, 0)) {
            return a;
        }
        return a instanceof Expr.Literal(var v, long p, var t) && b instanceof Expr.Literal(var w, long q, var u)
                && t == DType.I64 && u == t ? number(p + q) : Expr.apply(Fn.ADD, a, b);
    }

    /** {@return a - b; folded as a sum is} */
    public static Expr sub(Expr a, Expr b) {
        if (isInteger(b, 0)) {
            return a;
        }
        return a instanceof Expr.Literal(var v, long p, var t) && b instanceof Expr.Literal(var w, long q, var u)
                && t == DType.I64 && u == t ? number(p - q) : Expr.apply(Fn.SUB, a, b);
    }

    /** {@return a * b; folded where one is the integer 1 or both are integer constants} */
    public static Expr mul(Expr a, Expr b) {
        if (isInteger(a, 1)) {
            return b;
        }
        if (isInteger(b, 1)) {
            return a;
        }
        return a instanceof Expr.Literal(var v, long p, var t) && b instanceof Expr.Literal(var w, long q, var u)
                && t == DType.I64 && u == t ? number(p * q) : Expr.apply(Fn.MUL, a, b);
    }

    private static boolean isInteger(Expr expr, long wanted) {
        return expr instanceof Expr.Literal(var v, long bits, var t) && t == DType.I64 && bits == wanted;
    }

    /** {@return a / b; integers are cut towards zero} */
    public static Expr div(Expr a, Expr b) {
        return isInteger(b, 1) ? a : Expr.apply(Fn.DIV, a, b);
    }

    /** {@return the remainder with b's sign} */
    public static Expr mod(Expr a, Expr b) {
        return Expr.apply(Fn.MOD, a, b);
    }

    /** {@return the smaller} */
    public static Expr min(Expr a, Expr b) {
        return Expr.apply(Fn.MIN, a, b);
    }

    /** {@return the larger} */
    public static Expr max(Expr a, Expr b) {
        return Expr.apply(Fn.MAX, a, b);
    }

    /** {@return whether a < b} */
    public static Expr lt(Expr a, Expr b) {
        return Expr.apply(Fn.LT, a, b);
    }

    /** {@return whether a <= b} */
    public static Expr le(Expr a, Expr b) {
        return Expr.apply(Fn.LE, a, b);
    }

    /** {@return whether a = b} */
    public static Expr eq(Expr a, Expr b) {
        return Expr.apply(Fn.EQ, a, b);
    }

    /** {@return whether both hold} */
    public static Expr and(Expr a, Expr b) {
        return Expr.apply(Fn.AND, a, b);
    }

    /** {@return whether either holds} */
    public static Expr or(Expr a, Expr b) {
        return Expr.apply(Fn.OR, a, b);
    }

    /** {@return yes where the condition holds, else no; only the one chosen is evaluated if it reads or loops} */
    public static Expr select(Expr condition, Expr yes, Expr no) {
        return Expr.apply(Fn.SELECT, condition, yes, no);
    }

    /** {@return a constant of any numeric type} */
    public static Expr literal(double value, DType dtype) {
        return Expr.literal(value, dtype);
    }

    /** {@return an index that counts from the end where it is negative, counted from the front} */
    public Expr wrapped(Expr index, Expr size) {
        return let(index, i -> select(lt(i, number(0)), add(i, size), i));
    }

    /**
     * A value computed once.
     *
     * @param value
     *            the value
     * @param body
     *            uses it
     * @return the body
     */
    public Expr let(Expr value, Function<Expr, Expr> body) {
        if (value instanceof Expr.Var || value instanceof Expr.Literal) {
            return body.apply(value);
        }
        var name = "v" + next++;
        return new Expr.Let(name, value, body.apply(new Expr.Var(name, value.dtype())));
    }

    /**
     * A sum over a counter, elements in ascending order, rounded after each.
     *
     * @param count
     *            rounds, i64
     * @param body
     *            of the counter
     * @return the sum
     */
    public Expr sum(Expr count, Function<Expr, Expr> body) {
        return fold(count, null, body, Formula::add);
    }

    /**
     * The largest value over a counter.
     *
     * @param count
     *            rounds, i64
     * @param init
     *            result of no rounds
     * @param body
     *            of the counter
     * @return the maximum; NaN if any is
     */
    public Expr largest(Expr count, Expr init, Function<Expr, Expr> body) {
        return fold(count, init, body, Formula::max);
    }

    /**
     * A fold over a counter with one carried value.
     *
     * @param count
     *            rounds, i64
     * @param init
     *            carried at first; null for the type's zero
     * @param body
     *            of the counter
     * @param combine
     *            of the carried value and the body's
     * @return the value behind the last round
     */
    public Expr fold(Expr count, @Nullable Expr init, Function<Expr, Expr> body, BiFunction<Expr, Expr, Expr> combine) {
        var counter = new Expr.Var("k" + next++, DType.I64);
        var carried = "c" + next++;
        var value = body.apply(counter);
        var first = init != null ? init : Expr.literal(0, value.dtype());
        var acc = new Expr.Var(carried, value.dtype());
        return new Expr.Fold(counter.name(), count,
                List.of(new Expr.Carry(carried, first, combine.apply(acc, value))), acc);
    }

    /**
     * A fold over several counters, the first outermost.
     *
     * @param counts
     *            rounds of each
     * @param init
     *            carried at first
     * @param next
     *            of the counters and the carried value
     * @return the value behind the last round
     */
    public Expr nest(List<Expr> counts, Expr init, BiFunction<List<Expr>, Expr, Expr> next) {
        return nest(counts, List.of(), init, next);
    }

    private Expr nest(List<Expr> counts, List<Expr> outer, Expr init, BiFunction<List<Expr>, Expr, Expr> body) {
        if (outer.size() == counts.size()) {
            return body.apply(outer, init);
        }
        var counter = new Expr.Var("k" + next++, DType.I64);
        var acc = new Expr.Var("c" + next++, init.dtype());
        var counters = new ArrayList<>(outer);
        counters.add(counter);
        return new Expr.Fold(counter.name(), counts.get(outer.size()),
                List.of(new Expr.Carry(acc.name(), init, nest(counts, counters, acc, body))), acc);
    }

    /**
     * A loop that carries several values, which change at once.
     *
     * @param count
     *            rounds, i64
     * @param inits
     *            carried at first
     * @param next
     *            of the counter and the carried values
     * @param result
     *            of the carried values behind the last round
     * @return the result
     */
    public Expr loop(Expr count, List<Expr> inits, BiFunction<Expr, List<Expr>, List<Expr>> next,
            Function<List<Expr>, Expr> result) {
        var counter = new Expr.Var("k" + this.next++, DType.I64);
        var names = new ArrayList<Expr>();
        for (var init : inits) {
            names.add(new Expr.Var("c" + this.next++, init.dtype()));
        }
        var nexts = next.apply(counter, names);
        var carries = new ArrayList<Expr.Carry>();
        for (int i = 0; i < inits.size(); i++) {
            carries.add(new Expr.Carry(((Expr.Var) names.get(i)).name(), inits.get(i), nexts.get(i)));
        }
        return new Expr.Fold(counter.name(), count, carries, result.apply(names));
    }
}
