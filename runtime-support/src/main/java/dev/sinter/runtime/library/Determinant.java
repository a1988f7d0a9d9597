package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;

/** <a href="https://onnx.ai/onnx/operators/onnx__Det.html">Det</a> by LU decomposition in double precision. */
final class Determinant {
    private Determinant() {
    }

    /** {@code x[…,n,n] -> y[…]}; 1 for n = 0. */
    static Value[] of(Invocation call) {
        Tensor x = call.tensor(0, DType.F32, DType.F64, DType.F16, DType.BF16);
        int rank = x.rank();
        if (rank < 2 || x.dim(rank - 1) != x.dim(rank - 2)) {
            throw call.wrong(0, "square matrices [*,M,M]", Invocation.text(x));
        }
        int n = (int) x.dim(rank - 1);
        long[] shape = Arrays.copyOf(x.shape(), rank - 2);
        double[] all = x.toDoubles();
        var out = new double[Math.toIntExact(Blocks.product(shape, 0, shape.length))];
        for (int i = 0; i < out.length; i++) {
            out[i] = determinant(Arrays.copyOfRange(all, i * n * n, (i + 1) * n * n), n);
        }
        return new Value[]{Tensor.ofValues(x.dtype(), out, shape)};
    }

    /** Eliminates in place, with the greatest pivot of each column. */
    private static double determinant(double[] a, int n) {
        double det = 1;
        for (int c = 0; c < n; c++) {
            int pivot = c;
            for (int r = c + 1; r < n; r++) {
                pivot = Math.abs(a[r * n + c]) > Math.abs(a[pivot * n + c]) ? r : pivot;
            }
            double top = a[pivot * n + c];
            if (top == 0) {
                return 0;
            }
            if (pivot != c) {
                det = -det;
                for (int k = c; k < n; k++) {
                    double swap = a[c * n + k];
                    a[c * n + k] = a[pivot * n + k];
                    a[pivot * n + k] = swap;
                }
            }
            det *= top;
            for (int r = c + 1; r < n; r++) {
                double factor = a[r * n + c] / top;
                for (int k = c + 1; k < n; k++) {
                    a[r * n + k] -= factor * a[c * n + k];
                }
            }
        }
        return det;
    }
}
