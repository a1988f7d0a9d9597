package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One epilogue for several products side by side. Operands that all share stay; constants that differ, per column or one
 * for all columns of a product, become a vector over all columns.
 */
final class EpilogueUnion {
    /** An operand of the common epilogue: one value for all, or one constant per product. */
    private record Slot(@Nullable Value shared, List<TensorData> parts) {
    }

    private final List<Product> group;
    private final List<Slot> slots = new ArrayList<>();

    EpilogueUnion(List<Product> group) {
        this.group = group;
    }

    /** The common epilogue, or null where there is none. */
    @Nullable
    Expr unify() {
        slots.clear();
        return unify(group.stream().map(Product::epilogue).toList());
    }

    /** The operands of the common epilogue, from {@code $1} on. */
    List<Value> extras(Patch.Builder patch) {
        var columns = group.stream().map(Product::columns).toList();
        return slots.stream()
                .map(s -> s.shared() != null ? s.shared() : patch.constant(Columns.vector(s.parts(), columns), ""))
                .toList();
    }

    private @Nullable Expr unify(List<Expr> exprs) {
        var first = exprs.getFirst();
        if (exprs.stream().anyMatch(e -> e.dtype() != first.dtype())) {
            return null;
        }
        if (exprs.stream().allMatch(e -> e instanceof Expr.Arg a && a.index() == 0 || e instanceof Expr.Literal)
                && exprs.stream().allMatch(first::equals)) {
            return first;
        }
        if (first instanceof Expr.Apply(var fn, var args, var type)) {
            if (!exprs.stream().allMatch(e -> e instanceof Expr.Apply a && a.fn() == fn)) {
                return null;
            }
            var operands = new ArrayList<Expr>();
            for (int i = 0; i < args.size(); i++) {
                int place = i;
                var operand = unify(exprs.stream().map(e -> ((Expr.Apply) e).args().get(place)).toList());
                if (operand == null) {
                    return null;
                }
                operands.add(operand);
            }
            return new Expr.Apply(fn, operands, type);
        }
        var slot = slot(exprs);
        return slot == null ? null : Expr.arg(1 + place(slot), first.dtype());
    }

    private int place(Slot slot) {
        int found = slots.indexOf(slot);
        if (found < 0) {
            slots.add(slot);
            found = slots.size() - 1;
        }
        return found;
    }

    private @Nullable Slot slot(List<Expr> exprs) {
        var values = IntStream.range(0, exprs.size()).mapToObj(i -> value(i, exprs.get(i))).toList();
        var one = values.getFirst();
        boolean acrossColumns = one != null && one.shape().isRanked()
                && (one.shape().rank() == 0 || one.shape().dim(-1).equals(Dim.ONE));
        if (one != null && acrossColumns && values.stream().allMatch(one::equals)) {
            return new Slot(one, List.of());
        }
        var parts = new ArrayList<TensorData>();
        for (int i = 0; i < exprs.size(); i++) {
            var part = part(i, exprs.get(i));
            if (part == null) {
                return null;
            }
            parts.add(part);
        }
        return new Slot(null, parts);
    }

    private @Nullable Value value(int product, Expr expr) {
        return expr instanceof Expr.Arg(var k, var t) && k > 0 ? group.get(product).extras().get(k - 1) : null;
    }

    /** A constant of one element, or of one per column. */
    private @Nullable TensorData part(int product, Expr expr) {
        if (expr instanceof Expr.Literal(var value, var bits, var type)) {
            var data = TensorData.zeros(type);
            if (type.isFloat()) {
                data.set(0, value);
            } else if (type != DType.STRING) {
                data.set(0, bits);
            }
            return data;
        }
        var operand = value(product, expr);
        var data = operand == null ? null : operand.constant();
        boolean perColumn = data != null && operand != null && (data.size() == 1
                || data.size() == group.get(product).columns()
                        && operand.shape().dim(-1).equals(Dim.of(data.size())));
        return perColumn ? data : null;
    }
}
