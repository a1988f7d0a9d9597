package dev.sinter.ir;

import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.ScaledMatMul;
import org.jspecify.annotations.Nullable;

/**
 * Constant weights as a matrix of outputs and inputs, whatever op they belong to.
 *
 * @param values
 *            the weights
 * @param outputs
 *            results that the matrix makes
 * @param inputs
 *            factors of a result
 * @param outputStride
 *            distance of neighbouring outputs in {@code values}
 * @param inputStride
 *            distance of neighbouring inputs
 */
public record WeightMatrix(float[] values, int outputs, int inputs, int outputStride, int inputStride) {
    /**
     * The weights of a node.
     *
     * @param user
     *            any node
     * @param weights
     *            one of its operands
     * @return the matrix; null if the operand is no constant, or none that the node multiplies with
     */
    public static @Nullable WeightMatrix of(Node user, Value weights) {
        var data = weights.constant();
        if (data == null || data.dtype() == DType.STRING || data.size() == 0 || data.size() != size(weights)
                || user.inputs().size() < 2 || !user.input(1).equals(weights)) {
            return null;
        }
        var dims = data.dims();
        return switch (user.op()) {
            case MatMul m when dims.length == 2 -> inputsFirst(data);
            case MatMulInteger m when dims.length == 2 -> inputsFirst(data);
            case ScaledMatMul m when dims.length == 2 -> inputsFirst(data);
            case Recurrence r when dims.length == 2 -> inputsFirst(data);
            case Conv c when dims.length > 2 -> {
                int outputs = (int) dims[0];
                int inputs = data.size() / outputs;
                yield new WeightMatrix(floats(data), outputs, inputs, inputs, 1);
            }
            default -> null;
        };
    }

    private static long size(Value value) {
        return value.type() instanceof TensorType(DType dtype, Shape shape) && shape.isConst()
                ? shape.size().value() : -1;
    }

    private static WeightMatrix inputsFirst(TensorData data) {
        int outputs = (int) data.dims()[1];
        return new WeightMatrix(floats(data), outputs, (int) data.dims()[0], 1, outputs);
    }

    private static float[] floats(TensorData data) {
        if (data.dtype() == DType.F32) {
            return data.floatArray();
        }
        var values = new float[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) data.getDouble(i);
        }
        return values;
    }

    /**
     * A weight.
     *
     * @param output
     *            of which output
     * @param input
     *            of which input
     * @return its value
     */
    public float at(int output, int input) {
        return values[output * outputStride + input * inputStride];
    }
}
