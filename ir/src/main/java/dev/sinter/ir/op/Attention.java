package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Softmax attention over heads that lie side by side in the last axis, so no transpose is needed: for each batch entry
 * and head h, {@code softmax(q_h k_h^T <scaled> + mask) v_h}. Operands {@code q[B,S,heads*D], k[B,T,heads*D],
 * v[B,T,heads*E]} and, if {@code mask}, an additive mask that broadcasts to {@code [B,heads,S,T]}. Result
 * {@code [B,S,heads*E]}.
 *
 * @param heads
 *            number of heads
 * @param scale
 *            the scores' factor or divisor
 * @param divide
 *            whether scores are divided by {@code scale} instead of multiplied
 * @param mask
 *            whether a mask is given
 * @see <a href="https://arxiv.org/abs/1706.03762">Attention Is All You Need</a>
 */
public record Attention(int heads, float scale, boolean divide, boolean mask) implements Op {
    @Override
    public String mnemonic() {
        return "attention";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("heads", heads, "scale", scale, "divide", divide, "mask", mask);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        if (inputs.size() != (mask ? 4 : 3)) {
            throw new IrException("attention: " + (mask ? 4 : 3) + " operands were expected, not " + inputs.size());
        }
        var q = inputs.get(0).tensor();
        var k = inputs.get(1).tensor();
        var v = inputs.get(2).tensor();
        for (var operand : List.of(q, k, v)) {
            if (operand.dtype() != DType.F32 || operand.shape().rank() != 3
                    || operand.shape().dim(2).isConst() && operand.shape().dim(2).value() % heads != 0) {
                throw new IrException(
                        "attention: f32[B,S,heads*D] with " + heads + " heads was expected, not " + operand);
            }
        }
        var reason = "attention of " + q + ", " + k + ", " + v;
        symbols.requireEqual(q.shape().dim(2), k.shape().dim(2), reason);
        symbols.requireEqual(k.shape().dim(1), v.shape().dim(1), reason);
        symbols.requireEqual(q.shape().dim(0), k.shape().dim(0), reason);
        symbols.requireEqual(q.shape().dim(0), v.shape().dim(0), reason);
        if (mask) {
            var scores = Shape.of(q.shape().dim(0), Dim.of(heads), q.shape().dim(1), k.shape().dim(1));
            var all = Map.broadcast(List.of(scores, inputs.get(3).shape()), symbols, reason);
            if (!all.equals(scores) || inputs.get(3).dtype() != DType.F32) {
                throw new IrException("attention: a mask that broadcasts to f32" + scores + " was expected, not "
                        + inputs.get(3).type());
            }
        }
        return List.of(
                Result.of(new TensorType(DType.F32, Shape.of(q.shape().dim(0), q.shape().dim(1), v.shape().dim(2)))));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Products.attention(this, inputs));
    }
}
