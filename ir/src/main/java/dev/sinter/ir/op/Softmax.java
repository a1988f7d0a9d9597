package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * {@code exp(x - max) / sum(exp(x - max))} along an axis.
 *
 * @param axis
 *            from 0
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Softmax.html">Softmax</a>
 */
public record Softmax(int axis) implements Op {
    @Override
    public String mnemonic() {
        return "softmax";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("axis", axis);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var type = inputs.getFirst().tensor();
        if (!type.dtype().isFloat() || axis < 0 || axis >= type.shape().rank()) {
            throw new IrException("softmax on axis " + axis + " of " + type);
        }
        return List.of(Result.of(type));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Reductions.softmax(axis, inputs.getFirst()));
    }
}
