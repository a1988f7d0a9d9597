package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/**
 * A division by a constant becomes a multiplication with its reciprocal, which is rounded: the quotient may differ in
 * its last bit. A division takes five to ten times as long.
 */
final class RelaxDivision implements Rule {
    @Override
    public String name() {
        return "relax-division";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        return Relaxed.map(node, graph, RelaxDivision::multiplied, "divisions by constants are multiplications");
    }

    private static Expr multiplied(Expr expr) {
        if (!(expr instanceof Expr.Apply(var fn, var args, var type)) || fn != Fn.DIV
                || !(args.get(1) instanceof Expr.Literal(double divisor, long bits, DType of))) {
            return expr;
        }
        double reciprocal = type == DType.F32 ? 1 / (float) divisor : 1 / divisor;
        boolean normal = type == DType.F32 ? isNormal((float) reciprocal) : type == DType.F64 && isNormal(reciprocal);
        return normal ? Expr.apply(Fn.MUL, args.get(0), Expr.literal(reciprocal, type)) : expr;
    }

    private static boolean isNormal(float value) {
        return Float.isFinite(value) && Math.abs(value) >= Float.MIN_NORMAL;
    }

    private static boolean isNormal(double value) {
        return Double.isFinite(value) && Math.abs(value) >= Double.MIN_NORMAL;
    }
}
