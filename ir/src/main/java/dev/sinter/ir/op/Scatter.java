package dev.sinter.ir.op;

import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Operand 0 with elements replaced, one after the other: for each index of the domain, in row-major order, the element
 * at {@code index} becomes {@code value}, which may read what stands there so far as {@code old}.
 *
 * @param domain
 *            how many updates, along axes {@link Compute#axis i0, i1, …}
 * @param index
 *            an i64 for each axis of operand 0, from 0; one outside raises an error when the model runs
 * @param value
 *            of operand 0's type; reads operands by {@link Expr.Read}, of operand 0 it sees {@link #old} only
 */
public record Scatter(Shape domain, List<Expr> index, Expr value) implements Op {
    /** Copies the list. */
    public Scatter {
        index = List.copyOf(index);
    }

    /** {@return the element that is to be replaced} */
    public Expr old() {
        return new Expr.Var("old", value.dtype());
    }

    @Override
    public String mnemonic() {
        return "scatter";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("domain", domain, "index", index, "value", value);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var data = inputs.getFirst().tensor();
        if (data.dtype() != value.dtype() || data.shape().rank() != index.size()) {
            throw new IrException("scatter of " + value.dtype() + " at " + index.size() + " indices into " + data);
        }
        Comprehensions.check(this, inputs);
        return List.of(Result.of(data));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Comprehensions.scatter(this, inputs));
    }
}
