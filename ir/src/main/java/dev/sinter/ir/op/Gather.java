package dev.sinter.ir.op;

import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Slices of {@code data} along an axis, chosen by integer indices:
 * {@code data[A..,N,C..], indices[I..] -> [A..,I..,C..]}.
 * Negative indices count from the end; others out of range raise an error.
 *
 * @param axis
 *            from 0
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gather.html">Gather</a>
 */
public record Gather(int axis) implements Op {
    @Override
    public String mnemonic() {
        return "gather";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("axis", axis);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var data = inputs.get(0).tensor();
        var indices = inputs.get(1).tensor();
        if (!indices.dtype().isInteger() || axis >= data.shape().rank()) {
            throw new IrException("gather on axis " + axis + " of " + data + " with indices " + indices);
        }
        var dims = new ArrayList<Dim>(data.shape().dims().subList(0, axis));
        dims.addAll(indices.shape().dims());
        dims.addAll(data.shape().dims().subList(axis + 1, data.shape().rank()));
        return List.of(Result.of(new TensorType(data.dtype(), new Shape(dims))));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Views.gather(axis, inputs.get(0), inputs.get(1)));
    }
}
