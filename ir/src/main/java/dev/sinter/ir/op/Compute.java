package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * A tensor said element by element: each element of the result is an expression of its own indices, which reads the
 * operands wherever it wants and may loop. Everything regular that is neither elementwise nor a view is written so:
 * padding, pooling, resizing, gathering by position, windows. No element depends on another one of the result.
 *
 * @param shape
 *            of the result
 * @param expr
 *            value of the element at {@link #axis indices} i0, i1, …; operands are read by {@link Expr.Read} only
 */
public record Compute(Shape shape, Expr expr) implements Op {
    /**
     * The index along an axis of the result (or, in a {@link Scatter}, of the updates).
     *
     * @param axis
     *            from 0
     * @return an i64
     */
    public static Expr axis(int axis) {
        return new Expr.Var("i" + axis, DType.I64);
    }

    @Override
    public String mnemonic() {
        return "compute";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("shape", shape, "expr", expr);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        Comprehensions.check("compute", expr, inputs, shape.rank());
        return List.of(Result.of(new TensorType(expr.dtype(), shape)));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        if (!shape.isConst()) {
            throw new IrException("compute: known sizes were expected, not " + shape);
        }
        return List.of(Comprehensions.compute(this, inputs));
    }
}
