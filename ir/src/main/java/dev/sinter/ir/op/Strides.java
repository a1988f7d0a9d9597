package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import java.util.Arrays;
import java.util.List;

/** Distances between neighbours along each axis of a row-major tensor, and walks along them. */
final class Strides {
    private Strides() {
    }

    /** The distances in a row-major tensor. */
    static int[] of(long[] dims) {
        var strides = new int[dims.length];
        int stride = 1;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= (int) dims[axis];
        }
        return strides;
    }

    /** Distances that walk a tensor as if it were broadcast to a larger shape: 0 where an element is repeated. */
    static int[] broadcast(long[] from, long[] to) {
        int extra = to.length - from.length;
        var own = of(from);
        var strides = new int[to.length];
        for (int axis = 0; axis < from.length; axis++) {
            if (from[axis] == to[axis + extra]) {
                strides[axis + extra] = from[axis] == 1 ? 0 : own[axis];
            } else if (from[axis] != 1) {
                throw new IrException("a shape that broadcasts to " + Arrays.toString(to) + " was expected, not "
                        + Arrays.toString(from));
            }
        }
        return strides;
    }

    /** The sizes that shapes broadcast to by numpy's rules. */
    static long[] common(List<long[]> shapes) {
        var dims = new long[shapes.stream().mapToInt(s -> s.length).max().orElse(0)];
        Arrays.fill(dims, 1);
        for (var shape : shapes) {
            int extra = dims.length - shape.length;
            for (int axis = 0; axis < shape.length; axis++) {
                if (dims[axis + extra] == 1) {
                    dims[axis + extra] = shape[axis];
                } else if (shape[axis] != 1 && shape[axis] != dims[axis + extra]) {
                    throw new IrException("shapes that broadcast were expected, not "
                            + shapes.stream().map(Arrays::toString).toList());
                }
            }
        }
        return dims;
    }

    /** Number of elements. */
    static int count(long[] dims) {
        long n = 1;
        for (var dim : dims) {
            n = Math.multiplyExact(n, dim);
        }
        return Math.toIntExact(n);
    }

    /** Fills {@code out} with the positions of {@code count} elements, from {@code first} on, of a walk. */
    static void positions(long[] dims, int[] strides, int first, int[] out, int count) {
        if (count == 0) {
            return;
        }
        int rank = dims.length;
        var at = new long[rank];
        long rest = first;
        int position = 0;
        for (int axis = rank - 1; axis >= 0; axis--) {
            at[axis] = rest % dims[axis];
            rest /= dims[axis];
            position += (int) at[axis] * strides[axis];
        }
        for (int i = 0; i < count; i++) {
            out[i] = position;
            for (int axis = rank - 1; axis >= 0; axis--) {
                position += strides[axis];
                if (++at[axis] < dims[axis]) {
                    break;
                }
                position -= strides[axis] * (int) dims[axis];
                at[axis] = 0;
            }
        }
    }

    /** All positions of a walk over {@code dims}. */
    static int[] positions(long[] dims, int[] strides) {
        var out = new int[count(dims)];
        positions(dims, strides, 0, out, out.length);
        return out;
    }
}
