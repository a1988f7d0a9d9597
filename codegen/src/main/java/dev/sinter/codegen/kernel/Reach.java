package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements that an expression reads are all within their operands, so that none needs a test: between which
 * indices of the axis that runs in lanes, and under which condition on the other axes.
 */
final class Reach {
    /** Beyond this 32 bits may not hold a distance. */
    private static final long FAR = 1 << 29;

    /**
     * An index of a read that may lie outside.
     *
     * @param read
     *            the read
     * @param axis
     *            of its operand
     * @param rest
     *            the index where lane and loops are at 0
     * @param low
     *            least that loops add
     * @param high
     *            most that loops add
     * @param lanewise
     *            whether it grows by one from lane to lane, or not at all
     * @param known
     *            whether it is known what loops add
     */
    private record Tap(Expr.Read read, int axis, Expr rest, long low, long high, boolean lanewise, boolean known) {
    }

    private final LoopCode code;
    private final String lane;
    private final Dim lanes;
    private final List<Tap> taps = new ArrayList<>();

    /**
     * Looks at an expression.
     *
     * @param code
     *            the kernel being written
     * @param expr
     *            the expression
     * @param lane
     *            name of the index that grows by one from lane to lane
     * @param lanes
     *            its end
     */
    Reach(LoopCode code, Expr expr, String lane, Dim lanes) {
        this.code = code;
        this.lane = lane;
        this.lanes = lanes;
        walk(expr, Map.of());
    }

    private void walk(Expr expr, Map<String, Long> counts) {
        if (expr instanceof Expr.Fold(var counter, var count, var carries, var result)) {
            var inner = new HashMap<>(counts);
            inner.put(counter, count instanceof Expr.Literal(var value, var bits, var type) ? Math.max(1, bits)
                    : count instanceof Expr.Size(var size) && size.isConst() ? Math.max(1, size.value()) : 0);
            walk(count, counts);
            carries.forEach(c -> walk(c.init(), counts));
            carries.forEach(c -> walk(c.next(), inner));
            walk(result, inner);
            return;
        }
        if (expr instanceof Expr.Read read && read.otherwise() != null) {
            for (int axis = 0; axis < read.index().size(); axis++) {
                taps.add(tap(read, axis, counts));
            }
        }
        expr.children().forEach(child -> walk(child, counts));
    }

    private Tap tap(Expr.Read read, int axis, Map<String, Long> counts) {
        var rest = read.index().get(axis);
        var step = Affine.factor(rest, lane);
        if (step == null || step != 0 && step != 1) {
            throw new NotLanewiseException("elements apart");
        }
        rest = Affine.without(rest, lane);
        long low = 0;
        long high = 0;
        boolean known = true;
        for (var loop : counts.entrySet()) {
            var factor = Affine.factor(rest, loop.getKey());
            known &= factor != null && (factor == 0 || loop.getValue() > 0 && loop.getValue() < FAR
                    && Math.abs(factor) < FAR);
            if (known) {
                long most = factor * (loop.getValue() - 1);
                low += Math.min(0, most);
                high += Math.max(0, most);
                rest = Affine.without(rest, loop.getKey());
            }
        }
        return new Tap(read, axis, rest, low, high, step == 1, known);
    }

    /** Whether an index surely exists. */
    private boolean isWithin(Tap tap, Known rest) {
        var size = code.reads().size(tap.read, tap.axis);
        var range = rest.range();
        boolean still = tap.low == 0 && tap.high == 0;
        if (!tap.lanewise) {
            return new Interval(range.low() + tap.low, range.high() + tap.high, still ? range.below() : null)
                    .isWithin(size);
        }
        return range.low() + tap.low >= 0 && (still && range.low() == range.high() && range.low() == 0
                && size.equals(lanes)
                || size.isConst() && lanes.isConst()
                        && range.high() + tap.high + lanes.value() - 1 < size.value());
    }

    private Known rest(Tap tap) {
        if (!tap.known || !code.isBound(tap.rest)) {
            throw new NotLanewiseException("an index that is not known before");
        }
        var rest = code.lower(tap.rest);
        if (rest.varies() || rest.range().low() < -FAR * 4 || tap.lanewise && !rest.isNarrow()) {
            throw new NotLanewiseException("an index that is not known before");
        }
        return rest;
    }

    /**
     * Says that indices which grow from lane to lane exist, as they do between two limits.
     *
     * @return the first index and the end, null where there is no limit
     */
    @Nullable
    Term[] prove() {
        var limits = new Term[2];
        for (var tap : taps) {
            if (!tap.lanewise) {
                continue;
            }
            var rest = rest(tap);
            if (isWithin(tap, rest)) {
                continue;
            }
            var size = code.reads().size(tap.read, tap.axis);
            if (rest.range().low() + tap.low < 0) {
                var from = Term.i32(-tap.low).minus(rest.term());
                limits[0] = limits[0] == null ? from : Term.of(Prim.MAX, limits[0], from);
            }
            var to = code.size(size).minus(rest.term().plus((int) tap.high));
            limits[1] = limits[1] == null ? to : Term.of(Prim.MIN, limits[1], to);
            code.reads().prove(tap.read, tap.axis);
        }
        return limits;
    }

    /**
     * The condition under which all other indices exist.
     *
     * @return null if it can't be told; the constant true if there is none
     */
    @Nullable
    Term condition() {
        Known all = null;
        for (var tap : taps) {
            if (tap.lanewise) {
                continue;
            }
            if (!tap.known || !code.isBound(tap.rest)) {
                return null;
            }
            var rest = code.lower(tap.rest);
            if (rest.varies() || rest.range().low() < -FAR * 4) {
                return null;
            }
            if (!isWithin(tap, rest)) {
                all = code.both(all, inside(tap, rest));
            }
        }
        return all == null ? new Term.Lit(0, 1, VType.BOOL) : all.term();
    }

    private Known inside(Tap tap, Known rest) {
        boolean narrow = rest.isNarrow() && rest.range().low() > -FAR && rest.range().high() < FAR;
        var start = narrow ? rest.term() : rest.plain();
        var size = code.size(code.reads().size(tap.read, tap.axis));
        var low = Term.of(Prim.LE, narrow ? Term.i32(-tap.low) : Term.i64(-tap.low), start);
        var high = Term.of(Prim.LT, start.plus(narrow ? Term.i32(tap.high) : Term.i64(tap.high)),
                narrow ? size : size.wide());
        return code.both(code.name(rest.level(), low, DType.BOOL, null),
                code.name(rest.level(), high, DType.BOOL, null));
    }

    /** No index is known to exist any more. */
    void forget() {
        taps.forEach(tap -> code.reads().forget(tap.read, tap.axis));
    }

    /** Says of the indices that the {@link #condition} is about that they exist, or that it is no longer known. */
    void assume(boolean exist) {
        for (var tap : taps) {
            if (!tap.lanewise && exist) {
                code.reads().prove(tap.read, tap.axis);
            } else if (!tap.lanewise) {
                code.reads().forget(tap.read, tap.axis);
            }
        }
    }
}
