package dev.sinter.frontend.dsl;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.function.IntUnaryOperator;

/** Symmetric quantization: the largest magnitude becomes the largest integer, zero stays zero. */
final class Quantizing {
    /** Integers and what they are multiplied by. */
    record Parts(TensorData integers, TensorData scales) {
    }

    private Quantizing() {
    }

    /** One scale for each index of an axis, or for the whole if it is negative. */
    static Parts whole(TensorData data, int bits, int axis) {
        var dims = data.dims();
        long count = axis < 0 ? 1 : dims[axis];
        long inner = 1;
        for (int i = axis + 1; axis >= 0 && i < dims.length; i++) {
            inner *= dims[i];
        }
        long step = inner;
        return quantized(data, bits, axis < 0 ? new long[0] : new long[]{count},
                i -> axis < 0 ? 0 : (int) (i / step % count));
    }

    /** One scale for each group of neighbours along the last axis. */
    static Parts groups(TensorData data, int bits, int group, Place place, Frame frame) {
        var dims = data.dims();
        long last = dims[dims.length - 1];
        if (group < 1 || last % group != 0) {
            throw frame.error(place, "groups that divide the last axis of " + data.type() + " were expected, not of "
                    + group);
        }
        var scales = dims.clone();
        scales[dims.length - 1] = last / group;
        return quantized(data, bits, scales, i -> i / group);
    }

    private static Parts quantized(TensorData data, int bits, long[] shape, IntUnaryOperator which) {
        var values = data.floatArray();
        long count = 1;
        for (var dim : shape) {
            count *= dim;
        }
        var scales = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            int s = which.applyAsInt(i);
            scales[s] = Math.max(scales[s], Math.abs(values[i]));
        }
        int largest = (1 << bits - 1) - 1;
        for (int s = 0; s < scales.length; s++) {
            scales[s] = scales[s] == 0 ? 1 : scales[s] / largest;
        }
        var integers = TensorData.zeros(bits == 8 ? DType.I8 : DType.I4, data.dims());
        for (int i = 0; i < values.length; i++) {
            integers.set(i, Math.clamp((long) Math.rint(values[i] / scales[which.applyAsInt(i)]), -largest, largest));
        }
        return new Parts(integers, TensorData.floats(scales, shape));
    }
}
