package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Loops without the rounds that change nothing: what is read outside of an operand is the least there is where the
 * largest is sought, and 0 where elements are summed. So a window is as wide as what it covers, and its elements need no
 * test.
 */
final class Clipping {
    /** Beyond this 32 bits may not hold a distance. */
    private static final long FAR = 1 << 29;
    /** Beyond this 64 bits may not. */
    private static final long FAR_OFF = 1L << 60;

    private final LoopCode code;
    /** Carried sums that are never -0, which adding 0 would change. */
    private final Set<String> unsigned = new HashSet<>();

    Clipping(LoopCode code) {
        this.code = code;
    }

    /**
     * Rounds of a loop that count.
     *
     * @param from
     *            first round
     * @param to
     *            end
     * @param forget
     *            to be run when the body has been written
     */
    record Rounds(Term from, Term to, Runnable whenWritten) {
        void forget() {
            whenWritten.run();
        }
    }

    /** The rounds of a loop that count; null for all. */
    @Nullable
    Rounds of(Expr.Fold fold, Known count) {
        if (fold.carries().size() != 1 || !count.isNarrow() || count.range().high() > FAR) {
            return null;
        }
        var carry = fold.carries().getFirst();
        if (isUnsigned(carry.init())) {
            unsigned.add(carry.name());
        }
        var read = skipped(carry.next(), carry.name());
        if (read == null) {
            unsigned.remove(carry.name());
            return null;
        }
        return clip(fold, read, count);
    }

    private boolean isUnsigned(Expr init) {
        return switch (init) {
            case Expr.Literal(var value, var bits, var type) -> value != 0 || 1 / value > 0;
            case Expr.Var(var name, var type) -> unsigned.contains(name);
            default -> false;
        };
    }

    /** What is read by a round that leaves a carried value as it is wherever that lies outside; null if none is. */
    private Expr.@Nullable Read skipped(Expr next, String carried) {
        if (next instanceof Expr.Fold(var v, var count, var carries, var result) && carries.size() == 1
                && result.equals(new Expr.Var(carries.getFirst().name(), next.dtype()))
                && carries.getFirst().init().equals(new Expr.Var(carried, next.dtype()))) {
            if (unsigned.contains(carried)) {
                unsigned.add(carries.getFirst().name());
            }
            return skipped(carries.getFirst().next(), carries.getFirst().name());
        }
        if (!(next instanceof Expr.Apply(var fn, var args, var dtype)) || args.size() != 2) {
            return null;
        }
        int own = args.indexOf(new Expr.Var(carried, dtype));
        return own >= 0 && args.get(1 - own) instanceof Expr.Read read
                && read.otherwise() instanceof Expr.Literal(var value, var bits, var type)
                && isNeutral(fn, value, bits, type, carried) ? read : null;
    }

    private boolean isNeutral(Fn fn, double value, long bits, DType type, String carried) {
        return switch (fn) {
            case ADD -> type.isFloat() ? value == 0 && unsigned.contains(carried) : bits == 0;
            case MAX -> type.isFloat() ? value == Double.NEGATIVE_INFINITY
                    : type.isInteger() && bits == type.minInteger();
            case MIN -> type.isFloat() ? value == Double.POSITIVE_INFINITY
                    : type.isInteger() && bits == type.maxInteger();
            default -> false;
        };
    }

    private @Nullable Rounds clip(Expr.Fold fold, Expr.Read read, Known count) {
        Term from = Term.i32(0);
        Term to = count.term();
        var proven = new HashSet<Integer>();
        for (int axis = 0; axis < read.index().size(); axis++) {
            var index = read.index().get(axis);
            var factor = Affine.factor(index, fold.var());
            var rest = Affine.without(index, fold.var());
            if (factor == null || factor < 1 || factor > FAR || code.reads().isProven(read, axis)
                    || !code.isBound(rest)) {
                continue;
            }
            var first = code.lower(rest);
            var size = code.reads().size(read, axis);
            long last = first.range().high() + factor * (count.range().high() - 1);
            boolean below = size.isConst() && last < size.value();
            if (first.varies() || first.range().low() < -FAR_OFF || first.range().high() > FAR_OFF
                    || below && first.range().low() >= 0) {
                continue;
            }
            if (first.range().low() < 0) {
                from = named(Term.of(Prim.MAX, from, quotient(Term.i32(0), first, factor, count)));
            }
            if (!below) {
                to = named(Term.of(Prim.MIN, to, quotient(code.size(size), first, factor, count)));
            }
            proven.add(axis);
        }
        if (proven.isEmpty()) {
            return null;
        }
        proven.forEach(axis -> code.reads().prove(read, axis));
        return new Rounds(from, to, () -> proven.forEach(axis -> code.reads().forget(read, axis)));
    }

    private Term named(Term term) {
        return code.name(code.scope().level(), term, DType.I32, null).term();
    }

    /** From which round on an index is no less than a limit, an i32: from 0, and to the number of rounds or more. */
    private static Term quotient(Term limit, Known first, long factor, Known count) {
        boolean narrow = first.isNarrow() && first.range().low() > -FAR && first.range().high() < FAR;
        UnaryOperator<Term> number = narrow ? t -> t : Term::wide;
        var start = narrow ? first.term() : first.plain();
        var distance = Term.of(Prim.MAX, number.apply(Term.i32(0)), number.apply(limit).minus(start));
        if (factor > 1) {
            distance = Term.of(Prim.DIV, distance.plus(number.apply(Term.i32(factor - 1))),
                    number.apply(Term.i32(factor)));
        }
        return narrow ? distance : new Term.Convert(Term.of(Prim.MIN, distance, count.term().wide()), Elem.I32);
    }
}
