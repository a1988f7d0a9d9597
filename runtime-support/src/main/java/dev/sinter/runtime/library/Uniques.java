package dev.sinter.runtime.library;

import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;

/** <a href="https://onnx.ai/onnx/operators/onnx__Unique.html">Unique</a>: the distinct elements or slices. */
final class Uniques {
    private Uniques() {
    }

    /**
     * {@code x -> y, indices i64[n], inverse i64[m], counts i64[n]}, in ascending order or in the order of first
     * occurrence. All NaN count as one, both zeros too.
     */
    static Value[] unique(Invocation call) {
        Tensor x = call.tensor(0);
        var axis = call.axis(x.rank());
        long[] shape = axis.isPresent() ? x.shape() : new long[]{x.size()};
        int at = axis.orElse(0);
        int n = (int) shape[at];
        long[][] rows = rows(Order.keys(x), shape, at, x.size());
        int[] order = Order.sorted(n, (a, b) -> Arrays.compare(rows[a], rows[b]));
        var group = new int[n]; // of each slice, numbered in ascending order
        var first = new int[n];
        int groups = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || !Arrays.equals(rows[order[i]], rows[order[i - 1]])) {
                first[groups++] = order[i];
            }
            group[order[i]] = groups - 1;
        }
        int[] numbers = call.flag("sorted", true) ? identity(groups) : byOccurrence(first, groups);
        return results(x, shape, at, group, Arrays.copyOf(first, groups), numbers);
    }

    /** The keys of each slice along an axis. */
    private static long[][] rows(long[] keys, long[] shape, int axis, long size) {
        int n = (int) shape[axis];
        int width = size == 0 ? 0 : (int) (keys.length / size); // two keys for complex numbers
        int inner = (int) Blocks.product(shape, axis + 1, shape.length) * width;
        int outer = (int) Blocks.product(shape, 0, axis);
        var rows = new long[n][outer * inner];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < n; i++) {
                System.arraycopy(keys, (o * n + i) * inner, rows[i], o * inner, inner);
            }
        }
        return rows;
    }

    private static int[] identity(int n) {
        var out = new int[n];
        Arrays.setAll(out, i -> i);
        return out;
    }

    /** The new number of each group when they are ordered by their first slice. */
    private static int[] byOccurrence(int[] first, int groups) {
        int[] order = Order.sorted(groups, (a, b) -> Integer.compare(first[a], first[b]));
        var numbers = new int[groups];
        for (int i = 0; i < groups; i++) {
            numbers[order[i]] = i;
        }
        return numbers;
    }

    private static Value[] results(Tensor x, long[] shape, int axis, int[] group, int[] first, int[] numbers) {
        int groups = numbers.length;
        var indices = new long[groups];
        for (int g = 0; g < groups; g++) {
            indices[numbers[g]] = first[g];
        }
        var counts = new long[groups];
        var inverse = new long[group.length];
        for (int i = 0; i < group.length; i++) {
            inverse[i] = numbers[group[i]];
            counts[numbers[group[i]]]++;
        }
        int outer = (int) Blocks.product(shape, 0, axis);
        var picked = new int[Math.multiplyExact(outer, groups)];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = (int) (i / groups * shape[axis] + indices[i % groups]);
        }
        long[] result = shape.clone();
        result[axis] = groups;
        return new Value[]{Blocks.pick(x, Blocks.product(shape, axis + 1, shape.length), picked, result),
                Tensor.of(indices, groups), Tensor.of(inverse, group.length), Tensor.of(counts, groups)};
    }
}
