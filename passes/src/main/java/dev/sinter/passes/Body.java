package dev.sinter.passes;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An expression with its operands: what a map or an epilogue consists of. */
record Body(Expr expr, List<Value> operands) {
    /** Each operand once and in order of first use, none that is not used. */
    Body compact() {
        var places = new LinkedHashMap<Value, Integer>();
        var packed = rename(places);
        return new Body(packed, List.copyOf(places.keySet()));
    }

    /** The expression with operands numbered by a table that grows as needed. */
    Expr rename(Map<Value, Integer> places) {
        return expr.transform(e -> {
            if (!(e instanceof Expr.Arg(var i, var t))) {
                return e;
            }
            var operand = operands.get(i);
            int place = places.getOrDefault(operand, places.size());
            places.put(operand, place);
            return Expr.arg(place, t);
        });
    }

    /** Puts an expression over other operands in place of operand {@code i}. */
    Body inline(int i, Body inner) {
        return inlineKeeping(i, inner).compact();
    }

    /** As {@link #inline}, with all operands of both still there. */
    Body inlineKeeping(int i, Body inner) {
        var all = new ArrayList<>(operands);
        int offset = all.size();
        all.addAll(inner.operands());
        var shifted = inner.expr().transform(e -> e instanceof Expr.Arg(var k, var t) ? Expr.arg(k + offset, t) : e);
        var merged = expr.transform(e -> e instanceof Expr.Arg(var k, var t) && k == i ? shifted : e);
        return new Body(merged, all);
    }

    int occurrences(int i) {
        return count(expr, i);
    }

    private static int count(Expr expr, int i) {
        return expr instanceof Expr.Arg(var index, var t) ? index == i ? 1 : 0
                : expr.children().stream().mapToInt(x -> count(x, i)).sum();
    }
}
