package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;

/**
 * Weights in f32 that are whole numbers of eight bits: those of quantized layers whose scales went into what follows. They
 * take a quarter of the memory, widen in the kernel, and their sums are exact, which algorithms that divide would spoil.
 */
final class EightBits {
    private EightBits() {
    }

    /**
     * The same elements in the smallest type that is certain.
     *
     * @param weights
     *            a constant in f32
     * @return in i8 if every element is a whole number from -128 to 127, else the constant itself
     */
    static TensorData of(TensorData weights) {
        if (weights.size() == 0 || weights.dtype() != DType.F32) {
            return weights;
        }
        var elements = weights.floatArray();
        for (float element : elements) {
            if ((byte) element != element) {
                return weights;
            }
        }
        var bytes = new byte[elements.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) elements[i];
        }
        return TensorData.of(DType.I8, bytes, weights.dims());
    }
}
