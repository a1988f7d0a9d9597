package dev.sinter.frontend.dsl;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tensors written out as lists of numbers. */
final class Literals {
    private static final int MOST = 1 << 22;
    private static final int DEEPEST = 16;

    private Literals() {
    }

    /**
     * Lists within lists as a tensor; a number is a tensor of rank 0.
     *
     * @throws IllegalArgumentException
     *             if rows differ in length, or something is no number of that type
     */
    static TensorData tensor(Item item, DType dtype) {
        var dims = new ArrayList<Long>();
        long n = 1;
        for (var at = item; at instanceof Item.Items(var elements); at = elements.getFirst()) {
            dims.add((long) elements.size());
            n *= elements.size();
            if (elements.isEmpty()) {
                break;
            }
            if (n > MOST || dims.size() > DEEPEST) {
                throw new IllegalArgumentException("a table of at most " + MOST + " numbers and " + DEEPEST
                        + " axes was expected; larger ones are loaded from files");
            }
        }
        var data = TensorData.zeros(dtype, dims.stream().mapToLong(Long::longValue).toArray());
        fill(item, dims, 0, data, new int[1]);
        return data;
    }

    private static void fill(Item item, List<Long> dims, int depth, TensorData data, int[] position) {
        if (depth < dims.size()) {
            if (!(item instanceof Item.Items(var elements)) || elements.size() != dims.get(depth)) {
                throw new IllegalArgumentException("rows of equal length were expected: a list of " + dims.get(depth)
                        + ", not " + item.describe());
            }
            elements.forEach(e -> fill(e, dims, depth + 1, data, position));
            return;
        }
        var dtype = data.dtype();
        var number = item instanceof Item.Flag(boolean flag) && dtype == DType.BOOL ? Double.valueOf(flag ? 1 : 0)
                : Item.number(item);
        var whole = Item.integer(item);
        if (number == null) {
            throw new IllegalArgumentException("a number was expected, not " + item.describe());
        }
        if (dtype.isInteger()) {
            if (whole == null || whole < dtype.minInteger() || whole > dtype.maxInteger()) {
                throw new IllegalArgumentException(item.describe() + " is no number of type " + dtype);
            }
            data.set(position[0]++, whole.longValue());
        } else if (dtype.isFloat() || dtype == DType.BOOL) {
            data.set(position[0]++, number.doubleValue());
        } else {
            throw new IllegalArgumentException("numbers were expected to be of an integer or float type, not " + dtype);
        }
    }

    /** Sizes as text, for messages. */
    static String text(long[] dims) {
        return Arrays.toString(dims).replace(" ", "");
    }
}
