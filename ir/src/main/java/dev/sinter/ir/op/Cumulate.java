package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;
import java.util.Locale;

/**
 * Running totals along an axis: element k combines elements 0 to k, one after the other.
 *
 * @param monoid
 *            how elements combine; no mean
 * @param axis
 *            from 0
 * @param exclusive
 *            whether element k itself is left out, so that the first total is the monoid's neutral element
 * @param reverse
 *            whether it begins at the end
 * @see <a href="https://onnx.ai/onnx/operators/onnx__CumSum.html">CumSum</a>
 */
public record Cumulate(Reduce.Monoid monoid, int axis, boolean exclusive, boolean reverse) implements Op {
    @Override
    public String mnemonic() {
        return "cumulate";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("monoid", monoid.name().toLowerCase(Locale.ROOT), "axis", axis, "exclusive", exclusive,
                "reverse", reverse);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var type = inputs.getFirst().tensor();
        boolean number = type.dtype().isFloat() || type.dtype().isInteger();
        if (!number || monoid == Reduce.Monoid.MEAN || axis < 0 || axis >= type.shape().rank()) {
            throw new IrException("cumulate of " + monoid + " on axis " + axis + " of " + type);
        }
        return List.of(Result.of(type));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Comprehensions.cumulate(this, inputs.getFirst()));
    }
}
