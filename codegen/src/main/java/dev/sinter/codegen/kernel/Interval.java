package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Term;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Fn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Between which integers a value is, both included: what indices need to be computed in 32 bits and to be known within
 * their axis.
 *
 * @param low
 *            least value
 * @param high
 *            greatest value
 * @param below
 *            a size it is surely less than, if one is known
 */
record Interval(long low, long high, @Nullable Dim below) {
    /** Any i64. */
    static final Interval ANY = new Interval(Long.MIN_VALUE, Long.MAX_VALUE, null);

    /** One value. */
    static Interval of(long value) {
        return new Interval(value, value, null);
    }

    /** Values of a counter from 0 to below a size. */
    static Interval upTo(Dim size) {
        return new Interval(0, size.isConst() ? Math.max(0, size.value() - 1) : Integer.MAX_VALUE - 1, size);
    }

    /** What a size may be. */
    static Interval ofSize(Dim size) {
        if (size.isConst()) {
            return of(size.value());
        }
        return new Interval(size instanceof Dim.Sym ? 0 : Integer.MIN_VALUE, Integer.MAX_VALUE, null);
    }

    /** What an integer type holds; null for other types and those that 32 bits with sign do not hold. */
    static @Nullable Interval ofType(DType dtype) {
        return switch (dtype) {
            case I32 -> new Interval(Integer.MIN_VALUE, Integer.MAX_VALUE, null);
            case I16 -> new Interval(Short.MIN_VALUE, Short.MAX_VALUE, null);
            case I8 -> new Interval(Byte.MIN_VALUE, Byte.MAX_VALUE, null);
            case U8 -> new Interval(0, 0xff, null);
            case U16 -> new Interval(0, 0xffff, null);
            default -> null;
        };
    }

    /** Whether 32 bits hold all values. */
    boolean isNarrow() {
        return low >= Integer.MIN_VALUE && high <= Integer.MAX_VALUE;
    }

    /** Whether all values are indices of an axis. */
    boolean isWithin(Dim size) {
        return low >= 0 && isBelow(size);
    }

    /** Whether all values are less than a size. */
    boolean isBelow(Dim size) {
        return size.equals(below) || size.isConst() && high < size.value();
    }

    /** Either of two. */
    Interval or(Interval other) {
        return new Interval(Math.min(low, other.low), Math.max(high, other.high),
                below != null && below.equals(other.below) ? below : null);
    }

    /** Values of an i64 function of values in intervals; {@link #ANY} where it is not known or beyond 64 bits. */
    static Interval of(Fn fn, List<Interval> args) {
        var a = args.getFirst();
        var b = args.getLast();
        try {
            return switch (fn) {
                case ADD -> new Interval(Math.addExact(a.low, b.low), Math.addExact(a.high, b.high), null);
                case SUB -> new Interval(Math.subtractExact(a.low, b.high), Math.subtractExact(a.high, b.low),
                        // what is subtracted from an index keeps it below the size
                        b.low >= 0 ? a.below : null);
                case MUL -> product(a, b);
                case MIN -> new Interval(Math.min(a.low, b.low), Math.min(a.high, b.high),
                        a.below != null ? a.below : b.below);
                case MAX -> new Interval(Math.max(a.low, b.low), Math.max(a.high, b.high),
                        a.below != null && b.high <= 0 && a.low >= 0 ? a.below : null);
                case NEG -> new Interval(Math.negateExact(a.high), Math.negateExact(a.low), null);
                case ABS -> a.low >= 0 ? a
                        : new Interval(0, Math.max(Math.negateExact(a.low), Math.abs(a.high)), null);
                case DIV -> b.low > 0 ? new Interval(Math.min(a.low, a.low / b.high), Math.max(a.high / b.low, 0),
                        a.low >= 0 ? a.below : null) : ANY;
                case MOD -> b.low > 0 ? new Interval(0, b.high - 1, null) : ANY;
                case FMOD -> b.low > 0 && a.low >= 0 ? new Interval(0, b.high - 1, null) : ANY;
                case SIGN -> new Interval(-1, 1, null);
                case SELECT -> args.get(1).or(b);
                default -> ANY;
            };
        } catch (ArithmeticException e) {
            return ANY;
        }
    }

    private static Interval product(Interval a, Interval b) {
        long p = Math.multiplyExact(a.low, b.low);
        long q = Math.multiplyExact(a.low, b.high);
        long r = Math.multiplyExact(a.high, b.low);
        long s = Math.multiplyExact(a.high, b.high);
        return new Interval(Math.min(Math.min(p, q), Math.min(r, s)), Math.max(Math.max(p, q), Math.max(r, s)), null);
    }

    /**
     * A value that a kernel has computed.
     *
     * @param term
     *            a reference or a constant
     * @param level
     *            of the block it is named in, 0 outermost
     * @param dtype
     *            its type in the graph
     * @param range
     *            an i64's values, in all lanes, else null; where it {@link Interval#isNarrow is narrow} the term is an i32
     * @param step
     *            how much more an i64 is in each lane than in the one before; the term is that of the first lane
     * @param vector
     *            whether the term is a vector, one value for each lane
     */
    record Known(Term term, int level, DType dtype, @Nullable Interval range, int step, boolean vector) {
        /** A value that is the same in all lanes. */
        Known(Term term, int level, DType dtype, @Nullable Interval range) {
            this(term, level, dtype, range, 0, false);
        }

        /** Whether lanes differ. */
        boolean varies() {
            return vector || step != 0;
        }

        /** The same, taken for an index that grows from lane to lane. */
        Known stepping(int lanewise) {
            return new Known(term, level, dtype, range, lanewise, false);
        }

        /** The same, its term taken for a vector. */
        Known lanes() {
            return new Known(term, level, dtype, null, 0, true);
        }

        /** Whether this is an i64 held in an i32. */
        boolean isNarrow() {
            return range != null && range.isNarrow();
        }

        /** The term in the type's own element. */
        Term plain() {
            return isNarrow() ? term.wide() : term;
        }

        /** The type that the term has. */
        DType held() {
            return isNarrow() ? DType.I32 : dtype;
        }

        /** The same without what is known of its values. */
        Known wide() {
            return range == null ? this : new Known(plain(), level, dtype, Interval.ANY, step, false);
        }

        /** The same seen from an outer block. */
        Known within(int outer) {
            return level <= outer ? this : new Known(term, outer, dtype, range, step, vector);
        }
    }
}
