package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps that every form of attention takes. Queries are {@code [B,H,S,D]}, keys and values {@code [B,G,T,D]}, where
 * each of the G heads serves H/G neighbouring heads of the queries.
 */
record AttentionParts(NodeContext node) {
    /** {@code [B,S,heads*D] -> [B,heads,S,D]}. */
    Value heads(Value x, Dim heads) {
        var shape = x.shape();
        var size = node.symbols().simplify(shape.dim(2).floorDiv(heads));
        var apart = node.reshape(x, Shape.of(shape.dim(0), shape.dim(1), heads, size));
        return node.permute(apart, List.of(0, 2, 1, 3));
    }

    /** {@code [B,heads,S,D] -> [B,S,heads*D]}. */
    Value joined(Value x) {
        var shape = x.shape();
        return node.reshape(node.permute(x, List.of(0, 2, 1, 3)),
                Shape.of(shape.dim(0), shape.dim(2), shape.dim(1).times(shape.dim(3))));
    }

    /** What came before, followed by what is new, along the axis of positions. */
    Value appended(@Nullable Value past, Value x) {
        return past == null ? x : node.apply(new Concat(2), past, x);
    }

    /** {@code [B,H,S,X] x [B,G,X,Y] -> [B,H,S,Y]}: the heads of a group are rows of one product. */
    Value grouped(Value a, Value b) {
        var left = a.shape();
        var right = b.shape();
        if (left.dim(1).equals(right.dim(1))) {
            return node.apply(MatMul.plain(a.dtype()), a, b);
        }
        var each = node.symbols().simplify(left.dim(1).floorDiv(right.dim(1)));
        node.symbols().requireEqual(each.times(right.dim(1)), left.dim(1), "attention heads of " + a.type() + " over "
                + b.type());
        var rows = node.reshape(a, Shape.of(left.dim(0), right.dim(1), each.times(left.dim(2)), left.dim(3)));
        var product = node.apply(MatMul.plain(a.dtype()), rows, b);
        return node.reshape(product, Shape.of(left.dim(0), left.dim(1), left.dim(2), right.dim(3)));
    }

    /** {@code scale * q k'}; a scale of 0 stands for one by the square root of the size of a head. */
    Value scores(Value q, Value k, float scale) {
        var product = grouped(q, node.permute(k, List.of(0, 1, 3, 2)));
        var type = product.dtype();
        var size = q.shape().dim(3);
        if (scale == 0 && !size.isConst()) {
            var root = Expr.apply(Fn.SQRT, Expr.cast(Expr.arg(1, DType.I64), type));
            return node.map(Expr.apply(Fn.DIV, Expr.arg(0, type), root), product,
                    node.reshape(node.dims(List.of(size)), Shape.SCALAR));
        }
        double factor = scale == 0 ? 1 / Math.sqrt(size.value()) : scale;
        return factor == 1 ? product
                : node.map(Expr.apply(Fn.MUL, Expr.arg(0, type), Expr.literal(factor, type)), product);
    }

    /** {@code cap * tanh(scores / cap)}; nothing for a cap of 0. */
    Value capped(Value scores, float cap) {
        if (cap == 0) {
            return scores;
        }
        var type = scores.dtype();
        var limit = Expr.literal(cap, type);
        return node.map(Expr.apply(Fn.MUL, limit,
                Expr.apply(Fn.TANH, Expr.apply(Fn.DIV, Expr.arg(0, type), limit))), scores);
    }

    /** The sum with a bias, if there is one. */
    Value biased(Value scores, @Nullable Value bias) {
        var type = scores.dtype();
        return bias == null ? scores
                : node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.arg(1, type)), scores, node.cast(bias, type));
    }

    /** Softmax of the last axis. */
    Value softmax(Value scores) {
        return node.apply(new Softmax(scores.shape().rank() - 1), scores);
    }

    /** Probabilities, zeros in rows whose bias is minus infinity throughout. */
    Value guarded(Value result, @Nullable Value bias) {
        if (bias == null) {
            return result;
        }
        var most = node.apply(new Reduce(Reduce.Monoid.MAX, List.of(bias.shape().rank() - 1), true), bias);
        var none = Expr.apply(Fn.EQ, Expr.arg(1, most.dtype()),
                Expr.literal(Double.NEGATIVE_INFINITY, most.dtype()));
        var type = result.dtype();
        return node.map(Expr.apply(Fn.SELECT, none, Expr.literal(0, type), Expr.arg(0, type)), result, most);
    }
}
