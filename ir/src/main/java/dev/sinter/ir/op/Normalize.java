package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Layer normalization over the last axis: {@code (x - mean) / sqrt(variance + epsilon) * gamma + beta}. Operands:
 * {@code x[..,H], gamma[H]}, and {@code beta[H]} if {@code bias}. The variance is that of the population.
 *
 * @param epsilon
 *            added to the variance
 * @param bias
 *            whether beta is given
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LayerNormalization.html">LayerNormalization</a>
 */
public record Normalize(float epsilon, boolean bias) implements Op {
    @Override
    public String mnemonic() {
        return "normalize";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("epsilon", epsilon, "bias", bias);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var type = inputs.getFirst().tensor();
        if (!type.dtype().isFloat() || type.shape().rank() == 0) {
            throw new IrException(
                    "normalize: a floating-point tensor with at least one axis was expected, not " + type);
        }
        for (var parameter : inputs.subList(1, inputs.size())) {
            if (parameter.shape().rank() != 1 || parameter.dtype() != type.dtype()) {
                throw new IrException("normalize: " + type.dtype() + "[" + type.shape().dim(-1) + "] was expected, not "
                        + parameter.type());
            }
            symbols.requireEqual(type.shape().dim(-1), parameter.shape().dim(0), "normalize of " + type);
        }
        if (inputs.size() != (bias ? 3 : 2)) {
            throw new IrException("normalize: " + (bias ? 3 : 2) + " operands were expected, not " + inputs.size());
        }
        return List.of(Result.of(type));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Reductions.normalize(this, inputs));
    }
}
