package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;

/**
 * Choosing elements by value: <a href="https://onnx.ai/onnx/operators/onnx__TopK.html">TopK</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__NonZero.html">NonZero</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__Compress.html">Compress</a>.
 */
final class Sorting {
    private Sorting() {
    }

    /** {@code x[…,n,…], k -> values[…,k,…], indices i64[…,k,…]}; NaN counts as the greatest number. */
    static Value[] topK(Invocation call) {
        Tensor x = call.tensor(0);
        long[] shape = x.shape();
        int axis = call.axis(call.number("axis", -1), shape.length);
        call.tensor(1);
        long wanted = call.number(1, 0);
        if (wanted < 0 || wanted > shape[axis]) {
            throw call.wrong("k is " + wanted + ", expected 0 to " + shape[axis] + ", the extent of axis " + axis);
        }
        int k = (int) wanted;
        int n = (int) shape[axis];
        int inner = (int) Blocks.product(shape, axis + 1, shape.length);
        int outer = (int) Blocks.product(shape, 0, axis);
        long[] keys = Order.keys(x);
        long flip = call.flag("largest", true) ? -1 : 0; // ~key turns the order round and keeps ties
        var picked = new int[Math.toIntExact((long) outer * k * inner)];
        var indices = new long[picked.length];
        var lane = new long[n];
        for (int row = 0; row < outer * inner; row++) {
            int base = row / inner * n * inner + row % inner;
            for (int i = 0; i < n; i++) {
                lane[i] = keys[base + i * inner] ^ flip;
            }
            int[] order = Order.smallest(lane, k);
            int to = row / inner * k * inner + row % inner;
            for (int i = 0; i < k; i++) {
                picked[to + i * inner] = base + order[i] * inner;
                indices[to + i * inner] = order[i];
            }
        }
        shape[axis] = k;
        return new Value[]{Blocks.pick(x, 1, picked, shape), Tensor.of(indices, shape)};
    }

    /** {@code x -> i64[rank,n]}, a column for each element that is not zero; a scalar gives {@code i64[0,n]}. */
    static Value[] nonZero(Invocation call) {
        Tensor x = call.tensor(0);
        boolean[] set = set(x);
        long[] shape = x.shape();
        int n = 0;
        for (boolean b : set) {
            n += b ? 1 : 0;
        }
        var out = new long[Math.multiplyExact(shape.length, n)];
        int column = 0;
        for (int i = 0; i < set.length; i++) {
            if (set[i]) {
                int rest = i;
                for (int axis = shape.length - 1; axis >= 0; axis--) {
                    out[axis * n + column] = rest % shape[axis];
                    rest = (int) (rest / shape[axis]);
                }
                column++;
            }
        }
        return new Value[]{Tensor.of(out, shape.length, n)};
    }

    private static boolean[] set(Tensor x) {
        var out = new boolean[(int) x.size()];
        if (x.dtype() == DType.STRING) {
            String[] strings = x.toStrings();
            for (int i = 0; i < out.length; i++) {
                out[i] = !strings[i].isEmpty();
            }
        } else if (Order.isFloat(x.dtype())) {
            double[] values = x.toDoubles();
            int parts = out.length == 0 ? 1 : values.length / out.length;
            for (int i = 0; i < values.length; i++) {
                out[i / parts] |= values[i] != 0;
            }
        } else {
            return x.toBooleans();
        }
        return out;
    }

    /** {@code x, condition bool[m] -> y}: the slices of an axis, or the elements, where the condition holds. */
    static Value[] compress(Invocation call) {
        Tensor x = call.tensor(0);
        Tensor condition = call.tensor(1, DType.BOOL);
        if (condition.rank() != 1) {
            throw call.wrong(1, "a condition of rank 1", Invocation.text(condition));
        }
        boolean[] wanted = condition.toBooleans();
        long[] shape = call.has("axis") ? x.shape() : new long[]{x.size()};
        int axis = call.axis(call.number("axis", 0), shape.length);
        var chosen = new int[wanted.length];
        int count = 0;
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i]) {
                if (i >= shape[axis]) {
                    throw call.wrong(1, "at most " + shape[axis] + " conditions", "a true one at " + i);
                }
                chosen[count++] = i;
            }
        }
        int outer = (int) Blocks.product(shape, 0, axis);
        var picked = new int[Math.multiplyExact(outer, count)];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = (int) (i / count * shape[axis]) + chosen[i % count];
        }
        long[] result = Arrays.copyOf(shape, shape.length);
        result[axis] = count;
        return new Value[]{Blocks.pick(x, Blocks.product(shape, axis + 1, shape.length), picked, result)};
    }
}
