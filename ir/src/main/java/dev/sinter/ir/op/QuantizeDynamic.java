package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Quantizes to u8 with scale and zero point computed from the whole tensor's range (widened to contain 0), as
 * {@code DynamicQuantizeLinear} defines it. Results: {@code q u8[..], scale f32[], zero u8[]}; centered:
 * {@code q - zero} as integers in {@code f32[..]}, and {@code scale f32[]}.
 *
 * @param centered
 *            whether the result is already reduced by the zero point and kept as f32
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html">DynamicQuantizeLinear</a>
 */
public record QuantizeDynamic(boolean centered) implements Op {
    @Override
    public String mnemonic() {
        return "quantize_dynamic";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("centered", centered);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var type = inputs.getFirst().tensor();
        if (type.dtype() != DType.F32) {
            throw new IrException("quantize_dynamic: f32 was expected, not " + type);
        }
        var scale = Result.of(new TensorType(DType.F32, Shape.SCALAR));
        return centered
                ? List.of(Result.of(type), scale)
                : List.of(Result.of(new TensorType(DType.U8, type.shape())), scale,
                        Result.of(new TensorType(DType.U8, Shape.SCALAR)));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return Products.quantizeDynamic(centered, inputs.getFirst());
    }
}
