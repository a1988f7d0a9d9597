package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/** {@code a * b + c} is rounded once: a fused multiply-add, one operation where there were two. */
final class RelaxSums implements Rule {
    @Override
    public String name() {
        return "relax-sums";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        return Relaxed.map(node, graph, RelaxSums::fused, "products are added without being rounded");
    }

    private static Expr fused(Expr expr) {
        if (!(expr instanceof Expr.Apply(var fn, var args, var type)) || type != DType.F32 && type != DType.F64) {
            return expr;
        }
        if (fn == Fn.ADD) {
            for (int i = 0; i < 2; i++) {
                if (args.get(i) instanceof Expr.Apply(var inner, var factors, var t) && inner == Fn.MUL) {
                    return Expr.apply(Fn.FMA, factors.get(0), factors.get(1), args.get(1 - i));
                }
            }
        }
        if (fn == Fn.SUB && args.get(0) instanceof Expr.Apply(var inner, var factors, var t) && inner == Fn.MUL
                && args.get(1) instanceof Expr.Literal(double value, long bits, DType of)) {
            return Expr.apply(Fn.FMA, factors.get(0), factors.get(1), Expr.literal(-value, type));
        }
        return expr;
    }
}
