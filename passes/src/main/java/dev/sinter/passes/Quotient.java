package dev.sinter.passes;

import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A term read as factors over divisors: products, quotients and reciprocals in whatever order they are written. Factors
 * 1 are left out.
 *
 * @param over
 *            factors
 * @param under
 *            divisors
 */
record Quotient(List<Term> over, List<Term> under) {
    private static final int MOST = 6;

    /** Null where the term is no product or quotient, or one of many factors. */
    static @Nullable Quotient of(Term term) {
        if (!(term.is(Fn.MUL) || term.is(Fn.DIV) || term.is(Fn.RECIPROCAL))) {
            return null;
        }
        var quotient = new Quotient(new ArrayList<>(), new ArrayList<>());
        quotient.collect(term, quotient.over, quotient.under, MOST);
        return quotient.over.size() + quotient.under.size() > MOST ? null : quotient;
    }

    private void collect(Term term, List<Term> up, List<Term> down, int depth) {
        if (depth > 0 && term.is(Fn.MUL)) {
            collect(term.arg(0), up, down, depth - 1);
            collect(term.arg(1), up, down, depth - 1);
        } else if (depth > 0 && term.is(Fn.DIV)) {
            collect(term.arg(0), up, down, depth - 1);
            collect(term.arg(1), down, up, depth - 1);
        } else if (depth > 0 && term.is(Fn.RECIPROCAL)) {
            collect(term.arg(0), down, up, depth - 1);
        } else if (depth > 0 && term.is(Fn.POW) && term.arg(1).isNumber(-0.5, 0)) {
            down.add(term);
        } else if (!term.isNumber(1, 0)) {
            up.add(term);
        }
    }
}
