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
 * v[B,T,heads*E]} and, if {@code mask}, an additive mask that broadcasts to {@code [B,heads,S,T]}. Each of q, k and v
 * may also have its heads apart, {@code [B,heads,S,D]}, as a cache of keys and values has. Result
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
        var q = joined(inputs.get(0));
        var k = joined(inputs.get(1));
        var v = joined(inputs.get(2));
        var reason = "attention of " + inputs.get(0).type() + ", " + inputs.get(1).type() + ", "
                + inputs.get(2).type();
        symbols.requireEqual(q.dim(2), k.dim(2), reason);
        symbols.requireEqual(k.dim(1), v.dim(1), reason);
        symbols.requireEqual(q.dim(0), k.dim(0), reason);
        symbols.requireEqual(q.dim(0), v.dim(0), reason);
        if (mask) {
            var scores = Shape.of(q.dim(0), Dim.of(heads), q.dim(1), k.dim(1));
            if (!Map.fits(inputs.get(3).shape(), scores, symbols, reason) || inputs.get(3).dtype() != DType.F32) {
                throw new IrException("attention: a mask that broadcasts to f32" + scores + " was expected, not "
                        + inputs.get(3).type());
            }
        }
        return List.of(Result.of(new TensorType(DType.F32, Shape.of(q.dim(0), q.dim(1), v.dim(2)))));
    }

    /** The shape of an operand with its heads side by side. */
    private Shape joined(Value operand) {
        var shape = operand.shape();
        boolean apart = shape.isRanked() && shape.rank() == 4 && shape.dim(1).equals(Dim.of(heads));
        if (operand.dtype() != DType.F32 || !apart && (shape.rank() != 3
                || shape.dim(2).isConst() && shape.dim(2).value() % heads != 0)) {
            throw new IrException("attention: f32[B,S,heads*D] or f32[B,heads,S,D] with " + heads
                    + " heads was expected, not " + operand.type());
        }
        return apart ? Shape.of(shape.dim(0), shape.dim(2), shape.dim(3).times(Dim.of(heads))) : shape;
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Products.attention(this, inputs));
    }
}
