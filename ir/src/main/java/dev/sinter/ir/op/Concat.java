package dev.sinter.ir.op;

import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Operands one after the other along an axis.
 *
 * @param axis
 *            from 0
 */
public record Concat(int axis) implements Op {
    @Override
    public String mnemonic() {
        return "concat";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("axis", axis);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var first = inputs.getFirst().tensor();
        var total = Dim.ZERO;
        for (var input : inputs) {
            var type = input.tensor();
            if (type.dtype() != first.dtype() || type.shape().rank() != first.shape().rank()
                    || axis >= type.shape().rank()) {
                throw new IrException("concat on axis " + axis + ": " + first + " and " + type + " do not fit");
            }
            for (int i = 0; i < type.shape().rank(); i++) {
                if (i != axis) {
                    symbols.requireEqual(first.shape().dim(i), type.shape().dim(i), "concat on axis " + axis);
                }
            }
            total = total.plus(type.shape().dim(axis));
        }
        return List.of(Result.of(new TensorType(first.dtype(), first.shape().with(axis, total))));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Views.concat(axis, inputs));
    }
}
