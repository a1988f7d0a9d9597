package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.util.Arrays;
import java.util.List;

/**
 * Reference evaluation of what folds axes. Floating-point elements are folded in double precision in row-major order
 * and rounded once to the element type; integers wrap.
 */
final class Reductions {
    private Reductions() {
    }

    static TensorData reduce(Reduce op, TensorData in) {
        var from = in.dims();
        var own = Strides.of(from);
        var keptDims = from.clone();
        var foldDims = new long[op.axes().size()];
        var foldStrides = new int[foldDims.length];
        for (int i = 0; i < foldDims.length; i++) {
            int axis = op.axes().get(i);
            foldDims[i] = from[axis];
            foldStrides[i] = own[axis];
            keptDims[axis] = 1;
        }
        var starts = Strides.positions(keptDims, own);
        var steps = Strides.positions(foldDims, foldStrides);
        var out = TensorData.zeros(in.dtype(), op.keep() ? keptDims : dropped(from, op.axes()));
        for (int i = 0; i < starts.length; i++) {
            if (in.dtype().isFloat()) {
                out.set(i, foldReals(op.monoid(), in, starts[i], steps));
            } else {
                out.set(i, foldIntegers(op.monoid(), in, starts[i], steps));
            }
        }
        return out;
    }

    private static long[] dropped(long[] from, List<Integer> axes) {
        var dims = new long[from.length - axes.size()];
        int n = 0;
        for (int axis = 0; axis < from.length; axis++) {
            if (!axes.contains(axis)) {
                dims[n++] = from[axis];
            }
        }
        return dims;
    }

    private static double foldReals(Reduce.Monoid monoid, TensorData in, int start, int[] steps) {
        double all = neutralReal(monoid);
        for (int step : steps) {
            all = combine(monoid, all, in.getDouble(start + step));
        }
        return monoid == Reduce.Monoid.MEAN ? all / steps.length : all;
    }

    /** What a fold of no real numbers gives. */
    static double neutralReal(Reduce.Monoid monoid) {
        return switch (monoid) {
            case SUM, MEAN -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** Two real numbers combined, not rounded. */
    static double combine(Reduce.Monoid monoid, double a, double b) {
        return switch (monoid) {
            case SUM, MEAN -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    /** What a fold of no integers gives. */
    static long neutralInteger(Reduce.Monoid monoid, DType type) {
        return switch (monoid) {
            case SUM, MEAN -> 0;
            case PROD -> 1;
            case MAX -> type.minInteger();
            case MIN -> type.maxInteger();
        };
    }

    /** Two integers combined, not wrapped. */
    static long combine(Reduce.Monoid monoid, DType type, long a, long b) {
        return switch (monoid) {
            case SUM, MEAN -> a + b;
            case PROD -> a * b;
            case MAX -> Scalars.less(type, a, b) ? b : a;
            case MIN -> Scalars.less(type, b, a) ? b : a;
        };
    }

    private static long foldIntegers(Reduce.Monoid monoid, TensorData in, int start, int[] steps) {
        var type = in.dtype();
        boolean truth = type == DType.BOOL && monoid != Reduce.Monoid.MAX && monoid != Reduce.Monoid.MIN;
        if (truth || !type.isInteger() && type != DType.BOOL || monoid == Reduce.Monoid.MEAN && steps.length == 0) {
            throw new IrException("reduce: no " + monoid + " of " + steps.length + " elements of " + in.type());
        }
        long all = neutralInteger(monoid, type);
        for (int step : steps) {
            all = combine(monoid, type, all, in.getLong(start + step));
        }
        if (monoid != Reduce.Monoid.MEAN) {
            return all;
        }
        return type == DType.U64 ? Long.divideUnsigned(all, steps.length) : all / steps.length;
    }

    /**
     * Each step of the definition rounded: mean, deviation, its square, variance, variance + epsilon, its root,
     * quotient, product with gamma, sum with beta.
     */
    static TensorData normalize(Normalize op, List<TensorData> inputs) {
        var x = inputs.get(0);
        var type = x.dtype();
        var dims = x.dims();
        int width = (int) dims[dims.length - 1];
        int rows = Strides.count(Arrays.copyOf(dims, dims.length - 1));
        double epsilon = type.round(op.epsilon());
        var out = TensorData.zeros(type, dims);
        var d = new double[width];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += x.getDouble(row * width + i);
            }
            double mean = type.round(sum / width);
            double squares = 0;
            for (int i = 0; i < width; i++) {
                d[i] = type.round(x.getDouble(row * width + i) - mean);
                squares += type.round(d[i] * d[i]);
            }
            double variance = type.round(squares / width);
            double deviation = type.round(Math.sqrt(type.round(variance + epsilon)));
            for (int i = 0; i < width; i++) {
                double y = type.round(type.round(d[i] / deviation) * inputs.get(1).getDouble(i));
                out.set(row * width + i, op.bias() ? y + inputs.get(2).getDouble(i) : y);
            }
        }
        return out;
    }

    static TensorData softmax(int axis, TensorData in) {
        var dims = in.dims();
        int stride = Strides.of(dims)[axis];
        var rest = dims.clone();
        rest[axis] = 1;
        var out = TensorData.zeros(in.dtype(), dims);
        var row = new double[(int) dims[axis]];
        for (int start : Strides.positions(rest, Strides.of(dims))) {
            for (int i = 0; i < row.length; i++) {
                row[i] = in.getDouble(start + i * stride);
            }
            softmax(in.dtype(), row);
            for (int i = 0; i < row.length; i++) {
                out.set(start + i * stride, row[i]);
            }
        }
        return out;
    }

    /** In place, each step of the definition rounded: difference to the largest, exponential, sum, quotient. */
    static void softmax(DType type, double[] row) {
        double max = Double.NEGATIVE_INFINITY;
        for (double v : row) {
            max = Math.max(max, v);
        }
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            row[i] = type.round(StrictMath.exp(type.round(row[i] - max)));
            sum += row[i];
        }
        sum = type.round(sum);
        for (int i = 0; i < row.length; i++) {
            row[i] = type.round(row[i] / sum);
        }
    }
}
