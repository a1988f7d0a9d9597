package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Product of real numbers with weights that are quantized in blocks along k:
 * {@code a[..,M,K] x ((q[K,N] - zero) * scale) -> f32[..,M,N]}, one scale for each block of a column. Operands of the op:
 * a (f32), q (integers of at most 8 bits), scale ({@code f32[ceil(K/block),N]}), if {@code zero} zero points of q's type
 * or f32, of the scale's shape, then the epilogue's operands {@code $1}, …; {@code $0} is the f32 sum.
 *
 * <p>
 * A block is summed by fma in ascending k, of {@code a} and {@code q - zero} in f32, from 0 on; then
 * {@code sum = fma(blockSum, scale, sum)}. With {@code roundsA} a row's part in a block is first rounded to integers,
 * {@code rint(a * (127 / m))} where m is its greatest magnitude, or to zeros where m is below 2^-100; the block is summed in 32-bit integers and
 * {@code sum = fma(blockSum, (m / 127) * scale, sum)}. All of it is f32, each step rounded.
 *
 * @param block
 *            elements of a column with one scale; K for one scale a column
 * @param zero
 *            whether zero points are given
 * @param roundsA
 *            whether the model declares 8-bit activations; zero points are integers then
 * @param epilogue
 *            {@code $0:f32} alone where there is none
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits">
 *      MatMulNBits</a>
 */
public record ScaledMatMul(int block, boolean zero, boolean roundsA, Expr epilogue) implements Op {
    /** The greatest magnitude of rounded activations. */
    public static final float MOST = 127;
    /** Activations below this one are rounded to zero: what they would be multiplied by could be infinite. */
    public static final float LEAST = 0x1p-100f;
    /** Elements of a block whose products with 9-bit integers stay within 32 bits. */
    public static final int LONGEST_ROUNDED = 1 << 16;

    /**
     * Checks the block's length.
     *
     * @throws IrException
     *             if it is none, or too long for exact sums
     */
    public ScaledMatMul {
        if (block < 1 || roundsA && block > LONGEST_ROUNDED) {
            throw new IrException("scaled_matmul: a block of 1 to " + (roundsA ? LONGEST_ROUNDED : Integer.MAX_VALUE)
                    + " elements was expected, not " + block);
        }
    }

    /** {@return position of the first epilogue operand ($1) among the inputs} */
    public int firstExtra() {
        return zero ? 4 : 3;
    }

    /** {@return whether there is nothing to do after the product} */
    public boolean isPlain() {
        return epilogue instanceof Expr.Arg(var i, var t) && i == 0;
    }

    /**
     * The same product with something else to do after it.
     *
     * @param other
     *            the epilogue
     * @return the op
     */
    public ScaledMatMul with(Expr other) {
        return new ScaledMatMul(block, zero, roundsA, other);
    }

    @Override
    public String mnemonic() {
        return "scaled_matmul";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("block", block, "zero", zero, "rounds_a", roundsA, "epilogue",
                isPlain() ? null : epilogue);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var a = inputs.get(0).tensor();
        var q = inputs.get(1).tensor();
        if (a.dtype() != DType.F32 || !q.dtype().isInteger() || q.dtype().bits() > 8 || q.shape().rank() != 2) {
            throw new IrException("scaled_matmul: f32 and a matrix of integers of at most 8 bits were expected, not "
                    + a + " and " + q);
        }
        var shape = MatMul.productShape(a, q, symbols, "scaled_matmul");
        var blocks = new Shape(List.of(q.shape().dim(0).ceilDiv(block), q.shape().dim(1)));
        parameter(inputs.get(2), DType.F32, blocks, "scales");
        if (zero) {
            boolean real = inputs.get(3).dtype() == DType.F32 && !roundsA;
            parameter(inputs.get(3), real ? DType.F32 : q.dtype(), blocks, "zero points");
        }
        var operands = new ArrayList<>(inputs.subList(0, 2));
        operands.addAll(inputs.subList(firstExtra(), inputs.size()));
        return List.of(MatMul.withEpilogue("scaled_matmul", epilogue, DType.F32, shape, operands, symbols));
    }

    private static void parameter(Value value, DType type, Shape shape, String what) {
        if (value.dtype() != type || !value.shape().equals(shape)) {
            throw new IrException("scaled_matmul: " + what + " " + type + shape + " were expected, not "
                    + value.type());
        }
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Products.scaledMatmul(this, inputs));
    }
}
