package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.util.Arrays;
import java.util.List;

/** Reference evaluation of ops that move elements of any type without looking at them. */
final class Views {
    private Views() {
    }

    static TensorData evaluate(IndexMap map, TensorData in) {
        return switch (map) {
            case IndexMap.Reshape(var shape) -> TensorData.of(in.dtype(), in.array(), shape.toLongs());
            case IndexMap.Permute(var perm) -> permute(perm, in);
            case IndexMap.Slice(var begins, var steps, var sizes) -> slice(begins, steps, sizes, in);
            case IndexMap.Expand(var shape) -> {
                var dims = shape.toLongs();
                yield walk(in, 0, Strides.broadcast(in.dims(), dims), dims);
            }
        };
    }

    private static TensorData permute(List<Integer> perm, TensorData in) {
        var from = in.dims();
        var own = Strides.of(from);
        var dims = perm.stream().mapToLong(axis -> from[axis]).toArray();
        var strides = perm.stream().mapToInt(axis -> own[axis]).toArray();
        return walk(in, 0, strides, dims);
    }

    private static TensorData slice(List<Dim> begins, List<Long> steps, List<Dim> sizes, TensorData in) {
        var from = in.dims();
        var strides = Strides.of(from);
        var dims = sizes.stream().mapToLong(Dim::value).toArray();
        boolean empty = Arrays.stream(dims).anyMatch(d -> d == 0);
        int offset = 0;
        for (int axis = 0; axis < dims.length; axis++) {
            long first = begins.get(axis).value();
            long last = first + steps.get(axis) * (dims[axis] - 1);
            if (!empty && (Math.min(first, last) < 0 || Math.max(first, last) >= from[axis])) {
                throw new IrException(
                        "slice: indices " + first + " to " + last + " of axis " + axis + " in " + in.type());
            }
            offset += (int) first * strides[axis];
            strides[axis] *= Math.toIntExact(steps.get(axis));
        }
        return walk(in, offset, strides, dims);
    }

    /** Copies the elements met on a walk, the longest contiguous run at a time. */
    private static TensorData walk(TensorData in, int offset, int[] strides, long[] dims) {
        var out = TensorData.zeros(in.dtype(), dims);
        if (out.size() == 0) {
            return out;
        }
        int outer = dims.length;
        int run = 1;
        while (outer > 0 && (strides[outer - 1] == run || dims[outer - 1] == 1)) {
            run *= (int) dims[--outer];
        }
        var starts = Strides.positions(Arrays.copyOf(dims, outer), Arrays.copyOf(strides, outer));
        int width = width(in);
        for (int i = 0; i < starts.length; i++) {
            System.arraycopy(in.array(), (offset + starts[i]) * width, out.array(), i * run * width, run * width);
        }
        return out;
    }

    /** Array elements for each tensor element. */
    private static int width(TensorData data) {
        return data.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1;
    }

    private static int product(long[] dims, int from, int to) {
        return Strides.count(Arrays.copyOfRange(dims, from, to));
    }

    static TensorData concat(int axis, List<TensorData> inputs) {
        var dims = inputs.getFirst().dims();
        dims[axis] = inputs.stream().mapToLong(in -> in.dims()[axis]).sum();
        var out = TensorData.zeros(inputs.getFirst().dtype(), dims);
        int width = width(out);
        int rows = product(dims, 0, axis);
        int outRow = product(dims, axis, dims.length) * width;
        int at = 0;
        for (var in : inputs) {
            var from = in.dims();
            int row = product(from, axis, from.length) * width;
            for (int r = 0; r < rows; r++) {
                System.arraycopy(in.array(), r * row, out.array(), r * outRow + at, row);
            }
            at += row;
        }
        return out;
    }

    static TensorData gather(int axis, TensorData data, TensorData indices) {
        var from = data.dims();
        var chosen = indices.dims();
        var dims = new long[from.length - 1 + chosen.length];
        System.arraycopy(from, 0, dims, 0, axis);
        System.arraycopy(chosen, 0, dims, axis, chosen.length);
        System.arraycopy(from, axis + 1, dims, axis + chosen.length, from.length - axis - 1);
        var out = TensorData.zeros(data.dtype(), dims);
        int rows = product(from, 0, axis);
        int block = product(from, axis + 1, from.length) * width(data);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < indices.size(); i++) {
                int source = row * (int) from[axis] + index(indices.getLong(i), from[axis], axis, data);
                System.arraycopy(data.array(), source * block, out.array(), at, block);
                at += block;
            }
        }
        return out;
    }

    private static int index(long index, long size, int axis, TensorData data) {
        if (index < -size || index >= size) {
            throw new IrException(
                    "gather: index " + index + " is out of range for axis " + axis + " of " + data.type());
        }
        return (int) (index < 0 ? index + size : index);
    }
}
